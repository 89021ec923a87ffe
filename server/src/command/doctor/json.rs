//! The findings for programs. Codes are stable; texts are for people.

use aliyun::{Action, Error, RegionProbe};
use domain::id::RegionId;
use serde_json::{Value, json};
use store::Tables;

use super::examine::{Examination, Found, Why};
use super::verdict::Verdicts;
use super::{DatabaseFinding, Findings};

pub(super) fn of(findings: &Findings) -> Value {
    json!({
        "problems": findings.problems(),
        "database": database(&findings.database),
        "accounts": findings.accounts.iter().map(account).collect::<Vec<_>>(),
    })
}

fn database(database: &DatabaseFinding) -> Value {
    let (state, steps, text) = match &database.tables {
        Ok(Tables::UpToDate) => ("up-to-date", Some(0), None),
        Ok(Tables::Behind { steps }) => ("behind", Some(*steps), None),
        Ok(Tables::None) => ("empty", None, None),
        Err(text) => ("unusable", None, Some(text)),
    };
    json!({ "label": database.label, "state": state, "steps": steps, "text": text })
}

fn account(account: &Examination) -> Value {
    let found = account.found.as_ref().ok();
    let policies = &account.policies;
    json!({
        "name": account.name.as_str(),
        "label": account.label,
        "problems": account.problems(),
        "unusable": account.found.as_ref().err(),
        "credential": found.map(credential),
        "identity": found.map(identity),
        "clock": found.map(|found| json!({
            "cloud_is_ahead_millis": found.clock.measured_millis,
            "refused": found.clock_is_refused(),
        })),
        "regions_configured": account.chosen,
        "regions": found.and_then(|found| found.reads.as_ref()).map(|reads| {
            reads.regions.iter().map(|(id, end)| region(id.as_str(), end)).collect::<Vec<_>>()
        }),
        "calls": account.verdicts().iter().map(call).collect::<Vec<_>>(),
        "policies": {
            "smallest": written(&policies.smallest),
            "only_off": written(&policies.only_off),
            "to_assume": policies.to_assume.iter().map(|text| written(text)).collect::<Vec<_>>(),
        },
    })
}

fn credential(found: &Found) -> Value {
    match &found.credential {
        Ok(summary) => json!({
            "source": summary.source,
            "temporary": summary.temporary,
            "expires_at": summary.expires_at.map(app::text::machine_time),
        }),
        Err(why) => json!({ "error": of_why(why) }),
    }
}

fn identity(found: &Found) -> Value {
    match &found.identity {
        Ok(identity) => json!({
            "account_id": identity.account_id,
            "type": identity.identity_type,
            "arn": identity.arn,
        }),
        Err(why) => json!({ "error": of_why(why) }),
    }
}

fn region(id: &str, end: &Result<RegionProbe, Why>) -> Value {
    let (instances, error) = match end {
        Ok(RegionProbe { listed: Ok(instances), .. }) => (Some(instances), None),
        Ok(RegionProbe { listed: Err(error), .. }) => (None, Some(of_error(error))),
        Err(why) => (None, Some(of_why(why))),
    };
    json!({ "id": id, "reached": error.is_none(), "instances": instances, "error": error })
}

fn call(verdicts: &Verdicts<'_>) -> Value {
    let tried = verdicts.tried.iter().map(|(region, verdict)| {
        json!({
            "region": region.map(RegionId::as_str),
            "verdict": verdict.code(),
            "error": verdict.error().map(of_error),
        })
    });
    let is_write = verdicts.action == Action::ModifyInstanceVpcAuthMode;
    json!({
        "action": verdicts.action.as_str(),
        "needed": verdicts.is_needed,
        "writes": is_write,
        "tried": tried.collect::<Vec<_>>(),
    })
}

fn of_why(why: &Why) -> Value {
    match why {
        Why::Cloud(error) => of_error(error),
        Why::NotInTime => json!({ "text": why.to_string() }),
    }
}

fn of_error(error: &Error) -> Value {
    json!({
        "text": super::whole(error),
        "code": error.code.as_ref().map(ToString::to_string),
        "http_status": error.http_status,
        "request_id": error.request_id.as_ref().map(ToString::to_string),
    })
}

/// A policy is JSON already.
fn written(policy: &str) -> Value {
    serde_json::from_str(policy).unwrap_or(Value::Null)
}
