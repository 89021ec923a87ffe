//! Audit events.

use domain::audit::{AuditCode, Outcome};

use super::{Language, words};

words! {
    audit_lead: "Who did what to what, and how it ended. Rows are added, never changed.",
        "谁对什么做了什么，结果如何。记录只增不改。";
    code_column: "Event", "事件";
    outcome_column: "Outcome", "结果";
    actor_column: "Actor", "操作者";
    object_column: "About", "对象";
    detail_column: "Detail", "详情";
    no_events: "No events", "没有事件";
    no_events_text: "Nothing that was recorded fits these filters.", "没有符合筛选条件的记录。";
    the_portal: "the portal", "门户";
    the_command_line: "command line", "命令行";
    nobody_signed_in: "nobody signed in", "未登录";
    person_filter: "Person", "人员";
    any_event: "Any event", "任意事件";
}

impl Language {
    pub(crate) const fn audit_outcome(self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Intended => self.pick("about to", "即将"),
            Outcome::Succeeded => self.pick("done", "完成"),
            Outcome::Refused => self.pick("refused", "拒绝"),
            Outcome::Failed => self.pick("failed", "失败"),
            Outcome::Unknown => self.pick("unknown", "未知"),
        }
    }

    pub(crate) const fn audit_code(self, code: AuditCode) -> &'static str {
        match code {
            AuditCode::SignInSucceeded => self.pick("Signed in", "登录"),
            AuditCode::SignInRefused => self.pick("Sign-in refused", "登录被拒绝"),
            AuditCode::SignInThrottled => self.pick("Sign-in slowed down", "登录受限"),
            AuditCode::SignedOut => self.pick("Signed out", "退出登录"),
            AuditCode::SessionExpired => self.pick("Session ended", "会话结束"),
            AuditCode::UserAdded => self.pick("User added", "添加用户"),
            AuditCode::AccessDenied => self.pick("Role does not cover it", "角色权限不足"),
            AuditCode::CrossSiteRefused => {
                self.pick("Request from another site refused", "拒绝跨站请求")
            }
            AuditCode::ApprovalAsked => self.pick("Approval asked for", "请求审批"),
            AuditCode::ChangeApproved => self.pick("Approved", "已批准"),
            AuditCode::ChangeRejected => self.pick("Rejected", "已驳回"),
            AuditCode::BreakGlassUsed => self.pick("Glass broken", "紧急放行"),
            AuditCode::BreakGlassSeen => self.pick("Emergency looked at", "已核查紧急放行"),
            AuditCode::BatchStarted => self.pick("Batch started", "批量变更开始"),
            AuditCode::BatchPaused => self.pick("Batch paused", "批量变更暂停"),
            AuditCode::BatchResumed => self.pick("Batch resumed", "批量变更继续"),
            AuditCode::BatchStopped => self.pick("Batch stopped", "批量变更停止"),
            AuditCode::BatchEnded => self.pick("Batch ended", "批量变更结束"),
            AuditCode::PolicyChanged => self.pick("Policy changed", "策略变更"),
            AuditCode::ReturnPlanned => self.pick("Return planned", "已计划自动关闭"),
            AuditCode::ReturnExtended => self.pick("Return put off", "已延长开启时间"),
            AuditCode::ReturnOverdue => self.pick("Return overdue", "自动关闭逾期"),
            AuditCode::ReviewTaken => self.pick("Review opened", "打开审阅"),
            AuditCode::ChangeRequested => self.pick("Change requested", "请求变更"),
            AuditCode::ChangeRefused => self.pick("Change refused", "变更被拒绝"),
            AuditCode::ChangeChecked => self.pick("Checked on fresh facts", "已基于最新信息检查"),
            AuditCode::ChangeIntent => {
                self.pick("Call recorded, about to be sent", "调用已记录，即将发送")
            }
            AuditCode::ChangeAccepted => self.pick("Accepted by the cloud", "云端已受理"),
            AuditCode::ChangeUnclear => self.pick("No clear answer", "没有明确响应"),
            AuditCode::ChangeAttemptRefused => {
                self.pick("Attempt refused, to be made again", "尝试被拒绝，将重试")
            }
            AuditCode::ChangeReconciling => self.pick("Reading the real state", "读取真实状态"),
            AuditCode::ChangeVerified => self.pick("Verified by reading back", "已回读验证"),
            AuditCode::ChangeFailed => self.pick("Change failed", "变更失败"),
            AuditCode::ChangeDiverged => self.pick("Value is another one", "值不一致"),
            AuditCode::ChangeLateRead => self
                .pick("Last look after a call nobody heard of", "对结果未知的调用做最后一次检查"),
            AuditCode::ChangeCancelled => self.pick("Change cancelled", "变更已取消"),
            AuditCode::ChangeExpired => self.pick("Change expired", "变更已失效"),
            AuditCode::PortalStarted => self.pick("Portal started", "门户启动"),
        }
    }
}
