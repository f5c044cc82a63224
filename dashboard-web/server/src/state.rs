//! What the handlers share.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;
use utoipa::ToSchema;
use yiping_log::Log;
use yiping_model::{Catalogue, Position, Timestamp};
use yiping_store::writer::Progress;
use yiping_store::{History, Store};

use crate::duty::DutyHandle;
use crate::live::LiveHandle;
use crate::packs::PacksHandle;
use crate::people::People;
use crate::provider::Provider;
use crate::settings::Settings;
use crate::units::UnitsHandle;

/// What the handlers share; clones are cheap.
#[derive(Clone)]
pub struct ServerState {
    /// Where decisions are appended.
    pub log: Arc<dyn Log>,
    /// What answers about the past.
    pub history: Arc<dyn History>,
    /// What counts the doors.
    pub store: Arc<dyn Store>,
    /// How far history is filled, and since when it cannot be; `None` when none is kept.
    pub filling: Option<watch::Receiver<Progress>>,
    /// Who is who.
    pub people: People,
    /// Who else answers for people.
    pub provider: Option<Provider>,
    /// Who is on duty.
    pub duty: DutyHandle,
    /// The live scene.
    pub live: LiveHandle,
    /// The units.
    pub units: UnitsHandle,
    /// The packs, for administrators.
    pub packs: PacksHandle,
    /// Properties and things.
    pub catalogue: Arc<Catalogue>,
    /// The limits.
    pub settings: Arc<Settings>,
    /// Whether it is asked over TLS.
    pub secure: bool,
    /// Gives the figures in the text form of Prometheus.
    pub render_metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Tells how the ledger stands, for `/healthz`.
    pub ledger: Arc<dyn Fn() -> LedgerView + Send + Sync>,
    /// Tells how the notices stand, for `/healthz`.
    pub notices: Arc<dyn Fn() -> NoticesView + Send + Sync>,
    /// The other readers of the log, for `/readyz`.
    pub probes: Vec<Probe>,
    /// The program's version, for `/healthz`.
    pub version: &'static str,
}

impl fmt::Debug for ServerState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ServerState").finish_non_exhaustive()
    }
}

/// How the ledger stands.
#[derive(Debug, Clone)]
pub struct LedgerView {
    /// Its last entry; `None` before it is open.
    pub head: Option<LedgerHead>,
    /// The last record of the log that it has looked at.
    pub position: Position,
    /// Why it does not grow; `None` while all is well.
    pub trouble: Option<String>,
}

/// How the notices stand.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct NoticesView {
    /// Notices that are not delivered yet, held ones included.
    pub waiting: usize,
    /// City time since which one of them fails; null while none does.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// Notices that were given up within a day.
    pub given_up: usize,
    /// Why nobody is told anything; null while all is well.
    pub trouble: Option<String>,
}

/// The last entry of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LedgerHead {
    /// Its number.
    pub n: u64,
    /// Its digest, which stands for all entries up to it.
    pub digest: String,
}

/// A reader of the log that must keep up for the program to be ready.
#[derive(Clone)]
pub struct Probe {
    /// Its name, for example `engine`.
    pub name: &'static str,
    /// Tells the last record that it took.
    pub position: Arc<dyn Fn() -> Position + Send + Sync>,
}

impl fmt::Debug for Probe {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Probe")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
