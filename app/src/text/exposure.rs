//! Who could get in: levels, the sentence, and what it rests on.

use domain::cloud::{SentinelAccess, WhitelistCheck};
use domain::exposure::{Exposure, ExposureLevel, Ground, Reach};
use domain::fact::Fact;
use domain::inventory::ExposureFilter;

use super::{Language, words};

words! {
    exposure: "Exposure", "暴露面";
    exposure_title: "Who could get in", "谁可以进入";
    exposure_unknown: "unknown", "未知";
    exposure_uncertain: "or worse", "或更高";
    grounds: "What this rests on", "判断依据";
    ground_access: "How it is entered", "访问方式";
    ground_whitelist_counts: "Whitelist for VPC clients", "白名单对 VPC 客户端";
    ground_whitelist: "Whitelist", "白名单";
    ground_public: "Public endpoint", "公网地址";
    ground_sentinel: "Sentinel without a password", "Sentinel 免密";
    counts: "counts", "生效";
    does_not_count: "is skipped", "不生效";
    may_not_count: "not known whether it counts", "是否生效未知";
}

impl Language {
    pub(crate) const fn exposure_level(self, level: ExposureLevel) -> &'static str {
        match level {
            ExposureLevel::None => self.pick("none", "无"),
            ExposureLevel::Low => self.pick("low", "低"),
            ExposureLevel::Medium => self.pick("medium", "中"),
            ExposureLevel::High => self.pick("high", "高"),
            ExposureLevel::Critical => self.pick("critical", "严重"),
        }
    }

    pub(crate) const fn exposure_filter(self, filter: ExposureFilter) -> &'static str {
        match filter {
            ExposureFilter::Level(level) => self.exposure_level(level),
            ExposureFilter::Unknown => self.pick("unknown", "未知"),
        }
    }

    /// One sentence with numbers: who can get in, and how sure that is.
    pub fn exposure_sentence(self, exposure: &Exposure) -> String {
        let sentence = self.reach(&exposure.reach);
        match exposure.could_be {
            Some(worse) if exposure.level.is_some() => {
                let level = self.exposure_level(worse);
                match self {
                    Self::En => {
                        format!(
                            "{sentence} It could be {level}: not everything that matters was read."
                        )
                    }
                    Self::ZhCn => format!("{sentence}尚有未读取的信息，可能为“{level}”。"),
                }
            }
            _ => sentence,
        }
    }

    fn reach(self, reach: &Reach) -> String {
        match reach {
            Reach::Unknown { why } => {
                let why = why.as_ref().map(|why| self.unread(why));
                match (self, why) {
                    (Self::En, Some(why)) => format!("How it is entered is not known: {why}."),
                    (Self::ZhCn, Some(why)) => format!("访问方式未知：{why}。"),
                    (Self::En, None) => "How it is entered is not known: the cloud's word for it is not one we know.".to_owned(),
                    (Self::ZhCn, None) => "访问方式未知：云端返回了无法识别的值。".to_owned(),
                }
            }
            Reach::Password { public, everyone } => {
                self.asks_password(*public, *everyone).to_owned()
            }
            Reach::NotApplicable { public, everyone } => match self {
                Self::En => format!(
                    "Password-free access does not exist here. {}",
                    self.asks_password(*public, *everyone)
                ),
                Self::ZhCn => {
                    format!("此实例不支持免密访问。{}", self.asks_password(*public, *everyone))
                }
            },
            Reach::WholeVpc { vpc } => match self {
                Self::En => format!(
                    "Password-free, and the whitelist is skipped for VPC clients: everything that reaches {} can read and write.",
                    self.vpc(vpc)
                ),
                Self::ZhCn => format!(
                    "免密访问，且白名单对 VPC 客户端不生效：凡能连通{}的设备均可读写。",
                    self.vpc(vpc)
                ),
            },
            Reach::Whitelist { vpc, everyone: true, .. } => match self {
                Self::En => format!(
                    "Password-free, and the whitelist lets every address through: everything that reaches {} can read and write.",
                    self.vpc(vpc)
                ),
                Self::ZhCn => format!(
                    "免密访问，且白名单放行所有地址：凡能连通{}的设备均可读写。",
                    self.vpc(vpc)
                ),
            },
            Reach::Whitelist { addresses: 0, .. } => self
                .pick(
                    "Password-free, but the whitelist lets nobody in.",
                    "免密访问，但白名单未放行任何地址。",
                )
                .to_owned(),
            Reach::Whitelist { vpc, addresses, own, .. } => {
                let of_services = addresses.saturating_sub(*own);
                let count = self.addresses_of(*addresses);
                match self {
                    Self::En if of_services > 0 => format!(
                        "Password-free: {count} of {} can read and write, {} of them through groups of other cloud services.",
                        self.vpc(vpc),
                        self.number(of_services)
                    ),
                    Self::En => {
                        format!("Password-free: {count} of {} can read and write.", self.vpc(vpc))
                    }
                    Self::ZhCn if of_services > 0 => format!(
                        "免密访问：{}中{count}可读写，其中 {} 个来自其他云服务的分组。",
                        self.vpc(vpc).trim_start(),
                        self.number(of_services)
                    ),
                    Self::ZhCn => {
                        format!("免密访问：{}中{count}可读写。", self.vpc(vpc).trim_start())
                    }
                }
            }
            Reach::Uncounted { vpc } => match self {
                Self::En => format!(
                    "Password-free; from how many addresses of {} is not known.",
                    self.vpc(vpc)
                ),
                Self::ZhCn => {
                    format!("免密访问；{}中可访问的地址数量未知。", self.vpc(vpc).trim_start())
                }
            },
        }
    }

    const fn asks_password(self, public: bool, everyone: bool) -> &'static str {
        match (public, everyone) {
            (false, false) => self.pick("A password is asked of everybody.", "所有访问均需密码。"),
            (true, false) => self.pick(
                "A password is asked of everybody; whitelisted addresses on the internet may try one.",
                "所有访问均需密码；白名单中的公网地址可尝试登录。",
            ),
            (false, true) => self.pick(
                "A password is asked of everybody; the whitelist lets every address try one.",
                "所有访问均需密码；白名单放行所有地址。",
            ),
            (true, true) => self.pick(
                "A password is asked of everybody; everybody on the internet may try one.",
                "所有访问均需密码；公网任何地址均可尝试登录。",
            ),
        }
    }

    fn vpc(self, id: &str) -> String {
        match (self, id.is_empty()) {
            (Self::En, true) => "its VPC".to_owned(),
            (Self::ZhCn, true) => "其 VPC".to_owned(),
            (Self::En, false) => id.to_owned(),
            (Self::ZhCn, false) => format!(" {id} "),
        }
    }

    /// "3 addresses"; large numbers rounded to what matters.
    fn addresses_of(self, count: u64) -> String {
        let rounded = match count {
            0..10_000 => None,
            10_000..1_000_000 => Some(count / 1000 * 1000),
            _ => Some(count / 1_000_000 * 1_000_000),
        };
        let number = self.number(rounded.unwrap_or(count));
        let about = rounded.is_some_and(|rounded| rounded != count);
        match self {
            Self::En if count == 1 => "1 address".to_owned(),
            Self::En if about => format!("about {number} addresses"),
            Self::En => format!("{number} addresses"),
            Self::ZhCn if about => format!("约 {number} 个地址"),
            Self::ZhCn => format!(" {number} 个地址"),
        }
    }

    /// What a fact is called, and what it says.
    pub fn ground(self, ground: &Ground) -> (&'static str, String) {
        match ground {
            Ground::Access { state } => {
                (self.ground_access(), self.access_state(*state).to_owned())
            }
            Ground::WhitelistCounts { series, version, parameter, skipped } => {
                let counts = match skipped {
                    Some(true) => self.does_not_count(),
                    Some(false) => self.counts(),
                    None => self.may_not_count(),
                };
                let parameter = match parameter {
                    Fact::Known(WhitelistCheck::Absent) => String::new(),
                    Fact::Known(WhitelistCheck::Always) => {
                        ", #no_loose_check-whitelist-always=yes".to_owned()
                    }
                    Fact::Known(WhitelistCheck::SkippedInVpc) => {
                        ", #no_loose_check-whitelist-always=no".to_owned()
                    }
                    Fact::Unknown(why) => {
                        format!(", #no_loose_check-whitelist-always: {}", self.unread(why))
                    }
                };
                let text = format!("{counts} ({}, {version}{parameter})", self.series(*series));
                (self.ground_whitelist_counts(), text)
            }
            Ground::Whitelist { groups, addresses, everyone } => {
                let text = match (groups, addresses) {
                    (Fact::Unknown(why), _) | (_, Fact::Unknown(why)) => self.unread(why),
                    (Fact::Known(groups), Fact::Known(addresses)) => {
                        let who = if *everyone {
                            self.pick("every address", "所有地址").to_owned()
                        } else {
                            self.addresses_of(*addresses).trim().to_owned()
                        };
                        match self {
                            Self::En => format!(
                                "{who}, in {} {} of yours and {} of cloud services",
                                groups.own,
                                if groups.own == 1 { "group" } else { "groups" },
                                groups.system
                            ),
                            Self::ZhCn => format!(
                                "{who}，自建分组 {} 个，云服务分组 {} 个",
                                groups.own, groups.system
                            ),
                        }
                    }
                };
                (self.ground_whitelist(), text)
            }
            Ground::PublicEndpoint { addresses } => {
                let text = match addresses {
                    Fact::Unknown(why) => self.unread(why),
                    Fact::Known(addresses) if addresses.is_empty() => {
                        self.pick("none", "无").to_owned()
                    }
                    Fact::Known(addresses) => match self {
                        Self::En => {
                            format!("{} (a password is always asked there)", addresses.join(", "))
                        }
                        Self::ZhCn => format!("{}（公网访问始终需要密码）", addresses.join("、")),
                    },
                };
                (self.ground_public(), text)
            }
            Ground::Sentinel { access } => {
                let text = match access {
                    Fact::Unknown(why) => self.unread(why),
                    Fact::Known(access) => self.sentinel(access),
                };
                (self.ground_sentinel(), text)
            }
        }
    }

    fn sentinel(self, access: &SentinelAccess) -> String {
        match access.password_free {
            None => self.pick("not said by the cloud", "云端未返回").to_owned(),
            Some(false) => self.pick("off", "关闭").to_owned(),
            Some(true) if access.commands.is_empty() => {
                self.pick("on: Sentinel commands", "开启：Sentinel 命令").to_owned()
            }
            Some(true) => {
                let commands = access.commands.join(", ");
                match self {
                    Self::En => format!("on: Sentinel commands, and {commands}"),
                    Self::ZhCn => format!("开启：Sentinel 命令及 {commands}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whitelist(addresses: u64, own: u64, everyone: bool) -> Exposure {
        let vpc = "vpc-1".to_owned();
        Exposure {
            level: Some(ExposureLevel::High),
            could_be: None,
            reach: Reach::Whitelist { vpc, addresses, own, everyone },
            grounds: Vec::new(),
        }
    }

    #[test]
    fn a_sentence_has_its_numbers() {
        for (exposure, en, zh) in [
            (
                whitelist(65_536, 65_536, false),
                "Password-free: about 65,000 addresses of vpc-1 can read and write.",
                "免密访问：vpc-1 中约 65,000 个地址可读写。",
            ),
            (
                whitelist(1, 1, false),
                "Password-free: 1 address of vpc-1 can read and write.",
                "免密访问：vpc-1 中 1 个地址可读写。",
            ),
            (
                whitelist(40, 30, false),
                "Password-free: 40 addresses of vpc-1 can read and write, 10 of them through groups of other cloud services.",
                "免密访问：vpc-1 中 40 个地址可读写，其中 10 个来自其他云服务的分组。",
            ),
            (
                whitelist(0, 0, false),
                "Password-free, but the whitelist lets nobody in.",
                "免密访问，但白名单未放行任何地址。",
            ),
            (
                Exposure { could_be: Some(ExposureLevel::Critical), ..whitelist(2, 2, false) },
                "Password-free: 2 addresses of vpc-1 can read and write. It could be critical: not everything that matters was read.",
                "免密访问：vpc-1 中 2 个地址可读写。尚有未读取的信息，可能为“严重”。",
            ),
        ] {
            assert_eq!(Language::En.exposure_sentence(&exposure), en);
            assert_eq!(Language::ZhCn.exposure_sentence(&exposure), zh);
        }
    }
}
