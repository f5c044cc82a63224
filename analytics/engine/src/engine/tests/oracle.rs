//! Windows and alarms under random interleavings, against slow and obvious ones that sort everything first.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use yiping_model::{
    AlarmChange, AlarmEvent, AlarmId, Body, DatastreamId, Finding, Outcome, Position, Record,
    ThingId, Timestamp, WindowLength, WindowResult, WindowSpec,
};

use super::scenario::{at, catalogue, engine, reading, stream, zone};
use crate::Settings;

/// An observation: seconds after eight, value, door, and by how many seconds it is delayed.
pub(super) type Told = (u32, i32, u8, u32);

const VALUES: [i32; 9] = [-3, 0, 1, 5, 7, 10, 11, 12, 40];

pub(super) fn time(secs: u32) -> Timestamp {
    at("08:00:00") + Duration::from_secs(secs.into())
}

fn story(delay_secs_max: u32) -> impl Strategy<Value = Vec<Told>> {
    long_story(200, delay_secs_max)
}

pub(super) fn long_story(secs: u32, delay_secs_max: u32) -> impl Strategy<Value = Vec<Told>> {
    let value = prop::sample::select(VALUES.to_vec());
    let one = (0..secs, value, 0_u8..2, 0..=delay_secs_max);
    prop::collection::vec(one, 1..60)
}

/// The things whose windows are told by cell too: the first two share one.
const NEIGHBOURS: [&str; 3] = ["n1", "n2", "s1"];

/// Which thing makes an observation when several speak.
pub(super) fn speaker(told: &Told) -> &'static str {
    NEIGHBOURS[told.0 as usize % 3]
}

/// In the order of arrival; a delay below the lateness makes nothing late, because what came before is not newer by more than it.
pub(super) fn arrivals(told: &[Told], property: &str) -> Vec<Record> {
    arrivals_of(told, property, |_| "a")
}

pub(super) fn arrivals_of(
    told: &[Told],
    property: &str,
    thing: impl Fn(&Told) -> &'static str,
) -> Vec<Record> {
    let mut told: Vec<_> = told.to_vec();
    told.sort_by_key(|(secs, _, _, delay)| secs + delay);
    let numbered = (1..).zip(told);
    numbered
        .map(|(number, one @ (secs, value, door, delay))| Record {
            position: Position(number),
            received_at: time(secs + delay),
            body: Body::Reading(reading(
                ["mqtt", "radio"][usize::from(door)],
                thing(&one),
                property,
                time(secs),
                value.into(),
            )),
        })
        .collect()
}

pub(super) fn end_of_story() -> Record {
    Record {
        position: Position(1_000_000),
        received_at: at("12:00:00"),
        body: Body::Tick,
    }
}

fn windows_of(findings: &[Finding]) -> Vec<WindowResult> {
    let windows = findings
        .iter()
        .filter_map(|finding| match &finding.outcome {
            Outcome::Window(window) if window.stage.is_final() => Some(window.clone()),
            _ => None,
        });
    windows.collect()
}

fn run(records: &[Record]) -> Vec<Finding> {
    let mut engine = engine(Settings::default());
    engine.handle(records);
    engine.handle(&[end_of_story()]);
    assert_eq!(engine.counts().late, 0);
    engine.drain()
}

/// Datastream or cell, start, kind.
pub(super) type Name = (DatastreamId, Timestamp, WindowSpec);

pub(super) fn name(window: &WindowResult) -> Name {
    let (length, hop) = (window.length, window.hop);
    (
        window.datastream.clone(),
        window.start,
        WindowSpec { length, hop },
    )
}

/// Every start that is a multiple of the step is tried.
pub(super) fn slow_windows(
    told: &[Told],
    property: &str,
    thing: impl Fn(&Told) -> &'static str,
) -> BTreeMap<Name, Vec<f64>> {
    let catalogue = catalogue();
    let property = &catalogue.properties[property];
    let unique: BTreeSet<_> = told.iter().map(|t| (t.0, t.1, t.2, thing(t))).collect();
    let mut windows: BTreeMap<_, Vec<f64>> = BTreeMap::new();
    for (secs, value, _, thing) in unique {
        let known = catalogue
            .things
            .get(thing)
            .filter(|_| property.cells.is_some());
        let cell = known.map(|place| {
            let place = h3o::LatLng::new(place.lat, place.lon).expect("on earth");
            ThingId::of_cell(place.to_cell(h3o::Resolution::Seven).into())
        });
        let subjects = cell
            .into_iter()
            .chain([ThingId::new(thing).expect("valid")]);
        for (subject, spec) in subjects.flat_map(|subject| {
            property
                .windows
                .iter()
                .map(move |spec| (subject.clone(), *spec))
        }) {
            let mut start =
                zone().window_start(time(0), WindowLength::HOUR) - WindowLength::HOUR.duration();
            while start <= time(secs) {
                if time(secs) < start + spec.length.duration() {
                    let datastream = DatastreamId {
                        thing: subject.clone(),
                        property: property.id.clone(),
                    };
                    windows
                        .entry((datastream, start, spec))
                        .or_default()
                        .push(value.into());
                }
                start = start + spec.step().duration();
            }
        }
    }
    windows
}

fn is_near_quantile(told: f64, values: &[f64], q: f64) -> bool {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let truth = sorted[(q * (sorted.len() as f64 - 1.0)) as usize];
    (told - truth).abs() <= truth.abs() * crate::RELATIVE_ERROR * 1.0001
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

/// Beginning, end, value at the beginning, extreme.
pub(super) type Stretch = (Timestamp, Option<Timestamp>, f64, f64);

/// Above 10 and not yet below 5 again.
pub(super) fn slow_alarms(told: &[Told]) -> Vec<Stretch> {
    let sorted: BTreeSet<(u32, i32)> = told.iter().map(|t| (t.0, t.1)).collect();
    let mut alarms: Vec<Stretch> = Vec::new();
    for (secs, value) in sorted {
        let (at, value) = (time(secs), f64::from(value));
        match alarms.last_mut().filter(|alarm| alarm.1.is_none()) {
            Some(open) if value < 5.0 => open.1 = Some(at),
            Some(open) => open.3 = open.3.max(value),
            None if value > 10.0 => alarms.push((at, None, value, value)),
            None => {}
        }
    }
    alarms
}

/// Follows the events as the log's readers do, and holds them to their promises.
pub(super) struct Listener {
    subject: DatastreamId,
    /// Whether late truth may withdraw alarms.
    late: bool,
    alarms: BTreeMap<AlarmId, AlarmEvent>,
}

impl Listener {
    fn new() -> Self {
        Self {
            subject: stream("a:gas"),
            late: false,
            alarms: BTreeMap::new(),
        }
    }

    pub(super) fn late(property: &str) -> Self {
        Self {
            subject: stream(&format!("a:{property}")),
            late: true,
            ..Self::new()
        }
    }

    pub(super) fn hear(&mut self, findings: &[Finding]) {
        for finding in findings {
            let Outcome::Alarm(event) = &finding.outcome else {
                continue;
            };
            assert_eq!(event.subject, self.subject);
            let known = self.alarms.contains_key(&event.alarm);
            let begins = matches!(
                event.change,
                AlarmChange::Raised | AlarmChange::Split { .. }
            );
            assert_eq!(known, !begins, "{event:?}");
            if let Some(before) = event.before {
                let said = &self.alarms[&event.alarm];
                assert_eq!((before.started, before.ended), (said.started, said.ended));
                assert_eq!(
                    before.extreme.to_bits(),
                    said.extreme.to_bits(),
                    "{event:?}"
                );
            }
            if matches!(event.change, AlarmChange::Withdrawn { .. }) {
                assert!(self.late, "{event:?}");
                self.alarms.remove(&event.alarm);
                continue;
            }
            self.alarms.insert(event.alarm.clone(), event.clone());
            let open = self.alarms.values().filter(|alarm| alarm.ended.is_none());
            assert!(open.count() <= 1, "two open alarms");
        }
    }

    /// The extreme of an alarm that lasts is told with its end.
    pub(super) fn stretches(&self) -> Vec<Stretch> {
        let all = self.alarms.values();
        let mut all: Vec<Stretch> = all
            .map(|event| (event.started, event.ended, event.value, event.extreme))
            .collect();
        all.sort_by_key(|stretch| (stretch.0, stretch.1.is_none()));
        all
    }
}

pub(super) fn spans(stretches: &[Stretch]) -> Vec<(Timestamp, Option<Timestamp>, f64)> {
    stretches.iter().map(|s| (s.0, s.1, s.2)).collect()
}

pub(super) fn settled(stretches: Vec<Stretch>) -> Vec<Stretch> {
    let told = |s: Stretch| (s.0, s.1, s.2, if s.1.is_some() { s.3 } else { 0.0 });
    stretches.into_iter().map(told).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn windows_equal_those_of_sorted_observations(told in story(60), property in prop::sample::select(vec!["gas", "flow"])) {
        let thing = |one: &Told| if property == "gas" { "a" } else { speaker(one) };
        let windows = windows_of(&run(&arrivals_of(&told, property, thing)));
        let slow = slow_windows(&told, property, thing);
        prop_assert_eq!(windows.len(), slow.len());
        for window in windows {
            let values = &slow[&name(&window)];
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count;
            prop_assert_eq!(window.count as usize, values.len());
            prop_assert!(near(window.mean, mean) && near(window.std_dev, variance.sqrt()), "{:?}", window);
            let min = values.iter().copied().fold(f64::INFINITY, f64::min);
            let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(near(window.min, min) && near(window.max, max), "{:?}", window);
            prop_assert_eq!(Some(&window.last), values.last());
            for quantile in window.quantiles {
                prop_assert!(is_near_quantile(quantile.value, values, quantile.q), "{:?} {:?}", quantile, values);
            }
        }
    }

    #[test]
    fn windows_do_not_depend_on_the_order_of_arrival(told in story(60)) {
        let in_order: Vec<Told> = told.iter().map(|t| (t.0, t.1, t.2, 0)).collect();
        let text = |told: &[Told]| {
            let mut windows = windows_of(&run(&arrivals_of(told, "flow", speaker)));
            windows.sort_by_key(name);
            serde_json::to_string(&windows).expect("plain values")
        };
        prop_assert_eq!(text(&told), text(&in_order));
    }

    #[test]
    fn settled_alarms_do_not_depend_on_the_order_of_arrival(told in story(60)) {
        let mut listener = Listener::new();
        listener.hear(&run(&arrivals(&told, "gas")));
        prop_assert_eq!(settled(listener.stretches()), settled(slow_alarms(&told)));
    }

    #[test]
    fn at_every_moment_the_alarms_are_those_of_what_is_known(told in story(60)) {
        let records = arrivals(&told, "gas");
        let mut told = told;
        told.sort_by_key(|(secs, _, _, delay)| secs + delay);
        let mut engine = engine(Settings::default());
        let mut listener = Listener::new();
        for (count, record) in (1..).zip(&records) {
            engine.handle(std::slice::from_ref(record));
            listener.hear(&engine.drain());
            prop_assert_eq!(spans(&listener.stretches()), spans(&slow_alarms(&told[..count])));
        }
    }

    #[test]
    fn what_comes_too_late_leaves_every_promise_standing(told in story(190)) {
        let mut engine = engine(Settings::default());
        let mut listener = Listener::new();
        engine.handle(&arrivals(&told, "gas"));
        engine.handle(&[end_of_story()]);
        listener.hear(&engine.drain());
        let counts = engine.counts();
        prop_assert_eq!(counts.counted + counts.late + counts.duplicate, told.len() as u64);
    }
}
