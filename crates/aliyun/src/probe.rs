//! Trying what the credential may do, action by action, without ever changing anything.

use domain::id::{InstanceId, RegionId};

use crate::action::Action;
use crate::client::Client;
use crate::error::{Error, ErrorKind};
use crate::r_kvstore::Language;

impl Client {
    /// Calls every read action once in `region` and says how each ended, in the order of [`Action::ALL`].
    ///
    /// The actions about one instance are tried on `instance`, or else on the first that the region lists; where there
    /// is none they are left out. An error need not mean that a permission is missing: see [`Error::is_permitted`].
    pub async fn probe(
        &self,
        region: &RegionId,
        instance: Option<&InstanceId>,
    ) -> Vec<(Action, Result<(), Error>)> {
        let (identity, regions, probed) = tokio::join!(
            self.get_caller_identity(),
            self.describe_regions(Language::English),
            self.probe_region(region, instance),
        );
        let mut all = vec![
            (Action::GetCallerIdentity, identity.map(drop)),
            (Action::DescribeRegions, regions.map(drop)),
            (Action::DescribeInstances, probed.listed.map(drop)),
        ];
        all.extend(probed.of_instance);
        all
    }

    /// The same without what does not belong to a region.
    pub async fn probe_region(
        &self,
        region: &RegionId,
        instance: Option<&InstanceId>,
    ) -> RegionProbe {
        let page = self.describe_instances_page(region, 1).await.map(|answer| answer.value);
        let first = page.as_ref().ok().and_then(|page| page.rows.first());
        let instance = instance.cloned().or_else(|| first.map(|row| row.id.clone()));
        let listed = page.map(|page| page.total.unwrap_or(page.rows.len() as u64));
        let Some(id) = instance else { return RegionProbe { listed, of_instance: Vec::new() } };
        let (attribute, whitelist, endpoints, version, parameters, config) = tokio::join!(
            self.describe_instance_attribute(region, &id),
            self.describe_security_ips(region, &id),
            self.describe_db_instance_net_info(region, &id),
            self.describe_engine_version(region, &id),
            self.describe_parameters(region, &id),
            self.describe_instance_config(region, &id),
        );
        let of_instance = vec![
            (Action::DescribeInstanceAttribute, attribute.map(drop)),
            (Action::DescribeSecurityIps, whitelist.map(drop)),
            (Action::DescribeDbInstanceNetInfo, endpoints.map(drop)),
            (Action::DescribeEngineVersion, version.map(drop)),
            (Action::DescribeParameters, parameters.map(drop)),
            (Action::DescribeInstanceConfig, config.map(drop)),
        ];
        RegionProbe { listed, of_instance }
    }
}

/// What the credential may do in one region.
#[derive(Debug, Clone)]
pub struct RegionProbe {
    /// [`Action::DescribeInstances`]: how many instances there are.
    pub listed: Result<u64, Error>,
    /// The reads about one instance; none where the region has no instance to try them on.
    pub of_instance: Vec<(Action, Result<(), Error>)>,
}

impl Error {
    /// Whether the credential may do what was tried: the cloud said so by refusing for another reason, or said that it
    /// may not. `None`: it did not get that far.
    pub fn is_permitted(&self) -> Option<bool> {
        match self.kind {
            ErrorKind::Denied => Some(false),
            ErrorKind::NotFound | ErrorKind::IncorrectState | ErrorKind::NotSupported => Some(true),
            ErrorKind::Credential
            | ErrorKind::Clock
            | ErrorKind::Throttled
            | ErrorKind::InvalidParameter
            | ErrorKind::Refused
            | ErrorKind::Unavailable
            | ErrorKind::Transport
            | ErrorKind::TimedOut
            | ErrorKind::Protocol => None,
        }
    }
}
