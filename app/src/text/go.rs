//! Where one may go, and by which keys.

use domain::access::Access;

use super::{Language, words};

words! {
    go_to: "Search or go to", "搜索或前往";
    go_field: "Search or go to…", "搜索或前往…";
    go_search: "Search", "搜索";
    go_results: "Results", "结果";
    go_page_note: "Page", "页面";
    go_review_note: "Opens a review", "打开审阅";
    key_choose: "choose", "选择";
    key_open: "open", "打开";
    keys: "Keyboard", "键盘快捷键";
    keys_lead: "Everything can be reached with Tab too.", "所有功能均可通过 Tab 键访问。";
    keys_of_letters: "Single letters", "单键";
    keys_are_on: "They do nothing while you type in a field. Switch them off in the", "在输入框中输入时不生效。可在此处关闭：";
    keys_are_off: "They are switched off. Switch them on in the", "当前已关闭。可在此处开启：";
    key_escape: "Close what is open", "关闭弹窗";
    key_map: "This list", "显示此列表";
    key_search: "Search in the list", "在列表中搜索";
    key_next: "Next row", "下一行";
    key_previous: "Previous row", "上一行";
    key_open_row: "Open the row", "打开所在行";
    key_select: "Select the row", "选中所在行";
}

impl Language {
    /// Before the name of the instance.
    pub(crate) const fn go_review(self, to: Access) -> &'static str {
        match to {
            Access::PasswordFree => self.pick("Enable password-free access on", "开启免密访问："),
            Access::PasswordRequired => {
                self.pick("Disable password-free access on", "关闭免密访问：")
            }
        }
    }

    pub(crate) fn n_results(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 0) => "Nothing found".to_owned(),
            (Self::En, 1) => "1 result".to_owned(),
            (Self::En, _) => format!("{count} results"),
            (Self::ZhCn, 0) => "未找到结果".to_owned(),
            (Self::ZhCn, _) => format!("{count} 个结果"),
        }
    }
}
