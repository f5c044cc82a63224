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
    /// The file has tables that this program does not know.
    #[error(
        "history was written by a newer program (tables of version {found}, this one knows {known}); use that program, or move the file away and history is filled again from the log"
    )]
    Newer {
        /// The version of the tables in the file.
        found: i64,
        /// The latest version that this program knows.
        known: i64,
    },
    /// The position in the file is not the one this writer left there.
    #[error(
        "another program writes to the same history: its position is no longer {0}; stop one of the two"
    )]
    TwoWriters(yiping_model::Position),
    /// History holds more than the log: the log was moved away, or lost its end.
    #[error(
        "history holds the records up to {history}, but the log ends at {log}: it is the history of another log; move the file history.sqlite away and history is filled again from the log"
    )]
    Ahead {
        /// The last record in history.
        history: yiping_model::Position,
        /// The last record of the log.
        log: yiping_model::Position,
    },
    /// The log could not be read.
    #[error("history cannot follow the log")]
    Log(#[from] yiping_log::LogError),
}

impl StoreError {
    /// Whether the same call may succeed later.
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::Database { .. } => true,
            Self::Log(error) => error.is_retryable(),
            Self::Row { .. } | Self::Newer { .. } | Self::TwoWriters(_) | Self::Ahead { .. } => {
                false
            }
        }
    }
}

/// Says what was being done when the database refused.
pub(crate) trait Doing<T> {
    /// Completes the sentence "cannot … history".
    fn doing(self, doing: &'static str) -> Result<T, StoreError>;
}

impl<T> Doing<T> for Result<T, sqlx::Error> {
    fn doing(self, doing: &'static str) -> Result<T, StoreError> {
        self.map_err(|source| StoreError::Database { doing, source })
    }
}
