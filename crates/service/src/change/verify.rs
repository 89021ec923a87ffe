//! Reads back until there is proof. Nothing is ever sent from here.
//!
//! Proof that it happened: two equal reads, apart by the proof distance, of the wished mode with status `Normal`.
//! Proof that it did not: three or more equal reads of another mode over the whole of its time, all `Normal`. An
//! accepted change that shows neither within our patience has diverged, and so has one of which nobody heard, once its call
//! cannot come any more.

use std::time::Duration;

use domain::access::AccessState;
use domain::audit::{AuditCode, AuditEvent, Outcome};
use domain::change::{Change, ChangeState, Ending, ReadBack, Unclear, VerifiedBy};
use domain::instance::InstanceStatus;
use domain::inventory::FactKind;
use domain::person::Scope;
use domain::time::Timestamp;
use store::change::Move;
use store::fleet::{FactRecord, FactUpdate};
use tokio::time::Instant;

use super::drive::to_reconciling;
use super::record::{detailed, planned};
use crate::read::Reading;
use crate::{Account, Portal, ServiceError, Timing, failpoint};

/// The cloud accepted the call.
pub(super) async fn accepted(
    portal: &Portal,
    account: &Account,
    change: Change,
) -> Result<(), ServiceError> {
    failpoint::reach(failpoint::ACCEPTED);
    let mut evidence = Evidence::of(portal, &change).await?;
    loop {
        if let Some(read) = read_back(portal, account, &change).await? {
            evidence.add(&read, Instant::now());
            if evidence.shows(change.to.into(), portal.settings().timing) {
                return verified(portal, &change, &read, VerifiedBy::Worker, &evidence).await;
            }
            let timing = portal.settings().timing;
            if evidence.is_exhausted(timing.patience(), timing) {
                return diverged(portal, &change, &read).await;
            }
            portal.store().record_read_back(change.id, &read).await?;
            failpoint::reach(failpoint::VERIFYING);
        }
        evidence.pause(portal).await;
    }
}

/// Nobody knows whether the call arrived.
pub(super) async fn unclear(
    portal: &Portal,
    account: &Account,
    change: Change,
) -> Result<(), ServiceError> {
    let change = match change.state {
        ChangeState::Reconciling => change,
        _ => to_reconciling(portal, change, Unclear::PortalStopped, None).await?,
    };
    let timing = portal.settings().timing;
    let mut evidence = Evidence::of(portal, &change).await?;
    loop {
        if let Some(read) = read_back(portal, account, &change).await? {
            evidence.add(&read, Instant::now());
            if evidence.shows(change.to.into(), timing) {
                return verified(portal, &change, &read, VerifiedBy::Reconciler, &evidence).await;
            }
            if evidence.rules_out(change.to.into(), timing) {
                return not_applied(portal, &change, &read, &evidence).await;
            }
            // Neither, and the call cannot come any more: flapping, or a value that nobody knows.
            if evidence.is_exhausted(timing.late_effect(), timing) {
                return diverged(portal, &change, &read).await;
            }
            portal.store().record_read_back(change.id, &read).await?;
            failpoint::reach(failpoint::RECONCILING);
        }
        evidence.pause(portal).await;
    }
}

/// The run of equal, settled reads that ends now. What lies between two of them is told by a clock that nobody sets.
struct Evidence {
    /// How long ago the call was when this process began to look.
    age_then: Duration,
    began: Instant,
    state: Option<AccessState>,
    /// For people.
    first_at: Timestamp,
    from: Instant,
    until: Instant,
    reads: u32,
}

impl Evidence {
    /// Earlier reads do not count: whoever made them may have died long ago.
    async fn of(portal: &Portal, change: &Change) -> Result<Self, ServiceError> {
        let attempts = portal.store().list_attempts(change.id).await?;
        let since_call = attempts.last().map_or(change.requested_at, |attempt| attempt.signed_at);
        let (now, began) = (portal.now(), Instant::now());
        let age_then = now.since(since_call);
        Ok(Self {
            age_then,
            began,
            state: None,
            first_at: now,
            from: began,
            until: began,
            reads: 0,
        })
    }

    /// Of a read that is just over.
    fn add(&mut self, read: &ReadBack, now: Instant) {
        let settled = (read.status == InstanceStatus::Normal).then_some(read.state);
        if settled.is_none() || settled != self.state {
            (self.state, self.first_at, self.from, self.reads) = (settled, read.at, now, 0);
        }
        self.until = now;
        self.reads += u32::from(settled.is_some());
    }

    fn shows(&self, wished: AccessState, timing: Timing) -> bool {
        self.state == Some(wished)
            && self.reads >= 2
            && self.until.duration_since(self.from) >= timing.proof_distance()
    }

    fn rules_out(&self, wished: AccessState, timing: Timing) -> bool {
        let other =
            self.state.is_some_and(|state| state != wished && state != AccessState::Unknown);
        other
            && self.reads >= 3
            && self.until.duration_since(self.from) >= timing.not_applied_after()
    }

    /// Looked for long enough since the call, and also by this process: whoever comes back after an hour has seen
    /// nothing yet, and both proofs take their time.
    fn is_exhausted(&self, patience: Duration, timing: Timing) -> bool {
        self.age() > patience && self.began.elapsed() > timing.not_applied_after() * 2
    }

    fn age(&self) -> Duration {
        self.age_then.saturating_add(self.began.elapsed())
    }

    /// Close reads at first; close again once the wished value stands alone and lacks only its second read.
    async fn pause(&self, portal: &Portal) {
        let timing = portal.settings().timing;
        let pause = if self.reads == 1 {
            timing.proof_distance()
        } else {
            timing.between_reads(self.age())
        };
        tokio::time::sleep(pause).await;
    }
}

/// One look at the instance; `None` if it could not be had. Also kept as a fact, so that pages show it at once.
pub(super) async fn read_back(
    portal: &Portal,
    account: &Account,
    change: &Change,
) -> Result<Option<ReadBack>, ServiceError> {
    portal.still_drives(change.id)?;
    let key = &change.instance;
    let known = portal.store().find_instance(&Scope::Everything, key).await?;
    let settings = portal.settings();
    let reading = Reading {
        client: &account.client,
        key,
        known: known.as_ref().map(|detail| &detail.row),
        deadline: settings.gather_deadline,
    };
    account.budgets.note(FactKind::Attribute.action(), &key.region);
    let began = portal.now();
    let fact = reading.attribute().await;
    let at = portal.now();
    let update = settings.next_reading(FactUpdate::Attribute(fact.clone()), began);
    let record = FactRecord { key: key.clone(), at: began, updates: vec![update] };
    portal.store().record_facts(&[record]).await?;
    Ok(fact.known().map(|attribute| ReadBack {
        at,
        state: attribute.access_state(),
        raw: attribute.raw_mode.clone(),
        status: attribute.row.status.clone(),
        request_id: None,
    }))
}

async fn verified(
    portal: &Portal,
    change: &Change,
    read: &ReadBack,
    by: VerifiedBy,
    evidence: &Evidence,
) -> Result<(), ServiceError> {
    let detail = [
        ("by", by.to_string()),
        ("first_read", evidence.first_at.as_millis().to_string()),
        ("second_read", read.at.as_millis().to_string()),
    ];
    let event = detailed(change, read.at, AuditCode::ChangeVerified, Outcome::Succeeded, &detail);
    end(portal, change, ChangeState::Verified, Ending::Verified { by }, read, event).await
}

async fn not_applied(
    portal: &Portal,
    change: &Change,
    read: &ReadBack,
    evidence: &Evidence,
) -> Result<(), ServiceError> {
    let detail = [("why", "not-applied".to_owned()), ("reads", evidence.reads.to_string())];
    let event = detailed(change, read.at, AuditCode::ChangeFailed, Outcome::Failed, &detail);
    end(portal, change, ChangeState::Failed, Ending::NotApplied, read, event).await
}

async fn diverged(portal: &Portal, change: &Change, read: &ReadBack) -> Result<(), ServiceError> {
    let detail = [("now", read.state.to_string()), ("status", read.status.to_string())];
    let event = detailed(change, read.at, AuditCode::ChangeDiverged, Outcome::Failed, &detail);
    end(portal, change, ChangeState::Diverged, Ending::Diverged { now: read.state }, read, event)
        .await
}

async fn end(
    portal: &Portal,
    change: &Change,
    to: ChangeState,
    ending: Ending,
    read: &ReadBack,
    event: AuditEvent,
) -> Result<(), ServiceError> {
    let told = AuditEvent { cloud_request_id: change.cloud_request_id.clone(), ..event };
    let planned = planned(change, read.at).filter(|_| to == ChangeState::Verified);
    let events: Vec<_> = [told].into_iter().chain(planned).collect();
    let step = Move {
        ending: Some(ending),
        read_back: Some(read),
        events: &events,
        ..Move::new(change, to, read.at)
    };
    portal.move_change(step).await?;
    Ok(())
}
