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
    nothing_recorded: "Nothing was recorded yet", "尚无记录";
    nothing_recorded_text: "Whatever people and the portal do stands here, and stays.", "人员与门户的所有操作都会记录在此并保留。";
    no_events: "No events", "没有事件";
    no_events_text: "Nothing that was recorded fits these filters.", "没有符合筛选条件的记录。";
    the_portal: "the portal", "门户";
    the_command_line: "command line", "命令行";
    nobody_signed_in: "nobody signed in", "未登录";
    person_filter: "Person", "人员";
    any_event: "Any event", "任意事件";
    any_outcome: "Any outcome", "任意结果";
    first_day: "From", "自";
    last_day: "To", "至";
    days_in: "Days of", "日期时区";
    take_back: "Take this filter back", "移除此筛选";
    only_this: "only this", "仅此项";
    place_in_chain: "Epoch and position in the chain of seals", "封签链中的纪元与位置";
    receipt: "Receipt", "凭证";
    receipt_text: "What became of this change, signed: anybody can check it without the portal",
        "该变更结果的签名凭证：任何人都可脱离门户核验";
    history_of_instance: "All that was done to this instance", "该实例的全部操作记录";
    history_of_person: "All that this person did", "此人的全部操作记录";
    history_of_change: "Its rows of the audit", "审计中的相关记录";
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
            AuditCode::SessionRevoked => self.pick("Sessions ended", "会话被终止"),
            AuditCode::UserAdded => self.pick("User added", "添加用户"),
            AuditCode::UserGrantsChanged => self.pick("Roles of a user changed", "用户授权变更"),
            AuditCode::UserDisabled => self.pick("User disabled", "停用用户"),
            AuditCode::UserEnabled => self.pick("User enabled", "启用用户"),
            AuditCode::ResetLinkMade => {
                self.pick("Link for a new password made", "生成密码重置链接")
            }
            AuditCode::PasswordChanged => self.pick("Password changed", "修改密码"),
            AuditCode::PasswordReset => self.pick("Password set by a link", "通过链接重置密码"),
            AuditCode::GroupMade => self.pick("Group made", "新建用户组"),
            AuditCode::GroupGrantsChanged => {
                self.pick("Roles of a group changed", "用户组授权变更")
            }
            AuditCode::GroupMembersChanged => {
                self.pick("Members of a group changed", "用户组成员变更")
            }
            AuditCode::GroupDisabled => self.pick("Group disabled", "停用用户组"),
            AuditCode::GroupEnabled => self.pick("Group enabled", "启用用户组"),
            AuditCode::TokenMade => self.pick("API token made", "创建 API 令牌"),
            AuditCode::TokenRevoked => self.pick("API token revoked", "吊销 API 令牌"),
            AuditCode::TokenNewAddress => {
                self.pick("API token used from a new address", "API 令牌从新地址使用")
            }
            AuditCode::RoleMapped => self.pick("Role taken over from groups", "按用户组更新角色"),
            AuditCode::SecondFactorAdded => self.pick("Second factor switched on", "启用二次验证"),
            AuditCode::SecondFactorRemoved => self.pick("Second factor removed", "移除二次验证"),
            AuditCode::SecondFactorRefused => self.pick("Second factor refused", "二次验证被拒绝"),
            AuditCode::RecoveryCodeUsed => self.pick("Recovery code used", "使用恢复码"),
            AuditCode::PasskeyAdded => self.pick("Passkey added", "添加通行密钥"),
            AuditCode::PasskeyRenamed => self.pick("Passkey renamed", "重命名通行密钥"),
            AuditCode::PasskeyRemoved => self.pick("Passkey removed", "移除通行密钥"),
            AuditCode::StepUpAsked => self.pick("Asked to prove who they are", "要求再次验证身份"),
            AuditCode::StepUpDone => self.pick("Proved again who they are", "已再次验证身份"),
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
            AuditCode::AuditEpochBegan => self.pick("Seals of the audit begin", "审计封签开始"),
            AuditCode::AuditRestoreNoticed => {
                self.pick("Database is older than its anchor", "数据库早于其锚点")
            }
            AuditCode::AuditRestoreAcknowledged => self.pick("Restore acknowledged", "已确认恢复"),
            AuditCode::AuditExported => self.pick("Audit exported", "导出审计"),
        }
    }
}
