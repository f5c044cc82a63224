//! Events at the gate. An event counts as one and each of its values as one more, for a value is an observation too. A value that is refused
//! is refused alone, and the event stands without it.

use smallvec::SmallVec;
use yiping_model::{Disposition, Event, EventKind, EventType, Reason, Timestamp};

use super::{Gate, Head, Unknown};
use crate::{RawEvent, RawValue, Refusal};

/// What became of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct AdmittedEvent {
    /// The part that counts.
    pub event: Option<Event>,
    /// The part that does not.
    pub refusals: SmallVec<[Refusal; 1]>,
}

impl Gate {
    /// Judges one event: thing, kind and time, then each value, which must be one that the kind tells.
    pub fn admit_event(&mut self, raw: RawEvent, now: Timestamp) -> AdmittedEvent {
        let head = Head {
            index: raw.index,
            thing: &raw.thing,
            at: raw.phenomenon_time,
            values_count: raw.values.len(),
            items: crate::saturating_u32(1 + raw.values.len()),
        };
        let whole = self.judge_message(&head, now);
        if let Some(refusal) = whole.or_else(|| self.judge_kind(&raw)) {
            return AdmittedEvent {
                event: None,
                refusals: SmallVec::from_elem(refusal, 1),
            };
        }
        let mut refusals = SmallVec::new();
        let mut values = SmallVec::new();
        for value in raw.values {
            let told = match self.judge_told(raw.index, &raw.kind, &value) {
                Some(refusal) => Err(refusal),
                None => self.judge_value(raw.index, &raw.thing, value),
            };
            match told {
                Ok(measured) => values.push(measured),
                Err(refusal) => refusals.push(refusal),
            }
        }
        let event = Event {
            source: self.source.clone(),
            thing: raw.thing,
            phenomenon_time: raw.phenomenon_time,
            kind: raw.kind,
            key: raw.key,
            part: raw.part,
            values,
        };
        AdmittedEvent {
            event: Some(event),
            refusals,
        }
    }

    fn judge_kind(&self, raw: &RawEvent) -> Option<Refusal> {
        let known = self.catalogue.events.contains_key(&raw.kind);
        if known || self.unknown == Unknown::Accept {
            return None;
        }
        let detail = format!("the catalogue does not know event `{}`", raw.kind);
        Some(Refusal {
            items: crate::saturating_u32(1 + raw.values.len()),
            ..quarantined(raw.index, Reason::UnknownKind, detail)
        })
    }

    /// Whether an event of this kind tells such a value.
    fn judge_told(&self, index: u32, kind: &EventKind, value: &RawValue) -> Option<Refusal> {
        let told = |known: &EventType| known.properties.contains(&value.property);
        let strange = self
            .catalogue
            .events
            .get(kind)
            .is_some_and(|known| !told(known));
        if !strange || self.unknown == Unknown::Accept {
            return None;
        }
        let detail = format!("event `{kind}` tells no `{}`", value.property);
        Some(quarantined(index, Reason::UnknownProperty, detail))
    }
}

const fn quarantined(index: u32, reason: Reason, detail: String) -> Refusal {
    Refusal {
        index,
        disposition: Disposition::Quarantined,
        reason,
        detail,
        offset: None,
        items: 1,
    }
}

#[cfg(test)]
mod tests;
