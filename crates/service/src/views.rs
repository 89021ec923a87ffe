//! Lists of instances as a person likes them, kept by name.

use store::view::SavedView;

use crate::{Field, Problem, ServiceError, Viewer};

/// Of a name, in characters.
const NAME: std::ops::RangeInclusive<usize> = 1..=60;
/// Of an address's query, in bytes.
const QUERY_BYTES: usize = 8 * 1024;

impl Viewer<'_> {
    pub async fn list_views(&self) -> Result<Vec<SavedView>, ServiceError> {
        Ok(self.portal.store().list_views(self.who.person.id).await?)
    }

    /// Saves a list under a name, in place of what had this name. `query` is as the portal itself writes it.
    pub async fn save_view(&self, name: &str, query: &str) -> Result<(), ServiceError> {
        let name = name.trim();
        let chars = name.chars().count();
        let problem = match chars {
            0 => Some(Problem::Missing),
            _ if !NAME.contains(&chars) || query.len() > QUERY_BYTES => Some(Problem::TooLong),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(ServiceError::Invalid { field: Field::ViewName, problem });
        }
        let view = SavedView { name: kept(name), query: query.to_owned() };
        let store = self.portal.store();
        store.save_view(self.who.person.id, &view, self.portal.now()).await.map_err(|error| {
            if error.is_conflict() {
                ServiceError::Invalid { field: Field::ViewName, problem: Problem::TooMany }
            } else {
                error.into()
            }
        })
    }

    pub async fn delete_view(&self, name: &str) -> Result<(), ServiceError> {
        Ok(self.portal.store().delete_view(self.who.person.id, &kept(name.trim())).await?)
    }
}

/// A name as it is kept.
fn kept(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
