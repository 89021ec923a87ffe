//! One account: whose key it has, how its clock is, and what each region answers.

use std::fmt;
use std::time::Duration;

use aliyun::ram_policy::{Switch, Wanted, smallest, to_assume};
use aliyun::{
    Client, ClientOptions, ClockOffset, CredentialSummary, Error, ErrorKind, Language, RegionProbe,
    RetryPolicy, RoleArn, Timeouts,
};
use domain::cloud::CallerIdentity;
use domain::id::{AccountName, RegionId};
use futures_util::StreamExt as _;
use tokio::time::Instant;

use super::super::whole;
use super::verdict::{Verdicts, verdicts};
use crate::clouds;
use crate::config::{AccountConfig, CredentialSource, Environment};

/// Each makes up to six calls at once.
const REGIONS_AT_ONCE: usize = 4;
const CONNECT: Duration = Duration::from_secs(3);
/// The cloud refuses a request that was signed at a time further away than this.
const CLOCK_REFUSED: Duration = Duration::from_mins(15);

/// An account as it was found.
pub struct Examination {
    pub name: AccountName,
    pub label: Option<String>,
    /// Whether the regions are those of the configuration.
    pub chosen: bool,
    pub policies: Policies,
    /// In words: why not even a client could be made.
    pub found: Result<Found, String>,
}

/// What a client of it found.
pub struct Found {
    pub credential: Result<CredentialSummary, Why>,
    pub identity: Result<CallerIdentity, Why>,
    pub clock: ClockOffset,
    /// `None`: without a key there was nothing to try.
    pub reads: Option<Reads>,
}

pub struct Reads {
    /// Whether the cloud named its regions.
    pub named: Result<(), Why>,
    pub regions: Vec<(RegionId, Result<RegionProbe, Why>)>,
}

/// Why something is not known.
pub enum Why {
    Cloud(Error),
    /// Of the whole command.
    NotInTime,
}

/// What to copy into the cloud's console.
#[derive(Clone, PartialEq, Eq)]
pub struct Policies {
    /// Enough for all the portal does.
    pub smallest: String,
    /// Password-free access can only be turned off with it.
    pub only_off: String,
    /// For whoever becomes these roles.
    pub to_assume: Vec<String>,
}

impl Examination {
    pub async fn of(
        config: AccountConfig,
        environment: &Environment,
        timeout: Duration,
        deadline: Instant,
    ) -> Self {
        let found = match clouds::options(&config, environment) {
            Ok(options) => examine(options, config.regions.as_deref(), timeout, deadline).await,
            Err(error) => Err(whole(&error)),
        };
        Self {
            policies: Policies::of(&config),
            chosen: config.regions.is_some(),
            name: config.name,
            label: config.label,
            found,
        }
    }

    /// How many things somebody has to do something about.
    pub fn problems(&self) -> usize {
        let Ok(found) = &self.found else { return 1 };
        let key = usize::from(found.credential.is_err() || found.identity.is_err());
        let clock = usize::from(found.clock_is_refused());
        let verdicts = self.verdicts();
        let reads = verdicts.iter().filter(|verdicts| verdicts.is_needed).map(Verdicts::problems);
        key + clock + reads.sum::<usize>()
    }

    /// About every action, where there was a key.
    pub fn verdicts(&self) -> Vec<Verdicts<'_>> {
        let reads = self.found.as_ref().ok().and_then(|found| found.reads.as_ref());
        reads.map(|reads| verdicts(reads, !self.chosen)).unwrap_or_default()
    }
}

impl Found {
    /// Whether requests signed by this machine's own clock are refused.
    pub fn clock_is_refused(&self) -> bool {
        let most = u64::try_from(CLOCK_REFUSED.as_millis()).unwrap_or(u64::MAX);
        let measured = self.clock.measured_millis.unwrap_or_default();
        self.clock.applied_millis != 0 || measured.unsigned_abs() > most
    }
}

impl Policies {
    fn of(config: &AccountConfig) -> Self {
        let mut wanted = Wanted::default();
        wanted.regions = config.regions.clone().unwrap_or_default();
        let smallest_policy = smallest(&wanted);
        wanted.switch = Switch::OnlyToPasswordRequired;
        let to_assume = roles(&config.credential).into_iter().map(to_assume).collect();
        Self { smallest: smallest_policy, only_off: smallest(&wanted), to_assume }
    }
}

/// Those that somebody has to be allowed to become; the trust of an OIDC provider's role is said by the role.
fn roles(source: &CredentialSource) -> Vec<&RoleArn> {
    match source {
        CredentialSource::Assumed { base, role } => {
            let mut roles = roles(base);
            roles.push(&role.arn);
            roles
        }
        _ => Vec::new(),
    }
}

async fn examine(
    mut options: ClientOptions,
    chosen: Option<&[RegionId]>,
    timeout: Duration,
    deadline: Instant,
) -> Result<Found, String> {
    options.timeouts = Timeouts { connect: CONNECT.min(timeout / 2), total: timeout };
    // A second try is signed by the cloud's clock, if ours is what was wrong.
    options.retry = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
    let client = Client::new(options).map_err(|error| whole(&error))?;
    let credential = within(deadline, client.credential_summary()).await;
    let identity = match &credential {
        Ok(_) => within(deadline, client.get_caller_identity()).await.map(|answer| answer.value),
        Err(why) => Err(why.again()),
    };
    let reads = if identity.as_ref().is_err_and(Why::is_about_the_key) {
        None
    } else {
        Some(read(&client, chosen, deadline).await)
    };
    Ok(Found { credential, identity, clock: client.clock_offset(), reads })
}

async fn read(client: &Client, chosen: Option<&[RegionId]>, deadline: Instant) -> Reads {
    let named = within(deadline, client.describe_regions(Language::English)).await;
    let (named, all) = match named {
        Ok(answer) => {
            let ids = answer.value.into_iter().map(|region| region.id).collect();
            (Ok(()), ids)
        }
        Err(why) => (Err(why), Vec::new()),
    };
    let regions = chosen.map_or(all, <[RegionId]>::to_vec);
    let client = client.without_retries();
    let regions = futures_util::stream::iter(regions)
        .map(|region| try_region(client.clone(), region, deadline))
        .buffered(REGIONS_AT_ONCE)
        .collect()
        .await;
    Reads { named, regions }
}

async fn try_region(
    client: Client,
    region: RegionId,
    deadline: Instant,
) -> (RegionId, Result<RegionProbe, Why>) {
    let probe = async { Ok(client.probe_region(&region, None).await) };
    let probed = within(deadline, probe).await;
    (region, probed)
}

async fn within<T>(
    deadline: Instant,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Why> {
    match tokio::time::timeout_at(deadline, call).await {
        Ok(ended) => ended.map_err(Why::Cloud),
        Err(_) => Err(Why::NotInTime),
    }
}

impl Why {
    /// Whether every other call would end the same way.
    fn is_about_the_key(&self) -> bool {
        match self {
            Self::Cloud(error) => {
                error.kind == ErrorKind::Credential
                    || error.detail == Some(aliyun::Detail::FetchingCredential)
            }
            Self::NotInTime => true,
        }
    }

    fn again(&self) -> Self {
        match self {
            Self::Cloud(error) => Self::Cloud(error.clone()),
            Self::NotInTime => Self::NotInTime,
        }
    }
}

/// What happened, the cloud's code and request id, and what is below it; never the cloud's message.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cloud(error) => f.write_str(&whole(error)),
            Self::NotInTime => f.write_str("not tried in time"),
        }
    }
}
