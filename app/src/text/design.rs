//! The page that shows the look.

use super::words;

words! {
    design: "Design", "设计";
    design_lead: "Tokens and parts in all their states. In the sandbox only.", "设计变量与各组件的所有状态，仅在沙盒中提供。";
    design_colours: "Colours", "颜色";
    design_colour: "Colour", "颜色";
    design_on: "on", "背景";
    design_contrast: "Contrast", "对比度";
    design_least: "at least", "至少";
    design_scales: "Scales", "尺度";
    design_step: "Step", "级别";
    design_size: "Size", "大小";
    design_sample: "Sample", "示例";
    design_buttons: "Buttons", "按钮";
    design_choices: "Switches and choices", "开关与选项";
    design_fields: "Fields", "输入框";
    design_words: "Words", "文字";
    design_blocks: "Blocks", "区块";
    design_drawn: "Charts", "图表";
    design_default: "Default", "默认";
    design_hover: "Hover", "悬停";
    design_focus: "Focus", "聚焦";
    design_active: "Active", "按下";
    design_disabled: "Disabled", "停用";
    design_busy: "Busy", "处理中";
    design_error: "Error", "错误";
    design_error_text: "It is not the name of this instance. Nothing was changed.", "与该实例名称不符。未做任何更改。";
    design_note: "quieter, beside the title", "标题旁的说明";
}
