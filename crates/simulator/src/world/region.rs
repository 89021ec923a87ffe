//! The regions a simulated cloud has, taken from the published table in an order a company would
//! choose them in.

use serde::Deserialize;

const TABLE: &str = include_str!("../../../../fixtures/regions.json");

/// The first regions of a fleet; the others follow in the order of the table.
const FIRST: [&str; 6] =
    ["cn-hangzhou", "cn-shanghai", "cn-beijing", "cn-shenzhen", "ap-southeast-1", "eu-central-1"];

/// Region → what instance IDs begin with there.
const HINTS: [(&str, &str); 19] = [
    ("cn-hangzhou", "bp1"),
    ("cn-shanghai", "uf6"),
    ("cn-beijing", "2ze"),
    ("cn-shenzhen", "wz9"),
    ("cn-qingdao", "m5e"),
    ("cn-zhangjiakou", "8vb"),
    ("cn-huhehaote", "hp3"),
    ("cn-chengdu", "2vc"),
    ("cn-hongkong", "j6c"),
    ("ap-southeast-1", "t4n"),
    ("ap-southeast-3", "8ps"),
    ("ap-southeast-5", "k1a"),
    ("ap-northeast-1", "6we"),
    ("eu-central-1", "gw8"),
    ("eu-west-1", "d7o"),
    ("us-east-1", "0xi"),
    ("us-west-1", "rj9"),
    ("me-east-1", "eb3"),
    ("ap-southeast-7", "0jo"),
];

#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub id: String,
    pub name_en: String,
    pub name_zh: String,
    pub endpoint: String,
    pub zones: Vec<String>,
    /// What instance IDs begin with here.
    pub hint: String,
}

#[derive(Deserialize)]
struct Row {
    region_id: String,
    local_name_en: String,
    local_name_zh: String,
    endpoint: String,
    closed: bool,
}

/// The first `count` open regions; fewer if there are not so many.
pub(crate) fn take(count: usize) -> Result<Vec<Region>, serde_json::Error> {
    let mut rows: Vec<Row> = serde_json::from_str(TABLE)?;
    rows.retain(|row| !row.closed);
    rows.sort_by_key(|row| {
        FIRST.iter().position(|first| *first == row.region_id).unwrap_or(FIRST.len())
    });
    Ok(rows.into_iter().take(count).map(Region::from).collect())
}

impl From<Row> for Region {
    fn from(row: Row) -> Self {
        let mainland = row.region_id.starts_with("cn-");
        let letters = if mainland { ["h", "i", "k"] } else { ["a", "b", "c"] };
        let dash = if mainland { "-" } else { "" };
        let zones =
            letters.iter().map(|letter| format!("{}{dash}{letter}", row.region_id)).collect();
        let hint =
            HINTS.iter().find(|(id, _)| *id == row.region_id).map_or("xx1", |(_, hint)| hint);
        Self {
            zones,
            hint: hint.to_owned(),
            name_en: row.local_name_en,
            name_zh: row.local_name_zh,
            endpoint: row.endpoint,
            id: row.region_id,
        }
    }
}
