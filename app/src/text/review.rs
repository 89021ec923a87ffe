//! The review before a change.

use domain::access::Access;
use domain::consequence::Consequence;
use domain::time::Timestamp;

use super::{Language, words};

words! {
    review: "Review", "审阅";
    before: "Now", "当前";
    after: "After", "变更后";
    consequences: "What this means", "影响";
    stays_same: "What stays the same", "保持不变";
    how_back: "How to go back", "如何恢复";
    reason: "Reason", "原因";
    reason_hint: "Who reads the audit later should understand it. A ticket number helps.", "让日后查看审计的人能够理解，可填写工单号。";
    optional: "optional", "可选";
    acknowledge: "I have made sure of this", "我已确认";
    confirm_enable: "Enable password-free access", "开启免密访问";
    confirm_disable: "Disable password-free access", "关闭免密访问";
    record_no_op: "Record that it is already so", "记录：已是目标状态";
    blocked_title: "This cannot be done now", "当前无法执行";
    blocked_text: "At least one check blocks it. Nothing was changed.", "至少有一项检查阻止了该操作。未做任何更改。";
    review_again: "Check again", "重新检查";
    checks_fresh: "read afresh for this review", "为本次审阅重新读取";
    stays_enable: "The password keeps working beside it; other accounts of the instance, and the public endpoint, still ask for theirs.",
        "原密码仍然有效；其他账号和公网连接地址仍需密码。";
    stays_disable: "The password did not change: it is the one from before. The whitelist stays as it is.",
        "密码没有变化，仍为原密码；白名单保持不变。";
    back_enable: "Disable it here at any time. Applications that got used to sending no password must send one again.",
        "可随时在此关闭。届时不发送密码的应用需要重新发送密码。";
    back_disable: "Enable it here again, after the same checks.", "可在此重新开启，需通过相同的检查。";
}

impl Language {
    pub(crate) fn review_question(self, to: Access, name: &str) -> String {
        match (self, to) {
            (Self::En, Access::PasswordFree) => format!("Enable password-free access on {name}?"),
            (Self::En, Access::PasswordRequired) => {
                format!("Disable password-free access on {name}?")
            }
            (Self::ZhCn, Access::PasswordFree) => format!("开启 {name} 的免密访问？"),
            (Self::ZhCn, Access::PasswordRequired) => format!("关闭 {name} 的免密访问？"),
        }
    }

    pub(crate) const fn confirm(self, to: Access) -> &'static str {
        match to {
            Access::PasswordFree => self.confirm_enable(),
            Access::PasswordRequired => self.confirm_disable(),
        }
    }

    pub(crate) fn type_to_confirm(self) -> (&'static str, &'static str) {
        match self {
            Self::En => ("Type", "to confirm"),
            Self::ZhCn => ("输入", "以确认"),
        }
    }

    pub fn consequence(self, consequence: &Consequence) -> String {
        match consequence {
            Consequence::ClientsEnter { vpc, v4_addresses, whitelist_skipped } => {
                self.clients_enter(vpc, *v4_addresses, *whitelist_skipped)
            }
            Consequence::Reconnect => self
                .pick(
                    "Applications that are already connected must restart or reconnect for it to take effect.",
                    "已连接的应用需要重启或重新连接后才会生效。",
                )
                .to_owned(),
            Consequence::DefaultAccountOnly => self
                .pick(
                    "It concerns the default account, which can read and write. Other accounts keep their passwords.",
                    "仅影响默认账号，该账号可读写。其他账号仍需密码。",
                )
                .to_owned(),
            Consequence::PasswordlessClientsFail => self
                .pick(
                    "Applications that send no password cannot connect any more: they need user and password first.",
                    "不发送密码的应用将无法再连接：需先为其配置用户名和密码。",
                )
                .to_owned(),
            Consequence::LateEffect { until } => {
                let until = self.moment(*until);
                match self {
                    Self::En => format!(
                        "Nobody knows what became of an earlier call for the opposite: until {until} the cloud may still carry it out and undo this."
                    ),
                    Self::ZhCn => format!("此前一次相反的调用结果未知：在 {until} 之前云端仍可能执行它，并撤销本次变更。"),
                }
            }
            Consequence::OldPasswordCounts => self
                .pick(
                    "The password from before counts again: the applications must know it.",
                    "原密码重新生效：应用必须知道该密码。",
                )
                .to_owned(),
        }
    }

    /// On the instance, as long as it may.
    pub(crate) fn late_effect(self, until: Timestamp) -> String {
        let until = self.clock(until);
        match self {
            Self::En => format!("late effect possible until {until}"),
            Self::ZhCn => format!("{until} 之前可能有延迟生效"),
        }
    }

    fn clients_enter(self, vpc: &str, v4: Option<u64>, skipped: bool) -> String {
        let vpc = if vpc.is_empty() { self.pick("its VPC", "所在 VPC") } else { vpc };
        match (self, skipped, v4) {
            (Self::En, true, _) => format!(
                "Every client in {vpc}, and in VPCs joined with it by CEN, can read and write without a password: the whitelist is skipped for them."
            ),
            (Self::ZhCn, true, _) => {
                format!(
                    "{vpc} 及通过 CEN 互通的 VPC 中的所有客户端都可以免密读写：白名单对它们不生效。"
                )
            }
            (Self::En, false, Some(v4)) => format!(
                "Clients in {vpc}, and in VPCs joined with it by CEN, can read and write without a password from the {} addresses of the whitelist.",
                self.number(v4)
            ),
            (Self::ZhCn, false, Some(v4)) => {
                format!(
                    "{vpc} 及通过 CEN 互通的 VPC 中，白名单内的 {} 个地址可以免密读写。",
                    self.number(v4)
                )
            }
            (Self::En, false, None) => format!(
                "Clients in {vpc}, and in VPCs joined with it by CEN, can read and write without a password. How many is not known: the whitelist could not be read."
            ),
            (Self::ZhCn, false, None) => {
                format!(
                    "{vpc} 及通过 CEN 互通的 VPC 中的客户端可以免密读写。数量未知：无法读取白名单。"
                )
            }
        }
    }
}
