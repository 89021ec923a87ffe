//! What can be bought: a catalogue of instance classes.
//!
//! To add a class: one line in [`MODELS`]. The weights say how common a class is in a generated
//! fleet.

/// Everything that follows from the instance class.
#[derive(Debug)]
pub(crate) struct Model {
    pub class: &'static str,
    pub instance_type: &'static str,
    pub edition_type: &'static str,
    pub architecture_type: &'static str,
    pub node_type: &'static str,
    pub engine_version: &'static str,
    /// `Machine` or `Ecs`.
    pub computing_type: &'static str,
    /// MB
    pub capacity: i64,
    /// Mbit/s
    pub bandwidth: i64,
    pub connections: i64,
    pub qps: i64,
    pub shard_class: Option<&'static str>,
    pub shard_count: Option<i32>,
    pub read_only_count: i32,
    pub minor_version: &'static str,
    pub latest_minor_version: &'static str,
    pub weight: u64,
}

impl Model {
    /// Clusters and read/write splitting have a proxy in front.
    pub fn has_proxy(&self) -> bool {
        self.architecture_type != "standard"
    }

    /// The first of its class; the catalogue's own first where the class is unknown.
    pub fn of_class(class: &str) -> &'static Self {
        MODELS.iter().find(|model| model.class == class).unwrap_or(&MODELS[0])
    }
}

const CLASSIC: Model = Model {
    class: "redis.master.small.default",
    instance_type: "Redis",
    edition_type: "Community",
    architecture_type: "standard",
    node_type: "double",
    engine_version: "5.0",
    computing_type: "Machine",
    capacity: 1024,
    bandwidth: 10,
    connections: 10_000,
    qps: 80_000,
    shard_class: None,
    shard_count: None,
    read_only_count: 0,
    minor_version: "redis-5.0_5.0.0",
    latest_minor_version: "5.0.9",
    weight: 14,
};

const NATIVE: Model = Model {
    class: "redis.shard.small.2.ce",
    node_type: "MASTER_SLAVE",
    engine_version: "7.0",
    computing_type: "Ecs",
    bandwidth: 24,
    connections: 20_000,
    qps: 100_000,
    minor_version: "redis-7.0_7.0.1.18",
    latest_minor_version: "7.0.1.18",
    weight: 18,
    ..CLASSIC
};

/// Every class there is.
pub(crate) const MODELS: &[Model] = &[
    CLASSIC,
    Model {
        class: "redis.master.mid.default",
        engine_version: "4.0",
        capacity: 2048,
        minor_version: "redis-4.0_1.9.5",
        latest_minor_version: "1.9.19",
        weight: 9,
        ..CLASSIC
    },
    Model {
        class: "redis.master.stand.default",
        engine_version: "2.8",
        capacity: 4096,
        minor_version: "redis-2.8_2.0.7",
        latest_minor_version: "2.0.7",
        weight: 3,
        ..CLASSIC
    },
    Model {
        class: "redis.logic.sharding.2g.2db.0rodb.4proxy.default",
        architecture_type: "cluster",
        capacity: 4096,
        bandwidth: 48,
        shard_class: Some("redis.sharding.basic.mid.default"),
        shard_count: Some(2),
        weight: 8,
        ..CLASSIC
    },
    Model {
        class: "redis.logic.sharding.1g.8db.0rodb.8proxy.default",
        architecture_type: "cluster",
        engine_version: "4.0",
        capacity: 8192,
        bandwidth: 96,
        shard_class: Some("redis.sharding.basic.small.default"),
        shard_count: Some(8),
        minor_version: "redis-4.0_1.9.5",
        latest_minor_version: "1.9.19",
        weight: 3,
        ..CLASSIC
    },
    Model {
        class: "redis.logic.splitrw.small.1db.3rodb.4proxy.default",
        architecture_type: "rwsplit",
        bandwidth: 40,
        shard_class: Some("redis.splitrw.small.default"),
        shard_count: Some(1),
        read_only_count: 3,
        weight: 4,
        ..CLASSIC
    },
    Model {
        class: "redis.amber.master.small.multithread",
        instance_type: "Tair",
        edition_type: "Enterprise",
        bandwidth: 96,
        connections: 30_000,
        qps: 240_000,
        weight: 5,
        ..CLASSIC
    },
    Model {
        class: "memcache.master.small.default",
        instance_type: "Memcache",
        engine_version: "4.0",
        minor_version: "4.0_1.7.2",
        latest_minor_version: "1.7.2",
        weight: 2,
        ..CLASSIC
    },
    NATIVE,
    Model {
        class: "redis.shard.small.ce",
        engine_version: "6.0",
        minor_version: "redis-6.0_6.0.2.9",
        latest_minor_version: "6.0.2.16",
        weight: 12,
        ..NATIVE
    },
    Model {
        class: "redis.shard.mid.2.ce",
        engine_version: "5.0",
        capacity: 2048,
        minor_version: "redis-5.0_5.2.4",
        latest_minor_version: "5.2.9",
        weight: 6,
        ..NATIVE
    },
    Model {
        class: "redis.shard.with.proxy.small.ce",
        architecture_type: "cluster",
        engine_version: "6.0",
        capacity: 4096,
        shard_class: Some("redis.shard.small.ce"),
        shard_count: Some(4),
        minor_version: "redis-6.0_6.0.2.9",
        latest_minor_version: "6.0.2.16",
        weight: 7,
        ..NATIVE
    },
    Model {
        class: "tair.rdb.1g",
        instance_type: "Tair",
        edition_type: "Enterprise",
        engine_version: "6.0",
        qps: 300_000,
        minor_version: "tair-6.0_6.2.8.4",
        latest_minor_version: "6.2.8.6",
        weight: 5,
        ..NATIVE
    },
    Model {
        class: "tair.rdb.with.proxy.1g",
        instance_type: "Tair",
        edition_type: "Enterprise",
        architecture_type: "cluster",
        engine_version: "5.0",
        capacity: 8192,
        qps: 900_000,
        shard_class: Some("tair.rdb.1g"),
        shard_count: Some(8),
        minor_version: "tair-5.0_5.0.36",
        latest_minor_version: "5.0.40",
        weight: 3,
        ..NATIVE
    },
    Model {
        class: "tair.scm.standard.1m.4d",
        instance_type: "Tair",
        edition_type: "Enterprise",
        engine_version: "6.0",
        capacity: 4096,
        minor_version: "tair-6.0_1.3.0",
        latest_minor_version: "1.3.4",
        weight: 1,
        ..NATIVE
    },
    Model {
        class: "tair.essd.standard.xlarge",
        instance_type: "Tair",
        edition_type: "Enterprise",
        engine_version: "1.0",
        capacity: 61_440,
        minor_version: "tair-1.0_2.2.4",
        latest_minor_version: "2.2.4",
        weight: 1,
        ..NATIVE
    },
];
