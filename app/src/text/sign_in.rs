//! The sign-in page.

use super::{Language, words};

words! {
    sign_in: "Sign in", "登录";
    sign_in_lead: "See which Redis instances can be entered without a password, and change it safely.",
        "查看哪些 Redis 实例可以免密访问，并安全地更改。";
    user_name: "User name", "用户名";
    password: "Password", "密码";
    sandbox_people: "People of this sandbox", "沙盒用户";
    sandbox_people_explained: "Made anew at every start. Pick one to sign in.", "每次启动时重新生成，选择一个即可登录。";
    sign_in_as: "Sign in as", "登录为";
    single_sign_on: "your organisation", "组织账号";
    or_with_password: "Or with a password of this portal", "或使用此门户的密码";
    role_by_groups: "What you may do follows from your groups there.", "您的权限取决于您在组织中的用户组。";
    signed_out_title: "You are signed out", "您已退出登录";
    signed_out_text: "Here, that is. At your organisation's sign-in you may still be signed in: whoever uses this browser next could come back without a password.",
        "仅退出了此门户。您在组织登录服务中可能仍处于登录状态：下一个使用此浏览器的人可能无需密码即可再次登录。";
    sign_out_there: "Sign out there too", "同时退出组织登录";
    sign_in_again: "Sign in again", "重新登录";
    no_account: "No account, or no password any more? An admin of this portal helps, or whoever runs it with latchkey user.",
        "没有账户或忘记密码？请联系门户管理员，或由运维人员使用 latchkey user 处理。";
}

impl Language {
    /// On the link to the provider of single sign-on.
    pub(crate) fn sign_in_with(self, provider: Option<&str>) -> String {
        let provider = provider.unwrap_or(self.single_sign_on());
        match self {
            Self::En => format!("Sign in with {provider}"),
            Self::ZhCn => format!("使用{provider}登录"),
        }
    }
}
