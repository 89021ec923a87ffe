//! Preflight checks: what was looked at, and the fact.

use domain::fact::Fact;
use domain::instance::{InstanceStatus, Series};
use domain::preflight::{Check, CheckKind, Verdict};

use super::{Language, words};

words! {
    verdict_passes: "passes", "通过";
    verdict_warns: "warns", "警告";
    verdict_blocks: "blocks", "阻止";
    upgrade_minor: "Upgrade the minor version", "升级小版本";
}

/// The cloud's page on upgrading the minor version.
pub(crate) const UPGRADE_MINOR_URL: &str =
    "https://www.alibabacloud.com/help/en/redis/user-guide/update-the-minor-version-of-an-instance";

impl Language {
    pub(crate) const fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Passes => self.verdict_passes(),
            Verdict::Warns => self.verdict_warns(),
            Verdict::Blocks => self.verdict_blocks(),
        }
    }

    pub(crate) fn n_of_m_pass(self, passed: usize, total: usize) -> String {
        match (self, passed == total) {
            (Self::En, true) => format!("All {total} checks pass"),
            (Self::En, false) => format!("{passed} of {total} checks pass"),
            (Self::ZhCn, true) => format!("全部 {total} 项检查通过"),
            (Self::ZhCn, false) => format!("{total} 项检查中 {passed} 项通过"),
        }
    }

    /// What a check found, as a title.
    pub fn check_title(self, check: &Check) -> String {
        let passes = check.verdict == Verdict::Passes;
        let blocks = check.verdict == Verdict::Blocks;
        let title =
            match &check.kind {
                CheckKind::InstanceReadable { .. } => {
                    self.pick("The instance could not be read", "无法读取实例")
                }
                CheckKind::InstanceStatus { .. } if passes => {
                    self.pick("The instance is running", "实例运行中")
                }
                CheckKind::InstanceStatus { .. } => {
                    self.pick("The instance is not ready for a change", "实例当前无法变更")
                }
                CheckKind::EngineType { .. } if passes => {
                    self.pick("The engine has this mode", "引擎支持此模式")
                }
                CheckKind::EngineType { .. } => {
                    self.pick("The engine may not have this mode", "引擎可能不支持此模式")
                }
                CheckKind::NetworkType { .. } if passes => self.pick("In a VPC", "位于专有网络"),
                CheckKind::NetworkType { .. } => self.pick("Not in a VPC", "不在专有网络中"),
                CheckKind::AccessState { .. } if passes => {
                    self.pick("The present state is known", "当前状态已知")
                }
                CheckKind::AccessState { .. } => {
                    self.pick("The present state is not known", "当前状态未知")
                }
                CheckKind::AlreadyInMode { .. } => {
                    self.pick("Already so: no call will be made", "已是目标状态：不会发起调用")
                }
                CheckKind::WhitelistSet { .. } if passes => {
                    self.pick("A whitelist is set", "已设置白名单")
                }
                CheckKind::WhitelistSet { groups: Fact::Unknown(_) } => {
                    self.pick("The whitelist could not be read", "无法读取白名单")
                }
                CheckKind::WhitelistSet { .. } => self.pick("No whitelist is set", "未设置白名单"),
                CheckKind::WhitelistScope { .. } if passes => {
                    self.pick("No group admits everyone", "没有分组允许所有地址")
                }
                CheckKind::WhitelistScope { open_groups: Fact::Unknown(_) } => self
                    .pick("It is not known who the whitelist admits", "无法得知白名单允许谁访问"),
                CheckKind::WhitelistScope { .. } => {
                    self.pick("The whitelist admits everyone", "白名单允许所有地址")
                }
                CheckKind::WhitelistWidth { .. } if passes => {
                    self.pick("The whitelist is tight", "白名单范围较小")
                }
                CheckKind::WhitelistWidth { .. } => self.pick("Wide whitelist", "白名单范围较大"),
                CheckKind::WhitelistSkipped { .. } if passes => self.pick(
                    "The whitelist stays in force for VPC clients",
                    "白名单对 VPC 客户端仍然生效",
                ),
                CheckKind::WhitelistSkipped { .. } => self
                    .pick("Clients of the VPC will skip the whitelist", "VPC 内客户端将绕过白名单"),
                CheckKind::PublicEndpoint { .. } if passes => {
                    self.pick("The public endpoint is not affected", "公网连接地址不受影响")
                }
                CheckKind::PublicEndpoint { endpoints: Fact::Unknown(_), .. } => self.pick(
                    "It is not known whether there is a public endpoint",
                    "不清楚是否有公网连接地址",
                ),
                CheckKind::PublicEndpoint { .. } => {
                    self.pick("There is a public endpoint", "存在公网连接地址")
                }
            };
        debug_assert!(!(passes && blocks));
        title.to_owned()
    }

    /// The fact it looked at, and what follows from it.
    pub fn check_fact(self, check: &Check) -> String {
        match &check.kind {
            CheckKind::InstanceReadable { why } => self.unread(why),
            CheckKind::InstanceStatus { status: InstanceStatus::Normal } => "Normal".to_owned(),
            CheckKind::InstanceStatus { status } => match self {
                Self::En => format!("its status is {status}; it must be Normal"),
                Self::ZhCn => format!("状态为 {status}，必须为 Normal"),
            },
            CheckKind::EngineType { kind } => self.engine_name(kind),
            CheckKind::NetworkType { network, vpc } => {
                let network = self.network_type(network);
                if vpc.is_empty() { network } else { format!("{network}, {vpc}") }
            }
            CheckKind::AccessState { state, raw } => match raw {
                Some(raw) => format!("{} (VpcAuthMode={raw})", self.access_state(*state)),
                None => format!("{} ({})", self.access_state(*state), self.raw_missing()),
            },
            CheckKind::AlreadyInMode { state } => self.access_state(*state).to_owned(),
            CheckKind::WhitelistSet { groups } => self.whitelist_set(groups),
            CheckKind::WhitelistScope { open_groups } => self.whitelist_scope(open_groups),
            CheckKind::WhitelistWidth { v4_addresses, widest } => {
                self.whitelist_width(v4_addresses, widest.as_deref())
            }
            CheckKind::WhitelistSkipped { series, version, parameter } => {
                let parameter = match parameter.known() {
                    Some(parameter) => self.whitelist_check(*parameter),
                    None => self.pick(
                        "#no_loose_check-whitelist-always could not be read",
                        "无法读取 #no_loose_check-whitelist-always",
                    ),
                };
                if *series == Series::CloudNative {
                    format!("{version}, {}", self.series(*series))
                } else {
                    format!("{version}, {}; {parameter}", self.series(*series))
                }
            }
            CheckKind::PublicEndpoint { version, endpoints } => match endpoints {
                Fact::Unknown(why) => self.unread(why),
                Fact::Known(public) if public.is_empty() => {
                    self.pick("there is none", "没有公网连接地址").to_owned()
                }
                Fact::Known(public) => {
                    self.public_endpoint_fact(check.verdict, version.as_str(), &public.join(", "))
                }
            },
        }
    }

    fn whitelist_set(self, groups: &Fact<usize>) -> String {
        match groups {
            Fact::Unknown(why) => self.unread(why),
            Fact::Known(0) => self
                .pick(
                    "it is empty or holds only 127.0.0.1, which admits nobody",
                    "为空或仅包含 127.0.0.1，不允许任何客户端",
                )
                .to_owned(),
            Fact::Known(groups) => match self {
                Self::En => {
                    format!("{groups} {} of yours", if *groups == 1 { "group" } else { "groups" })
                }
                Self::ZhCn => format!("{groups} 个自有分组"),
            },
        }
    }

    fn whitelist_scope(self, open_groups: &Fact<Vec<String>>) -> String {
        match open_groups {
            Fact::Unknown(why) => self.unread(why),
            Fact::Known(groups) if groups.is_empty() => {
                self.pick("0.0.0.0/0 is in no group", "没有分组包含 0.0.0.0/0").to_owned()
            }
            Fact::Known(groups) => match self {
                Self::En => format!("0.0.0.0/0 by {}; remove it first", groups.join(", ")),
                Self::ZhCn => format!("分组 {} 包含 0.0.0.0/0，请先移除", groups.join("、")),
            },
        }
    }

    fn whitelist_width(self, v4: &Fact<u64>, widest: Option<&str>) -> String {
        match v4 {
            Fact::Unknown(why) => self.unread(why),
            Fact::Known(v4) => {
                let count = self.number(*v4);
                match (self, widest) {
                    (Self::En, Some(widest)) => {
                        format!("{count} addresses; the widest block is {widest}")
                    }
                    (Self::En, None) => format!("{count} addresses"),
                    (Self::ZhCn, Some(widest)) => format!("{count} 个地址，最大地址段为 {widest}"),
                    (Self::ZhCn, None) => format!("{count} 个地址"),
                }
            }
        }
    }

    const fn whitelist_check(self, parameter: domain::cloud::WhitelistCheck) -> &'static str {
        use domain::cloud::WhitelistCheck;
        match parameter {
            WhitelistCheck::Always => "#no_loose_check-whitelist-always=yes",
            WhitelistCheck::SkippedInVpc => "#no_loose_check-whitelist-always=no",
            WhitelistCheck::Absent => self.pick(
                "#no_loose_check-whitelist-always is not among its parameters",
                "没有参数 #no_loose_check-whitelist-always",
            ),
        }
    }

    fn public_endpoint_fact(self, verdict: Verdict, version: &str, endpoints: &str) -> String {
        if verdict == Verdict::Passes {
            return match self {
                Self::En => format!("{endpoints} keeps asking for the password"),
                Self::ZhCn => format!("{endpoints} 仍然需要密码"),
            };
        }
        match (self, version) {
            (Self::En, "4.0") => {
                format!(
                    "{endpoints} works and still asks for the password; if it does not, upgrade the minor version"
                )
            }
            (Self::ZhCn, "4.0") => {
                format!("{endpoints} 可用且仍需密码；若不需要密码，请升级小版本")
            }
            (Self::En, _) => {
                format!("{endpoints} may be unavailable while password-free access is on")
            }
            (Self::ZhCn, _) => format!("开启免密访问期间 {endpoints} 可能不可用"),
        }
    }
}
