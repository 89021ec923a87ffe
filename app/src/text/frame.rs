//! What stands around every page, and words that belong to no noun.

use super::{Language, words};

words! {
    product: "Latchkey", "Latchkey";
    main_navigation: "Main", "主导航";
    skip_to_content: "Skip to content", "跳到正文";
    instances: "Instances", "实例";
    changes: "Changes", "变更";
    audit: "Audit", "审计";
    sandbox: "Sandbox", "沙盒";
    sandbox_explained: "A simulated cloud. Nothing here is real.", "模拟云环境，一切都不是真实的。";
    sign_out: "Sign out", "退出登录";
    language: "Language", "语言";
    theme: "Theme", "主题";
    theme_system: "System", "跟随系统";
    theme_light: "Light", "浅色";
    theme_dark: "Dark", "深色";
    copy: "Copy", "复制";
    copied: "Copied", "已复制";
    cancel: "Cancel", "取消";
    back: "Back", "返回";
    older: "Older", "更早";
    newest: "Newest", "最新";
    next_page: "Next page", "下一页";
    all: "All", "全部";
    none: "none", "无";
    restored_title: "The portal's database was restored from a backup, or its end was cut off.",
        "门户数据库已从备份恢复，或其末尾被截断。";
    restored_text: "It is older than what is known of its audit. Everything can be read; nothing is changed at the cloud until whoever runs the portal acknowledges it (latchkey audit acknowledge-restore).",
        "数据库早于其审计锚点。一切可读；在门户管理员确认之前（latchkey audit acknowledge-restore），不会在云端做任何更改。";
    damaged_title: "The portal's database is damaged, or another file lies in its place.",
        "门户数据库已损坏，或其位置上是另一个文件。";
    damaged_text: "Nothing is changed at the cloud until whoever runs the portal has restored the file from a backup and started again. What is shown may be incomplete.",
        "在门户管理员从备份恢复文件并重新启动之前，不会在云端做任何更改。所显示的内容可能不完整。";
    not_found_title: "There is nothing here", "此处没有内容";
    not_found_text: "The address is wrong, or what it named is not in your scope. Nothing was changed.",
        "地址有误，或其所指内容不在您的权限范围内。未做任何更改。";
    try_again: "Try again", "重试";
    to_instances: "To the instances", "前往实例列表";
    request_number: "Request", "请求";
    offline_now: "No connection to the portal. This page is less than a minute old.",
        "无法连接门户。本页内容为不到 1 分钟前的状态。";
    offline_minute: "No connection to the portal. This page is 1 minute old.", "无法连接门户。本页内容为 1 分钟前的状态。";
    offline_minutes: "No connection to the portal. This page is {} minutes old.",
        "无法连接门户。本页内容为 {} 分钟前的状态。";
    close: "Close", "关闭";
    dialog_checking: "Reading the instance afresh…", "正在重新读取实例…";
    dialog_failed: "The portal could not be reached. Nothing was changed. Close this and try again.",
        "无法连接门户。未做任何更改。请关闭后重试。";
}

impl Language {
    pub(crate) fn role(self, role: domain::person::Role) -> &'static str {
        use domain::person::Role;
        match role {
            Role::Viewer => self.pick("viewer", "查看者"),
            Role::Operator => self.pick("operator", "操作员"),
            Role::Approver => self.pick("approver", "审批人"),
            Role::Admin => self.pick("admin", "管理员"),
        }
    }
}
