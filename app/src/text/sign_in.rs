//! The sign-in page.

use super::words;

words! {
    sign_in: "Sign in", "登录";
    sign_in_lead: "See which Redis instances can be entered without a password, and change it safely.",
        "查看哪些 Redis 实例可以免密访问，并安全地更改。";
    user_name: "User name", "用户名";
    password: "Password", "密码";
    sandbox_people: "People of this sandbox", "沙盒用户";
    sandbox_people_explained: "Made anew at every start. Pick one to sign in.", "每次启动时重新生成，选择一个即可登录。";
    sign_in_as: "Sign in as", "登录为";
    no_account: "No account? Whoever runs this portal adds one with latchkey user add.",
        "没有账户？请联系门户管理员使用 latchkey user add 添加。";
}
