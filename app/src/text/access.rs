//! Access states, environments and whitelists in a word or two.

use domain::access::AccessState;
use domain::environment::Environment;
use domain::inventory::WhitelistFinding;

use super::{Language, words};

words! {
    password_free_access: "Password-free access", "免密访问";
    enable: "Enable password-free access", "开启免密访问";
    disable: "Disable password-free access", "关闭免密访问";
    raw_value: "Raw value", "原始值";
    raw_open_means: "the cloud's word for: password authentication open, a password is required",
        "云上用语：密码认证已开启，需要密码";
    raw_close_means: "the cloud's word for: password authentication closed, no password is asked",
        "云上用语：密码认证已关闭，无需密码";
    raw_missing: "not sent by the cloud", "云端未返回";
}

impl Language {
    pub(crate) const fn access_state(self, state: AccessState) -> &'static str {
        match state {
            AccessState::PasswordFree => self.pick("Password-free", "免密访问"),
            AccessState::PasswordRequired => self.pick("Password required", "需要密码"),
            AccessState::Unknown => self.pick("Unknown", "未知"),
            AccessState::NotApplicable => self.pick("Not applicable", "不适用"),
        }
    }

    pub(crate) const fn environment(self, environment: Environment) -> &'static str {
        match environment {
            Environment::Production => self.pick("production", "生产"),
            Environment::Staging => self.pick("staging", "预发"),
            Environment::Development => self.pick("development", "开发"),
            Environment::Unlabelled => self.pick("unlabelled", "未标记"),
        }
    }

    pub(crate) const fn whitelist_finding(self, finding: WhitelistFinding) -> &'static str {
        match finding {
            WhitelistFinding::Everyone => self.pick("everyone", "所有地址"),
            WhitelistFinding::NotSet => self.pick("not set", "未设置"),
            WhitelistFinding::Wide => self.pick("wide", "范围较大"),
            WhitelistFinding::Tight => self.pick("tight", "范围较小"),
            WhitelistFinding::Unknown => self.pick("not read yet", "尚未读取"),
        }
    }
}
