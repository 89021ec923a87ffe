//! One call that reads one thing of an instance, with a deadline.
//!
//! What does not answer in time is unknown, with why: no fact is taken from an earlier reading.

use std::time::Duration;

use aliyun::{Answer, Client, Error};
use domain::cloud::{
    EngineRelease, InstanceAttribute, InstanceRow, SentinelAccess, WhitelistCheck,
};
use domain::endpoint::Endpoint;
use domain::fact::{Fact, Unread};
use domain::id::InstanceKey;
use domain::instance::Series;
use domain::inventory::FactKind;
use domain::whitelist::WhitelistGroup;
use store::fleet::FactUpdate;

/// Reads for one instance.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    pub client: &'a Client,
    pub key: &'a InstanceKey,
    /// What the list said of it.
    pub known: Option<&'a InstanceRow>,
    pub deadline: Duration,
}

/// The action that [`Reading::lane`] calls.
pub const fn action(kind: FactKind, series: Option<Series>) -> &'static str {
    match (kind, series) {
        (FactKind::WhitelistCheck | FactKind::Sentinel, Some(Series::CloudNative)) => {
            "DescribeInstanceConfig"
        }
        (FactKind::WhitelistCheck | FactKind::Sentinel, _) => "DescribeParameters",
        _ => kind.action(),
    }
}

impl Reading<'_> {
    /// Everything that is read with the call for `kind`.
    pub async fn lane(self, kind: FactKind) -> Vec<FactUpdate> {
        match kind {
            FactKind::Attribute => vec![FactUpdate::Attribute(self.attribute().await)],
            FactKind::Whitelist => vec![FactUpdate::Whitelist(self.whitelist().await)],
            FactKind::Endpoints => vec![FactUpdate::Endpoints(self.endpoints().await)],
            FactKind::Release => vec![FactUpdate::Release(self.release().await)],
            FactKind::WhitelistCheck | FactKind::Sentinel => {
                let (check, sentinel) = self.parameters().await;
                vec![FactUpdate::WhitelistCheck(check), FactUpdate::Sentinel(sentinel)]
            }
        }
    }

    pub async fn attribute(self) -> Fact<InstanceAttribute> {
        let call = self.client.describe_instance_attribute(&self.key.region, &self.key.id);
        let mut fact = self.within(call).await;
        if let (Fact::Known(attribute), Some(known)) = (&mut fact, self.known)
            && attribute.row.series == Series::Unknown
        {
            // Older answers of this call do not say where the data lies; the list does.
            attribute.row.series = known.series;
        }
        fact
    }

    pub async fn whitelist(self) -> Fact<Vec<WhitelistGroup>> {
        self.within(self.client.describe_security_ips(&self.key.region, &self.key.id)).await
    }

    pub async fn endpoints(self) -> Fact<Vec<Endpoint>> {
        self.within(self.client.describe_db_instance_net_info(&self.key.region, &self.key.id)).await
    }

    pub async fn release(self) -> Fact<EngineRelease> {
        self.within(self.client.describe_engine_version(&self.key.region, &self.key.id)).await
    }

    /// The parameter about the whitelist exists on local-disk instances only: asking others for it would be an error,
    /// not an answer. Each kind has a call of its own.
    pub async fn parameters(self) -> (Fact<WhitelistCheck>, Fact<SentinelAccess>) {
        let InstanceKey { region, id, .. } = self.key;
        if self.known.is_some_and(|row| row.series == Series::CloudNative) {
            let config = self.within(self.client.describe_instance_config(region, id)).await;
            let sentinel = config.map(|config| SentinelAccess {
                password_free: config.sentinel_password_free,
                commands: config.sentinel_password_free_commands,
            });
            return (Fact::Known(WhitelistCheck::Absent), sentinel);
        }
        match self.within(self.client.describe_parameters(region, id)).await {
            Fact::Known(running) => {
                (Fact::Known(running.whitelist_check), Fact::Known(running.sentinel))
            }
            Fact::Unknown(why) => (Fact::Unknown(why.clone()), Fact::Unknown(why)),
        }
    }

    async fn within<T>(self, call: impl Future<Output = Result<Answer<T>, Error>>) -> Fact<T> {
        match tokio::time::timeout(self.deadline, call).await {
            Ok(Ok(answer)) => Fact::Known(answer.value),
            Ok(Err(error)) => {
                tracing::debug!(%error, "a fact could not be read");
                Fact::Unknown(Unread::from(&error))
            }
            Err(_) => Fact::Unknown(Unread::TimedOut),
        }
    }
}
