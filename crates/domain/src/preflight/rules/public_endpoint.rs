//! What becomes of the public endpoint: it keeps wanting the password, with two exceptions worth a warning.
//!
//! 4.0: if it stops asking for the password, the minor version must be upgraded. Local-disk 2.8 and 5.0: the cloud's
//! older document says that the endpoint cannot be used while the mode is on.

use super::{Check, CheckKind, Facts, Verdict, found};
use crate::access::Access;
use crate::endpoint::Endpoint;
use crate::fact::Fact;
use crate::instance::Series;

pub(crate) fn check(facts: &Facts, to: Access) -> Option<Check> {
    if to == Access::PasswordRequired {
        return None;
    }
    let row = &facts.attribute.known()?.row;
    let endpoints = facts.endpoints.as_ref().map(|endpoints| {
        endpoints
            .iter()
            .filter(|endpoint| endpoint.is_public())
            .map(Endpoint::address)
            .collect::<Vec<_>>()
    });
    let touched = row.series != Series::CloudNative
        && matches!(row.version.number(), None | Some((2 | 4 | 5, _)));
    let verdict = match &endpoints {
        Fact::Known(public) if public.is_empty() || !touched => Verdict::Passes,
        Fact::Known(_) | Fact::Unknown(_) => Verdict::Warns,
    };
    found(verdict, CheckKind::PublicEndpoint { version: row.version.clone(), endpoints })
}
