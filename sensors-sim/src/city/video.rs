//! What cameras see: people on squares, vehicles at crossings, and now and then something that is nothing.
//!
//! A camera that counts people looks at a square; one with 路口 in its name looks at a crossing; the others look at a fence. A track lives within
//! one slot of time, so that every slot can be asked for by itself.

use std::time::Duration;

use smallvec::SmallVec;
use yiping_model::{
    Event, EventKey, EventKind, Measured, PropertyId, Quality, SourceId, Thing, ThingId, Timestamp,
    Zone,
};

use super::air::traffic;
use super::moment::{Moment, Place};
use super::scenario::Plan;

const CROSSING_WORD: &str = "路口";
/// From so many people on, analytics tell a crowd.
const CROWD_PEOPLE: f64 = 65.0;
const CROWD_SLOT_SECS: i64 = 15;
const SIGHT_SLOT_SECS: i64 = 15;
const VEHICLE_SLOT_SECS: i64 = 60;
const DOUBT_SLOT_SECS: i64 = 4 * 3_600;
/// What an ordinary evening brings at most.
const PEOPLE_MAX: f64 = 90.0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    Square,
    Crossing,
    Fence,
}

impl View {
    fn of(thing: &Thing) -> Self {
        let counts = thing
            .properties
            .iter()
            .any(|property| property.as_str() == "people");
        match (counts, thing.name.zh.contains(CROSSING_WORD)) {
            (true, _) => Self::Square,
            (false, true) => Self::Crossing,
            (false, false) => Self::Fence,
        }
    }
}

/// A camera that looks neither at a square nor at a crossing.
pub(super) fn looks_at_a_fence(thing: &Thing) -> bool {
    thing.kind == "camera" && View::of(thing) == View::Fence
}

/// A camera with its analytics.
#[derive(Debug, Clone)]
pub(super) struct Camera {
    pub(super) thing: ThingId,
    place: Place,
    view: View,
}

/// People before a camera, as its counter tells them.
pub(super) fn people(thing: &ThingId, place: &Place, moment: &Moment, plan: &Plan) -> f64 {
    let own = place.own.named("people");
    let rush = |peak: f64, width: f64| (-0.5 * ((moment.hour - peak) / width).powi(2)).exp();
    let awake = 0.03 + 0.97 * (0.5 + 0.5 * moment.day(15.0));
    let level =
        18.0 * awake + 42.0 * rush(19.5, 1.2) * (1.0 + 0.25 * f64::from(u8::from(moment.weekend)));
    let lively = 1.0 + 0.3 * own.course(moment.secs, 1_800.0);
    let noise = (1.0 + 0.05 * level) * own.named("noise").bell(moment.at.as_micros());
    let ordinary = (level * lively + noise).clamp(0.0, PEOPLE_MAX);
    let more = plan
        .crowd(thing, moment.at)
        .map_or(0.0, |(people, _)| people);
    (ordinary + more).round()
}

impl Camera {
    pub(super) fn of(thing: &Thing, place: Place) -> Self {
        Self {
            thing: thing.id.clone(),
            place,
            view: View::of(thing),
        }
    }

    /// What it detects in `[from, to)`, in the order of time.
    pub(super) fn events(
        &self,
        from: Timestamp,
        to: Timestamp,
        zone: &Zone,
        plan: &Plan,
    ) -> Vec<Event> {
        let mut events = Vec::new();
        match self.view {
            View::Square => in_slots(from, to, CROWD_SLOT_SECS, |slot| {
                events.extend(self.crowd(slot, zone, plan));
            }),
            View::Crossing => in_slots(from, to, VEHICLE_SLOT_SECS, |slot| {
                self.vehicle(slot, zone, &mut events);
            }),
            View::Fence => {
                in_slots(from, to, DOUBT_SLOT_SECS, |slot| {
                    self.doubt(slot, &mut events);
                });
                in_slots(from, to, SIGHT_SLOT_SECS, |slot| {
                    events.extend(self.sight(slot, plan));
                });
            }
        }
        events.retain(|event| {
            let at = event.phenomenon_time;
            (from..to).contains(&at) && plan.is_on(&self.thing, at)
        });
        events.sort_by_key(|event| event.phenomenon_time);
        events
    }

    fn crowd(&self, slot: i64, zone: &Zone, plan: &Plan) -> Option<Event> {
        let at = Timestamp::from_secs(slot * CROWD_SLOT_SECS) + self.offset();
        let moment = Moment::of(at, zone);
        let people = people(&self.thing, &self.place, &moment, plan);
        if people < CROWD_PEOPLE {
            return None;
        }
        let sure = 0.85 + 0.1 * self.place.own.named("sure").unit(slot);
        let track = plan.crowd(&self.thing, at).map_or_else(
            // An evening's crowd is one matter: days begin at 8 in the morning here.
            || format!("t-{}", at.as_secs().div_euclid(86_400)),
            |(_, track)| track,
        );
        Some(self.event(
            "crowd",
            at,
            &track,
            &[("people", people), ("confidence", cents(sure))],
        ))
    }

    fn vehicle(&self, slot: i64, zone: &Zone, events: &mut Vec<Event>) {
        let own = self.place.own.named("vehicle");
        let begin = Timestamp::from_secs(slot * VEHICLE_SLOT_SECS) + self.offset();
        let often = 0.04 + 0.7 * traffic(&Moment::of(begin, zone)).min(1.0);
        if own.unit(slot) >= often {
            return;
        }
        let speed = 38.0 + 14.0 * own.named("speed").signed(slot);
        let seen = 1 + (3.0 * own.named("seen").unit(slot)) as i64;
        for turn in 0..seen {
            let at = begin + Duration::from_millis(2_000 * turn.unsigned_abs());
            let now = speed + own.named("now").signed(slot * 8 + turn);
            let sure = 0.75 + 0.2 * own.named("sure").unit(slot * 8 + turn);
            events.push(self.event(
                "vehicle",
                at,
                &format!("v-{slot}"),
                &[
                    ("speed", (now * 10.0).round() / 10.0),
                    ("confidence", cents(sure)),
                ],
            ));
        }
    }

    /// Steam that is not smoke, a fox that is not a thief: seen with little confidence.
    fn doubt(&self, slot: i64, events: &mut Vec<Event>) {
        let own = self.place.own.named("doubt");
        if own.unit(slot) >= 0.3 {
            return;
        }
        let kind = if own.named("kind").unit(slot) < 0.3 {
            "smoke_fire"
        } else {
            "intrusion"
        };
        let wait = (own.named("wait").unit(slot) * (DOUBT_SLOT_SECS - 120) as f64) as i64;
        let begin = Timestamp::from_secs(slot * DOUBT_SLOT_SECS + wait) + self.offset();
        for turn in 0..3_i64 {
            let at = begin + Duration::from_secs(5 * turn.unsigned_abs());
            let sure = 0.3 + 0.2 * own.named("sure").unit(slot * 8 + turn);
            events.push(self.event(
                kind,
                at,
                &format!("d-{slot}"),
                &[("confidence", cents(sure))],
            ));
        }
    }

    /// What the scenario shows it.
    fn sight(&self, slot: i64, plan: &Plan) -> Option<Event> {
        let at = Timestamp::from_secs(slot * SIGHT_SLOT_SECS) + self.offset();
        let sight = plan.sight(&self.thing, at)?;
        let sure = sight.confidence + 0.04 * self.place.own.named("sight").signed(slot);
        let confidence = ("confidence", cents(sure));
        Some(self.event(sight.kind, at, &sight.track, &[confidence]))
    }

    /// So that no two cameras speak at once, and never on the full second.
    fn offset(&self) -> Duration {
        Duration::from_millis(
            1_000 + (7_998.0 * self.place.own.named("offset").unit(0)) as u64 / 2 * 2 + 1,
        )
    }

    fn event(&self, kind: &str, at: Timestamp, track: &str, values: &[(&str, f64)]) -> Event {
        let measured = values.iter().map(|(property, value)| Measured {
            property: PropertyId::new(property).expect("a word is an id"),
            value: *value,
            quality: Quality::Good,
        });
        Event {
            source: SourceId::new("sim").expect("a word is an id"),
            thing: self.thing.clone(),
            phenomenon_time: at,
            kind: EventKind::new(kind).expect("a word is an id"),
            key: Some(EventKey::new(track).expect("letters and digits are an id")),
            part: None,
            values: measured.collect::<SmallVec<[Measured; 4]>>(),
        }
    }
}

/// Every slot that may have a part in `[from, to)`.
fn in_slots(from: Timestamp, to: Timestamp, slot_secs: i64, mut each: impl FnMut(i64)) {
    for slot in from.as_secs().div_euclid(slot_secs) - 1..=to.as_secs().div_euclid(slot_secs) {
        each(slot);
    }
}

fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}
