//! Trying what the credential may do, action by action, without ever changing anything.

use domain::cloud::InstanceRow;
use domain::id::{InstanceId, RegionId};
use domain::instance::Series;

use crate::action::Action;
use crate::answer::Answer;
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
    ///
    /// Without `instance`, parameters are asked for as the portal does: each of the two actions on an instance of its
    /// own series, and not where the first page has none.
    pub async fn probe_region(
        &self,
        region: &RegionId,
        instance: Option<&InstanceId>,
    ) -> RegionProbe {
        let page = match self.describe_instances_page(region, 1).await {
            Ok(answer) => answer.value,
            Err(error) => return RegionProbe { listed: Err(error), of_instance: Vec::new() },
        };
        let first = |fits: fn(&InstanceRow) -> bool| {
            let listed = || page.rows.iter().find(|row| fits(row)).map(|row| row.id.clone());
            instance.cloned().or_else(listed)
        };
        let any = first(|_| true);
        let cloud_native = first(|row| row.series == Series::CloudNative);
        let other = first(|row| row.series != Series::CloudNative);
        // Many calls at once are a large future: on the heap, it does not weigh on every caller.
        let (attribute, whitelist, endpoints, version, parameters, config) = Box::pin(async {
            tokio::join!(
                on(any.as_ref(), |id| self.describe_instance_attribute(region, id)),
                on(any.as_ref(), |id| self.describe_security_ips(region, id)),
                on(any.as_ref(), |id| self.describe_db_instance_net_info(region, id)),
                on(any.as_ref(), |id| self.describe_engine_version(region, id)),
                on(other.as_ref(), |id| self.describe_parameters(region, id)),
                on(cloud_native.as_ref(), |id| self.describe_instance_config(region, id)),
            )
        })
        .await;
        let tried = [
            (Action::DescribeInstanceAttribute, attribute),
            (Action::DescribeSecurityIps, whitelist),
            (Action::DescribeDbInstanceNetInfo, endpoints),
            (Action::DescribeEngineVersion, version),
            (Action::DescribeParameters, parameters),
            (Action::DescribeInstanceConfig, config),
        ];
        RegionProbe {
            listed: Ok(page.total.unwrap_or(page.rows.len() as u64)),
            of_instance: tried
                .into_iter()
                .filter_map(|(action, end)| Some((action, end?)))
                .collect(),
        }
    }
}

/// A call about an instance, where there is one.
async fn on<'i, T, F>(
    instance: Option<&'i InstanceId>,
    call: impl FnOnce(&'i InstanceId) -> F,
) -> Option<Result<(), Error>>
where
    F: Future<Output = Result<Answer<T>, Error>>,
{
    match instance {
        Some(id) => Some(call(id).await.map(drop)),
        None => None,
    }
}

/// What the credential may do in one region.
#[derive(Debug, Clone)]
pub struct RegionProbe {
    /// [`Action::DescribeInstances`]: how many instances there are.
    pub listed: Result<u64, Error>,
    /// The reads about one instance, as far as the region has instances to try them on.
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
