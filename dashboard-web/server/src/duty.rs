//! Who is on duty: what another room keeps, and the handovers that are drafted and not signed yet.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use yiping_desk::duty::{Document, DutyBook, House, LedgerHead};
use yiping_desk::ledger::{Entry, Place};
use yiping_model::{Position, Timestamp};

/// Drafts that are remembered: one that is older must be made again.
const DRAFTS_MAX: usize = 64;

/// The room that keeps duty.
#[async_trait]
pub trait DutyRoom: Send + Sync + 'static {
    /// What it goes by.
    fn house(&self) -> &House;

    /// City time.
    fn now(&self) -> Timestamp;

    /// Shows how duty stands.
    fn look(&self, look: &mut dyn FnMut(&DutyBook));

    /// Waits until it has taken this record; `false` when it has not within `patience`.
    async fn reaches(&self, position: Position, patience: Duration) -> bool;

    /// The ledger's last entry once the ledger has looked at this record; `None` when it has not within `patience`.
    async fn ledger(&self, position: Position, patience: Duration) -> Option<LedgerHead>;

    /// The ledger's entries from a place on, in order, until `each` says `false`. Blocks the thread.
    ///
    /// # Errors
    /// Why the ledger cannot be read.
    fn entries(
        &self,
        from: Place,
        each: &mut dyn FnMut(Entry<'static>) -> bool,
    ) -> Result<(), String>;
}

/// Duty, for the handlers; clones are the same.
#[derive(Clone)]
pub struct DutyHandle {
    room: Arc<dyn DutyRoom>,
    drafts: Arc<Mutex<VecDeque<Draft>>>,
}

/// A handover that is drafted.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The digest of its document.
    pub(crate) handover: String,
    /// The document, canonical JSON.
    pub(crate) document: String,
}

impl fmt::Debug for DutyHandle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DutyHandle")
    }
}

impl DutyHandle {
    /// What this room keeps.
    pub fn new(room: Arc<dyn DutyRoom>) -> Self {
        Self {
            room,
            drafts: Arc::default(),
        }
    }

    pub(crate) fn room(&self) -> Arc<dyn DutyRoom> {
        Arc::clone(&self.room)
    }

    /// What `look` sees in the book.
    pub(crate) fn see<T>(&self, look: impl FnOnce(&DutyBook) -> T) -> Option<T> {
        let (mut look, mut seen) = (Some(look), None);
        self.room.look(&mut |book| {
            if let Some(look) = look.take() {
                seen = Some(look(book));
            }
        });
        seen
    }

    fn drafts(&self) -> MutexGuard<'_, VecDeque<Draft>> {
        self.drafts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a draft.
    pub(crate) fn keep(&self, document: &Document) -> Draft {
        let canonical = document.canonical();
        let draft = Draft {
            handover: Document::digest(&canonical),
            document: canonical,
        };
        let mut drafts = self.drafts();
        drafts.retain(|one| one.handover != draft.handover);
        if drafts.len() == DRAFTS_MAX {
            drafts.pop_front();
        }
        drafts.push_back(draft.clone());
        draft
    }

    /// A draft of this digest.
    pub(crate) fn draft(&self, handover: &str) -> Option<Draft> {
        let drafts = self.drafts();
        let found = drafts.iter().find(|draft| draft.handover == handover);
        found.cloned()
    }
}
