//! The sessions of one role: the portal's own, and one for each of the people who acted last.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{Cached, Credential, CredentialError, CredentialProvider, SessionName};
use crate::network::Network;

/// So many people's sessions are kept. Who comes back after that many others has a new one fetched.
const MOST: usize = 8;

/// How a role is assumed under one name. Asked directly it fetches every time.
pub(super) trait Assume: CredentialProvider + 'static {
    /// The same role under another name, for as short as can be.
    fn named(&self, name: &SessionName) -> Self;
}

pub(super) struct Sessions<A> {
    own: Cached<A>,
    network: Network,
    /// The one used last is at the end.
    others: Mutex<VecDeque<(SessionName, Cached<A>)>>,
}

impl<A: Assume> Sessions<A> {
    pub(super) fn new(assume: A, network: &Network) -> Self {
        Self {
            own: Cached::new(assume, network),
            network: network.clone(),
            others: Mutex::default(),
        }
    }

    fn of(&self, name: &SessionName) -> Cached<A> {
        let mut others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        let known = others.iter().position(|(other, _)| other == name);
        let session = known.and_then(|at| others.remove(at)).unwrap_or_else(|| {
            let named = self.own.source().named(name);
            (name.clone(), Cached::new(named, &self.network))
        });
        let cached = session.1.clone();
        others.push_back(session);
        if others.len() > MOST {
            others.pop_front();
        }
        cached
    }
}

#[async_trait::async_trait]
impl<A: Assume> CredentialProvider for Sessions<A> {
    async fn credential(&self) -> Result<Credential, CredentialError> {
        self.own.credential().await
    }

    async fn credential_as(&self, name: &SessionName) -> Result<Credential, CredentialError> {
        self.of(name).credential().await
    }

    fn discard(&self, credential: &Credential) {
        self.own.discard(credential);
        let others = self.others.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, session) in &*others {
            session.discard(credential);
        }
    }
}

impl<A: fmt::Debug> fmt::Debug for Sessions<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.own.fmt(f)
    }
}
