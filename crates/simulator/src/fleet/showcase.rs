//! One instance for each thing worth showing, with a name that says what. The README has the same
//! table.
//!
//! To add one: one line in [`SHOWCASE`], one in the README.

use super::{plain, whitelists};
use crate::world::{Instance, Model, PublicEndpoint, WhitelistGroup, Word};
use serde_json::{Value, json};

/// How an instance of the showcase differs from a plain one.
struct Exhibit {
    id: &'static str,
    name: &'static str,
    /// Which region, counted from the first.
    region: usize,
    class: &'static str,
    environment: Option<&'static str>,
    whitelist: fn() -> Vec<WhitelistGroup>,
    more: fn(&mut Instance),
}

const ORDERS: Exhibit = Exhibit {
    id: "r-bp1ordersdev0001",
    name: "orders-cache-dev",
    region: 0,
    class: "redis.shard.small.2.ce",
    environment: Some("development"),
    whitelist: whitelists::tight,
    more: |_| {},
};

/// The name that fills the cloud's limit.
const LONGEST: &str = "regional-customer-entitlements-and-subscription-snapshot-cache-for-the-mobile-and-web-storefronts-of-all-brands-blue-green-zone1";

const SHOWCASE: &[Exhibit] = &[
    ORDERS,
    Exhibit {
        id: "r-uf6sessions00001",
        name: "sessions-prod",
        region: 1,
        environment: Some("production"),
        ..ORDERS
    },
    Exhibit {
        id: "r-2zeinventory0001",
        name: "inventory-cache",
        region: 2,
        class: "redis.master.small.default",
        environment: Some("production"),
        whitelist: whitelists::usual,
        more: |it| it.vpc_auth_mode = Some("Close".into()),
    },
    Exhibit {
        id: "r-uf6catalogdev001",
        name: "catalog-cache-dev",
        region: 1,
        more: |it| it.vpc_auth_mode = Some("Close".into()),
        ..ORDERS
    },
    Exhibit {
        id: "r-bp1partners00001",
        name: "partners-gateway-cache",
        whitelist: whitelists::open,
        environment: Some("staging"),
        ..ORDERS
    },
    Exhibit {
        id: "r-bp1fresh00000001",
        name: "fresh-cache",
        whitelist: whitelists::untouched,
        ..ORDERS
    },
    Exhibit {
        id: "r-bp1bare000000001",
        name: "bare-cache",
        whitelist: whitelists::empty,
        ..ORDERS
    },
    Exhibit {
        id: "r-2zelegacy0000001",
        name: "legacy-counter",
        region: 2,
        class: "redis.master.mid.default",
        environment: Some("production"),
        whitelist: whitelists::usual,
        more: |it| {
            it.network_type = "CLASSIC".into();
            it.vpc_auth_mode = None;
        },
    },
    Exhibit {
        id: "r-2zefragments0001",
        name: "page-fragments",
        region: 2,
        class: "memcache.master.small.default",
        environment: Some("production"),
        whitelist: whitelists::usual,
        more: |it| it.vpc_auth_mode = None,
    },
    Exhibit {
        id: "r-uf6archive000001",
        name: "archive-on-disk",
        region: 1,
        class: "tair.essd.standard.xlarge",
        environment: Some("staging"),
        ..ORDERS
    },
    Exhibit {
        id: "r-wz9resizing00001",
        name: "search-cache-resizing",
        region: 3,
        environment: Some("staging"),
        more: |it| it.status = "Changing".into(),
        ..ORDERS
    },
    Exhibit {
        id: "r-t4nmobile0000001",
        name: "mobile-tokens",
        region: 4,
        class: "redis.master.mid.default",
        environment: Some("production"),
        more: |it| it.public = Some(PublicEndpoint::made_up(4)),
        ..ORDERS
    },
    Exhibit {
        id: "r-t4nweb0000000001",
        name: "web-sessions",
        region: 4,
        class: "redis.master.small.default",
        environment: Some("staging"),
        more: |it| it.public = Some(PublicEndpoint::made_up(5)),
        ..ORDERS
    },
    Exhibit {
        id: "r-gw8carts00000001",
        name: "carts-since-2015",
        region: 5,
        class: "redis.master.stand.default",
        environment: Some("production"),
        whitelist: whitelists::usual,
        ..ORDERS
    },
    Exhibit {
        id: "r-gw8guarded000001",
        name: "profiles-cache-dev",
        region: 5,
        class: "redis.master.small.default",
        more: |it| it.check_whitelist_always = "yes".into(),
        ..ORDERS
    },
    Exhibit {
        id: "r-gw8unguarded0001",
        name: "reviews-cache-dev",
        region: 5,
        class: "redis.logic.sharding.2g.2db.0rodb.4proxy.default",
        ..ORDERS
    },
    Exhibit { id: "r-bp1nolabel000001", name: "billing-cache", environment: None, ..ORDERS },
    Exhibit {
        id: "r-wz9oddmode000001",
        name: "odd-mode",
        region: 3,
        more: |it| it.vpc_auth_mode = Some("Ajar".into()),
        ..ORDERS
    },
    Exhibit {
        id: "r-wz9oddvalues0001",
        name: "odd-values",
        region: 3,
        more: |it| {
            it.status = "Hibernating".into();
            it.kind = "Valkey".into();
            it.engine_version = "9.9".into();
        },
        ..ORDERS
    },
    Exhibit {
        id: "r-wz9oddshapes0001",
        name: "odd-shapes",
        region: 3,
        more: |it| {
            set(it, "Port", json!("6379"));
            set(it, "Capacity", json!("1024"));
            set(it, "Tags", Value::Null);
            set(it, "ConnectionDomain", Value::Null);
        },
        ..ORDERS
    },
    Exhibit { id: "r-wz9hostile000001", name: "<img src=x onerror=alert(1)>", region: 3, ..ORDERS },
    Exhibit { id: "r-wz9hostile000002", name: "invoices-\u{202E}ehcac", region: 3, ..ORDERS },
    Exhibit { id: "r-wz9hostile000003", name: LONGEST, region: 3, ..ORDERS },
    Exhibit { id: "r-wz9hostile000004", name: "=cmd|' /C calc'!A0", region: 3, ..ORDERS },
    Exhibit {
        id: "r-bp1dingdan000001",
        name: "订单-预发-缓存",
        environment: Some("staging"),
        ..ORDERS
    },
    Exhibit {
        id: "r-uf6huiyuan000001",
        name: "会员-生产-会话",
        region: 1,
        class: "tair.rdb.with.proxy.1g",
        environment: Some("production"),
        ..ORDERS
    },
    Exhibit {
        id: "r-bp1yingxiao00001",
        name: "营销-开发-排行榜",
        class: "redis.logic.splitrw.small.1db.3rodb.4proxy.default",
        ..ORDERS
    },
    Exhibit { id: "r-throttled0000001", name: "r-throttled-carts", ..ORDERS },
    Exhibit { id: "r-denied0000000001", name: "r-denied-wallet", ..ORDERS },
    Exhibit { id: "r-slow000000000001", name: "r-slow-search", ..ORDERS },
    Exhibit { id: "r-fails00000000001", name: "r-fails-feed", ..ORDERS },
    Exhibit { id: "r-lost000000000001", name: "r-lost-coupons", ..ORDERS },
    Exhibit { id: "r-reset00000000001", name: "r-reset-ranking", ..ORDERS },
    Exhibit { id: "r-never00000000001", name: "r-never-notify", ..ORDERS },
];

/// The showcase, in the first account. With fewer regions, several share one.
pub(super) fn instances(regions: usize) -> impl Iterator<Item = Instance> {
    SHOWCASE.iter().map(move |exhibit| {
        let region = u16::try_from(exhibit.region % regions).unwrap_or(0);
        let mut instance =
            plain(exhibit.id, exhibit.name, 0, region, Model::of_class(exhibit.class));
        instance.whitelist = (exhibit.whitelist)();
        instance.tags = tags(exhibit.environment);
        (exhibit.more)(&mut instance);
        instance
    })
}

fn tags(environment: Option<&'static str>) -> Vec<(Word, Word)> {
    let environment = environment.map(|value| ("environment".into(), value.into()));
    environment.into_iter().chain([("team".into(), "showcase".into())]).collect()
}

/// Fields of the showcase are spelt right, so that setting one cannot fail.
fn set(instance: &mut Instance, field: &str, value: Value) {
    let outcome = instance.set(field, value);
    debug_assert!(outcome.is_ok(), "the showcase has a field that cannot be set: {field}");
}
