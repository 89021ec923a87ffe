//! `latchkey access …`: asks for a change, and waits for its proof.

use domain::access::Access;
use domain::id::InstanceKey;

use super::exit::Exit;
use super::portal::{Ask, Portal, Trouble};
use super::{change, instances, show};
use crate::cli::{Disable, Enable, Wish};
use crate::outside;
use crate::shape::change::{Change, ChangeRequest};
use crate::shape::preflight::{Preflight, PreflightRequest};

pub async fn enable(asked: &Enable) -> Result<Exit, Trouble> {
    let lasts = match asked.lasts {
        Some(lasts) => Some(lasts.to_string()),
        None if asked.until_shut => Some(app::api::change::UNTIL_SHUT.to_owned()),
        None => None,
    };
    let typed_name = asked.confirm_name.clone();
    request(
        &asked.wish,
        ChangeRequest { lasts, typed_name, ..wanted(&asked.wish, Access::PasswordFree) },
    )
    .await
}

pub async fn disable(asked: &Disable) -> Result<Exit, Trouble> {
    request(&asked.wish, wanted(&asked.wish, Access::PasswordRequired)).await
}

fn wanted(wish: &Wish, to: Access) -> ChangeRequest {
    ChangeRequest {
        to: Some(to),
        reason: wish.reason.clone(),
        start: wish.start.clone(),
        acknowledged: wish.acknowledge.clone(),
        break_glass: wish.break_glass,
        ..ChangeRequest::default()
    }
}

async fn request(wish: &Wish, wanted: ChangeRequest) -> Result<Exit, Trouble> {
    let portal = Portal::reach(&wish.reach)?;
    let instance = instances::named(&portal, &wish.instance).await?;
    let to = wanted.to;
    let body = ChangeRequest { instance: Some(instance.to_string()), ..wanted };
    let key = wish.key.as_ref().map_or_else(new_key, ToString::to_string);
    let stored: Result<Change, Trouble> = portal.ask(&Ask::post("/changes", &body).key(&key)).await;
    let stored = match stored {
        Ok(stored) => stored,
        Err(trouble) => {
            if let Trouble::Unreachable(_) = trouble {
                show::remark(&format!(
                    "The wish may have been stored. Said again with --key {key}, it is the same one."
                ));
            }
            if let Some(to) = to {
                explain(&portal, &instance, to, &trouble).await;
            }
            return Err(trouble);
        }
    };
    if wish.no_wait {
        let detail = change::get(&portal, stored.id).await?;
        show::change(&detail, wish.reach.output);
        // It was stored, as was asked for.
        return Ok(Exit::Done);
    }
    change::follow(&portal, &wish.reach, stored.id, wish.timeout.0, change::Until::SomebodyElse)
        .await
}

/// What the portal's checks say, where they are why it was refused.
async fn explain(portal: &Portal, instance: &InstanceKey, to: Access, trouble: &Trouble) {
    let of_field = |name: &str| matches!(trouble, Trouble::Refused { problem, .. } if problem.field.as_deref() == Some(name));
    let (blocked, to_acknowledge) = (trouble.is_code("blocked"), of_field("acknowledged"));
    if of_field("typed_name") {
        show::remark("Here the instance's name is needed: --confirm-name NAME");
    }
    if of_field("reason") {
        show::remark("Here a reason is needed: --reason TEXT");
    }
    if !blocked && !to_acknowledge {
        return;
    }
    let InstanceKey { account, region, id } = instance;
    let path = format!("/instances/{account}/{region}/{id}/preflight");
    let asked = PreflightRequest { to: Some(to) };
    let Ok(preflight) = portal.ask::<Preflight>(&Ask::post(path, &asked)).await else { return };
    for check in preflight
        .checks
        .iter()
        .filter(|check| blocked && check.verdict == domain::preflight::Verdict::Blocks)
    {
        let line = format!("blocks  {}: {} ({})", check.code, check.title, check.fact);
        show::remark(&crate::audit_file::visible(&line));
    }
    for consequence in preflight.consequences.iter().filter(|one| to_acknowledge && one.acknowledge)
    {
        let line = format!("--acknowledge {}  {}", consequence.code, consequence.text);
        show::remark(&crate::audit_file::visible(&line));
    }
}

fn new_key() -> String {
    hex::encode(outside::random_bytes())
}
