//! Who did what to what, and how it ended, or that nobody knows.

use serde::{Deserialize, Serialize};

use crate::code::closed_enum;
use crate::id::{ChangeId, InstanceKey, RequestId, UserId, UserName};
use crate::time::Timestamp;

closed_enum! {
    /// Stable: exports, alarms and scripts rely on these words. Add, never rename.
    pub enum AuditCode {
        SignInSucceeded = "sign-in.succeeded",
        SignInRefused = "sign-in.refused",
        SignInThrottled = "sign-in.throttled",
        SignedOut = "sign-in.ended",
        SessionExpired = "session.expired",
        /// An admin or somebody at the server ended sessions of somebody else, or a person others of their own.
        SessionRevoked = "session.revoked",
        UserAdded = "user.added",
        UserGrantsChanged = "user.grants-changed",
        UserDisabled = "user.disabled",
        UserEnabled = "user.enabled",
        /// A link by which somebody sets a new password once.
        ResetLinkMade = "user.reset-link-made",
        PasswordChanged = "user.password-changed",
        PasswordReset = "user.password-reset",
        GroupMade = "group.made",
        GroupGrantsChanged = "group.grants-changed",
        GroupMembersChanged = "group.members-changed",
        GroupDisabled = "group.disabled",
        GroupEnabled = "group.enabled",
        TokenMade = "token.made",
        TokenRevoked = "token.revoked",
        /// A token was used from where it had not been used before.
        TokenNewAddress = "token.new-address",
        /// Whoever vouches for somebody gives them another role than before.
        RoleMapped = "user.role-mapped",
        SecondFactorAdded = "second-factor.added",
        SecondFactorRemoved = "second-factor.removed",
        SecondFactorRefused = "second-factor.refused",
        RecoveryCodeUsed = "second-factor.recovery-code-used",
        PasskeyAdded = "passkey.added",
        PasskeyRenamed = "passkey.renamed",
        PasskeyRemoved = "passkey.removed",
        /// Somebody has to prove again who they are, before something dangerous.
        StepUpAsked = "step-up.asked",
        StepUpDone = "step-up.done",
        AccessDenied = "access.denied",
        CrossSiteRefused = "request.cross-site-refused",
        ReviewTaken = "review.taken",
        ChangeRequested = "change.requested",
        ChangeRefused = "change.refused",
        ChangeChecked = "change.checked",
        ChangeIntent = "change.intent",
        ChangeAccepted = "change.accepted",
        ChangeUnclear = "change.unclear",
        ChangeAttemptRefused = "change.attempt-refused",
        ChangeReconciling = "change.reconciling",
        ChangeVerified = "change.verified",
        ChangeFailed = "change.failed",
        ChangeDiverged = "change.diverged",
        /// The last look after a call that may have been carried out late.
        ChangeLateRead = "change.late-read",
        ChangeCancelled = "change.cancelled",
        ChangeExpired = "change.expired",
        ApprovalAsked = "approval.asked",
        ChangeApproved = "change.approved",
        ChangeRejected = "change.rejected",
        BreakGlassUsed = "break-glass.used",
        BreakGlassSeen = "break-glass.seen",
        PolicyChanged = "policy.changed",
        BatchStarted = "batch.started",
        BatchPaused = "batch.paused",
        BatchResumed = "batch.resumed",
        BatchStopped = "batch.stopped",
        BatchEnded = "batch.ended",
        ReturnPlanned = "return.planned",
        ReturnExtended = "return.extended",
        /// A door should be shut by now and is not.
        ReturnOverdue = "return.overdue",
        PortalStarted = "portal.started",
        /// The chain of the audit begins, or goes on under another key.
        AuditEpochBegan = "audit.epoch-began",
        /// The database is older than the anchor of its audit: changes are refused.
        AuditRestoreNoticed = "audit.restore-noticed",
        AuditRestoreAcknowledged = "audit.restore-acknowledged",
        AuditExported = "audit.exported",
    }
}

closed_enum! {
    pub enum Outcome {
        /// Before the act: somebody is about to do it.
        Intended = "intended",
        Succeeded = "succeeded",
        Refused = "refused",
        Failed = "failed",
        /// Nobody came back to say.
        Unknown = "unknown",
    }
}

/// Who acted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Actor {
    /// The portal itself: worker, reconciler, reader.
    Portal,
    Person {
        id: UserId,
        name: UserName,
    },
    /// Somebody at the server's command line.
    CommandLine,
    /// Nobody who is signed in.
    Anonymous,
}

/// What is written. `detail` is a flat JSON object of stable words; it never holds a secret or a cloud message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    pub at: Timestamp,
    pub code: AuditCode,
    pub outcome: Outcome,
    pub actor: Actor,
    /// A short name of the session, not its id.
    pub session: Option<String>,
    /// The client's address.
    pub address: Option<String>,
    pub instance: Option<InstanceKey>,
    pub change: Option<ChangeId>,
    pub reason: Option<String>,
    pub before: Option<String>,
    pub after: Option<String>,
    pub cloud_request_id: Option<RequestId>,
    pub detail: Vec<(String, String)>,
}

impl AuditEvent {
    pub fn new(at: Timestamp, code: AuditCode, outcome: Outcome, actor: Actor) -> Self {
        Self {
            at,
            code,
            outcome,
            actor,
            session: None,
            address: None,
            instance: None,
            change: None,
            reason: None,
            before: None,
            after: None,
            cloud_request_id: None,
            detail: Vec::new(),
        }
    }
}

/// An event with its place in the record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedEvent {
    /// Ascending, without a promise of no gaps.
    pub sequence: i64,
    /// Of the chain of seals; 0: written before there was one.
    pub epoch: i64,
    /// From 1 on within the epoch, without a gap.
    pub position: Option<i64>,
    /// The seal of the row, as hex.
    pub mac: Option<String>,
    #[serde(flatten)]
    pub event: AuditEvent,
}
