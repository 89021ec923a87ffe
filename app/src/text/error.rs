//! What went wrong: what happened, whether anything changed, what to do.

use super::Language;
use crate::api::error::{ApiError, ErrorCode, FieldProblem};

/// The words of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorWords {
    /// What happened.
    pub title: &'static str,
    /// What it means, and that nothing was changed.
    pub sentence: &'static str,
    /// What to do now.
    pub next: &'static str,
}

impl Language {
    #[expect(clippy::too_many_lines, reason = "a table")]
    pub(crate) const fn error(self, code: ErrorCode) -> ErrorWords {
        let (title, sentence, next) = match code {
            ErrorCode::NotSignedIn => (
                self.pick("You are not signed in", "您尚未登录"),
                self.pick("The session is over, or there was none. Nothing was changed.", "会话已结束或不存在。未做任何更改。"),
                self.pick("Sign in and try again.", "请登录后重试。"),
            ),
            ErrorCode::Forbidden => (
                self.pick("Your role does not cover this", "您的角色无权执行此操作"),
                self.pick("Nothing was changed. That it was tried is in the audit.", "未做任何更改。该尝试已记录在审计中。"),
                self.pick("An admin can give you the role that does.", "管理员可以授予您相应角色。"),
            ),
            ErrorCode::NotFound => (
                self.pick("There is no such thing", "内容不存在"),
                self.pick("It does not exist, or is not in your scope. Nothing was changed.", "不存在或不在您的权限范围内。未做任何更改。"),
                self.pick("Go back to the list.", "请返回列表。"),
            ),
            ErrorCode::InvalidInput => (
                self.pick("Something in the form does not do", "表单内容有误"),
                self.pick("Nothing was changed, and what you typed is still there.", "未做任何更改，您输入的内容仍然保留。"),
                self.pick("Correct the marked field.", "请更正标记的字段。"),
            ),
            ErrorCode::ReviewOver => (
                self.pick("This review is over", "审阅已失效"),
                self.pick("Its facts are too old to change anything by. Nothing was changed.", "其信息已过旧，不能据此更改。未做任何更改。"),
                self.pick("Check again, then confirm.", "请重新检查后确认。"),
            ),
            ErrorCode::Blocked => (
                self.pick("A check blocks this", "有检查项阻止"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("Put right what the check names, then check again.", "请处理检查项所指出的问题，然后重新检查。"),
            ),
            ErrorCode::Busy => (
                self.pick("Another change of this instance is under way", "该实例有其他变更正在进行"),
                self.pick("Nothing was changed by you.", "您未做任何更改。"),
                self.pick("See how the other one ends, then check again.", "请等待其结束后重新检查。"),
            ),
            ErrorCode::PolicyRole => (
                self.pick("The policy gives this to another role", "策略要求其他角色"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("The policy page says who may do it.", "请在策略页面查看谁可以执行。"),
            ),
            ErrorCode::Frozen => (
                self.pick("Changes are frozen", "变更已冻结"),
                self.pick("Nothing was changed. Reading goes on, and doors whose time is over are shut.", "未做任何更改。查看不受影响，到期的限时开启仍会关闭。"),
                self.pick("An admin can allow changes again.", "管理员可以恢复变更。"),
            ),
            ErrorCode::OutsideWindow => (
                self.pick("Changes here are only made at set hours", "此处仅在规定时段内变更"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("Choose “as soon as the hours allow it” as the start.", "请将执行时间选为“允许的时段开始时”。"),
            ),
            ErrorCode::OwnRequest => (
                self.pick("This is your own request", "这是您自己的请求"),
                self.pick("Somebody else decides on it. Nothing was changed.", "需由他人处理。未做任何更改。"),
                self.pick("Ask another approver.", "请联系其他审批人。"),
            ),
            ErrorCode::Overtaken => (
                self.pick("Somebody else was first, or it went on", "已被他人处理或已继续执行"),
                self.pick("What you saw is no longer so. Nothing was changed by you.", "您看到的内容已变化。您未做任何更改。"),
                self.pick("Look at it as it is now.", "请查看当前状态。"),
            ),
            ErrorCode::KeyReused => (
                self.pick("This form was already used for something else", "该表单已用于其他请求"),
                self.pick("Nothing was changed by this one.", "本次未做任何更改。"),
                self.pick("Check again and confirm anew.", "请重新检查并确认。"),
            ),
            ErrorCode::SignInRefused => (
                self.pick("User name and password do not fit", "用户名或密码不正确"),
                self.pick("You are not signed in.", "登录未成功。"),
                self.pick("Try again.", "请重试。"),
            ),
            ErrorCode::SignInThrottled => (
                self.pick("Too many tries", "尝试次数过多"),
                self.pick("Signing in is slowed down for a few seconds.", "登录已被限制数秒。"),
                self.pick("Wait ten seconds, then try again.", "请等待十秒后重试。"),
            ),
            ErrorCode::TooBusy => (
                self.pick("Too many people at once", "当前人数过多"),
                self.pick("The portal could not take this up. Nothing was changed.", "门户暂时无法处理。未做任何更改。"),
                self.pick("Try again in a moment.", "请稍后重试。"),
            ),
            ErrorCode::CrossSite => (
                self.pick("This came from another site", "请求来自其他站点"),
                self.pick("The portal takes forms only from its own pages. Nothing was changed.", "门户只接受来自自身页面的表单。未做任何更改。"),
                self.pick("Open the portal and do it there.", "请在门户中操作。"),
            ),
            ErrorCode::Malformed => (
                self.pick("The request could not be read", "无法解析请求"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("Reload the page and try again.", "请刷新页面后重试。"),
            ),
            ErrorCode::TooLarge => (
                self.pick("That is too much at once", "内容过大"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("Send less.", "请减少内容。"),
            ),
            ErrorCode::Unavailable => (
                self.pick("The portal's memory does not answer", "门户存储无响应"),
                self.pick("Without a record nothing is changed: no call was made.", "没有记录就不做更改：没有发起调用。"),
                self.pick("Try again in a moment; whoever runs the portal finds the request in its log.", "请稍后重试；管理员可在日志中找到该请求。"),
            ),
            ErrorCode::Restored => (
                self.pick("The portal's database was restored", "门户数据库已被恢复"),
                self.pick("It is older than what is known of its audit, so nothing is changed on its word. No call was made.", "数据库早于其审计锚点，因此不据此做任何更改。没有发起调用。"),
                self.pick("Whoever runs the portal acknowledges it: latchkey audit acknowledge-restore.", "请门户管理员确认：latchkey audit acknowledge-restore。"),
            ),
            ErrorCode::Damaged => (
                self.pick("The portal's database is damaged", "门户数据库已损坏"),
                self.pick("Nothing is changed on its word. No call was made.", "不据此做任何更改。没有发起调用。"),
                self.pick("Whoever runs the portal stops it and restores the file from a backup; its log says what was found.", "请门户管理员停止门户并从备份恢复文件；日志中说明了发现的问题。"),
            ),
            ErrorCode::Starting => (
                self.pick("The portal has just started", "门户刚刚启动"),
                self.pick("It takes up the changes that were under way first. Nothing was changed.", "正在先接手此前进行中的变更。未做任何更改。"),
                self.pick("Try again in a moment.", "请稍后重试。"),
            ),
            ErrorCode::Fault => (
                self.pick("A fault of the portal", "门户故障"),
                self.pick("It is in the log under this request. A change that was under way is brought to its end.", "已按此请求编号记录到日志。进行中的变更会被处理完毕。"),
                self.pick("Try again; if it stays, tell whoever runs the portal.", "请重试；若仍存在，请联系管理员。"),
            ),
        };
        ErrorWords { title, sentence, next }
    }

    /// What is wrong with the marked field.
    pub(crate) fn field_problem(self, error: &ApiError) -> Option<&'static str> {
        let (field, problem) = (error.field.as_deref()?, error.problem?);
        Some(match (field, problem) {
            ("reason", FieldProblem::Missing) => {
                self.pick("A reason is needed here.", "此处需要填写原因。")
            }
            ("reason", FieldProblem::TooLong) => {
                self.pick("At most 500 characters.", "最多 500 个字符。")
            }
            ("typed_name", FieldProblem::Missing) => {
                self.pick("Type the name to confirm.", "请输入名称以确认。")
            }
            ("typed_name", FieldProblem::Mismatch) => {
                self.pick("That is not the name of this instance.", "与该实例的名称不符。")
            }
            ("lasts", FieldProblem::TooLong) => {
                self.pick("Longer than this environment allows.", "超出该环境允许的时长。")
            }
            ("lasts", FieldProblem::TooShort) => self.pick("At least one minute.", "至少一分钟。"),
            ("windows", _) => self.pick(
                "Write hours such as: allow mon-fri 09:00-18:00",
                "请按此格式填写时段：allow mon-fri 09:00-18:00",
            ),
            ("zone", _) => self.pick(
                "Write a time zone such as: Asia/Shanghai",
                "请填写时区，例如：Asia/Shanghai",
            ),
            ("start", FieldProblem::TooLong) => {
                self.pick("At most a week ahead.", "最多提前一周。")
            }
            ("acknowledged", _) => self.pick("Tick each of these first.", "请先逐项勾选。"),
            (_, FieldProblem::Missing) => self.pick("This is needed.", "此项必填。"),
            (_, FieldProblem::TooLong) => self.pick("This is too long.", "内容过长。"),
            (_, FieldProblem::TooMany) => {
                self.pick("There are too many already.", "数量已达上限。")
            }
            (_, FieldProblem::TooShort) => self.pick("This is too short.", "内容过短。"),
            (_, FieldProblem::Mismatch) => self.pick("This does not fit.", "内容不符。"),
            (_, FieldProblem::Malformed) => self.pick("This cannot be read.", "无法解析。"),
        })
    }
}
