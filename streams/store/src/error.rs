//! What can go wrong with history.

/// Why the store could not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or cannot be reached.
    #[error("cannot {doing} history")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: sqlx::Error,
    },
    /// A stored row does not read back.
    #[error("a stored {what} does not read back: {detail}")]
    Row {
        /// Of which table.
        what: &'static str,
        /// What does not fit.
        detail: String,
    },
    /// The log could not be read.
    #[error("history cannot follow the log")]
    Log(#[from] yiping_log::LogError),
}
