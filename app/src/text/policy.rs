//! The rules of the portal.

use domain::person::Role;
use domain::policy::{ApprovalRule, Freeze};

use super::{Language, words};

words! {
    policy: "Policy", "策略";
    policy_lead: "What a change needs before it is made. Doors whose time is over are shut whatever stands here.",
        "变更执行前需要满足的条件。到期的限时开启不受此处限制，总会关闭。";
    freeze: "Freeze", "冻结";
    freeze_text: "Reading goes on.", "查看不受影响。";
    freeze_none: "Nothing is frozen", "未冻结";
    freeze_opening: "No password-free access is enabled", "禁止开启免密访问";
    freeze_all: "No person changes anything", "禁止任何人为变更";
    unfreeze: "Allow changes again", "恢复变更";
    stop_opening: "Stop enabling", "停止开启";
    stop_all: "Stop all changes", "停止所有变更";
    frozen_title: "Changes are frozen", "变更已冻结";
    who_may_open: "Who may enable", "谁可开启";
    who_may_close: "Who may disable", "谁可关闭";
    approval_to_open: "Approval to enable", "开启审批";
    approval_to_close: "Approval to disable", "关闭审批";
    open_at_most: "Open at most", "最长开启";
    reason_needed: "Reason", "原因";
    needed: "needed", "必填";
    need_reason: "A reason is needed", "必须填写原因";
    windows: "Hours", "时段";
    windows_hint: "Such as: allow mon-fri 09:00-18:00; refuse fri 12:00-18:00. Empty: at any time.",
        "例如：allow mon-fri 09:00-18:00; refuse fri 12:00-18:00。留空表示任何时间。";
    any_time: "at any time", "任何时间";
    unlimited: "unlimited", "不限";
    time_hint: "Such as 90m, 4h or 7d.", "例如 90m、4h 或 7d。";
    cap_hint: "Such as 90m, 4h or 7d; or: unlimited.", "例如 90m、4h、7d，或 unlimited（不限）。";
    general_rules: "Everywhere", "通用";
    policy_zone: "Time zone of the hours", "时段所用时区";
    approval_lasts: "A request waits at most", "请求最长等待";
    put_back_within: "Putting back works for", "可恢复原状的时间";
    who_may_break: "Emergencies", "紧急放行";
    edit: "Change", "修改";
    save: "Save", "保存";
    why_change: "Why", "修改原因";
    policy_versions: "Versions", "版本";
    policy_version: "Version", "版本";
    as_configured: "As configured", "使用配置文件";
    as_configured_now: "This is what latchkey.toml says. Nobody changed it in the portal.", "当前使用 latchkey.toml 中的策略，尚未在门户中修改。";
    use_configuration: "Use the configuration again", "恢复使用配置文件";
    of_the_portal: "This was set in the portal: what latchkey.toml says does not count.", "策略已在门户中设置：latchkey.toml 中的策略不生效。";
    policy_needs_admin: "An admin can change it.", "管理员可以修改。";
    unlabelled_too: "also what no tag labels", "包括没有环境标签的实例";
}

impl Language {
    pub(crate) fn who_may(self, role: Option<Role>) -> String {
        match (self, role) {
            (_, None) => self.pick("nobody", "无人").to_owned(),
            (Self::En, Some(Role::Admin)) => "admins".to_owned(),
            (Self::En, Some(role)) => format!("{}s and above", self.role(role)),
            (Self::ZhCn, Some(Role::Admin)) => "管理员".to_owned(),
            (Self::ZhCn, Some(role)) => format!("{}及以上", self.role(role)),
        }
    }

    pub(crate) const fn approval_rule(self, rule: ApprovalRule) -> &'static str {
        match rule {
            ApprovalRule::Never => self.pick("not needed", "不需要"),
            ApprovalRule::WhenExposed => {
                self.pick("where many could enter, or nobody can say", "可进入者较多或未知时")
            }
            ApprovalRule::Always => self.pick("always", "始终需要"),
        }
    }

    pub(crate) const fn freeze_state(self, freeze: Freeze) -> &'static str {
        match freeze {
            Freeze::None => self.freeze_none(),
            Freeze::Opening => self.freeze_opening(),
            Freeze::All => self.freeze_all(),
        }
    }
}
