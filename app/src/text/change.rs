//! Changes: where they stand and what that means, without a "success" before proof.

use domain::access::{Access, AccessState};
use domain::change::{Change, ChangeState, Ending, SendOutcome, Unclear, VerifiedBy};
use domain::review::Moved;

use super::{Language, words};

words! {
    change: "Change", "变更";
    no_such_changes: "No change like that", "没有此类变更";
    no_such_changes_text: "There are none that fit what this list is narrowed to.", "没有符合当前筛选范围的变更。";
    no_changes: "No changes yet", "暂无变更";
    no_changes_text: "When somebody enables or disables password-free access, it stands here with its proof.",
        "开启或关闭免密访问的操作及其验证结果将显示在这里。";
    requested_by: "Requested by", "请求人";
    requested_at: "Requested", "请求时间";
    target: "Wished", "目标";
    prior: "Before", "变更前";
    progress: "Progress", "进度";
    proof: "Read-backs", "回读记录";
    no_proof: "None yet.", "暂无。";
    read_at: "Read at", "读取时间";
    exact_call: "The exact call", "实际调用";
    exact_call_text: "As it was sent, with key id, token and signature taken out.", "实际发送的内容，已去除密钥 ID、令牌和签名。";
    no_call: "No call was made.", "没有发起调用。";
    same_call_as: "The same by hand", "手动执行同样的操作";
    attempt: "Attempt", "尝试";
    sent_at: "Signed", "签名时间";
    still_open: "no answer recorded", "未记录响应";
    cloud_request_id: "Cloud RequestId", "云端 RequestId";
    not_recorded: "not recorded", "未记录";
    error_centre: "Look the code up", "查看错误码说明";
    wire_note_close: "VpcAuthMode=Close closes password authentication: it enables password-free access.",
        "VpcAuthMode=Close 表示关闭密码认证，即开启免密访问。";
    wire_note_open: "VpcAuthMode=Open opens password authentication: it disables password-free access.",
        "VpcAuthMode=Open 表示开启密码认证，即关闭免密访问。";
    now_do_enable: "Applications that are already connected: restart or reconnect them.", "已连接的应用：请重启或重新连接。";
    now_do_disable: "Applications that send no password cannot connect any more: give them user and password.",
        "不发送密码的应用将无法再连接：请为其配置用户名和密码。";
    now_do: "Now", "接下来";
    live_note: "This page follows by itself.", "本页会自动更新。";
    reload_note: "Reload to see how it went on.", "刷新页面查看进展。";
    state_column: "State", "状态";
    when_column: "When", "时间";
    who_column: "Who", "操作人";
}

impl Language {
    /// In one or two words.
    pub fn change_label(self, change: &Change) -> &'static str {
        if change.state == ChangeState::Preflighted && change.start_at.is_some() {
            return self.pick("Planned", "已计划");
        }
        self.state_label(change.state, change.ending.as_ref())
    }

    /// The same where the rest of the change is not at hand.
    pub(crate) fn state_label(self, state: ChangeState, ending: Option<&Ending>) -> &'static str {
        match (state, ending) {
            (ChangeState::Requested | ChangeState::Preflighted, _) => {
                self.pick("Checking", "检查中")
            }
            (ChangeState::Refused, Some(Ending::Stale { .. })) => {
                self.pick("Out of date", "已过期")
            }
            (ChangeState::Refused, _) => self.pick("Not allowed", "不允许"),
            (ChangeState::AwaitingApproval, _) => self.pick("Waiting for approval", "等待审批"),
            (ChangeState::Approved, _) => self.pick("Approved", "已批准"),
            (ChangeState::Intent | ChangeState::Sent, _) => self.pick("Sending", "发送中"),
            (ChangeState::Accepted, _) => self.pick("Accepted, checking", "已受理，验证中"),
            (ChangeState::Verified, Some(Ending::Verified { by: VerifiedBy::NoOp })) => {
                self.pick("Already so", "已是目标状态")
            }
            (ChangeState::Verified, _) => self.pick("Verified", "已验证"),
            (ChangeState::Failed, Some(Ending::Denied { .. })) => {
                self.pick("Refused by the cloud", "云端拒绝")
            }
            (ChangeState::Failed, Some(Ending::Throttled { .. })) => {
                self.pick("Too busy", "云端繁忙")
            }
            (ChangeState::Failed, Some(Ending::NotApplied)) => {
                self.pick("Did not happen", "未发生")
            }
            (ChangeState::Failed, Some(Ending::NoLongerAllowed)) => {
                self.pick("Not allowed", "不允许")
            }
            (ChangeState::Failed, _) => self.pick("Not sent", "未发送"),
            (ChangeState::Unknown | ChangeState::Reconciling, _) => {
                self.pick("Result unknown", "结果未知")
            }
            (ChangeState::Diverged, _) => self.pick("Needs attention", "需要关注"),
            (ChangeState::Rejected, _) => self.pick("Rejected", "已驳回"),
            (ChangeState::Expired, _) => self.pick("Expired", "已失效"),
            (ChangeState::Cancelled, _) => self.pick("Cancelled", "已取消"),
        }
    }

    /// What it means, for this instance.
    pub(crate) fn change_message(self, change: &Change, facts: &ChangeFacts) -> String {
        let name = change.name.or_id(&change.instance.id);
        match change.state {
            ChangeState::Preflighted if change.start_at.is_some() => {
                let at = self.moment(change.start_at.unwrap_or(change.updated_at));
                match self {
                    Self::En => {
                        format!("Checked. It is checked once more at {at} and then carried out.")
                    }
                    Self::ZhCn => format!("已检查。将在 {at} 再次检查，然后执行。"),
                }
            }
            ChangeState::Requested | ChangeState::Preflighted => match self {
                Self::En => {
                    format!("Checking {name} ({}) before anything is changed.", change.instance.id)
                }
                Self::ZhCn => format!("更改之前正在检查 {name}（{}）。", change.instance.id),
            },
            ChangeState::AwaitingApproval => self
                .pick("Nothing is changed until somebody approves it.", "批准之前不会做任何更改。")
                .to_owned(),
            ChangeState::Approved => match (self, change.start_at) {
                (Self::En, Some(at)) => {
                    format!("It is checked once more at {} and then carried out.", self.moment(at))
                }
                (Self::ZhCn, Some(at)) => {
                    format!("将在 {} 再次检查，然后执行。", self.moment(at))
                }
                (_, None) => self
                    .pick("It is checked once more and then carried out.", "将再次检查，然后执行。")
                    .to_owned(),
            },
            ChangeState::Intent | ChangeState::Sent => self
                .pick(
                    "Asking the cloud now. You may close this page; the result is recorded.",
                    "正在请求云端。您可以关闭此页面，结果会被记录。",
                )
                .to_owned(),
            ChangeState::Accepted => match self {
                Self::En => format!(
                    "The cloud accepted it (request {}). Reading back; this can take minutes.",
                    self.request_or_gap(change)
                ),
                Self::ZhCn => format!(
                    "云端已受理（请求 {}）。正在回读，可能需要几分钟。",
                    self.request_or_gap(change)
                ),
            },
            ChangeState::Verified => self.verified_message(change, name, facts),
            ChangeState::Failed | ChangeState::Refused => {
                self.nothing_changed_message(change, facts)
            }
            ChangeState::Unknown | ChangeState::Reconciling => self.unknown_message(change),
            ChangeState::Diverged if !facts.accepted => self
                .pick(
                    "Nobody knows what became of the call, and the value is neither the one before nor the one that was wished. Look at the instance in the cloud's console.",
                    "无人知道该调用的结果，且当前值既不是原值也不是目标值。请在云控制台查看该实例。",
                )
                .to_owned(),
            ChangeState::Diverged => match (self, &change.ending) {
                (Self::En, Some(Ending::Diverged { now })) => {
                    format!(
                        "The cloud accepted it, but the value is “{}”.",
                        self.access_state(*now)
                    )
                }
                (Self::ZhCn, Some(Ending::Diverged { now })) => {
                    format!("云端已受理，但实例当前为「{}」。", self.access_state(*now))
                }
                (Self::En, _) => "The cloud accepted it, but the value is another one.".to_owned(),
                (Self::ZhCn, _) => "云端已受理，但当前值不同。".to_owned(),
            },
            ChangeState::Rejected | ChangeState::Expired | ChangeState::Cancelled => {
                self.given_up_message(change)
            }
        }
    }

    fn unknown_message(self, change: &Change) -> String {
        let text = self.pick(
            "We sent it but got no clear answer. It may or may not have happened. We are reading the real state; please do not repeat it.",
            "已发送但没有明确的响应，可能已发生，也可能没有。正在读取真实状态，请勿重复操作。",
        );
        match &change.ending {
            Some(Ending::Unclear { why }) => format!("{text} ({})", self.unclear(*why)),
            _ => text.to_owned(),
        }
    }

    fn given_up_message(self, change: &Change) -> String {
        let nothing = self.nothing_changed();
        match (&change.ending, self) {
            (Some(Ending::TakenBack { by }), Self::En) => {
                let verb =
                    if change.state == ChangeState::Rejected { "rejected" } else { "cancelled" };
                format!("{nothing} {by} {verb} it.")
            }
            (Some(Ending::TakenBack { by }), Self::ZhCn) => {
                let verb = if change.state == ChangeState::Rejected { "驳回" } else { "取消" };
                format!("{nothing}已由 {by} {verb}。")
            }
            (Some(Ending::NotDecided), Self::En) => format!("{nothing} Nobody decided in time."),
            (Some(Ending::NotDecided), Self::ZhCn) => format!("{nothing}未在规定时间内处理。"),
            (Some(Ending::Overtaken), Self::En) => {
                format!("{nothing} Disabling password-free access came first.")
            }
            (Some(Ending::Overtaken), Self::ZhCn) => format!("{nothing}关闭免密访问优先执行。"),
            _ => nothing.to_owned(),
        }
    }

    const fn nothing_changed(self) -> &'static str {
        self.pick("Nothing was changed.", "未做任何更改。")
    }

    fn request_or_gap(self, change: &Change) -> String {
        change
            .cloud_request_id
            .as_ref()
            .map_or_else(|| self.not_recorded().to_owned(), ToString::to_string)
    }

    fn verified_message(self, change: &Change, name: &str, facts: &ChangeFacts) -> String {
        if change.ending == Some((Ending::Verified { by: VerifiedBy::NoOp }).clone()) {
            return self
                .pick("It was already so. No call was made.", "已是目标状态，没有发起调用。")
                .to_owned();
        }
        let state = match (self, change.to) {
            (Self::En, Access::PasswordFree) => "is password-free inside its VPC",
            (Self::En, Access::PasswordRequired) => "requires the password",
            (Self::ZhCn, Access::PasswordFree) => "在其 VPC 内可免密访问",
            (Self::ZhCn, Access::PasswordRequired) => "需要密码",
        };
        match (self, &facts.proof) {
            (Self::En, Some((first, second))) => {
                format!("{name} now {state}. Read back twice, {first} and {second}.")
            }
            (Self::En, None) => format!("{name} now {state}."),
            (Self::ZhCn, Some((first, second))) => {
                format!("{name} 现在{state}。已两次回读：{first} 和 {second}。")
            }
            (Self::ZhCn, None) => format!("{name} 现在{state}。"),
        }
    }

    fn nothing_changed_message(self, change: &Change, facts: &ChangeFacts) -> String {
        let nothing = self.nothing_changed();
        match (&change.ending, self) {
            (Some(Ending::Blocked { .. }), Self::En) => {
                format!("{nothing} A check blocks it; see below.")
            }
            (Some(Ending::Blocked { .. }), Self::ZhCn) => {
                format!("{nothing}有检查项阻止，见下方。")
            }
            (Some(Ending::AgainstPolicy { refusal }), _) => {
                let why = self.refusal(*refusal);
                match self {
                    Self::En => format!("{nothing} {why}"),
                    Self::ZhCn => format!("{nothing}{why}"),
                }
            }
            (Some(Ending::Stale { moved }), _) => self.stale_message(moved),
            (Some(Ending::NoLongerAllowed), Self::En) => {
                format!("{nothing} Whoever asked for it may no longer change this instance.")
            }
            (Some(Ending::NoLongerAllowed), Self::ZhCn) => {
                format!("{nothing}请求人已无权更改此实例。")
            }
            (Some(Ending::Denied { code }), Self::En) => {
                format!("The cloud refused: {code}. {nothing}")
            }
            (Some(Ending::Denied { code }), Self::ZhCn) => format!("云端拒绝：{code}。{nothing}"),
            (Some(Ending::Throttled { .. }), Self::En) => {
                format!("The cloud asked us to slow down. {nothing}")
            }
            (Some(Ending::Throttled { .. }), Self::ZhCn) => format!("云端限流。{nothing}"),
            (Some(Ending::NotApplied), _) => {
                let (reads, until) = (facts.reads, facts.late_until.as_deref().unwrap_or("?"));
                match self {
                    Self::En => format!(
                        "After {reads} reads the value is unchanged. A late effect is possible until {until}; we keep looking."
                    ),
                    Self::ZhCn => format!(
                        "经过 {reads} 次读取，值未变化。在 {until} 之前仍可能延迟生效，我们会继续关注。"
                    ),
                }
            }
            (_, Self::En) => "The cloud could not be reached; nothing left this server.".to_owned(),
            (_, Self::ZhCn) => "无法连接云端，没有任何内容离开本服务器。".to_owned(),
        }
    }

    fn stale_message(self, moved: &[Moved]) -> String {
        let what = moved.iter().map(|moved| self.moved(moved)).collect::<Vec<_>>();
        match self {
            Self::En => format!("Nothing was changed. Since you looked: {}.", what.join("; ")),
            Self::ZhCn => format!("未做任何更改。自您查看之后：{}。", what.join("；")),
        }
    }

    pub(crate) fn moved(self, moved: &Moved) -> String {
        let fixed = match moved {
            Moved::Access { seen, now } => {
                let (seen, now): (&AccessState, &AccessState) = (seen, now);
                return match self {
                    Self::En => format!(
                        "you saw “{}”, it is now “{}”",
                        self.access_state(*seen),
                        self.access_state(*now)
                    ),
                    Self::ZhCn => format!(
                        "您看到的是「{}」，现在是「{}」",
                        self.access_state(*seen),
                        self.access_state(*now)
                    ),
                };
            }
            Moved::Status { seen, now } => {
                return match self {
                    Self::En => format!("the status was {seen}, it is now {now}"),
                    Self::ZhCn => format!("状态由 {seen} 变为 {now}"),
                };
            }
            Moved::Name { seen, now } => {
                return match self {
                    Self::En => format!("it was named “{seen}”, it is now “{now}”"),
                    Self::ZhCn => format!("名称由「{seen}」变为「{now}」"),
                };
            }
            Moved::Network => self.pick("the network changed", "网络已变化"),
            Moved::Engine => self.pick("the engine changed", "引擎已变化"),
            Moved::Whitelist => {
                self.pick("the whitelist admits other addresses", "白名单允许的地址已变化")
            }
            Moved::WhitelistCheck => {
                self.pick("the whitelist parameter changed", "白名单参数已变化")
            }
            Moved::Endpoints => self.pick("the endpoints changed", "连接地址已变化"),
        };
        fixed.to_owned()
    }

    pub(crate) const fn send_outcome(self, outcome: SendOutcome) -> &'static str {
        match outcome {
            SendOutcome::Accepted => self.pick("accepted", "已受理"),
            SendOutcome::Throttled => {
                self.pick("refused for now: too many calls", "暂时拒绝：调用过多")
            }
            SendOutcome::ClockWrong => self.pick("refused: our clock was wrong", "拒绝：时钟不准"),
            SendOutcome::Denied => self.pick("refused", "已拒绝"),
            SendOutcome::NotSent => self.pick("not sent", "未发送"),
            SendOutcome::Unclear => self.pick("no clear answer", "没有明确响应"),
        }
    }

    pub(crate) const fn unclear(self, why: Unclear) -> &'static str {
        match why {
            Unclear::TimedOut => self.pick("no answer in time", "未及时响应"),
            Unclear::ConnectionLost => self.pick("the connection was lost", "连接中断"),
            Unclear::ServerError => {
                self.pick("the cloud answered with a fault of its own", "云端返回内部错误")
            }
            Unclear::NotUnderstood => {
                self.pick("the answer could not be understood", "无法理解响应")
            }
            Unclear::Redirect => self.pick("the answer was a redirect", "响应为重定向"),
            Unclear::NonceUsed => {
                self.pick("the cloud had seen this very call before", "云端此前已见过该请求")
            }
            Unclear::PortalStopped => self.pick("the portal stopped meanwhile", "期间门户已停止"),
        }
    }
}

/// What a message needs beside the change itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChangeFacts {
    /// When the two proving reads were made.
    pub proof: Option<(String, String)>,
    pub reads: usize,
    /// Until when the call may still take effect.
    pub late_until: Option<String>,
    /// The cloud said that it takes the call.
    pub accepted: bool,
}
