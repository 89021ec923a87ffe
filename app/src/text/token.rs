//! What programs say in place of people.

use domain::time::Timestamp;

use super::{Language, words};

words! {
    api_tokens: "API tokens", "API 令牌";
    tokens_lead: "A program that shows one acts as you, with no more than the role you give it here. Whoever has it, has it: keep it like a password.",
        "持有令牌的程序以您的身份操作，权限不超过您在此授予的角色。令牌等同于密码，请妥善保管。";
    make_token: "Make a token", "创建令牌";
    token_label: "What it is for", "用途";
    token_label_hint: "So that you know it again, such as: nightly pipeline.", "便于日后辨认，例如：夜间流水线。";
    token_role: "It may at most", "最高权限";
    token_part: "Only in a part of what you see", "仅限您可见范围的一部分";
    token_expires_in: "It is good for", "有效期";
    token_made: "This is the token", "令牌内容";
    token_once: "It is shown this once. What the portal keeps is only good to recognise it by.",
        "仅显示这一次。门户只保存用于识别的摘要，无法再次显示。";
    token_column: "Token", "令牌";
    token_owner: "Whose", "所有者";
    made_column: "Made", "创建时间";
    expires_column: "Good until", "有效期至";
    used_column: "Last used", "上次使用";
    token_never_used: "never", "从未使用";
    token_revoked: "revoked", "已吊销";
    token_expired: "over", "已过期";
    revoke: "Revoke", "吊销";
    no_tokens: "No tokens", "没有令牌";
    no_tokens_text: "Programs need one to ask the portal for anything.", "程序需要令牌才能调用门户接口。";
    api_document: "What programs may ask (OpenAPI)", "接口文档（OpenAPI）";
}

impl Language {
    /// `2026-11-22 02:18:17 UTC, from 10.0.0.1`
    pub(crate) fn used_from(self, at: Timestamp, address: Option<&str>) -> String {
        let at = self.moment(at);
        match (self, address) {
            (_, None) => at,
            (Self::En, Some(address)) => format!("{at}, from {address}"),
            (Self::ZhCn, Some(address)) => format!("{at}，来自 {address}"),
        }
    }
}
