//! Whether the file of the memory can be trusted: looked at all the time.

use std::time::Duration;

use crate::{Portal, ServiceError};

/// The whole file is read so often. That it is still the same file is looked at before every change.
const READ_WHOLE_EVERY: Duration = Duration::from_mins(10);

impl Portal {
    /// Reads the whole file of the memory, now and for ever. Once it is found damaged nothing leads to a call any more,
    /// until the portal was started on a good one.
    pub async fn keep_memory_checked(self) {
        loop {
            tokio::time::sleep(self.settings().timing.scale(READ_WHOLE_EVERY)).await;
            if let Err(error) = self.check_memory().await {
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "the file of the portal's memory did not pass its check"
                );
            }
        }
    }

    /// One such look.
    pub async fn check_memory(&self) -> Result<(), ServiceError> {
        Ok(self.store().check_file().await?)
    }
}
