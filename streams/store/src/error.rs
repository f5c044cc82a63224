//! What can go wrong with history.

use sqlx::postgres::PgDatabaseError;

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
    /// The records in history are not of this log.
    #[error(
        "history was filled from the log {found}, but this is the log {log}: if the other one is in use, name another database in store.url; if this one was begun anew, name an empty one or move the file history.sqlite away, and history is filled again from the log (docs/HISTORY.md)"
    )]
    OtherLog {
        /// The id of the log whose records are in history.
        found: String,
        /// The id of the log that is being read.
        log: String,
    },
    /// History holds more than the log: the log was moved away, or lost its end.
    #[error(
        "history holds the records up to {history}, but the log ends at {log}: the log has lost its end, or it is the history of another; name an empty database in store.url or move the file history.sqlite away, and history is filled again from the log"
    )]
    Ahead {
        /// The last record in history.
        history: yiping_model::Position,
        /// The last record of the log.
        log: yiping_model::Position,
    },
    /// The database did not answer.
    #[error(
        "cannot {doing} history: the database did not answer within {limit_ms} ms (store.postgres.answer_timeout_ms)"
    )]
    Silent {
        /// What was being done.
        doing: &'static str,
        /// How long it had.
        limit_ms: u128,
    },
    /// The address of the database cannot be read. It is not shown, because it may hold a password.
    #[error("store.url {0}; write postgres://user:password@host:port/database")]
    Address(String),
    /// The database lacks TimescaleDB.
    #[error(
        "store.postgres.timescale is true, but the database has no TimescaleDB; let its owner run CREATE EXTENSION timescaledb"
    )]
    NoTimescale,
    /// The database's TimescaleDB loses rows.
    #[error(
        "TimescaleDB {found} loses rows that are written again to parts packed by columns; let its owner run ALTER EXTENSION timescaledb UPDATE to {least} or newer"
    )]
    OldTimescale {
        /// What the database has.
        found: String,
        /// What it must have.
        least: String,
    },
    /// The days of the tables are those of another zone.
    #[error(
        "the daily figures of this database are those of {found}, but city.zone is {wanted}; use another database, and history is filled again from the log"
    )]
    OtherZone {
        /// The zone of the tables.
        found: String,
        /// The city's zone.
        wanted: String,
    },
    /// There is no history to ask.
    #[error("this program keeps no history (store.backend is \"none\")")]
    Nowhere,
    /// The log could not be read.
    #[error("history cannot follow the log")]
    Log(#[from] yiping_log::LogError),
}

impl StoreError {
    /// Whether the same call may succeed later.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Database { source, .. } => may_pass(source),
            Self::Silent { .. } | Self::NoTimescale | Self::OldTimescale { .. } => true,
            Self::Log(error) => error.is_retryable(),
            Self::Row { .. }
            | Self::Newer { .. }
            | Self::TwoWriters(_)
            | Self::OtherLog { .. }
            | Self::Ahead { .. }
            | Self::Address(_)
            | Self::OtherZone { .. }
            | Self::Nowhere => false,
        }
    }
}

/// Whether what the database said may be over later. With PostgreSQL everything but a statement or value that it can never take (classes 22
/// data, 23 constraints, 42 names and syntax): a wrong password, a missing right or table are mended by people while the log goes on.
fn may_pass(error: &sqlx::Error) -> bool {
    const MISSING_RIGHT: &str = "42501";
    const MISSING_TABLE: &str = "42P01";
    let Some(said) = error
        .as_database_error()
        .and_then(|said| said.try_downcast_ref::<PgDatabaseError>())
    else {
        return true;
    };
    let code = said.code();
    matches!(code, MISSING_RIGHT | MISSING_TABLE)
        || !matches!(code.get(..2), Some("22" | "23" | "42"))
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
