//! Work beside the filling: dropping what retention no longer keeps, and what is worked out beforehand.

use std::time::Duration;

use tokio::time::Instant;

use crate::{StoreError, figures};

/// How long work that failed is left alone. It is not the city's time, of which a batch may bring hours.
pub(super) const REST: Duration = Duration::from_mins(10);

/// Whether it may be tried: what fails again and again must not hold up the records.
#[derive(Debug)]
pub(super) struct Chore {
    name: &'static str,
    rests_until: Option<Instant>,
}

impl Chore {
    pub(super) const fn new(name: &'static str) -> Self {
        Self {
            name,
            rests_until: None,
        }
    }

    pub(super) fn may_be_tried(&self) -> bool {
        self.rests_until.is_none_or(|until| Instant::now() >= until)
    }

    /// What came out, or `None` when it failed and rests.
    ///
    /// # Errors
    /// [`StoreError`] when another attempt cannot help.
    pub(super) fn outcome<T>(
        &mut self,
        outcome: Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        match outcome {
            Ok(done) => Ok(Some(done)),
            Err(error) if error.is_retryable() => {
                tracing::warn!(
                    chore = self.name,
                    error = &error as &dyn std::error::Error,
                    "history is filled, but work beside it failed and is tried again in ten minutes"
                );
                figures::chore_failed(self.name);
                self.rests_until = Some(Instant::now() + REST);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}
