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
                self.pick("Your role does not cover this here", "您在此处的角色无权执行此操作"),
                self.pick("Nothing was changed. That it was tried is in the audit.", "未做任何更改。该尝试已记录在审计中。"),
                self.pick("Your account page names what you may do, and who can give you more.", "“我的账户”页面列出您的权限以及可以授权的人。"),
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
            ErrorCode::NameTaken => (
                self.pick("This name is taken", "名称已被使用"),
                self.pick("Nothing was changed. Names are never given twice, also not of somebody who is disabled.", "未做任何更改。名称不会重复使用，包括已停用的用户。"),
                self.pick("Choose another one.", "请换一个名称。"),
            ),
            ErrorCode::LastAdmin => (
                self.pick("That would take the last admin away", "这将移除最后一名管理员"),
                self.pick("Nobody could change people, groups or policies any more. Nothing was changed.", "将没有人可以管理用户、用户组和策略。未做任何更改。"),
                self.pick("Make somebody else an admin over everything first.", "请先将其他人设为全局管理员。"),
            ),
            ErrorCode::NoPassword => (
                self.pick("There is no password to set", "没有可设置的密码"),
                self.pick("The organisation's sign-in vouches for this person. Nothing was changed.", "该用户通过组织登录服务认证。未做任何更改。"),
                self.pick("Their password is changed there.", "请在组织的登录服务中修改密码。"),
            ),
            ErrorCode::LinkOver => (
                self.pick("This link is over", "链接已失效"),
                self.pick("It works once, for 24 hours, until another one is made. The password is as it was.", "链接仅可使用一次，24 小时内有效，生成新链接后旧链接即失效。密码未更改。"),
                self.pick("Ask an admin for another one.", "请联系管理员重新生成。"),
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
            ErrorCode::ProviderUnreachable => (
                self.pick("The sign-in of your organisation does not answer", "组织登录服务无响应"),
                self.pick("You are not signed in.", "登录未成功。"),
                self.pick("Try again in a moment; if it stays, tell whoever runs the portal.", "请稍后重试；若仍存在，请联系门户管理员。"),
            ),
            ErrorCode::ProviderRefused => (
                self.pick("Your organisation's sign-in said no", "组织登录未通过"),
                self.pick("It was cancelled there, or it may not let you in here. You are not signed in.", "登录在该处被取消，或您无权登录此门户。登录未成功。"),
                self.pick("Try again, or ask whoever runs that sign-in.", "请重试，或联系组织登录服务的管理员。"),
            ),
            ErrorCode::SignInUnproven => (
                self.pick("It was not proven who you are", "无法确认您的身份"),
                self.pick("What your organisation's sign-in said does not hold. You are not signed in.", "组织登录服务返回的内容未通过校验。登录未成功。"),
                self.pick("Try again; if it stays, tell whoever runs the portal: the audit says what did not hold.", "请重试；若仍存在，请联系门户管理员：审计中记录了未通过的原因。"),
            ),
            ErrorCode::SignInOver => (
                self.pick("This sign-in is over", "本次登录已失效"),
                self.pick("It was begun in another window, took longer than ten minutes, or was used already. You are not signed in.", "登录是在其他窗口发起的、已超过十分钟，或已使用过。登录未成功。"),
                self.pick("Begin again here.", "请在此处重新登录。"),
            ),
            ErrorCode::NoRole => (
                self.pick("You have no role here", "您在此门户中没有角色"),
                self.pick("Your organisation knows you, but none of your groups has a role in this portal. You are not signed in.", "组织已确认您的身份，但您所在的用户组在此门户中都没有对应角色。登录未成功。"),
                self.pick("Ask whoever runs the portal which group you need.", "请向门户管理员询问需要加入哪个用户组。"),
            ),
            ErrorCode::AccountDisabled => (
                self.pick("Your account here is disabled", "您的账户已被停用"),
                self.pick("You are not signed in.", "登录未成功。"),
                self.pick("An admin can enable it.", "管理员可以重新启用。"),
            ),
            ErrorCode::LocalSignInOff => (
                self.pick("Passwords of this portal are switched off", "此门户已关闭本地密码登录"),
                self.pick("You are not signed in.", "登录未成功。"),
                self.pick("Sign in with your organisation.", "请使用组织账号登录。"),
            ),
            ErrorCode::CodeRefused => (
                self.pick("The code does not fit", "验证码不正确"),
                self.pick("It is wrong, or was used already: each code counts once.", "验证码有误或已使用过：每个验证码只能使用一次。"),
                self.pick("Wait for the app's next code and try that.", "请等待应用显示下一个验证码后重试。"),
            ),
            ErrorCode::PasskeyRefused => (
                self.pick("The passkey was not accepted", "通行密钥未通过验证"),
                self.pick("It is none of yours here, was not asked for in this window, or the answer took longer than five minutes.", "该通行密钥不属于您的账户、不是在此窗口中请求的，或响应超过了五分钟。"),
                self.pick("Try again, or use another second factor.", "请重试，或使用其他二次验证方式。"),
            ),
            ErrorCode::NoSecondFactor => (
                self.pick("There is no second factor to be had here", "此处无法设置二次验证"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("The page on second factors says why.", "请在二次验证页面查看原因。"),
            ),
            ErrorCode::SecondFactorDemanded => (
                self.pick("You need a second factor", "需要二次验证"),
                self.pick("Everybody who signs in here with a password has to have one, and you have none. Nothing was changed.", "使用密码登录此门户的用户都必须启用二次验证，而您尚未启用。未做任何更改。"),
                self.pick("Set one up on the page on second factors.", "请在二次验证页面完成设置。"),
            ),
            ErrorCode::ProofNeeded => (
                self.pick("Please confirm once more", "请再次确认"),
                self.pick("Before this it has to be fresh who you are. Nothing was changed yet, and what you typed is still there.", "执行此操作前需要刚刚验证过您的身份。尚未做任何更改，您输入的内容仍然保留。"),
                self.pick("Look at it, then confirm.", "请查看后确认。"),
            ),
            ErrorCode::TooBusy => (
                self.pick("Too many people at once", "当前人数过多"),
                self.pick("The portal could not take this up. Nothing was changed.", "门户暂时无法处理。未做任何更改。"),
                self.pick("Try again in a moment.", "请稍后重试。"),
            ),
            ErrorCode::TooManyOpen => (
                self.pick("You have too many of these open", "您同时打开的过多"),
                self.pick("Each person may have only so many streams, downloads and reviews at once, so that they last for everybody. Nothing was changed.", "为避免影响他人，每人同时进行的实时更新、下载和待确认审阅数量有限。未做任何更改。"),
                self.pick("Finish one, or wait a little; then try again.", "请先完成其中一项，或稍后重试。"),
            ),
            ErrorCode::CrossSite => (
                self.pick("This came from another site", "请求来自其他站点"),
                self.pick("The portal takes forms only from its own pages. Nothing was changed.", "门户只接受来自自身页面的表单。未做任何更改。"),
                self.pick("Open the portal and do it there.", "请在门户中操作。"),
            ),
            ErrorCode::TokenRefused => (
                self.pick("The token is not good", "令牌无效"),
                self.pick("There is none, it is over, or it was revoked. Nothing was changed.", "没有令牌，或已过期、已吊销。未做任何更改。"),
                self.pick("Make another one in the portal.", "请在门户中创建新的令牌。"),
            ),
            ErrorCode::CookieRefused => (
                self.pick("Programs bring a token and no cookie", "程序须使用令牌，不得携带 Cookie"),
                self.pick("Nothing was changed.", "未做任何更改。"),
                self.pick("Send the request without a Cookie header.", "请去掉 Cookie 请求头后重试。"),
            ),
            ErrorCode::RateLimited => (
                self.pick("Too many requests", "请求过多"),
                self.pick("This token asks more often than it may. Nothing was changed.", "该令牌的请求频率超出限制。未做任何更改。"),
                self.pick("Wait as long as the header Retry-After says.", "请按 Retry-After 响应头等待后重试。"),
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
            ("old", _) => self.pick("That is not your password.", "当前密码不正确。"),
            ("again", _) => self.pick("The two are not the same.", "两次输入不一致。"),
            ("password", FieldProblem::TooShort) => {
                self.pick("At least 12 characters.", "至少 12 个字符。")
            }
            ("member", _) => self.pick("There is nobody of this name.", "没有该用户。"),
            ("accounts" | "regions", FieldProblem::Malformed) => {
                self.pick("Write names such as: core, pay", "请按此格式填写：core, pay")
            }
            ("tags", FieldProblem::Malformed) => self.pick(
                "Write tags such as: team=payments, tier=gold",
                "请按此格式填写标签：team=payments, tier=gold",
            ),
            ("expires_in", FieldProblem::TooLong) => {
                self.pick("At most 365 days.", "最长 365 天。")
            }
            ("expires_in", _) => self.pick("Choose a time such as: 30d", "请选择有效期，例如：30d"),
            ("label", FieldProblem::TooLong) => {
                self.pick("At most 60 characters.", "最多 60 个字符。")
            }
            ("label", FieldProblem::TooMany) => self.pick(
                "There are 50 already: revoke one first.",
                "已有 50 个令牌：请先吊销其中一个。",
            ),
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
            ("code", FieldProblem::Mismatch) => self.pick(
                "That is not the code that the app shows now.",
                "与应用当前显示的验证码不符。",
            ),
            ("acknowledged", _) => self.pick("Tick each of these first.", "请先逐项勾选。"),
            (_, FieldProblem::Missing) => self.pick("This is needed.", "此项必填。"),
            (_, FieldProblem::TooLong) => self.pick("This is too long.", "内容过长。"),
            (_, FieldProblem::TooMany) => {
                self.pick("There are too many already.", "数量已达上限。")
            }
            (_, FieldProblem::Common) => self.pick(
                "This password is in lists of leaked ones: it is tried first.",
                "该密码出现在泄露密码列表中，极易被猜到。",
            ),
            (_, FieldProblem::Obvious) => self.pick(
                "Too much of it is a name known here, or a repetition.",
                "其中大部分是产品名、主机名、用户名或重复内容，容易被猜到。",
            ),
            (_, FieldProblem::TooShort) => self.pick("This is too short.", "内容过短。"),
            (_, FieldProblem::Mismatch) => self.pick("This does not fit.", "内容不符。"),
            (_, FieldProblem::Malformed) => self.pick("This cannot be read.", "无法解析。"),
        })
    }
}
