//! Instances and who could get in.

use domain::access::AccessState;
use domain::environment::Environment;
use domain::exposure;
use domain::fact;
use domain::id::{AccountName, ChangeId, InstanceId, RegionId};
use domain::inventory::{self, Reading, WhitelistFinding};
use domain::timebox::ReturnDuty;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Moment, words};
use app::text::Language;

/// A page of the list. `next` is for the field `after` of the next request; there is none at the end.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InstanceList {
    pub instances: Vec<Instance>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    pub coverage: Coverage,
}

/// How much of the fleet is known: a list that leaves a region out says so itself.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Coverage {
    pub instances: i64,
    /// Those of them whose mode has been read.
    pub read: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_reading: Option<Moment>,
    pub regions_not_heard_from: u32,
    pub problems: Vec<RegionProblem>,
}

/// A region that did not answer.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct RegionProblem {
    #[schema(value_type = String)]
    pub account: AccountName,
    /// Left out: the account's regions could not be listed at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub region: Option<RegionId>,
    pub unread: Unread,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<Moment>,
}

/// Why something could not be read: a stable word, and the cloud's code where it gave one.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Unread {
    pub why: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// One instance in a list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Instance {
    #[schema(value_type = String)]
    pub account: AccountName,
    #[schema(value_type = String)]
    pub region: RegionId,
    #[schema(value_type = String)]
    pub id: InstanceId,
    /// As people named it in the cloud; may be empty.
    pub name: String,
    #[schema(value_type = words::Environment)]
    pub environment: Environment,
    pub engine: String,
    pub version: String,
    pub architecture: String,
    pub network: String,
    pub status: String,
    #[schema(value_type = words::AccessState)]
    pub access: AccessState,
    /// When the mode was read last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Moment>,
    /// Why the last try to read the mode failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
    #[schema(value_type = words::WhitelistFinding)]
    pub whitelist: WhitelistFinding,
    pub exposure: Exposure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub open_change: Option<ChangeId>,
    /// When its open door shuts by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
    /// Until then a call of which nobody heard may yet take effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_until: Option<Moment>,
}

/// Who could get in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Exposure {
    /// What is certain.
    #[schema(value_type = words::Level)]
    pub level: String,
    /// Worse than `level`, if a fact that would tell is unread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Level>)]
    pub could_be: Option<String>,
    /// For people.
    pub sentence: String,
}

/// Who could get in, and what that rests on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ExposureDetail {
    pub exposure: Exposure,
    pub grounds: Vec<Ground>,
}

/// One fact and what it contributes, for people.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Ground {
    pub title: String,
    pub text: String,
}

/// Everything known of one instance.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct InstanceDetail {
    #[schema(value_type = String)]
    pub account: AccountName,
    #[schema(value_type = String)]
    pub region: RegionId,
    #[schema(value_type = String)]
    pub id: InstanceId,
    pub name: String,
    #[schema(value_type = words::Environment)]
    pub environment: Environment,
    pub engine: String,
    pub version: String,
    pub architecture: String,
    pub class: String,
    pub zone: String,
    pub status: String,
    pub network: String,
    pub vpc: String,
    pub vswitch: String,
    pub resource_group: String,
    pub tags: Vec<Tag>,
    #[schema(value_type = words::AccessState)]
    pub access: AccessState,
    /// `VpcAuthMode` as the cloud wrote it: `Open` means that a password is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_raw: Option<String>,
    pub access_reading: LastRead,
    pub whitelist: Vec<WhitelistGroup>,
    pub whitelist_reading: LastRead,
    pub endpoints: Vec<Endpoint>,
    pub endpoints_reading: LastRead,
    pub exposure: Exposure,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub open_change: Option<ChangeId>,
    /// The change that opened its door for a time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub opened_by: Option<ChangeId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
    pub listed_at: Moment,
    /// When the cloud's list no longer had it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub released_at: Option<Moment>,
}

/// When something was read last, and why the last try failed, if it did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct LastRead {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread: Option<Unread>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct WhitelistGroup {
    pub name: String,
    /// Made by another service of the cloud.
    pub system: bool,
    pub entries: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Endpoint {
    pub address: String,
    pub public: bool,
}

impl From<&fact::Unread> for Unread {
    fn from(why: &fact::Unread) -> Self {
        Self { why: why.code().to_owned(), code: why.cloud_code().map(ToString::to_string) }
    }
}

impl From<&exposure::Exposure> for Exposure {
    fn from(exposure: &exposure::Exposure) -> Self {
        let code = |level: exposure::ExposureLevel| level.code().to_owned();
        Self {
            level: exposure.level.map_or_else(|| "unknown".to_owned(), code),
            could_be: exposure.could_be.map(code),
            sentence: Language::En.exposure_sentence(exposure),
        }
    }
}

impl From<&exposure::Exposure> for ExposureDetail {
    fn from(exposure: &exposure::Exposure) -> Self {
        let grounds = exposure.grounds.iter().map(|ground| {
            let (title, text) = Language::En.ground(ground);
            Ground { title: title.to_owned(), text }
        });
        Self { exposure: exposure.into(), grounds: grounds.collect() }
    }
}

impl From<&inventory::Coverage> for Coverage {
    fn from(coverage: &inventory::Coverage) -> Self {
        let problems = coverage.problems().filter_map(|region| {
            Some(RegionProblem {
                account: region.account.clone(),
                region: region.region.clone(),
                unread: region.problem.as_ref()?.into(),
                listed_at: region.listed_at.map(Moment),
            })
        });
        Self {
            instances: coverage.instances,
            read: coverage.read,
            oldest_reading: coverage.oldest.map(Moment),
            regions_not_heard_from: u32::try_from(coverage.waiting()).unwrap_or(u32::MAX),
            problems: problems.collect(),
        }
    }
}

impl From<&inventory::InstanceListing> for Instance {
    fn from(row: &inventory::InstanceListing) -> Self {
        Self {
            account: row.key.account.clone(),
            region: row.key.region.clone(),
            id: row.key.id.clone(),
            name: row.name.to_string(),
            environment: row.environment,
            engine: row.kind.to_string(),
            version: row.version.to_string(),
            architecture: row.architecture.to_string(),
            network: row.network.to_string(),
            status: row.status.to_string(),
            access: row.access,
            read_at: row.read_at.map(Moment),
            unread: row.problem.as_ref().map(Unread::from),
            whitelist: row.whitelist,
            exposure: (&row.exposure).into(),
            open_change: row.open_change,
            ends_at: row.ends_at.map(Moment),
            late_until: row.late_until.map(Moment),
        }
    }
}

impl<T> From<&Reading<T>> for LastRead {
    fn from(reading: &Reading<T>) -> Self {
        Self {
            read_at: reading.read_at.map(Moment),
            unread: reading.problem.as_ref().map(Unread::from),
        }
    }
}

impl InstanceDetail {
    pub fn of(
        detail: &inventory::InstanceDetail,
        duty: Option<&ReturnDuty>,
        open_change: Option<ChangeId>,
    ) -> Self {
        let inventory::InstanceDetail { key, row, attribute, whitelist, endpoints, .. } = detail;
        let groups = whitelist.value.iter().flatten().map(|group| WhitelistGroup {
            name: group.name.clone(),
            system: group.is_system(),
            entries: group.entries.iter().map(ToString::to_string).collect(),
        });
        let addresses = endpoints
            .value
            .iter()
            .flatten()
            .map(|endpoint| Endpoint { address: endpoint.address(), public: endpoint.is_public() });
        let tags = row.tags.iter();
        Self {
            account: key.account.clone(),
            region: key.region.clone(),
            id: key.id.clone(),
            name: row.name.to_string(),
            environment: detail.environment,
            engine: row.kind.to_string(),
            version: row.version.to_string(),
            architecture: row.architecture.to_string(),
            class: row.class.clone(),
            zone: row.zone.clone(),
            status: row.status.to_string(),
            network: row.network.to_string(),
            vpc: row.vpc.clone(),
            vswitch: row.vswitch.clone(),
            resource_group: row.resource_group.clone(),
            tags: tags.map(|tag| Tag { key: tag.key.clone(), value: tag.value.clone() }).collect(),
            access: detail.facts().access_state(),
            access_raw: attribute.value.as_ref().and_then(|value| value.raw_mode.clone()),
            access_reading: attribute.into(),
            whitelist: groups.collect(),
            whitelist_reading: whitelist.into(),
            endpoints: addresses.collect(),
            endpoints_reading: endpoints.into(),
            exposure: (&detail.exposure).into(),
            open_change,
            opened_by: duty.map(|duty| duty.opened_by),
            ends_at: duty.map(|duty| duty.due_at.into()),
            listed_at: detail.listed_at.into(),
            released_at: detail.released_at.map(Moment),
        }
    }
}
