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
        let (identity, regions, page) = tokio::join!(
            self.get_caller_identity(),
            self.describe_regions(Language::English),
            self.describe_instances_page(region, 1),
        );
        let listed = page.as_ref().ok().and_then(|page| page.value.rows.first());
        let instance = instance.cloned().or_else(|| listed.map(|row| row.id.clone()));
        let mut probed = vec![
            (Action::GetCallerIdentity, identity.map(drop)),
            (Action::DescribeRegions, regions.map(drop)),
            (Action::DescribeInstances, page.map(drop)),
        ];
        let Some(id) = instance else { return probed };
        let (attribute, whitelist, endpoints, version, parameters, config) = tokio::join!(
            self.describe_instance_attribute(region, &id),
            self.describe_security_ips(region, &id),
            self.describe_db_instance_net_info(region, &id),
            self.describe_engine_version(region, &id),
            self.describe_parameters(region, &id),
            self.describe_instance_config(region, &id),
        );
        probed.extend([
            (Action::DescribeInstanceAttribute, attribute.map(drop)),
            (Action::DescribeSecurityIps, whitelist.map(drop)),
            (Action::DescribeDbInstanceNetInfo, endpoints.map(drop)),
            (Action::DescribeEngineVersion, version.map(drop)),
            (Action::DescribeParameters, parameters.map(drop)),
            (Action::DescribeInstanceConfig, config.map(drop)),
        ]);
        probed
    }
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
