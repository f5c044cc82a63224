//! Late truth: what came too late corrects what was told, as if everything had come in order.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use yiping_model::{
    AlarmChange, Body, Finding, IndexKind, IndexResult, Outcome, Position, Record, Timestamp,
    WindowResult,
};

use super::history::History;
use super::oracle::{
    Listener, Name, Stretch, Told, arrivals_of, end_of_story, long_story, name, settled,
    slow_alarms, slow_windows, speaker,
};
use super::scenario::{Teller, at, engine, reading, records};
use crate::{Engine, Settings};

/// Plays arrivals; after some of them the engine is answered, later ones come while answers are on their way.
pub(super) struct Play {
    engine: Engine,
    history: History,
    pub(super) findings: Vec<Finding>,
}

impl Play {
    fn new() -> Self {
        Self {
            engine: engine(Settings {
                recall_gather_secs: 0,
                ..Settings::default()
            }),
            history: History::default(),
            findings: Vec::new(),
        }
    }

    fn hear(&mut self, record: &Record) {
        let record = self.history.append(record.received_at, record.body.clone());
        self.engine.handle(&[record]);
        self.findings.extend(self.engine.drain());
    }

    /// Answers the first thing wanted, after a pause of so many arrivals.
    fn ask(&mut self) -> Vec<Body> {
        let wanted = self.engine.wanted();
        wanted
            .first()
            .map_or(Vec::new(), |wanted| self.history.answer(wanted, 5))
    }

    fn answer(&mut self, bodies: Vec<Body>) {
        for body in bodies {
            let now = self.history.log.last().expect("something came").received_at;
            let record = self.history.append(now, body);
            self.engine.handle(&[record]);
            self.findings.extend(self.engine.drain());
        }
    }

    fn end(&mut self) {
        let end = end_of_story();
        self.hear(&end);
        self.history.settle(&mut self.engine, &mut self.findings);
    }
}

pub(super) fn play(
    told: &[Told],
    property: &str,
    thing: impl Fn(&Told) -> &'static str,
    pauses: &[usize],
) -> Play {
    let mut play = Play::new();
    let mut pauses = pauses.iter().cycle();
    let mut waiting: Option<(usize, Vec<Body>)> = None;
    for record in arrivals_of(told, property, thing) {
        play.hear(&record);
        waiting = match waiting {
            Some((0, bodies)) => {
                play.answer(bodies);
                None
            }
            Some((more, bodies)) => Some((more - 1, bodies)),
            None => {
                let bodies = play.ask();
                let pause = *pauses.next().expect("a cycle");
                (!bodies.is_empty()).then_some((pause, bodies))
            }
        };
    }
    play.answer(waiting.map_or(Vec::new(), |(_, bodies)| bodies));
    play.end();
    play
}

/// The last word on each window, and that every revision says what was said before it.
fn last_windows(findings: &[Finding]) -> BTreeMap<Name, WindowResult> {
    let mut last: BTreeMap<Name, WindowResult> = BTreeMap::new();
    for finding in findings {
        let Outcome::Window(window) = &finding.outcome else {
            continue;
        };
        if !window.stage.is_final() {
            continue;
        }
        let said = last.insert(name(window), window.clone());
        match (&window.before, said) {
            (None, None) => assert_eq!(window.revision, 0),
            (Some(before), None) => assert_eq!((window.revision, before.count), (1, 0)),
            (Some(before), Some(said)) => {
                assert_eq!(window.revision, said.revision + 1);
                assert_eq!(
                    (before.count, before.mean.to_bits()),
                    (said.count, said.mean.to_bits()),
                    "{window:?}"
                );
                assert_ne!(window.count, said.count, "nothing differs");
            }
            (None, Some(said)) => panic!("told twice: {said:?}"),
        }
    }
    last
}

/// Much of it minutes late; or over an hour, and up to an hour late.
fn story() -> impl Strategy<Value = Vec<Told>> {
    prop_oneof![long_story(200, 600), long_story(4_000, 4_000)]
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

fn check_windows(
    told: &[Told],
    property: &str,
    thing: impl Fn(&Told) -> &'static str,
    findings: &[Finding],
) {
    let windows = last_windows(findings);
    let slow = slow_windows(told, property, thing);
    let names: Vec<&Name> = windows.keys().collect();
    assert_eq!(names, slow.keys().collect::<Vec<_>>());
    for (name, window) in &windows {
        let values = &slow[name];
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        assert_eq!(window.count as usize, values.len(), "{window:?}");
        assert!(near(window.mean, mean), "{window:?}");
        assert_eq!(Some(&window.last), values.last(), "{window:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_last_revisions_of_windows_equal_a_full_recomputation(
        told in story(), pauses in prop::collection::vec(0_usize..6, 1..8),
    ) {
        let play = play(&told, "gas", |_| "a", &pauses);
        check_windows(&told, "gas", |_| "a", &play.findings);
        let counts = play.engine.counts();
        prop_assert_eq!((counts.too_late, counts.unrevised), (0, 0));
    }

    #[test]
    fn the_last_revisions_of_hopping_windows_and_of_cells_equal_a_full_recomputation(
        told in story(), pauses in prop::collection::vec(0_usize..6, 1..8),
    ) {
        let play = play(&told, "flow", speaker, &pauses);
        check_windows(&told, "flow", speaker, &play.findings);
    }

    #[test]
    fn the_alarms_equal_a_full_recomputation(
        told in story(), pauses in prop::collection::vec(0_usize..6, 1..8), property in prop::sample::select(vec!["gas", "bare"]),
    ) {
        let play = play(&told, property, |_| "a", &pauses);
        let mut listener = Listener::late(property);
        listener.hear(&play.findings);
        prop_assert_eq!(settled(listener.stretches()), settled(slow_alarms(&told)));
    }

    #[test]
    fn a_restart_at_any_point_changes_nothing_while_answers_are_on_their_way(
        told in story(), pauses in prop::collection::vec(0_usize..6, 1..8), cut in any::<prop::sample::Index>(), size in 1_usize..7,
    ) {
        let play = play(&told, "flow", speaker, &pauses);
        let bytes = |findings: &[Finding]| serde_json::to_string(findings).expect("plain values");
        let settings = || Settings { recall_gather_secs: 0, ..Settings::default() };
        let (before, after) = play.history.log.split_at(cut.index(play.history.log.len()));
        let mut first = engine(settings());
        first.handle(before);
        let mut findings = first.drain();
        let mut second = engine(settings());
        second.restore(&first.checkpoint().joined()).expect("the same configuration");
        prop_assert_eq!(second.wanted(), first.wanted());
        for batch in after.chunks(size) {
            second.handle(batch);
        }
        findings.extend(second.drain());
        prop_assert_eq!(bytes(&findings), bytes(&play.findings));
        prop_assert_eq!(second.checkpoint(), play.engine.checkpoint());
    }
}

#[test]
fn an_answer_about_an_earlier_time_keeps_what_another_one_told_of_a_later_time() {
    let told = [
        (3780, 11, 0, 568),
        (0, -3, 0, 0),
        (0, 11, 0, 0),
        (1765, -3, 0, 6),
        (2301, -3, 0, 2047),
        (0, 0, 0, 121),
    ];
    let play = play(&told, "gas", |_| "a", &[0]);
    let mut listener = Listener::late("gas");
    listener.hear(&play.findings);
    assert_eq!(settled(listener.stretches()), settled(slow_alarms(&told)));
}

/// Hours of fine particles of two days: value, and by how many hours its report is delayed.
fn hours() -> impl Strategy<Value = Vec<(u32, i32, u32)>> {
    let delay = prop_oneof![3 => Just(0_u32), 1 => 1_u32..20];
    let hour = (
        0_u32..60,
        prop::sample::select(vec![20, 150, 260, 300, 400]),
        delay,
    );
    prop::collection::vec(hour, 1..80)
}

fn hourly(hours: &[(u32, i32, u32)]) -> Vec<Record> {
    let mut hours = hours.to_vec();
    hours.sort_by_key(|(hour, _, delay)| (hour + delay, *hour));
    let mut seen = BTreeSet::new();
    hours.retain(|(hour, ..)| seen.insert(*hour));
    let start = |hour: u32| at("00:00:00") + Duration::from_hours(hour.into());
    let record = |(hour, value, delay): (u32, i32, u32)| Record {
        position: Position::START,
        received_at: start(hour + 1 + delay),
        body: Body::Reading(reading("mqtt", "a", "pm25", start(hour), value.into())),
    };
    hours.into_iter().map(record).collect()
}

/// The last word on every index, without how often it was told; and the alarms that rest on them.
fn indices(records: &[Record]) -> (BTreeMap<(IndexKind, Timestamp), IndexResult>, Vec<Stretch>) {
    let mut play = Play::new();
    for record in records {
        play.hear(record);
    }
    let end = Record {
        position: Position::START,
        received_at: at("+1d00:00:00") + Duration::from_hours(24 * 4),
        body: Body::Tick,
    };
    play.hear(&end);
    play.history.settle(&mut play.engine, &mut play.findings);
    let mut last: BTreeMap<_, IndexResult> = BTreeMap::new();
    let mut alarms = BTreeMap::new();
    for finding in &play.findings {
        match &finding.outcome {
            Outcome::Index(index) => {
                let said = last.insert((index.kind, index.start), index.clone());
                let revision = said.as_ref().map(|said| said.revision);
                assert!(
                    revision.is_none_or(|said| index.revision == said + 1),
                    "{index:?}"
                );
                let before = said.and_then(|said| said.value);
                assert_eq!(
                    index.before.and_then(|before| before.value),
                    before,
                    "{index:?}"
                );
            }
            Outcome::Alarm(event) if matches!(event.change, AlarmChange::Withdrawn { .. }) => {
                alarms.remove(&event.alarm);
            }
            Outcome::Alarm(event) => {
                let told = (
                    event.started,
                    event.ended,
                    event.value,
                    if event.ended.is_some() {
                        event.extreme
                    } else {
                        0.0
                    },
                );
                alarms.insert(event.alarm.clone(), told);
            }
            Outcome::Window(_) | Outcome::Derived(_) => {}
        }
    }
    let first = |index: IndexResult| IndexResult {
        revision: 0,
        before: None,
        ..index
    };
    let mut alarms: Vec<Stretch> = alarms.into_values().collect();
    alarms.sort_by_key(|alarm| (alarm.0, alarm.1, alarm.2.to_bits()));
    (
        last.into_iter()
            .map(|(key, index)| (key, first(index)))
            .collect(),
        alarms,
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_last_revisions_of_indices_and_their_alarms_equal_a_full_recomputation(hours in hours()) {
        let late = hourly(&hours);
        let mut in_order = late.clone();
        for record in &mut in_order {
            if let Body::Reading(reading) = &record.body {
                record.received_at = reading.phenomenon_time + Duration::from_hours(1);
            }
        }
        in_order.sort_by_key(|record| record.received_at);
        let ((late, alarms), (all, expected)) = (indices(&late), indices(&in_order));
        prop_assert_eq!(alarms, expected);
        prop_assert_eq!(late, all);
    }
}

const LATE: &str = "08:00:00 a gas 1
     08:05:00 a gas 1
     08:05:01 a gas 12 @08:00:20";

fn heard(settings: Settings, scenario: &str) -> Engine {
    let mut engine = engine(settings);
    engine.handle(&records(scenario));
    drop(engine.drain());
    engine
}

#[test]
fn late_data_are_gathered_before_history_is_asked() {
    let mut engine = heard(Settings::default(), LATE);
    assert_eq!(engine.wanted(), []);
    engine.handle(&records("08:05:10 tick"));
    assert_eq!(engine.wanted(), []);
    engine.handle(&records("08:05:11 tick"));
    let wanted = engine.wanted();
    assert_eq!(wanted.len(), 1);
    assert_eq!(wanted[0].datastream.to_string(), "a:gas");
    assert_eq!(wanted[0].cause, Position(3));
    assert_eq!(wanted[0].from, at("08:00:00"));
    assert!(wanted[0].to >= at("08:01:00"), "{wanted:?}");
}

#[test]
fn what_is_older_than_late_truth_reaches_is_counted_and_wants_nothing() {
    let scenario = "08:00:00 a gas 1
         +1d09:00:00 a gas 1
         +1d09:00:01 a gas 12 @08:58:59
         +1d09:01:00 tick";
    let engine = heard(
        Settings {
            revise_hours: 24,
            ..Settings::default()
        },
        scenario,
    );
    assert_eq!((engine.counts().too_late, engine.counts().late), (1, 0));
    assert_eq!(engine.wanted(), []);
}

#[test]
fn a_stretch_that_history_may_not_recall_corrects_nothing_and_is_counted_and_not_asked_for_again() {
    let mut engine = heard(Settings::default(), &format!("{LATE}\n08:06:00 tick"));
    let wanted = engine.wanted().remove(0);
    let refused = Body::Recall(yiping_model::Recall {
        datastream: wanted.datastream,
        from: wanted.from,
        to: wanted.to,
        as_of: Position(4),
        part: 0,
        parts: 0,
        sources: Vec::new(),
        points: Vec::new(),
    });
    engine.handle(&[Record {
        position: Position(5),
        received_at: at("08:06:00"),
        body: refused,
    }]);
    assert!(engine.drain().is_empty());
    assert_eq!(engine.counts().unrevised, 1);
    assert_eq!(engine.wanted(), []);
}

#[test]
fn a_second_answer_and_one_that_nobody_wanted_change_nothing() {
    let mut play = Play::new();
    for record in records(LATE) {
        play.hear(&record);
    }
    let answer = play.ask();
    play.answer(answer.clone());
    let told = play.findings.len();
    assert!(play.engine.counts().revised > 0);
    play.answer(answer);
    assert_eq!(play.findings.len(), told);
    assert_eq!(play.engine.wanted(), []);
}

#[test]
fn a_copy_that_comes_with_what_made_it_late_is_a_duplicate() {
    let mut play = Play::new();
    for (property, value, time) in [
        ("gas", 1.0, "08:00:00"),
        ("gas", 1.0, "08:05:00"),
        ("gas", 1.0, "08:00:00"),
    ] {
        play.hear(&Record {
            position: Position::START,
            received_at: at("08:05:00"),
            body: Body::Reading(reading("mqtt", "a", property, at(time), value)),
        });
    }
    assert_eq!(
        (play.engine.counts().duplicate, play.engine.counts().late),
        (1, 0)
    );
    assert_eq!(play.engine.wanted(), []);
}

#[test]
fn a_late_gap_cuts_an_alarm_that_lasts_and_the_new_part_lasts() {
    let mut play = Play::new();
    let scenario = "08:00:00 a gas 12
         08:05:00 a gas 13
         08:10:00 a gas 14
         08:10:01 a gas 1 @08:02:00
         08:10:02 a gas 15";
    for record in records(scenario) {
        play.hear(&record);
    }
    let answer = play.ask();
    play.answer(answer);
    play.hear(&records("08:10:03 a gas 2")[0]);
    let alarms: Vec<Finding> = play
        .findings
        .into_iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Alarm(_)))
        .collect();
    super::scenario::same(
        &Teller::default().tell(&alarms),
        "1.0 A raised leak a:gas 08:00:00-.. 12 extreme 12
         6.0 A returned leak a:gas 08:00:00-08:02:00 12 extreme 12
         6.1 B split from A leak a:gas 08:05:00-.. 13 extreme 15
         7.0 B returned leak a:gas 08:05:00-08:10:03 13 extreme 15",
    );
}

#[test]
fn what_history_knows_of_a_thing_that_lags_is_no_part_of_its_cell_before_it_is_settled() {
    let told = [
        (502, -3, 0, 1765),
        (474, -3, 0, 1793),
        (1541, -3, 0, 726),
        (269, -3, 0, 1998),
        (52, -3, 0, 166),
        (439, -3, 0, 0),
        (1597, -3, 0, 183),
        (1447, -3, 0, 333),
        (1735, -3, 0, 45),
        (1542, -3, 0, 936),
        (335, -3, 0, 2143),
    ];
    let play = play(&told, "flow", speaker, &[0, 0, 5]);
    check_windows(&told, "flow", speaker, &play.findings);
}

/// So many bytes of state after days in which something of the same hour comes ten minutes late.
fn state_after(days: u64) -> usize {
    let mut play = Play::new();
    let mut hear = |thing: &str, of: Timestamp, heard: Timestamp, value: f64| {
        let body = Body::Reading(reading("mqtt", thing, "flow", of, value));
        let record = play.history.append(heard, body);
        play.engine.handle(&[record]);
    };
    for day in 0..days {
        let from = at("08:00:00") + Duration::from_hours(24 * day);
        for second in (0..1_200).step_by(30) {
            let now = from + Duration::from_secs(second);
            hear("n1", now, now, 1.0);
            hear("n2", now, now, 2.0);
        }
        let (late, end) = (
            from + Duration::from_secs(310),
            from + Duration::from_mins(20),
        );
        hear("n1", late, end, 3.0);
    }
    play.history.settle(&mut play.engine, &mut play.findings);
    let cells = last_windows(&play.findings).into_values();
    let corrected = cells.filter(|window| window.revision > 0 && window.datastream.thing.is_cell());
    assert!(corrected.count() as u64 >= days);
    play.engine.checkpoint().joined().len()
}

#[test]
fn what_was_corrected_long_ago_is_not_remembered_for_ever() {
    assert!(state_after(20).abs_diff(state_after(10)) < 20);
}
