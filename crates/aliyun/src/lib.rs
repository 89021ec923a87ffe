#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod action;
mod answer;
mod call;
mod client;
mod clock;
mod credential;
mod endpoint;
mod envelope;
mod error;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod http;
mod lenient;
mod network;
mod nonce;
mod options;
mod probe;
mod r_kvstore;
mod request;
mod resolver;
mod retry;
mod sts;
mod tls;
mod write;

pub mod ram_policy;
pub mod sign;

pub use action::Action;
pub use answer::Answer;
pub use client::{Client, CredentialSummary};
pub use clock::{Clock, ClockOffset};
pub use credential::{
    AssumeRole, Cached, CliProfile, Credential, CredentialError, CredentialProvider,
    CredentialsFile, CredentialsUri, DefaultChain, EcsRole, Environment, FetchFailure, FixedKeys,
    OidcRole, ParseCredentialsUriError, ParseRoleArnError, ParseSessionNameError, Role, RoleArn,
    SessionName, UriKeys,
};
pub use endpoint::{ApiEndpoint, ParseEndpointError};
pub use error::{Detail, Error, ErrorKind};
pub use network::{Network, NetworkOptions, Sts};
pub use nonce::{Nonce, NonceSource};
pub use options::{BuildClientError, ClientOptions, Timeouts};
pub use probe::RegionProbe;
pub use r_kvstore::{
    InstanceConfig, InstancePage, Language, Listing, ListingEnd, PAGE_SIZE, Paging,
    RunningParameters,
};
pub use resolver::{Resolver, SystemResolver};
pub use retry::RetryPolicy;
pub use tls::RootCertificates;
pub use write::Prepared;
