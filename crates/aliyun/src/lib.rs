#![doc = include_str!("../README.md")]
#![warn(missing_docs)]

mod answer;
mod call;
mod client;
mod clock;
mod credential;
mod endpoint;
mod envelope;
mod error;
mod http;
mod lenient;
mod nonce;
mod options;
mod r_kvstore;
mod request;
mod resolver;
mod retry;
mod sts;
mod tls;
mod write;

pub mod sign;

pub use answer::Answer;
pub use client::Client;
pub use clock::{Clock, ClockOffset};
pub use credential::{
    CliProfile, Credential, CredentialError, CredentialProvider, Environment, FixedKeys,
};
pub use endpoint::{ApiEndpoint, ParseEndpointError};
pub use error::{Detail, Error, ErrorKind};
pub use nonce::{Nonce, NonceSource};
pub use options::{BuildClientError, ClientOptions, Timeouts};
pub use r_kvstore::{
    InstanceConfig, InstancePage, Language, Listing, ListingEnd, PAGE_SIZE, Paging,
    RunningParameters,
};
pub use resolver::{Resolver, SystemResolver};
pub use retry::RetryPolicy;
pub use tls::RootCertificates;
pub use write::Prepared;
