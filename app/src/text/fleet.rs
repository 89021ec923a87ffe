//! The fleet as a whole: counts, events, accounts.

use domain::access::AccessState;
use domain::change::ChangeState;
use domain::environment::Environment;
use domain::exposure::ExposureLevel;
use domain::inventory::{FactKind, FleetEvent};
use domain::time::Timestamp;

use super::{Language, words};

words! {
    overview: "Overview", "概览";
    by_access: "How they are entered", "访问方式";
    by_account: "By account", "按账号";
    by_region: "By region", "按地域";
    by_environment: "By environment", "按环境";
    by_version: "By version", "按版本";
    count_column: "Instances", "实例数";
    share_column: "Share", "占比";
    value_column: "Value", "值";
    needs_a_look: "Needs a look", "需要关注";
    needs_nothing: "Nothing needs a look", "无需关注";
    needs_nothing_text: "No instance that was read is exposed, and none could be worse than it looks.",
        "已读取的实例均无暴露，也不存在可能更严重的情况。";
    lately: "What changed lately", "最近变化";
    nothing_lately: "Nothing changed so far", "暂无变化";
    nothing_lately_text: "What becomes different in the cloud appears here, with before and after.",
        "云端发生的变化会显示在这里，并附变化前后的值。";
    see_all: "See all", "查看全部";
    what_column: "What", "内容";
    before_column: "Before", "之前";
    after_column: "After", "之后";
    accounts: "Accounts", "账号";
    identity: "Identity", "身份";
    identity_unknown: "not read yet", "尚未读取";
    cloud_account: "Alibaba Cloud account", "阿里云账号";
    regions_answered: "Regions", "地域";
    each_region: "Each region", "各地域情况";
    last_success: "Last success", "上次成功";
    never: "never", "从未";
    problem_column: "Problem", "问题";
    call_limits: "Limits of calls that were met", "已触及的调用限流";
    call_limits_none: "The cloud has refused no call for its rate.", "云端尚未因频率限制拒绝任何调用。";
    action_column: "Action", "操作";
    limit_column: "Let through", "允许频率";
    throttled_column: "Refused", "被拒绝次数";
    missing_permissions: "Missing permissions", "缺少的权限";
    no_missing_permissions: "None that was noticed. The command latchkey doctor tries each.", "尚未发现。可运行 latchkey doctor 逐项检查。";
    everything_answers: "everything answers", "一切正常";
    not_in_configuration: "Which accounts there are stands in latchkey.toml.", "账号在 latchkey.toml 中配置。";
    unread_facts: "Could not be read", "未能读取";
}

impl Language {
    /// What became different.
    pub(crate) fn event_field(self, field: &str) -> &'static str {
        match field {
            "appeared" => self.pick("Appeared in the cloud", "在云端出现"),
            "released" => self.pick("Released", "已释放"),
            "access" => self.pick("Access", "访问方式"),
            "exposure" => self.pick("Exposure", "暴露面"),
            "status" => self.pick("Status", "状态"),
            "name" => self.pick("Name", "名称"),
            "version" => self.pick("Version", "版本"),
            "class" => self.pick("Class", "规格"),
            "network" => self.pick("Network", "网络"),
            "environment" => self.pick("Environment", "环境"),
            "whitelist" => self.pick("Whitelist", "白名单"),
            "endpoints" => self.pick("Endpoints", "连接地址"),
            "minor-version" => self.pick("Minor version", "小版本"),
            "whitelist-check" => self.pick("Whitelist for VPC clients", "白名单对 VPC 客户端"),
            "sentinel" => self.pick("Sentinel without a password", "Sentinel 免密"),
            "ends" => self.pick("End put off", "延长开启时间"),
            "change" => self.pick("Change through this portal", "本门户的变更"),
            _ => self.pick("Other", "其他"),
        }
    }

    /// A value of an event: our words where it is one of our codes, else as it was read.
    pub(crate) fn event_value(self, event: &FleetEvent, value: Option<&str>) -> String {
        let Some(value) = value else { return String::new() };
        let known = match event.field.as_str() {
            "access" => value.parse::<AccessState>().ok().map(|state| self.access_state(state)),
            "exposure" => {
                value.parse::<ExposureLevel>().ok().map(|level| self.exposure_level(level))
            }
            "environment" => value.parse::<Environment>().ok().map(|word| self.environment(word)),
            "ends" => {
                let at = value.parse().ok().map(Timestamp::from_millis);
                return at.map_or_else(|| value.to_owned(), |at| self.moment(at));
            }
            "change" => value.parse::<ChangeState>().ok().map(|state| self.change_state(state)),
            _ => None,
        };
        known.map_or_else(|| value.to_owned(), ToOwned::to_owned)
    }

    pub(crate) fn change_state(self, state: ChangeState) -> &'static str {
        match state {
            ChangeState::Verified => self.pick("verified", "已验证"),
            ChangeState::Failed => self.pick("failed", "失败"),
            ChangeState::Refused => self.pick("refused", "被拒绝"),
            ChangeState::Diverged => self.pick("diverged", "结果不一致"),
            ChangeState::Unknown | ChangeState::Reconciling => {
                self.pick("result unknown", "结果未知")
            }
            ChangeState::Rejected | ChangeState::Expired | ChangeState::Cancelled => {
                self.pick("not done", "未执行")
            }
            _ => self.pick("under way", "进行中"),
        }
    }

    pub(crate) fn fact_kind(self, kind: FactKind) -> &'static str {
        match kind {
            FactKind::Attribute => self.pick("Mode and attributes", "模式和属性"),
            FactKind::Whitelist => self.whitelist(),
            FactKind::Endpoints => self.pick("Endpoints", "连接地址"),
            FactKind::Release => self.minor_version(),
            FactKind::WhitelistCheck => {
                self.pick("Whitelist for VPC clients", "白名单对 VPC 客户端")
            }
            FactKind::Sentinel => self.pick("Sentinel without a password", "Sentinel 免密"),
        }
    }

    /// `12 of 14 answered`
    pub(crate) fn n_of_m_answered(self, answered: usize, all: usize) -> String {
        match self {
            Self::En => format!("{answered} of {all} answered"),
            Self::ZhCn => format!("{answered} / {all} 已响应"),
        }
    }

    /// `200 in 60 s`
    pub(crate) fn calls_in(self, calls: i32, seconds: i32) -> String {
        match self {
            Self::En => format!("{calls} in {seconds} s"),
            Self::ZhCn => format!("{seconds} 秒内 {calls} 次"),
        }
    }

    /// `3.4 %`, without decimals from 10 on.
    pub(crate) fn share(self, part: i64, whole: i64) -> String {
        if whole <= 0 || part <= 0 {
            return "0 %".to_owned();
        }
        let thousandths = (part.saturating_mul(2000) / whole + 1) / 2;
        match thousandths {
            0 => "< 0.1 %".to_owned(),
            1..100 => format!("{}.{} %", thousandths / 10, thousandths % 10),
            _ => format!("{} %", (thousandths + 5) / 10),
        }
    }

    /// `34 instances: timed out`
    pub(crate) fn n_failed(self, count: i64, why: &str) -> String {
        let number = self.count(count);
        match (self, count) {
            (Self::En, 1) => format!("1 instance: {why}"),
            (Self::En, _) => format!("{number} instances: {why}"),
            (Self::ZhCn, _) => format!("{number} 个实例：{why}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_share_is_not_nothing() {
        let share = |part| Language::En.share(part, 10_000);
        assert_eq!(
            [0, 1, 15, 999, 1000, 10_000].map(share),
            ["0 %", "< 0.1 %", "0.2 %", "10 %", "10 %", "100 %"]
        );
    }
}
