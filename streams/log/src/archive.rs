//! Where input goes before retention drops it. The log knows no form of archive: the program gives it one.

use std::fmt::Debug;

use yiping_model::{Position, Record};

use crate::LogError;

/// Keeps what the log is about to drop.
pub trait Archive: Debug + Send + Sync + 'static {
    /// Makes the readings among these records durable elsewhere, under the name of `first`. Blocks the thread.
    ///
    /// The records are all the input of one segment of the log, in order. After a crash they may come again, under the same name: then they
    /// take the place of what was kept before.
    ///
    /// # Errors
    /// [`LogError`], of the records or [`LogError::Archive`]; then the log keeps the records and offers them again later.
    fn keep(
        &self,
        first: Position,
        records: &mut dyn Iterator<Item = Result<Record, LogError>>,
    ) -> Result<(), LogError>;
}
