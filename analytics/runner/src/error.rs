//! What can stop the runner.

use yiping_log::LogError;
use yiping_model::Position;

/// Why the engine is no longer fed.
#[derive(Debug, thiserror::Error)]
pub enum RunnerError {
    /// The log could not be read.
    #[error("engine cannot read the log after {after}")]
    Read {
        /// The last record that was read.
        after: Position,
        /// What the log said.
        #[source]
        source: LogError,
    },
    /// Findings could not be appended.
    #[error(
        "engine cannot append what it found up to {upto}; it will find the same again after a restart"
    )]
    Append {
        /// The last record that was handled.
        upto: Position,
        /// What the log said.
        #[source]
        source: LogError,
    },
    /// The checkpoint could not be read or saved.
    #[error("engine cannot keep its checkpoint")]
    Checkpoint(#[source] LogError),
    /// The log was shut down first.
    #[error("log was closed while the engine was reading it; stop the engine first")]
    LogClosed,
    /// The thread that saved a checkpoint did not finish.
    #[error("engine's checkpoint was interrupted")]
    Interrupted(#[source] tokio::task::JoinError),
}
