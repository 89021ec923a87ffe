//! The cloud's own terms, in the words of its console.

use domain::fact::Unread;
use domain::instance::{Architecture, InstanceStatus, InstanceType, NetworkType, Series};

use super::{Language, words};

words! {
    instance_id: "Instance ID", "实例 ID";
    instance_name: "Instance name", "实例名称";
    account: "Account", "账号";
    region: "Region", "地域";
    zone: "Zone", "可用区";
    status: "Status", "状态";
    engine: "Engine", "引擎";
    network: "Network", "网络";
    engine_network: "Engine, network", "引擎、网络";
    vswitch: "vSwitch", "交换机";
    class: "Class", "规格";
    memory: "Memory", "内存";
    billing: "Billing method", "付费类型";
    created: "Created", "创建时间";
    tags: "Tags", "标签";
    resource_group: "Resource group", "资源组";
    maintenance_window: "Maintenance window", "可维护时间段";
    minor_version: "Minor version", "小版本";
    private_endpoint: "Private endpoint", "内网连接地址";
    public_endpoint: "Public endpoint", "公网连接地址";
    classic_endpoint: "Classic network endpoint", "经典网络连接地址";
    direct_endpoint: "Direct connection", "直连地址";
    default_account: "Default account", "默认账号";
    environment_label: "Environment", "环境";
    whitelist: "Whitelist", "白名单";
    whitelist_group: "Group", "分组";
    addresses: "Addresses", "地址";
    whitelist_kind: "Kind", "类型";
    whitelist_own: "yours", "自有";
    whitelist_system: "system", "系统";
    whitelist_hidden: "system, hidden", "系统，隐藏";
    unparsed_entry: "cannot be read", "无法解析";
    latest_minor: "latest", "最新";
    minor_upgrade: "an upgrade is available", "可升级";
}

impl Language {
    /// As the cloud's console labels it; what the console has no label for stays the cloud's word.
    pub(crate) fn instance_status(self, status: &InstanceStatus) -> String {
        use InstanceStatus as S;
        let label = match status {
            S::Normal => self.pick("Running", "运行中"),
            S::Creating => self.pick("Creating", "创建中"),
            S::Changing => self.pick("Changing configuration", "配置变更中"),
            S::Inactive => self.pick("Disabled", "被禁用"),
            S::Flushing => self.pick("Flushing", "清除中"),
            S::Released => self.pick("Released", "已释放"),
            S::Transforming => self.pick("Converting", "转换中"),
            S::Unavailable => self.pick("Unavailable", "服务停止"),
            S::Error => self.pick("Creation failed", "创建失败"),
            S::Migrating => self.pick("Migrating", "迁移中"),
            S::BackupRecovering => self.pick("Restoring a backup", "备份恢复中"),
            S::MinorVersionUpgrading => self.pick("Updating minor version", "小版本升级中"),
            S::NetworkModifying => self.pick("Configuring network", "网络变更中"),
            S::SslModifying => self.pick("Configuring TLS", "SSL 变更中"),
            S::MajorVersionUpgrading => self.pick("Upgrading major version", "大版本升级中"),
            S::Rebooting => self.pick("Restarting", "重启中"),
            S::HaSwitching => self.pick("Switching over", "主备切换中"),
            S::ZoneMigrating => self.pick("Migrating zones", "可用区迁移中"),
            S::CleaningUpExpiredData => self.pick("Removing expired keys", "过期数据清理中"),
            S::Other(word) => return word.clone(),
        };
        label.to_owned()
    }

    pub(crate) fn network_type(self, network: &NetworkType) -> String {
        match network {
            NetworkType::Vpc => self.pick("VPC", "专有网络").to_owned(),
            NetworkType::Classic => self.pick("Classic network", "经典网络").to_owned(),
            NetworkType::Other(word) => word.clone(),
        }
    }

    pub(crate) fn architecture(self, architecture: &Architecture) -> String {
        match architecture {
            Architecture::Standard => self.pick("standard", "标准版").to_owned(),
            Architecture::Cluster => self.pick("cluster", "集群版").to_owned(),
            Architecture::Rwsplit => self.pick("read/write splitting", "读写分离版").to_owned(),
            Architecture::Other(word) => word.clone(),
        }
    }

    pub(crate) fn engine_name(self, kind: &InstanceType) -> String {
        match kind {
            InstanceType::Redis => "Redis".to_owned(),
            InstanceType::Tair => "Tair".to_owned(),
            InstanceType::Memcache => "Memcache".to_owned(),
            InstanceType::Other(word) => word.clone(),
        }
    }

    pub(crate) const fn series(self, series: Series) -> &'static str {
        match series {
            Series::Classic => self.pick("local disk", "经典版（本地盘）"),
            Series::CloudNative => self.pick("cloud-native", "云原生版（云盘）"),
            Series::Unknown => self.pick("series unknown", "部署形态未知"),
        }
    }

    /// Why something is not known, in a few words.
    pub fn unread(self, why: &Unread) -> String {
        let (text, code) = match why {
            Unread::NotYet => (self.pick("not read yet", "尚未读取"), None),
            Unread::TimedOut => {
                (self.pick("the cloud did not answer in time", "云端未及时响应"), None)
            }
            Unread::Unreachable => {
                (self.pick("the cloud could not be reached", "无法连接云端"), None)
            }
            Unread::Denied(code) => (self.pick("no permission", "无权限"), Some(code)),
            Unread::Throttled(code) => {
                (self.pick("the cloud asked us to slow down", "云端限流"), Some(code))
            }
            Unread::NotFound => {
                (self.pick("the cloud does not know this instance", "云端无此实例"), None)
            }
            Unread::Refused(code) => (self.pick("the cloud refused", "云端拒绝"), Some(code)),
            Unread::NoCredential => {
                (self.pick("the account has no working key", "该账号没有可用密钥"), None)
            }
            Unread::Incomplete => (
                self.pick(
                    "its pages did not agree; it may be incomplete",
                    "分页结果不一致，可能不完整",
                ),
                None,
            ),
        };
        code.map_or_else(|| text.to_owned(), |code| format!("{text} ({code})"))
    }
}
