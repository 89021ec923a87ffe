//! What people call their instances, and which tags they put on them.

use crate::seed::Dice;
use crate::world::Word;

const SUBJECTS: [&str; 40] = [
    "orders",
    "sessions",
    "carts",
    "payments",
    "inventory",
    "search",
    "profiles",
    "feed",
    "notify",
    "risk",
    "pricing",
    "coupons",
    "catalog",
    "gateway",
    "billing",
    "logistics",
    "messages",
    "ranking",
    "live",
    "ads",
    "reviews",
    "returns",
    "warehouse",
    "loyalty",
    "checkout",
    "media",
    "geo",
    "tokens",
    "captcha",
    "config",
    "metrics",
    "scheduler",
    "export",
    "partners",
    "invoices",
    "recommend",
    "identity",
    "wallet",
    "chat",
    "comments",
];
const ROLES: [&str; 9] =
    ["cache", "cache", "cache", "store", "queue", "locks", "counter", "sessions", "leaderboard"];
const CHINESE_SUBJECTS: [&str; 10] =
    ["订单", "会员", "支付", "库存", "营销", "搜索", "物流", "风控", "直播", "消息"];
const CHINESE_ROLES: [&str; 5] = ["缓存", "会话", "队列", "排行榜", "计数器"];
const TEAMS: [&str; 8] =
    ["payments", "identity", "growth", "logistics", "search", "platform", "data", "content"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Environment {
    Production,
    Staging,
    Development,
    /// Nobody tagged it.
    Unlabelled,
}

/// A name and the environment it lives in. `number` keeps names of one account apart.
pub(super) fn name(dice: &mut Dice, number: usize) -> (String, Environment) {
    let environment = match dice.below(100) {
        0..45 => Environment::Production,
        45..65 => Environment::Staging,
        65..90 => Environment::Development,
        _ => Environment::Unlabelled,
    };
    let number = number / 12;
    let counted = if number == 0 { String::new() } else { format!("-{number:02}") };
    let name = if dice.chance(12) {
        let (subject, role) = (dice.pick(&CHINESE_SUBJECTS), dice.pick(&CHINESE_ROLES));
        format!("{subject}-{}-{role}{counted}", environment.chinese())
    } else {
        let (subject, role) = (dice.pick(&SUBJECTS), dice.pick(&ROLES));
        format!("{subject}-{role}{}{counted}", environment.suffix())
    };
    (name, environment)
}

/// The environment, and often more.
pub(super) fn tags(dice: &mut Dice, environment: Environment) -> Vec<(Word, Word)> {
    let mut tags: Vec<(Word, Word)> = Vec::new();
    if let Some(value) = environment.tag() {
        tags.push(("environment".into(), value.into()));
    }
    if dice.chance(70) {
        tags.push(("team".into(), (*dice.pick(&TEAMS)).into()));
    }
    if dice.chance(20) {
        tags.push(("cost-center".into(), (*dice.pick(&["4711", "4712", "8080", "9001"])).into()));
    }
    if dice.chance(5) {
        tags.push(("负责人".into(), "张伟".into()));
    }
    tags
}

impl Environment {
    pub fn tag(self) -> Option<&'static str> {
        match self {
            Self::Production => Some("production"),
            Self::Staging => Some("staging"),
            Self::Development => Some("development"),
            Self::Unlabelled => None,
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Production | Self::Unlabelled => "",
            Self::Staging => "-staging",
            Self::Development => "-dev",
        }
    }

    fn chinese(self) -> &'static str {
        match self {
            Self::Production | Self::Unlabelled => "生产",
            Self::Staging => "预发",
            Self::Development => "开发",
        }
    }
}
