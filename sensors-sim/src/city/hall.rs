//! A service hall: who comes, who is called, who has gone, and how it was found.
//!
//! A sitting is a day's session from 9 to 17 o'clock, Monday to Friday. All of it follows from the seed, the hall and the sitting's first second: people arrive
//! (a Poisson process, thinned to the hours of the day), the first who is free of the windows calls the first who waits, who has gone by then if
//! the wait was longer than his patience. Whatever happens in a sitting is over before the next one begins.

use std::time::Duration;

use smallvec::{SmallVec, smallvec};
use yiping_model::{
    Event, EventKey, EventKind, Measured, PropertyId, Quality, SourceId, Thing, ThingId, Timestamp,
    Zone,
};

use super::noise::{Chance, step};
use super::scenario::Breakdown;

const DAY_SECS: i64 = 86_400;
const OPENS_SECS: i64 = 9 * 3_600;
const CLOSES_SECS: i64 = 17 * 3_600;
const LUNCH_SECS: (f64, f64) = (12.0 * 3_600.0, 13.5 * 3_600.0);
/// Who still waits so long after the last ticket is sent home.
const DRAIN_SECS: f64 = 5_400.0;
const SERVICE_MEAN_SECS: f64 = 480.0;
/// Share of what the windows could do that people ask for, when most come.
const LOAD_AT_PEAK: f64 = 0.8;
/// In an extended session.
const LOAD_EXTENDED: f64 = 0.65;
const PATIENCE_MIN_SECS: f64 = 1_200.0;
const PATIENCE_MEAN_MORE_SECS: f64 = 1_500.0;
/// How long a window calls for one who has gone.
const CALLING_SECS: f64 = 45.0;
const TICKETS_MAX: i64 = 5_000;

/// A hall.
#[derive(Debug, Clone)]
pub(super) struct Hall {
    pub(super) thing: ThingId,
    windows: usize,
    chance: Chance,
}

/// A session of a hall, and what is out of the ordinary in it.
struct Sitting<'a> {
    begin: Timestamp,
    /// No tickets are given from here on; seconds after `begin`, as all that follows.
    end_secs: f64,
    /// Local second of the day at `begin`.
    day_secs: f64,
    chance: Chance,
    breakdown: Option<&'a Breakdown>,
}

/// A service window.
struct Window {
    free_secs: f64,
    /// When it stands still: from, to.
    shut: Vec<(f64, f64)>,
}

impl Window {
    /// When it can call somebody who is there from `secs` on.
    fn ready(&self, secs: f64) -> f64 {
        let mut ready = self.free_secs.max(secs);
        for (from, to) in &self.shut {
            if (*from..*to).contains(&ready) {
                ready = *to;
            }
        }
        ready
    }
}

impl Hall {
    pub(super) fn of(thing: &Thing, root: Chance) -> Self {
        let chance = root.named("thing").named(thing.id.as_str());
        let windows = thing.limits.get("windows").copied().unwrap_or(6.0);
        Self {
            thing: thing.id.clone(),
            windows: windows.clamp(2.0, 200.0) as usize,
            chance,
        }
    }

    /// What happens in `[from, to)`, in the order of time.
    pub(super) fn events(
        &self,
        from: Timestamp,
        to: Timestamp,
        zone: &Zone,
        breakdown: Option<&Breakdown>,
    ) -> Vec<Event> {
        let local_day = |at: Timestamp| {
            (at.as_secs() + zone.offset_micros(at) / 1_000_000).div_euclid(DAY_SECS)
        };
        let days = local_day(from) - 1..=local_day(to);
        let mut sittings: Vec<Sitting<'_>> =
            days.filter_map(|day| self.ordinary(day, zone)).collect();
        if let Some(breakdown) = breakdown {
            let (begin, end) = breakdown.sitting();
            let extended = self.sitting(
                begin,
                end.micros_since(begin) as f64 / 1e6,
                zone,
                Some(breakdown),
            );
            sittings.retain(|one| one.over() <= extended.begin || one.begin >= extended.over());
            sittings.push(extended);
        }
        sittings.retain(|one| one.begin < to && one.over() > from);
        let mut events: Vec<Event> = sittings
            .iter()
            .flat_map(|sitting| self.held(sitting))
            .collect();
        events.retain(|event| (from..to).contains(&event.phenomenon_time));
        events.sort_by(|one, other| {
            let key = |event: &Event| {
                (
                    event.phenomenon_time,
                    event.key.clone(),
                    event.part.clone(),
                    event.kind.clone(),
                )
            };
            key(one).cmp(&key(other))
        });
        events
    }

    /// The session of a local day (days since the epoch); none at the weekend.
    fn ordinary(&self, day: i64, zone: &Zone) -> Option<Sitting<'static>> {
        // 1970-01-01 was a Thursday.
        if matches!(day.rem_euclid(7), 2 | 3) {
            return None;
        }
        let midnight = Timestamp::from_secs(day * DAY_SECS);
        let begin = Timestamp::from_secs(
            day * DAY_SECS + OPENS_SECS - zone.offset_micros(midnight) / 1_000_000,
        );
        Some(self.sitting(begin, (CLOSES_SECS - OPENS_SECS) as f64, zone, None))
    }

    fn sitting<'a>(
        &self,
        begin: Timestamp,
        end_secs: f64,
        zone: &Zone,
        breakdown: Option<&'a Breakdown>,
    ) -> Sitting<'a> {
        let local = begin.as_secs() + zone.offset_micros(begin) / 1_000_000;
        Sitting {
            begin,
            end_secs,
            day_secs: local.rem_euclid(DAY_SECS) as f64,
            chance: self
                .chance
                .named("sitting")
                .named(&begin.as_secs().to_string()),
            breakdown,
        }
    }

    /// All that happens in a sitting.
    fn held(&self, sitting: &Sitting<'_>) -> Vec<Event> {
        let mut told = Told {
            hall: self,
            sitting,
            events: Vec::new(),
        };
        let mut windows: Vec<Window> = (0..self.windows)
            .map(|index| sitting.window(index, self.windows))
            .collect();
        for (number, taken) in sitting.arrivals(self.windows).into_iter().enumerate() {
            told.ticket(number, taken, &mut windows);
        }
        for (index, window) in windows.iter().enumerate() {
            told.shutters(index, window);
        }
        told.events
    }
}

impl Sitting<'_> {
    fn over(&self) -> Timestamp {
        self.begin + Duration::from_secs_f64(self.end_secs + DRAIN_SECS + 3_600.0)
    }

    /// A window and when it stands still: every second one over lunch, all but the first while the hall is broken down.
    fn window(&self, index: usize, count: usize) -> Window {
        let mut shut = Vec::new();
        let jitter = 120.0 * self.chance.named("shutter").unit(index as i64);
        if let Some(breakdown) = self.breakdown {
            let (from, to) = breakdown.broken();
            let secs = |at: Timestamp| at.micros_since(self.begin) as f64 / 1e6;
            if index > 0 {
                shut.push((secs(from) + jitter / 10.0, secs(to) + jitter));
            }
        } else if index % 2 == 1 || index + 1 == count {
            shut.push((
                LUNCH_SECS.0 - self.day_secs + jitter,
                LUNCH_SECS.1 - self.day_secs - jitter,
            ));
        }
        Window {
            free_secs: 5.0 + jitter / 4.0,
            shut,
        }
    }

    /// Seconds at which people take a ticket.
    fn arrivals(&self, windows: usize) -> Vec<f64> {
        let capacity = windows as f64 / SERVICE_MEAN_SECS;
        let (gaps, kept) = (self.chance.named("gap"), self.chance.named("kept"));
        let day = 1.0 + 0.06 * self.chance.named("day").signed(0);
        let mut found = Vec::new();
        let mut secs = 20.0;
        for turn in 0..TICKETS_MAX {
            secs += -(1.0 - gaps.unit(turn)).ln() / capacity;
            if secs >= self.end_secs {
                break;
            }
            if kept.unit(turn) < day * self.load(secs) {
                found.push(secs);
            }
        }
        found
    }

    /// Share of what all windows could do that people ask for at a time.
    fn load(&self, secs: f64) -> f64 {
        if self.breakdown.is_some() {
            return LOAD_EXTENDED;
        }
        let hour = (self.day_secs + secs) / 3_600.0;
        let rush = |peak: f64, width: f64| (-0.5 * ((hour - peak) / width).powi(2)).exp();
        let lunch = step((hour - 11.4) / 0.5) * (1.0 - step((hour - 13.4) / 0.5));
        let open = 0.3 + (LOAD_AT_PEAK - 0.3) * rush(10.1, 0.9).max(0.9 * rush(14.8, 1.0));
        open * (1.0 - 0.45 * lunch)
    }
}

/// What a sitting has told so far.
struct Told<'a> {
    hall: &'a Hall,
    sitting: &'a Sitting<'a>,
    events: Vec<Event>,
}

impl Told<'_> {
    /// The life of a ticket.
    fn ticket(&mut self, number: usize, taken: f64, windows: &mut [Window]) {
        let turn = number as i64;
        let draw = |name: &str| self.sitting.chance.named(name);
        let letter = ["A", "B", "C"][(draw("business").unit(turn) * 3.0) as usize % 3];
        let key = format!("{letter}{:03}", number + 1);
        let patience =
            PATIENCE_MIN_SECS - PATIENCE_MEAN_MORE_SECS * (1.0 - draw("patience").unit(turn)).ln();
        let service = (60.0
            + (SERVICE_MEAN_SECS - 60.0) * (0.5 * draw("service").bell(turn) - 0.125).exp())
        .min(3_000.0);
        let (walks, pauses) = (
            5.0 + 15.0 * draw("walk").unit(turn),
            5.0 + 10.0 * draw("pause").unit(turn),
        );
        let rated = draw("rated").unit(turn);
        let grade = grade(draw("grade").unit(turn), rated);
        self.say("taken", taken, Some(&key), None, None);
        let ready = windows
            .iter()
            .enumerate()
            .map(|(index, window)| (index, window.ready(taken + 4.0)));
        let Some((index, called)) = ready.min_by(|one, other| one.1.total_cmp(&other.1)) else {
            return;
        };
        if called > self.sitting.end_secs + DRAIN_SECS {
            return self.say(
                "left",
                self.sitting.end_secs + DRAIN_SECS,
                Some(&key),
                None,
                None,
            );
        }
        self.say("called", called, Some(&key), Some(index), None);
        if called - taken > patience {
            windows[index].free_secs = called + CALLING_SECS + pauses;
            return self.say("left", called + CALLING_SECS, Some(&key), Some(index), None);
        }
        let (begun, ended) = (called + walks, called + walks + service);
        windows[index].free_secs = ended + pauses;
        self.say("begun", begun, Some(&key), Some(index), None);
        self.say("ended", ended, Some(&key), Some(index), None);
        if let Some(grade) = grade {
            self.say("rated", ended + 3.0, Some(&key), Some(index), Some(grade));
        }
    }

    /// When a window opened and closed. It does not close on somebody whom it serves.
    fn shutters(&mut self, index: usize, window: &Window) {
        let jitter = index as f64 / 10.0;
        self.say("opened", 1.0 + jitter, None, Some(index), None);
        for (from, to) in &window.shut {
            let serving = self.last_before(index, *from, *to);
            self.say("closed", serving.max(*from), None, Some(index), None);
            self.say("opened", *to, None, Some(index), None);
        }
        let closing = window.free_secs.max(self.sitting.end_secs) + 30.0 + jitter;
        self.say("closed", closing, None, Some(index), None);
    }

    /// The end of what a window began before `from` and ended before `to`.
    fn last_before(&self, index: usize, from: f64, to: f64) -> f64 {
        let (part, limit) = (part(index), self.at(to));
        let ended = self.events.iter().filter(|event| {
            event.part.as_ref() == Some(&part)
                && event.kind.as_str() == "ended"
                && event.phenomenon_time < limit
        });
        let last = ended
            .map(|event| event.phenomenon_time.micros_since(self.sitting.begin))
            .max();
        last.map_or(from, |micros| micros as f64 / 1e6 + 1.0)
    }

    fn say(
        &mut self,
        kind: &str,
        secs: f64,
        key: Option<&str>,
        window: Option<usize>,
        grade: Option<f64>,
    ) {
        let property = || PropertyId::new("grade").expect("a word is an id");
        let values: SmallVec<[Measured; 4]> = grade.map_or_else(SmallVec::new, |value| {
            smallvec![Measured {
                property: property(),
                value,
                quality: Quality::Good
            }]
        });
        self.events.push(Event {
            source: SourceId::new("sim").expect("a word is an id"),
            thing: self.hall.thing.clone(),
            phenomenon_time: self.at(secs),
            kind: EventKind::new(kind).expect("a word is an id"),
            key: key.map(|key| EventKey::new(key).expect("letters and digits are an id")),
            part: window.map(part),
            values,
        });
    }

    /// Whole milliseconds, as machines tell them, and never on the full second: no event falls on the edge of a window.
    fn at(&self, secs: f64) -> Timestamp {
        let millis = (secs * 1e3) as u64;
        self.sitting.begin
            + Duration::from_millis(millis - millis % 1_000 + (millis % 1_000).clamp(1, 998))
    }
}

fn part(index: usize) -> EventKey {
    EventKey::new(format!("{:02}", index + 1)).expect("digits are an id")
}

/// Half of the people grade, most of them well.
fn grade(mood: f64, rated: f64) -> Option<f64> {
    let grade = match mood {
        mood if mood < 0.72 => 5.0,
        mood if mood < 0.9 => 4.0,
        mood if mood < 0.97 => 3.0,
        mood if mood < 0.99 => 2.0,
        _ => 1.0,
    };
    (rated < 0.5).then_some(grade)
}
