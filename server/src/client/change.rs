//! `latchkey change …`: how it stands, and how it ends.

use std::time::{Duration, Instant};

use domain::id::ChangeId;

use super::exit::Exit;
use super::portal::{Ask, Portal, Trouble};
use super::show;
use crate::cli::{Output, Reach};
use crate::shape::change::{ChangeDetail, Result as Became};

/// The portal answers after so long at most, so that nothing in between hangs up.
const A_WAIT: Duration = Duration::from_secs(30);

/// How far a change is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    Ended,
    /// Or until it waits for somebody, or for its time.
    SomebodyElse,
}

pub async fn show(reach: &Reach, id: ChangeId) -> Result<Exit, Trouble> {
    let portal = Portal::reach(reach)?;
    let detail = get(&portal, id).await?;
    show::change(&detail, reach.output);
    Ok(Exit::Done)
}

pub async fn wait(reach: &Reach, id: ChangeId, timeout: Duration) -> Result<Exit, Trouble> {
    follow(&Portal::reach(reach)?, reach, id, timeout, Until::Ended).await
}

pub async fn get(portal: &Portal, id: ChangeId) -> Result<ChangeDetail, Trouble> {
    portal.ask(&Ask::get(format!("/changes/{id}"))).await
}

/// Follows a change, tells people each step, and prints how it is at the end.
pub async fn follow(
    portal: &Portal,
    reach: &Reach,
    id: ChangeId,
    timeout: Duration,
    until: Until,
) -> Result<Exit, Trouble> {
    let began = Instant::now();
    let mut detail = get(portal, id).await?;
    let mut told = String::new();
    loop {
        let change = &detail.change;
        if reach.output == Output::Text && told != change.label && !change.ended {
            told.clone_from(&change.label);
            show::remark(&format!("{}…", change.label));
        }
        let waits = matches!(change.result, Became::WaitingForApproval | Became::Planned);
        let left = timeout.saturating_sub(began.elapsed());
        if change.ended || left < Duration::from_secs(1) || waits && until == Until::SomebodyElse {
            show::change(&detail, reach.output);
            let under_way = change.result == Became::UnderWay && change.state.may_have_been_sent();
            return Ok(if under_way { Exit::NotVerified } else { change.result.into() });
        }
        let pause = left.min(A_WAIT);
        let ask = Ask::get(format!("/changes/{id}/wait")).waits(pause).query([
            ("timeout", Some(pause.as_secs().to_string())),
            ("version", Some(change.version.to_string())),
        ]);
        detail = portal.ask(&ask).await.inspect_err(|_| {
            show::remark(&format!(
                "The change goes on without this command: latchkey change wait {id}"
            ));
        })?;
    }
}
