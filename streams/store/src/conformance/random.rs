//! Random logs, cut at random places, with random restarts and repetitions.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use yiping_model::{
    AlarmChange, Body, Event, IndexKind, Outcome, Quality, Reading, Reason, SourceId, Stage,
    ThingId, WindowResult,
};

use super::events::{derived, event};
use super::script::{length, measured, time, window};
use super::{Oracle, Place, Script};
use crate::{Settings, Store};

const CASES: u32 = 24;

#[derive(Debug, Clone)]
enum Step {
    Advance(i64),
    Reading {
        gap: u64,
        source: &'static str,
        thing: &'static str,
        secs: i64,
        pm25: Option<(f64, Quality)>,
        pm10: (f64, Quality),
    },
    Reject(&'static str, Reason, u32),
    Event(Event),
    Derived(Outcome),
    Window(WindowResult),
    Index(&'static str, IndexKind, i64, u32),
    Alarm(&'static str, AlarmChange, Option<i64>),
    Acknowledge(&'static str, &'static str),
}

/// One batch: how many records are new, how many known ones come again before them, whether the store is opened anew.
#[derive(Debug, Clone)]
struct Cut {
    new: usize,
    again: usize,
    restart: bool,
}

pub(crate) fn any_log_in_any_batches_with_any_restarts_gives_the_same_answers<P: Place>(
    place: impl Fn() -> P,
) {
    let mut runner = TestRunner::new(Config {
        cases: CASES,
        failure_persistence: None,
        ..Config::default()
    });
    let log = prop::collection::vec(step(), 1..120);
    let cuts = prop::collection::vec(cut(), 1..8);
    runner
        .run(&(log, cuts), |(steps, cuts)| {
            let mut script = Script::new();
            for step in steps {
                tell(&mut script, step);
            }
            let place = place();
            // Ends before the place does, and with it all that the store had under way.
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(run(&place, &script, &cuts));
            Ok(())
        })
        .expect("the store agrees with the oracle");
}

async fn run<P: Place>(place: &P, script: &Script, cuts: &[Cut]) {
    let settings = Settings {
        rejects_kept_max: 5,
        ..Settings::default()
    };
    let records = script.records();
    let mut store = place.open(&settings).await;
    let mut taken = 0;
    for cut in cuts.iter().cycle() {
        let to = (taken + cut.new).min(records.len());
        let from = taken.saturating_sub(cut.again);
        store.apply(&records[from..to]).await.expect("applies");
        taken = to;
        if taken == records.len() {
            break;
        }
        if cut.restart {
            store.refresh(time(200_000)).await.expect("works out");
            drop(store);
            store = place.open(&settings).await;
        }
    }
    Oracle::new(&settings, records).agree(&store).await;
}

fn tell(script: &mut Script, step: Step) {
    match step {
        Step::Advance(secs) => script.advance(secs),
        Step::Reading {
            gap,
            source,
            thing,
            secs,
            pm25,
            pm10,
        } => {
            let values = [("pm25", pm25), ("pm10", Some(pm10))]
                .into_iter()
                .filter_map(|(property, value)| Some((property, value?)))
                .map(|(property, (value, quality))| measured(property, value, quality))
                .collect();
            script.tell(
                gap,
                Body::Reading(Reading {
                    source: SourceId::new(source).expect("valid"),
                    thing: ThingId::new(thing).expect("valid"),
                    phenomenon_time: time(secs),
                    values,
                }),
            );
        }
        Step::Reject(source, reason, items) => script.reject(source, reason, items),
        Step::Event(event) => script.event(event),
        Step::Derived(outcome) => script.find(outcome),
        Step::Window(result) => script.result(result),
        Step::Index(thing, kind, secs, revision) => script.index_of(thing, kind, secs, revision),
        Step::Alarm(id, change, ended_secs) => script.alarm(id, change, ended_secs),
        Step::Acknowledge(id, seat) => script.acknowledge(id, seat),
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => (0..40_i64).prop_map(Step::Advance),
        8 => reading(),
        1 => (source(), select(vec![Reason::NotJson, Reason::UnknownThing]), 0..4_u32)
            .prop_map(|(source, reason, items)| Step::Reject(source, reason, items)),
        4 => happening(),
        3 => (id(), (0..12_i64).prop_map(|step| step * 20), 0..3_u32, prop::option::of(value()))
            .prop_map(|(id, secs, revision, value)| Step::Derived(derived(id, secs, revision, value))),
        3 => window_result().prop_map(Step::Window),
        1 => (thing(), select(vec![IndexKind::AqiHourly, IndexKind::AqiDaily]), select(vec![0, 60]), 0..3_u32)
            .prop_map(|(thing, kind, secs, revision)| Step::Index(thing, kind, secs, revision)),
        3 => (id(), change(), prop::option::of(0..200_i64))
            .prop_map(|(id, change, ended)| Step::Alarm(id, change, ended)),
        1 => (id(), select(vec!["1号席", "2号席"])).prop_map(|(id, seat)| Step::Acknowledge(id, seat)),
    ]
}

fn window_result() -> impl Strategy<Value = WindowResult> {
    // Hours and days of the city begin at 120 and 57,720.
    let secs = select(vec![-60, 0, 60, 120, 3_720, 57_660, 57_720]);
    let stage = select(vec![Stage::Early, Stage::Final, Stage::Final]);
    let hop = select(vec![None, Some(length(60)), Some(length(600))]);
    let name = (id(), select(vec![60, 60, 3_600]), secs, hop);
    (name, stage, 0..3_u32, 0..4_u32, value()).prop_map(
        |((id, length_secs, secs, hop), stage, revision, count, mean)| WindowResult {
            stage,
            count,
            hop: hop.filter(|hop| hop.secs() < length_secs),
            ..window(id, length_secs, secs, revision, mean)
        },
    )
}

fn reading() -> impl Strategy<Value = Step> {
    // Around midnight, and days away; few values, so that many come twice.
    let secs = prop_oneof![8 => (0..12_i64).prop_map(|step| step * 20), 1 => Just(300_000), 1 => Just(-90_000)];
    let value = (value(), select(vec![Quality::Good, Quality::OutOfRange]));
    (
        select(vec![0, 0, 0, 5]),
        source(),
        thing(),
        secs,
        prop::option::of(value.clone()),
        value,
    )
        .prop_map(|(gap, source, thing, secs, pm25, pm10)| Step::Reading {
            gap,
            source,
            thing,
            secs,
            pm25,
            pm10,
        })
}

fn happening() -> impl Strategy<Value = Step> {
    let secs = prop_oneof![8 => (0..12_i64).prop_map(|step| step * 20), 1 => Just(300_000)];
    (
        source(),
        thing(),
        select(vec!["crowd", "smoke"]),
        select(vec![None, Some("t-1"), Some("轨-2")]),
        secs,
        prop::option::of(value()),
    )
        .prop_map(|(source, thing, kind, key, secs, value)| {
            Step::Event(event(source, thing, kind, key, secs, value))
        })
}

fn cut() -> impl Strategy<Value = Cut> {
    (1..40_usize, 0..4_usize, any::<bool>()).prop_map(|(new, again, restart)| Cut {
        new,
        again,
        restart,
    })
}

fn change() -> impl Strategy<Value = AlarmChange> {
    select(vec![
        AlarmChange::Raised,
        AlarmChange::Returned,
        AlarmChange::Amended,
        AlarmChange::Withdrawn { merged_into: None },
    ])
}

fn source() -> impl Strategy<Value = &'static str> {
    select(vec!["mqtt", "http"])
}

fn thing() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "站-b"])
}

fn id() -> impl Strategy<Value = &'static str> {
    select(vec!["a:pm25", "a:pm10", "站-b:pm25"])
}

fn value() -> impl Strategy<Value = f64> + Clone {
    select(vec![0.0, -0.0, 35.2, -1.5, 1e300, 5e-324])
}
