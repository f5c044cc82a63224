//! What all doors share: a payload is decoded and judged, and what became of it is appended. Whoever calls [`Door::keep`] acknowledges
//! after it returned `Ok`, never before.

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use smallvec::SmallVec;
use smol_str::SmolStr;
use yiping_log::{CityClock, Log, LogError};
use yiping_model::{Body, Catalogue, Disposition, Reason, Reject, SourceId, Timestamp};
use yiping_protocols::{
    Decoded, Format, Gate, REFUSALS_MAX, RawEvent, RawReading, Refusal, TokenKey, Withheld,
};

use crate::figures::{Figure, Kept, count_reject, count_withheld};
use crate::gather;
use crate::settings::IngestSettings;

const ORIGIN_CHARS_MAX: usize = 256;

/// Bodies of one append: a large batch must not keep the log from everybody else.
const APPEND_BODIES_MAX: usize = 4_096;

/// The way in of one source.
#[derive(Clone)]
pub struct Door {
    source: SourceId,
    log: Arc<dyn Log>,
    clock: CityClock,
    gate: Arc<Mutex<Gate>>,
    values_max: usize,
    kept: Kept,
    tokens: Option<TokenKey>,
}

/// Bodies that wait for one append, and what they amount to.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    bodies: Vec<Body>,
    messages: usize,
    taken: Taken,
    withheld: Withheld,
    /// When the first of it was judged; all of it is judged by that time.
    judged_at: Option<Timestamp>,
}

/// What became of a batch, in observations; an event counts as one, and each of its values as one more. `received = accepted + quarantined + rejected`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Appended as readings and events.
    pub accepted: u64,
    /// Set aside.
    pub quarantined: u64,
    /// Refused.
    pub rejected: u64,
    /// The refusals, in order; at most twice [`REFUSALS_MAX`], while every one of them is a dead letter.
    pub refusals: Vec<Refusal>,
}

impl Taken {
    /// All that came.
    pub const fn received(&self) -> u64 {
        self.accepted + self.quarantined + self.rejected
    }
}

/// Where a payload came from, and its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'a> {
    /// The topic, peer, or file and line.
    pub origin: &'a str,
    /// The bytes, or the first of them.
    pub bytes: &'a [u8],
    /// How many there were.
    pub size_bytes: usize,
}

impl<'a> Payload<'a> {
    /// A payload of which all bytes are here.
    pub const fn whole(origin: &'a str, bytes: &'a [u8]) -> Self {
        Self {
            origin,
            bytes,
            size_bytes: bytes.len(),
        }
    }

    /// Without its bytes, which nobody may see.
    pub(crate) const fn unseen(self) -> Self {
        Self { bytes: &[], ..self }
    }
}

impl Batch {
    /// For about so many messages.
    pub fn with_room(messages: usize) -> Self {
        Self {
            bodies: Vec::with_capacity(messages),
            ..Self::default()
        }
    }

    fn judged_at(&mut self, clock: &CityClock) -> Timestamp {
        *self.judged_at.get_or_insert_with(|| clock.now())
    }

    /// Adds a tick of the city clock.
    pub fn tick(&mut self) {
        self.bodies.push(Body::Tick);
    }

    /// Whether there is nothing to append.
    pub const fn is_empty(&self) -> bool {
        self.bodies.is_empty()
    }

    /// Whether it holds so much that it should be kept before more is read into it.
    pub const fn is_full(&self) -> bool {
        self.bodies.len() >= APPEND_BODIES_MAX
    }

    /// Makes a dead letter of a reading or an event that no record of the log can hold; `None` when there is nothing to make one of.
    fn give_up(&mut self, body: &Body, why: &str) -> Option<Reject> {
        let (source, thing, items) = match body {
            Body::Reading(reading) => (&reading.source, &reading.thing, reading.values.len()),
            Body::Event(event) => (&event.source, &event.thing, 1 + event.values.len()),
            _ => return None,
        };
        let items = u32::try_from(items).unwrap_or(u32::MAX);
        let detail = format!("{why}; send fewer values in one message");
        let refusal = Refusal {
            items,
            ..Refusal::whole(Reason::TooLarge, detail, None)
        };
        let origin = SmolStr::new(thing.as_str());
        let letter = refusal.clone().into_reject(source.clone(), origin, &[]);
        self.taken.accepted -= u64::from(items);
        self.taken.rejected += u64::from(items);
        if self.taken.refusals.len() < 2 * REFUSALS_MAX {
            self.taken.refusals.push(refusal);
        }
        Some(letter)
    }
}

impl Door {
    /// A door into this log for this source; of the settings it takes the limits and what to do with what nobody knows.
    pub fn new(
        source: SourceId,
        settings: &IngestSettings,
        catalogue: Arc<Catalogue>,
        log: Arc<dyn Log>,
        clock: CityClock,
    ) -> Self {
        let (limits, unknown) = (settings.limits.clone(), settings.unknown);
        let gate = Gate::new(source.clone(), catalogue, limits, unknown);
        Self {
            kept: Kept::of(source.as_str()),
            source,
            log,
            clock,
            gate: Arc::new(Mutex::new(gate)),
            values_max: settings.limits.values_max,
            tokens: settings.token_secret.clone().map(TokenKey::new),
        }
    }

    /// The source by whose name its records go.
    pub const fn source(&self) -> &SourceId {
        &self.source
    }

    /// What makes tokens of number plates.
    pub(crate) const fn tokens(&self) -> Option<&TokenKey> {
        self.tokens.as_ref()
    }

    /// The city clock by which it judges.
    pub const fn clock(&self) -> &CityClock {
        &self.clock
    }

    /// Decodes a payload in this format into the batch.
    pub fn read(
        &self,
        batch: &mut Batch,
        format: &Format,
        payload: Payload<'_>,
        topic: Option<&str>,
    ) {
        let Some(raw) = format.decode_plain(payload.bytes, topic, self.values_max) else {
            let decoded = self.decode(format, payload, topic);
            let shown = if format.is_private() {
                payload.unseen()
            } else {
                payload
            };
            return self.admit(batch, decoded, shown);
        };
        batch.messages += 1;
        let now = batch.judged_at(&self.clock);
        for refusal in self.judge(batch, raw, now) {
            self.bury(batch, refusal, payload);
        }
    }

    /// Decodes a payload in this format.
    pub fn decode(&self, format: &Format, payload: Payload<'_>, topic: Option<&str>) -> Decoded {
        format.decode(payload.bytes, topic, self.values_max)
    }

    /// Judges what a payload said into the batch.
    pub fn admit(&self, batch: &mut Batch, decoded: Decoded, payload: Payload<'_>) {
        let now = batch.judged_at(&self.clock);
        batch.withheld.add(decoded.withheld);
        let mut refusals = decoded.refusals;
        for raw in decoded.readings {
            for refusal in self.judge(batch, raw, now) {
                yiping_protocols::note_refusal(&mut refusals, refusal);
            }
        }
        for raw in decoded.events {
            for refusal in self.judge_event(batch, raw, now) {
                yiping_protocols::note_refusal(&mut refusals, refusal);
            }
        }
        batch.messages += 1;
        for refusal in refusals {
            self.bury(batch, refusal, payload);
        }
    }

    /// Puts what the gate lets in into the batch; gives what it does not.
    fn judge(&self, batch: &mut Batch, raw: RawReading, now: Timestamp) -> SmallVec<[Refusal; 1]> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = gate.admit(raw, now);
        drop(gate);
        if let Some(reading) = admitted.reading {
            batch.taken.accepted += reading.values.len() as u64;
            batch.bodies.push(Body::Reading(reading));
        }
        admitted.refusals
    }

    fn judge_event(
        &self,
        batch: &mut Batch,
        raw: RawEvent,
        now: Timestamp,
    ) -> SmallVec<[Refusal; 1]> {
        let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let admitted = gate.admit_event(raw, now);
        drop(gate);
        if let Some(event) = admitted.event {
            batch.taken.accepted += 1 + event.values.len() as u64;
            batch.bodies.push(Body::Event(event));
        }
        admitted.refusals
    }

    /// Puts a payload that cannot be decoded at all into the batch, as a dead letter.
    pub fn refuse(&self, batch: &mut Batch, refusal: Refusal, payload: Payload<'_>) {
        batch.messages += 1;
        self.bury(batch, refusal, payload);
    }

    fn bury(&self, batch: &mut Batch, refusal: Refusal, payload: Payload<'_>) {
        let items = u64::from(refusal.items);
        match refusal.disposition {
            Disposition::Quarantined => batch.taken.quarantined += items,
            Disposition::Rejected => batch.taken.rejected += items,
        }
        if batch.taken.refusals.len() < 2 * REFUSALS_MAX {
            batch.taken.refusals.push(refusal.clone());
        }
        let origin: SmolStr = payload.origin.chars().take(ORIGIN_CHARS_MAX).collect();
        let reject = refusal.into_reject(self.source.clone(), origin, payload.bytes);
        batch.bodies.push(Body::Reject(Reject {
            size_bytes: u32::try_from(payload.size_bytes).unwrap_or(u32::MAX),
            ..reject
        }));
    }

    /// Appends the batch; after `Ok` all of it is durable and may be acknowledged.
    ///
    /// What one append of the log cannot take goes in parts. A reading that no record can hold becomes a dead letter: sent again it would
    /// never fit either.
    ///
    /// # Errors
    /// [`LogError`]; then nothing of the batch may be acknowledged, though some of it may be in the log.
    pub async fn keep(&self, mut batch: Batch) -> Result<Taken, LogError> {
        if batch.is_empty() {
            return Ok(batch.taken);
        }
        gather::note_work();
        let letters = self.append(&mut batch).await.inspect_err(|_refused| {
            Figure::AppendFailures.add(self.source.as_str(), 1);
        })?;
        letters.iter().for_each(count_reject);
        count_withheld(self.source.as_str(), batch.withheld);
        let (messages, taken) = (batch.messages, batch.taken);
        self.kept.messages.increment(messages as u64);
        self.kept.received.increment(taken.received());
        self.kept.accepted.increment(taken.accepted);
        if messages > 0 {
            self.kept.batch_messages.record(messages as f64);
        }
        Ok(taken)
    }

    /// Appends the bodies of the batch; gives its dead letters.
    async fn append(&self, batch: &mut Batch) -> Result<Vec<Reject>, LogError> {
        let letters = batch.bodies.iter().filter_map(|body| match body {
            Body::Reject(letter) => Some(letter.clone()),
            _ => None,
        });
        let mut letters: Vec<Reject> = letters.collect();
        // The next part comes last.
        let mut parts = vec![std::mem::take(&mut batch.bodies)];
        while let Some(mut part) = parts.pop() {
            if part.len() > APPEND_BODIES_MAX {
                parts.push(part.split_off(APPEND_BODIES_MAX));
            }
            let (why, mut part) = match self.log.append(part).await {
                Ok(_appended) => continue,
                Err(LogError::Unwritable { why, bodies }) => (why, bodies),
                Err(error) => return Err(error),
            };
            match part.as_slice() {
                [only] => {
                    let Some(letter) = batch.give_up(only, &why) else {
                        return Err(LogError::Unwritable { why, bodies: part });
                    };
                    letters.push(letter.clone());
                    parts.push(vec![Body::Reject(letter)]);
                }
                several => {
                    let later = part.split_off(several.len() / 2);
                    parts.extend([later, part]);
                }
            }
        }
        Ok(letters)
    }
}

impl std::fmt::Debug for Door {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Door")
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
