//! What is dangerous needs a person who proved lately that it is them: whoever finds an open browser, or a session's cookie,
//! gets no further than looking.
//!
//! The time counts from the proof, whatever happens in between, and for one session.
//!
//! To add an act: a line in [`Act`], its call of [`Portal::require_proof`] in the use case, a row in
//! `server/tests/portal/step_up.rs`.

use std::net::IpAddr;
use std::time::Duration;

use domain::access::Access;
use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::environment::Environment;
use domain::time::Timestamp;
use secrecy::SecretString;

use crate::{FactorProof, Factors, Portal, ServiceError, SignedIn};

/// A proof is good for this long.
pub const PROOF_LASTS: Duration = Duration::from_mins(10);

macro_rules! acts {
    ($($(#[$meta:meta])* $variant:ident = $code:literal,)+) => {
        /// What needs a proof.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Act { $($(#[$meta])* $variant,)+ }

        impl Act {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// Stable.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }
        }
    };
}

acts! {
    /// Enabling password-free access where it is guarded, planning it, putting it back, or putting off its end.
    OpenGuarded = "open-guarded",
    /// Agreeing to that.
    ApproveGuarded = "approve-guarded",
    BreakGlass = "break-glass",
    ChangePolicy = "change-policy",
    ChangePeople = "change-people",
    MakeToken = "make-token",
    ChangeSecondFactor = "change-second-factor",
}

/// With what somebody can prove again who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Password,
    /// Where there is a second factor, a password alone proves nothing.
    Factor(Factors),
    /// At the provider of single sign-on.
    Provider,
}

/// What somebody proves it with.
pub enum Proof {
    Password(SecretString),
    Code(String),
    /// What a browser says that an authenticator answered.
    Passkey(String),
}

fn is_fresh(proven_at: Option<Timestamp>, now: Timestamp) -> bool {
    proven_at.is_some_and(|proven| proven <= now && now.since(proven) <= PROOF_LASTS)
}

impl Portal {
    /// Refuses a person whose proof is older than [`PROOF_LASTS`].
    pub async fn require_proof(&self, who: &SignedIn, act: Act) -> Result<(), ServiceError> {
        if !self.settings().step_up {
            return Ok(());
        }
        let now = self.session_now();
        if is_fresh(who.proven_at, now) {
            return Ok(());
        }
        let event = AuditEvent {
            detail: vec![("act".to_owned(), act.code().to_owned())],
            ..who.event(now, AuditCode::StepUpAsked, Outcome::Refused)
        };
        self.store().record(&event).await?;
        Err(ServiceError::ProofNeeded { act })
    }

    /// The same for opening a door in this environment; nothing for anything else.
    pub(crate) async fn require_proof_to_open(
        &self,
        who: &SignedIn,
        environment: Environment,
        to: Access,
        act: Act,
    ) -> Result<(), ServiceError> {
        if to == Access::PasswordFree && environment.is_guarded() {
            self.require_proof(who, act).await?;
        }
        Ok(())
    }

    /// How this person can prove it.
    pub async fn way_to_prove(&self, who: &SignedIn) -> Result<Way, ServiceError> {
        if self.store().find_issuer_of(who.person.id).await?.is_some() {
            return Ok(Way::Provider);
        }
        let factors = self.factors_of(who.person.id).await?;
        Ok(if factors.any() { Way::Factor(factors) } else { Way::Password })
    }

    /// Checks it; the caller notes it in the session, under a new id.
    pub async fn prove_again(
        &self,
        who: &SignedIn,
        proof: Proof,
        address: Option<IpAddr>,
    ) -> Result<(), ServiceError> {
        let factors = self.factors_of(who.person.id).await?;
        match proof {
            Proof::Password(password) if !factors.any() => {
                let name = who.person.name.as_str();
                let user = self.check_password(name, password, address).await?;
                if user.person.id != who.person.id {
                    return Err(ServiceError::SignInRefused);
                }
            }
            Proof::Code(typed) if factors.code => {
                self.check_factor(&who.person, FactorProof::Code(&typed), address).await?;
            }
            Proof::Passkey(answer) if factors.passkey => {
                let proof = FactorProof::Passkey { session: &who.session, answer: &answer };
                self.check_factor(&who.person, proof, address).await?;
            }
            // Where there is a second factor, a password alone proves nothing.
            Proof::Password(_) | Proof::Code(_) => return Err(ServiceError::CodeRefused),
            Proof::Passkey(_) => return Err(ServiceError::PasskeyRefused),
        }
        self.record_proof(who).await
    }

    pub async fn record_proof(&self, who: &SignedIn) -> Result<(), ServiceError> {
        let event = who.event(self.now(), AuditCode::StepUpDone, Outcome::Succeeded);
        Ok(self.store().record(&event).await?)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use domain::id::UserId;
    use domain::person::{Person, Role};
    use store::{DatabaseUrl, Store};

    use super::*;
    use crate::{Accounts, Clock, Entropy, Outside, Settings};

    /// Stands still until it is moved.
    struct Hand(AtomicI64);

    impl Clock for Hand {
        fn now(&self) -> Timestamp {
            Timestamp::from_millis(self.0.load(Ordering::Relaxed))
        }
    }

    struct Bits;

    impl Entropy for Bits {
        fn bits(&self) -> u128 {
            7
        }
    }

    async fn portal(folder: &tempfile::TempDir, clock: Arc<Hand>, step_up: bool) -> Portal {
        let url = DatabaseUrl::Sqlite(folder.path().join("portal.db"));
        let store = Store::open(&url, "a test").await.unwrap();
        let outside = Outside { clock, entropy: Arc::new(Bits) };
        let settings = Settings { step_up, ..Settings::default() };
        Portal::new(store, Accounts::default(), outside, settings).unwrap()
    }

    fn somebody(proven_at: Option<Timestamp>) -> SignedIn {
        SignedIn {
            person: Person::everywhere(
                UserId::from_u128(1),
                "lin.wei".parse().unwrap(),
                Role::Admin,
            ),
            session: "s-1".to_owned(),
            address: None,
            language: None,
            theme: None,
            proven_at,
        }
    }

    #[test]
    fn p4_a_proof_is_good_for_ten_minutes_from_when_it_was_given_and_not_a_moment_more() {
        let given = Timestamp::from_millis(1_000_000_000);
        let lasts = i64::try_from(PROOF_LASTS.as_millis()).unwrap();
        assert_eq!(lasts, 600_000);
        for (after, good) in
            [(0, true), (300_000, true), (lasts, true), (lasts + 1, false), (-1, false)]
        {
            let now = Timestamp::from_millis(1_000_000_000 + after);
            assert_eq!(is_fresh(Some(given), now), good, "after {after} ms");
        }
        assert!(!is_fresh(None, given));
    }

    /// By the time of sessions, which no clock that somebody sets moves.
    #[tokio::test]
    async fn every_act_looks_how_old_the_proof_is() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hand(AtomicI64::new(1_000_000_000)));
        let portal = portal(&folder, clock.clone(), true).await;
        for act in Act::ALL {
            for (ago, good) in [(0, true), (300, true), (601, false), (-60, false)] {
                clock.0.fetch_add(3_600_000, Ordering::Relaxed);
                let given = Timestamp::from_millis(portal.session_now().as_millis() - ago * 1000);
                let asked = portal.require_proof(&somebody(Some(given)), *act).await;
                assert_eq!(asked.is_ok(), good, "{} after {ago} s: {asked:?}", act.code());
            }
            let never = portal.require_proof(&somebody(None), *act).await;
            assert!(
                matches!(never, Err(ServiceError::ProofNeeded { act: asked }) if asked == *act)
            );
        }
    }

    #[tokio::test]
    async fn only_opening_what_is_guarded_needs_one() {
        let folder = tempfile::tempdir().unwrap();
        let portal = portal(&folder, Arc::new(Hand(AtomicI64::new(1))), true).await;
        for (environment, to, needed) in [
            (Environment::Production, Access::PasswordFree, true),
            (Environment::Unlabelled, Access::PasswordFree, true),
            (Environment::Production, Access::PasswordRequired, false),
            (Environment::Staging, Access::PasswordFree, false),
            (Environment::Development, Access::PasswordFree, false),
        ] {
            let act = Act::OpenGuarded;
            let asked = portal.require_proof_to_open(&somebody(None), environment, to, act).await;
            assert_eq!(asked.is_err(), needed, "{environment:?} {to:?}");
        }
    }

    #[tokio::test]
    async fn switched_off_it_asks_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let portal = portal(&folder, Arc::new(Hand(AtomicI64::new(1))), false).await;
        assert!(portal.require_proof(&somebody(None), Act::ChangePolicy).await.is_ok());
    }
}
