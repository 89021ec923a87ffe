//! One file a route. Pages are rendered by the server alone.

mod accounts;
mod audit;
mod batch;
mod batches;
mod change;
mod changes;
mod instance;
mod instances;
mod load;
mod not_found;
mod overview;
mod policy;
mod review;
mod sign_in;

pub use accounts::AccountsPage;
pub use audit::AuditPage;
pub use batch::BatchPage;
pub use batches::{BatchesPage, NewBatchPage};
pub use change::ChangePage;
pub use changes::ChangesPage;
pub use instance::InstancePage;
pub use instances::InstancesPage;
pub use not_found::NotFoundPage;
pub use overview::OverviewPage;
pub use policy::PolicyPage;
pub use review::ReviewPage;
pub use sign_in::SignInPage;
