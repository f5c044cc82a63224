//! What happened at a thing: a detection of a camera, a step of a ticket.

use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::id::{EventKey, EventKind, SourceId, ThingId};
use crate::reading::Measured;
use crate::time::Timestamp;

/// One event: a Detection of video analytics, or a step in the life of a ticket.
///
/// Events of one matter carry one key: the track that a camera follows, the ticket that a person took. An event's identity is source, thing,
/// kind, key, part and phenomenon time: the log may hold it twice, history and figures count it once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The door through which it came.
    pub source: SourceId,
    /// The thing at which it happened: a camera, a hall.
    pub thing: ThingId,
    /// When it happened, by the thing's clock.
    pub phenomenon_time: Timestamp,
    /// What happened, as a pack names it.
    pub kind: EventKind,
    /// The matter to which it belongs: a track, a ticket; `None` for an event that stands alone.
    pub key: Option<EventKey>,
    /// Where in the thing: a service window, a zone of the picture.
    pub part: Option<EventKey>,
    /// What was measured with it, in the units of the catalogue; each property at most once, often nothing.
    pub values: SmallVec<[Measured; 4]>,
}
