//! Second factors, and proving again who one is.

use super::{Language, words};

words! {
    second_factor: "Second factor", "二次验证";
    second_factor_lead: "With it, a password alone signs nobody in as you.", "启用后，仅凭密码无法以您的身份登录。";
    authenticator_app: "Authenticator app", "验证器应用";
    factor_unavailable: "Whoever runs this portal has not set up a key to keep secrets under (factor_key_file).",
        "门户管理员尚未配置用于保护密钥的文件（factor_key_file）。";
    factor_elsewhere: "You sign in with your organisation: second factors are set up there.",
        "您使用组织账号登录：请在组织登录服务中设置二次验证。";
    factor_none: "You have none. You need a phone or a program that shows codes (TOTP).",
        "尚未启用。您需要能显示动态验证码（TOTP）的手机应用或程序。";
    factor_demanded: "Everybody who signs in here with a password has to have one: an app or a passkey. Until then there is no other page for you.",
        "使用密码登录此门户的用户都必须启用二次验证（验证器应用或通行密钥）。设置完成之前，您无法访问其他页面。";
    factor_begin: "Set one up", "开始设置";
    factor_scan: "Scan this with the app.", "用验证器应用扫描此二维码。";
    factor_picture: "QR code for the app", "供验证器应用扫描的二维码";
    factor_type: "Or type this into it:", "或手动输入密钥：";
    factor_secret: "Secret", "密钥";
    recovery_codes: "Recovery codes", "恢复码";
    factor_keep_codes: "Keep these recovery codes where you find them without the app. Each works once, and they are shown only now.",
        "请妥善保存这些恢复码，以便在无法使用应用时登录。每个恢复码只能使用一次，且仅在此时显示。";
    factor_confirm: "Switch it on", "启用";
    factor_active: "Switched on", "已启用";
    factor_remove: "Remove it", "移除";
    people_with_factor: "People with a second factor", "已启用二次验证的用户";
    factor_take: "Take away", "移除二次验证";
    factor_take_note: "For somebody who lost it. Make sure that it is them who asks.", "用于丢失验证器的用户。请先确认是本人提出请求。";
    code: "Code", "验证码";
    code_hint: "Six digits of the app, or a recovery code.", "应用显示的六位数字，或一个恢复码。";
    second_step: "One more step", "还差一步";
    second_step_lead: "The password is right. Now the second factor.", "密码正确。请完成二次验证。";
    go_on: "Go on", "继续";
    lost_factor: "Lost the app? Use a recovery code, or ask an admin to take the second factor away.",
        "无法使用验证器？请使用恢复码，或请管理员移除二次验证。";
    other_person: "Sign in as somebody else", "以其他用户登录";
    step_up_title: "Prove that it is you", "请确认是您本人";
    step_up_lead: "What you are about to do is dangerous in other hands. What you typed is kept; afterwards you look at it once more and confirm.",
        "此操作若由他人执行会有风险。您输入的内容已保留；验证后请再次查看并确认。";
    prove: "Prove it", "验证";
    passkeys: "Passkeys", "通行密钥";
    passkeys_lead: "A passkey is kept by your device, password program or security key, and works on this portal's address only.",
        "通行密钥保存在您的设备、密码管理器或安全密钥中，且仅对本门户的地址有效。";
    passkeys_none: "You have none.", "尚未添加通行密钥。";
    passkeys_unavailable: "Passkeys need a portal with a host name: this one is reached by an address.",
        "通行密钥要求门户使用域名访问：当前配置为 IP 地址。";
    passkey_add: "Add a passkey", "添加通行密钥";
    passkey_name: "Name of the passkey", "通行密钥名称";
    passkey_name_hint: "By which you know the device again.", "用于识别设备的名称。";
    passkey_rename: "Rename", "重命名";
    passkey_remove: "Remove", "移除";
    passkey_added: "Added", "添加于";
    passkey_used: "last used", "最近使用";
    passkey_never_used: "not used yet", "尚未使用";
    passkey_use: "Use a passkey", "使用通行密钥";
    passkey_lost: "Lost the device? Use another second factor, or ask an admin to take yours away.",
        "设备丢失？请使用其他二次验证方式，或请管理员移除您的二次验证。";
    passkey_two: "Keep a second one, or an app with recovery codes: a lost device locks you out.",
        "建议再添加一个通行密钥，或启用带恢复码的验证器应用，以免设备丢失后无法登录。";
    passkey_none_given: "The browser gave no passkey: it was cancelled, or there is none for this address.",
        "浏览器未提供通行密钥：操作已取消，或此地址没有可用的通行密钥。";
    passkey_needs_scripts: "Passkeys need scripts to be switched on in the browser.", "使用通行密钥需在浏览器中启用脚本。";
}

impl Language {
    pub(crate) fn codes_left(self, left: i64) -> String {
        match self {
            Self::En if left == 1 => "1 recovery code is left.".to_owned(),
            Self::En => format!("{left} recovery codes are left."),
            Self::ZhCn => format!("剩余 {left} 个恢复码。"),
        }
    }

    pub(crate) fn prove_with(self, provider: Option<&str>) -> String {
        let provider = provider.unwrap_or(self.single_sign_on());
        match self {
            Self::En => format!("Prove it with {provider}"),
            Self::ZhCn => format!("使用{provider}验证"),
        }
    }
}
