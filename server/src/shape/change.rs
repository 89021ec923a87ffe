//! Wishes, what became of them, and the proof.

use app::text::Language;
use domain::access::{Access, AccessState};
use domain::change::{self, ChangeState, Ending, SendOutcome};
use domain::environment::Environment;
use domain::id::{AccountName, ChangeId, InstanceId, RegionId, ReviewId};
use domain::span::Span;
use domain::time::Timestamp;
use serde::{Deserialize, Serialize};
use service::viewer;
use utoipa::ToSchema;

use super::{Moment, words};

/// A wish: either a `review` to confirm, or an `instance` and `to`, which is read afresh, judged by the same rules and
/// confirmed at once.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ChangeRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub review: Option<ReviewId>,
    /// Of the review: refused where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// `account/region/id`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::Access>)]
    pub to: Option<Access>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// For how long, such as `2h`, or `until-shut`. Left out: what is usual there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lasts: Option<String>,
    /// That long from now, such as `30m`, or `when-allowed`. Left out: now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The instance's name, where the preflight says that it is needed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub typed_name: Option<String>,
    /// Codes of the consequences that are acknowledged.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<String>,
    /// An emergency: without approval, through freeze and hours. Somebody else looks at it afterwards.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub break_glass: bool,
}

/// The word of a second person. Without a review, one is taken now.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ApproveRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Not before that long from now, such as `30m`, or `when-allowed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReasonRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Shuts a door before its time.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EndRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acknowledged: Vec<String>,
}

/// What became of a change so far, in one word: decide by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Result {
    /// Somebody else has to agree; nothing is changed until then.
    WaitingForApproval,
    /// Its time has not come; nothing is changed until then.
    Planned,
    UnderWay,
    /// Read back twice. The only good end.
    Verified,
    /// By a rule, the policy or a person. Nothing was changed.
    Refused,
    /// Refused by the cloud, not sent, or proven not to have happened. Nothing was changed.
    Failed,
    /// It was sent, and nobody knows yet what became of it: it is being read. Do not repeat it.
    Unclear,
    /// The cloud accepted it, but the value is another one.
    NeedsAttention,
}

impl Result {
    pub const ALL: &'static [Self] = &[
        Self::WaitingForApproval,
        Self::Planned,
        Self::UnderWay,
        Self::Verified,
        Self::Refused,
        Self::Failed,
        Self::Unclear,
        Self::NeedsAttention,
    ];

    pub const fn code(self) -> &'static str {
        match self {
            Self::WaitingForApproval => "waiting-for-approval",
            Self::Planned => "planned",
            Self::UnderWay => "under-way",
            Self::Verified => "verified",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Unclear => "unclear",
            Self::NeedsAttention => "needs-attention",
        }
    }

    pub fn of(change: &change::Change, now: Timestamp) -> Self {
        match change.state {
            ChangeState::AwaitingApproval => Self::WaitingForApproval,
            ChangeState::Preflighted | ChangeState::Approved if change.is_planned(now) => {
                Self::Planned
            }
            ChangeState::Requested
            | ChangeState::Preflighted
            | ChangeState::Approved
            | ChangeState::Intent
            | ChangeState::Sent
            | ChangeState::Accepted => Self::UnderWay,
            ChangeState::Unknown | ChangeState::Reconciling => Self::Unclear,
            ChangeState::Verified => Self::Verified,
            ChangeState::Failed => Self::Failed,
            ChangeState::Diverged => Self::NeedsAttention,
            ChangeState::Refused
            | ChangeState::Rejected
            | ChangeState::Expired
            | ChangeState::Cancelled => Self::Refused,
        }
    }
}

/// One wish for one instance.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Change {
    #[schema(value_type = String)]
    pub id: ChangeId,
    #[schema(value_type = words::Result)]
    pub result: Result,
    #[schema(value_type = words::ChangeState)]
    pub state: ChangeState,
    /// The state in words, for people.
    pub label: String,
    /// Whether it has ended.
    pub ended: bool,
    /// Counts the moves: see `wait`.
    pub version: i64,
    #[schema(value_type = String)]
    pub account: AccountName,
    #[schema(value_type = String)]
    pub region: RegionId,
    #[schema(value_type = String)]
    pub instance: InstanceId,
    /// At the time of the request.
    pub name: String,
    #[schema(value_type = words::Environment)]
    pub environment: Environment,
    #[schema(value_type = words::Access)]
    pub to: Access,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    pub requested_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[schema(value_type = words::Cause)]
    pub cause: change::Cause,
    /// For how long the door is to stand open, such as `2h`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lasts: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_at: Option<Moment>,
    pub break_glass: bool,
    /// The change that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub puts_back: Option<ChangeId>,
    /// The cloud's id of the call it accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_request_id: Option<String>,
    pub requested_at: Moment,
    pub updated_at: Moment,
}

/// How it ended, or why it is where it is.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Why {
    /// `blocked`, `stale`, `denied`, …
    pub code: String,
    /// Which checks block, or which facts moved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<String>,
    /// Of the cloud, of a policy, of an answer that was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeList {
    /// The newest first.
    pub changes: Vec<Change>,
    /// For the field `before` of the next request; there is none at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A change with everything that proves it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ChangeDetail {
    pub change: Change,
    pub attempts: Vec<Attempt>,
    pub read_backs: Vec<ReadBack>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// When the door that it opened shuts by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Moment>,
    /// The cloud takes the last call no later than this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_until: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub put_back_until: Option<Moment>,
}

/// One signed call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Attempt {
    pub number: i32,
    pub signed_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::SendOutcome>)]
    pub outcome: Option<SendOutcome>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http_status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_request_id: Option<String>,
}

/// One look at the instance after a call.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ReadBack {
    pub at: Moment,
    #[schema(value_type = words::AccessState)]
    pub access: AccessState,
    pub status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloud_request_id: Option<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Approval {
    #[schema(value_type = words::ApprovalKind)]
    pub kind: domain::approval::ApprovalKind,
    pub asked_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::ApprovalVerdict>)]
    pub verdict: Option<domain::approval::Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Change {
    pub fn of(change: &change::Change, now: Timestamp) -> Self {
        Self {
            id: change.id,
            result: Result::of(change, now),
            state: change.state,
            label: Language::En.change_label(change).to_owned(),
            ended: change.state.is_terminal(),
            version: change.version,
            account: change.instance.account.clone(),
            region: change.instance.region.clone(),
            instance: change.instance.id.clone(),
            name: change.name.to_string(),
            environment: change.environment,
            to: change.to,
            why: change.ending.as_ref().map(Why::from),
            requested_by: change.requested_by_name.to_string(),
            reason: change.reason.as_ref().map(ToString::to_string),
            cause: change.cause,
            lasts: change.lasts.map(|lasts| Span(lasts).to_string()),
            start_at: change.start_at.map(Moment),
            break_glass: change.break_glass,
            puts_back: change.puts_back,
            cloud_request_id: change.cloud_request_id.as_ref().map(ToString::to_string),
            requested_at: change.requested_at.into(),
            updated_at: change.updated_at.into(),
        }
    }
}

impl From<&Ending> for Why {
    fn from(ending: &Ending) -> Self {
        let (code, facts, detail) = match ending {
            Ending::Blocked { checks } => ("blocked", checks.clone(), None),
            Ending::Stale { moved } => {
                ("stale", moved.iter().map(|moved| moved.code().to_owned()).collect(), None)
            }
            Ending::NoLongerAllowed => ("no-longer-allowed", vec![], None),
            Ending::AgainstPolicy { refusal } => {
                ("against-policy", vec![], Some(refusal.code().to_owned()))
            }
            Ending::NotDecided => ("not-decided", vec![], None),
            Ending::TakenBack { by } => ("taken-back", vec![], Some(by.to_string())),
            Ending::Overtaken => ("overtaken", vec![], None),
            Ending::Verified { by } => ("verified", vec![], Some(by.code().to_owned())),
            Ending::NotSent => ("not-sent", vec![], None),
            Ending::Denied { code } => ("denied", vec![], Some(code.to_string())),
            Ending::Throttled { code } => ("throttled", vec![], Some(code.to_string())),
            Ending::NotApplied => ("not-applied", vec![], None),
            Ending::Diverged { now } => ("diverged", vec![], Some(now.code().to_owned())),
            Ending::Unclear { why } => ("unclear", vec![], Some(why.code().to_owned())),
            Ending::Interrupted => ("interrupted", vec![], None),
        };
        Self { code: code.to_owned(), facts, detail }
    }
}

impl ChangeDetail {
    pub fn of(detail: &viewer::ChangeDetail, ends_at: Option<Timestamp>, now: Timestamp) -> Self {
        let attempts = detail.attempts.iter().map(|attempt| Attempt {
            number: attempt.number,
            signed_at: attempt.signed_at.into(),
            outcome: attempt.outcome,
            finished_at: attempt.finished_at.map(Moment),
            http_status: attempt.http_status,
            cloud_code: attempt.cloud_code.as_ref().map(ToString::to_string),
            cloud_request_id: attempt.cloud_request_id.as_ref().map(ToString::to_string),
        });
        let read_backs = detail.read_backs.iter().map(|read| ReadBack {
            at: read.at.into(),
            access: read.state,
            status: read.status.to_string(),
            cloud_request_id: read.request_id.as_ref().map(ToString::to_string),
        });
        let approval = detail.approval.as_ref().map(|asked| {
            let decided = asked.decided.as_ref();
            Approval {
                kind: asked.kind,
                asked_at: asked.asked_at.into(),
                expires_at: asked.expires_at.map(Moment),
                verdict: decided.map(|decided| decided.verdict),
                by: decided.map(|decided| decided.by.to_string()),
                at: decided.map(|decided| decided.at.into()),
                reason: decided.and_then(|decided| decided.note.as_ref()).map(ToString::to_string),
            }
        });
        Self {
            change: Change::of(&detail.change, now),
            attempts: attempts.collect(),
            read_backs: read_backs.collect(),
            approval,
            ends_at: ends_at.map(Moment),
            late_until: detail.late_until.map(Moment),
            put_back_until: detail.put_back_until.map(Moment),
        }
    }
}
