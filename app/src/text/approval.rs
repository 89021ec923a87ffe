//! Asking somebody else, deciding, emergencies, putting back.

use domain::approval::Verdict;
use domain::policy::{Freeze, Refusal};
use domain::time::Timestamp;

use super::{Language, words};

words! {
    approval: "Approval", "审批";
    needs_approval: "Somebody else has to approve this before it is carried out.", "执行之前需由他人审批。";
    ask_approval: "Ask for approval", "提交审批";
    waits_for_approver: "Waits for an approver.", "等待审批人处理。";
    own_request_text: "It is your own request: somebody else decides on it.", "这是您自己的请求，需由他人审批。";
    check_and_decide: "Check and decide", "检查并审批";
    check_and_decide_text: "Reads the instance afresh and shows what would happen now.", "重新读取实例并显示当前将发生的变化。";
    approve: "Approve", "批准";
    reject: "Reject", "驳回";
    reject_reason: "Why not", "驳回原因";
    note: "Note", "备注";
    who_asks: "Asked by", "请求人";
    asked_at: "Asked", "请求时间";
    expires_at: "Expires", "失效时间";
    cancel_request: "Take the request back", "撤回请求";
    cancel_change: "Cancel this change", "取消此变更";
    approve_question: "Approve this?", "批准此请求？";
    facts_moved: "Something moved since it was asked for: approving refuses it, and nothing is changed.",
        "请求提交后信息已发生变化：批准将导致其被拒绝，不会做任何更改。";
    facts_same: "Nothing moved since it was asked for.", "请求提交后信息没有变化。";
    waiting_for_approval: "Waiting for approval", "等待审批";
    nothing_waiting: "Nothing waits for approval", "没有等待审批的请求";
    nothing_waiting_text: "Requests that need a second person stand here until they are decided.", "需要他人审批的请求会显示在这里，直到处理完毕。";
    all_changes: "All", "全部";
    open_changes: "Under way", "进行中";
    start: "When", "执行时间";
    start_now: "now", "立即";
    starts: "Starts", "开始时间";
    emergency: "Emergency", "紧急情况";
    break_glass: "Break the glass: do it at once, without approval and through freeze and hours", "紧急放行：立即执行，跳过审批、冻结和时段限制";
    break_glass_text: "For emergencies only. It raises an alarm, needs a reason, and stays marked until somebody else has looked at it.",
        "仅用于紧急情况。将触发告警，必须填写原因，并在他人核查之前一直保留标记。";
    emergencies_title: "Done in an emergency, and nobody else has looked at it", "紧急放行的变更尚未核查";
    emergencies_text: "Look at each and say whether it was in order.", "请逐项核查并确认是否合规。";
    emergency_unseen: "Made in an emergency. Nobody else has looked at it yet.", "紧急放行，尚未由他人核查。";
    emergency_own: "Made by you in an emergency: somebody else has to look at it.", "由您紧急放行：需由他人核查。";
    emergency_badge: "emergency", "紧急放行";
    in_order: "It was in order", "合规";
    not_in_order: "It was not in order", "不合规";
    put_back: "Put it back", "恢复原状";
    put_back_text: "A change of its own in the other direction, checked afresh and proven like any other.", "将反向执行一次新的变更，重新检查并验证。";
    puts_back: "Puts back", "恢复的变更";
    see_put_back: "see that change", "查看该变更";
}

impl Language {
    pub(crate) const fn decision(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Approved => self.pick("Approved", "已批准"),
            Verdict::Rejected => self.pick("Rejected", "已驳回"),
        }
    }

    pub(crate) const fn emergency_verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Approved => self.in_order(),
            Verdict::Rejected => self.not_in_order(),
        }
    }

    /// `3 requests wait for you`
    pub(crate) fn n_waiting(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 request waits for your decision".to_owned(),
            (Self::En, _) => format!("{count} requests wait for your decision"),
            (Self::ZhCn, _) => format!("{count} 个请求等待您审批"),
        }
    }

    pub(crate) fn put_back_until(self, until: Timestamp) -> String {
        let until = self.moment(until);
        match self {
            Self::En => format!("Until {until}."),
            Self::ZhCn => format!("可在 {until} 之前操作。"),
        }
    }

    pub(crate) fn opens_at(self, at: Timestamp) -> String {
        let at = self.moment(at);
        match self {
            Self::En => format!("as soon as the hours allow it: {at}"),
            Self::ZhCn => format!("允许的时段开始时：{at}"),
        }
    }

    pub(crate) fn in_time(self, wait: std::time::Duration) -> String {
        let wait = self.lasting(wait);
        match self {
            Self::En => format!("in {wait}"),
            Self::ZhCn => format!("{wait}后"),
        }
    }

    /// Why the policy says no.
    pub(crate) fn refusal(self, refusal: Refusal) -> String {
        match refusal {
            Refusal::Role { needed } | Refusal::BreakGlassRole { needed } => {
                match (self, needed.map(|needed| self.role(needed))) {
                    (Self::En, Some(role)) => format!("The policy gives this to the role {role}."),
                    (Self::En, None) => "The policy lets nobody do this.".to_owned(),
                    (Self::ZhCn, Some(role)) => format!("策略要求角色：{role}。"),
                    (Self::ZhCn, None) => "策略不允许任何人执行此操作。".to_owned(),
                }
            }
            Refusal::Frozen { freeze: Freeze::Opening } => self
                .pick(
                    "Enabling is frozen for now. Disabling works.",
                    "当前已冻结开启操作，关闭不受影响。",
                )
                .to_owned(),
            Refusal::Frozen { .. } => {
                self.pick("All changes are frozen for now.", "当前已冻结所有变更。").to_owned()
            }
            Refusal::OutsideWindow { opens_at } => {
                let at = opens_at.map(|at| self.moment(at));
                match (self, at) {
                    (Self::En, Some(at)) => {
                        format!("Changes here are only made at set hours, next at {at}.")
                    }
                    (Self::En, None) => {
                        "Changes here are only made at set hours, and none come within a week."
                            .to_owned()
                    }
                    (Self::ZhCn, Some(at)) => format!("此处仅在规定时段内变更，下一时段：{at}。"),
                    (Self::ZhCn, None) => "此处仅在规定时段内变更，一周内没有可用时段。".to_owned(),
                }
            }
        }
    }
}
