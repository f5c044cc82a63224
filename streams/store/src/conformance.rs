//! What every backend must do: each function is one claim, and `conformance!` makes a test of each of them for one backend.
//!
//! The answers are compared with those of the slow, obvious [`oracle`], which keeps the records and works everything out anew.

mod events;
mod oracle;
mod random;
mod rejects;
mod script;

use std::future::Future;

use yiping_log::LogId;
use yiping_model::{
    AlarmChange, AlarmState, Position, Reason, SourceId, Stage, Timestamp, WindowResult,
};

pub(crate) use self::events::{
    an_event_counts_once_and_its_values_are_observations,
    derived_values_stand_among_observations_in_their_order, events_are_paged_from_the_oldest,
    events_are_pruned_a_slice_at_a_time, late_events_are_counted_and_pruned_ones_are_gone,
    the_last_revision_of_a_derived_value_is_its_datastreams_value,
};
pub(crate) use self::oracle::{Oracle, all_windows};
pub(crate) use self::random::any_log_in_any_batches_with_any_restarts_gives_the_same_answers;
pub(crate) use self::script::{Script, datastream, time, window, zone};
use crate::{
    AggregateQuery, AggregateWidth, AlarmQuery, History, HopFilter, ObservationQuery, RejectQuery,
    Settings, SourceFigures, Store, StoredReject, WindowQuery,
};

/// Where a backend keeps one history. Opening it again is a restart: only what was kept is there.
pub(crate) trait Place {
    type Backend: Store + History;
    fn open(&self, settings: &Settings) -> impl Future<Output = Self::Backend>;
}

/// Makes a test of each claim for the places that this expression makes.
macro_rules! conformance {
    ($place:expr) => {
        $crate::conformance::conformance!($place;
            a_record_that_was_taken_changes_nothing_when_it_comes_again,
            an_observation_counts_once_in_one_batch_and_across_batches,
            the_first_arrival_of_an_observation_is_the_one_that_is_kept,
            another_source_or_another_value_is_another_observation,
            negative_zero_is_not_zero,
            figures_add_up,
            late_is_measured_against_the_latest_time_of_the_thing_before,
            a_late_duplicate_is_not_late,
            ranges_are_half_open_and_limits_hold_across_midnight,
            a_pruned_day_is_gone_and_the_others_stay,
            the_highest_revision_of_a_window_or_index_is_the_answer,
            a_final_window_counts_more_than_an_early_one_of_its_revision,
            windows_of_another_hop_are_other_windows,
            hours_and_days_add_up_from_their_minutes,
            a_corrected_minute_corrects_its_hour_and_day,
            the_last_observation_outlives_its_day,
            an_observation_that_no_table_can_hold_is_counted_as_rejected,
            an_alarm_lives_through_its_states,
            an_alarm_that_the_book_forgot_begins_anew_also_after_a_restart,
            an_event_counts_once_and_its_values_are_observations,
            events_are_paged_from_the_oldest,
            late_events_are_counted_and_pruned_ones_are_gone,
            the_last_revision_of_a_derived_value_is_its_datastreams_value,
            derived_values_stand_among_observations_in_their_order,
            dead_letters_are_paged_from_the_newest,
            only_so_many_dead_letters_are_kept,
            an_empty_history_answers_everything,
            history_of_one_log_takes_no_record_of_another,
        );
        #[test]
        fn any_log_in_any_batches_with_any_restarts_gives_the_same_answers() {
            $crate::conformance::any_log_in_any_batches_with_any_restarts_gives_the_same_answers(|| $place);
        }
    };
    ($place:expr; $($claim:ident,)*) => {
        $(
            #[tokio::test]
            async fn $claim() {
                $crate::conformance::$claim(&$place).await;
            }
        )*
    };
}
pub(crate) use conformance;

/// Applies the script's records in batches of this size, and demands the oracle's answers.
async fn told<P: Place>(place: &P, script: &Script, batch_records: usize) -> P::Backend {
    let settings = Settings::default();
    let store = place.open(&settings).await;
    for batch in script.records().chunks(batch_records) {
        store.apply(batch).await.expect("applies");
    }
    Oracle::new(&settings, script.records()).agree(&store).await;
    store
}

async fn figures(store: &impl Store, source: &str) -> SourceFigures {
    let source = SourceId::new(source).expect("valid");
    let all = store.sources().await.expect("reads");
    all.into_iter()
        .find(|figures| figures.source == source)
        .expect("the source spoke")
}

fn all_of(id: &str) -> ObservationQuery {
    ObservationQuery {
        datastream: datastream(id),
        from: Timestamp::MIN,
        to: Timestamp::from_micros(i64::MAX),
        limit: 1_000,
    }
}

async fn values(store: &impl History, query: &ObservationQuery) -> Vec<f64> {
    let rows = store.observations(query).await.expect("reads");
    rows.iter().map(|row| row.value).collect()
}

pub(crate) async fn a_record_that_was_taken_changes_nothing_when_it_comes_again<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    for secs in 0..10 {
        script.reading("mqtt", "a:pm25", secs, 1.0);
        script.reject("mqtt", Reason::NotJson, 2);
    }
    script.alarm("a:pm25", AlarmChange::Raised, None);
    let store = told(place, &script, 4).await;
    store.apply(script.records()).await.expect("applies");
    store.apply(&script.records()[3..7]).await.expect("applies");
    Oracle::new(&Settings::default(), script.records())
        .agree(&store)
        .await;
}

pub(crate) async fn an_observation_counts_once_in_one_batch_and_across_batches<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    for _again in 0..5 {
        script.reading("mqtt", "a:pm25", 1, 7.0);
        script.reading("mqtt", "b:pm25", 1, 7.0);
    }
    let store = told(place, &script, 4).await;
    let mqtt = figures(&store, "mqtt").await;
    assert_eq!((mqtt.received, mqtt.accepted, mqtt.duplicate), (10, 2, 8));
    assert_eq!(values(&store, &all_of("a:pm25")).await, [7.0]);
}

pub(crate) async fn the_first_arrival_of_an_observation_is_the_one_that_is_kept<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    let first = script.reading("mqtt", "a:pm25", 1, 7.0);
    for secs in 0..200 {
        script.advance(30);
        script.reading("mqtt", "a:pm25", secs, 7.0);
        script.reading("mqtt", "a:pm25", 1, 7.0);
    }
    let store = told(place, &script, 150).await;
    let rows = store.observations(&all_of("a:pm25")).await.expect("reads");
    assert_eq!(rows[1].received_at, first.received_at);
}

pub(crate) async fn another_source_or_another_value_is_another_observation<P: Place>(place: &P) {
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 1, 7.0);
    script.reading("http", "a:pm25", 1, 7.0);
    script.reading("mqtt", "a:pm25", 1, 7.5);
    script.reading("mqtt", "a:pm10", 1, 7.0);
    let store = told(place, &script, 100).await;
    assert_eq!(values(&store, &all_of("a:pm25")).await, [7.0, 7.0, 7.5]);
    assert_eq!(figures(&store, "mqtt").await.accepted, 3);
    assert_eq!(figures(&store, "http").await.accepted, 1);
}

pub(crate) async fn negative_zero_is_not_zero<P: Place>(place: &P) {
    let mut script = Script::new();
    for value in [0.0, -0.0, 0.0, -0.0] {
        script.reading("mqtt", "a:pm25", 1, value);
    }
    let store = told(place, &script, 2).await;
    let bits: Vec<u64> = values(&store, &all_of("a:pm25"))
        .await
        .into_iter()
        .map(f64::to_bits)
        .collect();
    assert_eq!(bits, [(-0.0_f64).to_bits(), 0.0_f64.to_bits()]);
}

pub(crate) async fn figures_add_up<P: Place>(place: &P) {
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 1, 1.0);
    script.reading("mqtt", "a:pm25", 1, 1.0);
    script.reject("mqtt", Reason::UnknownThing, 3);
    script.reject("mqtt", Reason::NotJson, 1);
    script.reject("http", Reason::TooLarge, 5);
    let store = told(place, &script, 3).await;
    let mqtt = figures(&store, "mqtt").await;
    assert_eq!(
        (
            mqtt.received,
            mqtt.accepted,
            mqtt.duplicate,
            mqtt.quarantined,
            mqtt.rejected
        ),
        (6, 1, 1, 3, 1)
    );
    assert_eq!(figures(&store, "http").await.rejected, 5);
}

pub(crate) async fn late_is_measured_against_the_latest_time_of_the_thing_before<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 100, 1.0);
    script.reading("mqtt", "a:pm25", 40, 1.0);
    script.reading("mqtt", "a:pm10", 39, 1.0);
    script.reading("mqtt", "b:pm25", 1, 1.0);
    let store = told(place, &script, 2).await;
    let mqtt = figures(&store, "mqtt").await;
    assert_eq!((mqtt.accepted, mqtt.late), (4, 1));
}

pub(crate) async fn a_late_duplicate_is_not_late<P: Place>(place: &P) {
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 1, 1.0);
    script.reading("mqtt", "a:pm25", 500, 1.0);
    script.reading("mqtt", "a:pm25", 1, 1.0);
    let store = told(place, &script, 100).await;
    let mqtt = figures(&store, "mqtt").await;
    assert_eq!((mqtt.accepted, mqtt.duplicate, mqtt.late), (2, 1, 0));
}

pub(crate) async fn ranges_are_half_open_and_limits_hold_across_midnight<P: Place>(place: &P) {
    let mut script = Script::new();
    // The script's times begin two minutes before midnight.
    for secs in (0..240).rev() {
        script.reading("mqtt", "a:pm25", secs, secs as f64);
    }
    let store = told(place, &script, 50).await;
    let across = ObservationQuery {
        from: time(118),
        to: time(122),
        ..all_of("a:pm25")
    };
    assert_eq!(values(&store, &across).await, [118.0, 119.0, 120.0, 121.0]);
    let to_midnight = ObservationQuery {
        to: time(120),
        ..across.clone()
    };
    assert_eq!(values(&store, &to_midnight).await, [118.0, 119.0]);
    let three = ObservationQuery {
        limit: 3,
        ..across.clone()
    };
    assert_eq!(values(&store, &three).await, [118.0, 119.0, 120.0]);
    let nothing = ObservationQuery {
        to: across.from,
        ..across
    };
    assert!(values(&store, &nothing).await.is_empty());
}

pub(crate) async fn a_pruned_day_is_gone_and_the_others_stay<P: Place>(place: &P) {
    let mut script = Script::new();
    for secs in [0, 119, 120, 121] {
        script.reading("mqtt", "a:pm25", secs, secs as f64);
    }
    let store = told(place, &script, 100).await;
    store.prune(time(119)).await.expect("prunes");
    assert_eq!(values(&store, &all_of("a:pm25")).await.len(), 4);
    store.prune(time(120)).await.expect("prunes");
    assert_eq!(values(&store, &all_of("a:pm25")).await, [120.0, 121.0]);
    assert_eq!(figures(&store, "mqtt").await.accepted, 4);
    // The day comes back with whoever speaks of it again.
    let again = script.reading("mqtt", "a:pm25", 5, 5.0);
    store.apply(&[again]).await.expect("applies");
    assert_eq!(values(&store, &all_of("a:pm25")).await, [5.0, 120.0, 121.0]);
}

pub(crate) async fn the_highest_revision_of_a_window_or_index_is_the_answer<P: Place>(place: &P) {
    let mut script = Script::new();
    for revision in [0, 2, 1] {
        script.window("a:pm25", 60, 0, revision, -0.0);
        script.window("a:pm25", 3_600, 0, revision, f64::from(revision));
        script.index("a", 0, revision);
    }
    script.window("b:pm25", 60, 60, 0, 5.0);
    // Revisions 0 and 2 come in one batch, 1 in the next.
    let store = told(place, &script, 6).await;
    let windows = store.windows(&all_windows()).await.expect("reads");
    let revisions: Vec<u32> = windows.iter().map(|window| window.revision).collect();
    assert_eq!(revisions, [2, 2, 0]);
    assert_eq!(windows[0].mean.to_bits(), (-0.0_f64).to_bits());
}

pub(crate) async fn a_final_window_counts_more_than_an_early_one_of_its_revision<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    let told_as = |revision, stage, mean| WindowResult {
        stage,
        ..script::window("a:pm25", 60, 0, revision, mean)
    };
    script.result(told_as(0, Stage::Early, 1.0));
    script.result(told_as(0, Stage::Final, 2.0));
    script.result(told_as(0, Stage::Early, 3.0));
    script.result(told_as(1, Stage::Early, 4.0));
    for (records, mean) in [(1, 1.0), (2, 2.0), (3, 2.0), (4, 4.0)] {
        let store = place.open(&Settings::default()).await;
        store
            .apply(&script.records()[..records])
            .await
            .expect("applies");
        let windows = store.windows(&all_windows()).await.expect("reads");
        let means: Vec<f64> = windows.iter().map(|window| window.mean).collect();
        assert_eq!(means, [mean]);
    }
}

pub(crate) async fn windows_of_another_hop_are_other_windows<P: Place>(place: &P) {
    let mut script = Script::new();
    for (hop_secs, mean) in [(None, 1.0), (Some(60), 2.0), (Some(600), 3.0)] {
        script.result(WindowResult {
            hop: hop_secs.map(script::length),
            ..script::window("a:pm25", 3_600, 120, 1, mean)
        });
    }
    let store = told(place, &script, 2).await;
    for (hop, expected) in [
        (None, vec![1.0, 2.0, 3.0]),
        (Some(HopFilter::Tumbling), vec![1.0]),
        (Some(HopFilter::Every(script::length(600))), vec![3.0]),
        (Some(HopFilter::Every(script::length(3_600))), vec![]),
    ] {
        let query = WindowQuery {
            hop,
            ..all_windows()
        };
        let windows = store.windows(&query).await.expect("reads");
        let means: Vec<f64> = windows.iter().map(|window| window.mean).collect();
        assert_eq!(means, expected);
    }
}

fn figures_of(width: AggregateWidth) -> AggregateQuery {
    AggregateQuery {
        datastream: datastream("a:pm25"),
        width,
        from: Timestamp::MIN,
        to: Timestamp::from_micros(i64::MAX),
        limit: 1_000,
    }
}

pub(crate) async fn hours_and_days_add_up_from_their_minutes<P: Place>(place: &P) {
    let mut script = Script::new();
    // Three days of the city that begin at -28,680, 57,720 and 144,120; a minute in twenty.
    for minute in (0..3 * 1_440).step_by(20) {
        script.window("a:pm25", 60, minute * 60 - 28_680, 0, minute as f64 / 7.0);
        script.window("a:pm25", 3_600, minute * 60 - 28_680, 0, 1e6);
    }
    let store = told(place, &script, 300).await;
    let days = store
        .aggregates(&figures_of(AggregateWidth::Day))
        .await
        .expect("reads");
    let counts: Vec<(Timestamp, u64)> = days.iter().map(|day| (day.start, day.count)).collect();
    assert_eq!(
        counts,
        [
            (time(-28_680), 216),
            (time(57_720), 216),
            (time(144_120), 216)
        ]
    );
    let hours = store
        .aggregates(&figures_of(AggregateWidth::Hour))
        .await
        .expect("reads");
    assert_eq!(hours.len(), 72);
    assert!((hours[1].mean - 80.0 / 7.0).abs() < 1e-9);
}

pub(crate) async fn a_corrected_minute_corrects_its_hour_and_day<P: Place>(place: &P) {
    let mut script = Script::new();
    script.window("a:pm25", 60, 120, 0, 10.0);
    script.window("a:pm25", 60, 180, 0, 20.0);
    // Hours later the first is corrected.
    script.window("a:pm25", 60, 20_000 / 60 * 60, 0, 5.0);
    let store = told(place, &script, 10).await;
    script.window("a:pm25", 60, 120, 1, 30.0);
    store.apply(&script.records()[3..]).await.expect("applies");
    Oracle::new(&Settings::default(), script.records())
        .agree(&store)
        .await;
    let hours = store
        .aggregates(&figures_of(AggregateWidth::Hour))
        .await
        .expect("reads");
    assert!((hours[0].mean - 25.0).abs() < 1e-9);
}

pub(crate) async fn the_last_observation_outlives_its_day<P: Place>(place: &P) {
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 0, 1.0);
    script.reading("mqtt", "b:pm25", 400, 2.0);
    let store = told(place, &script, 10).await;
    store.prune(time(200)).await.expect("prunes");
    assert!(values(&store, &all_of("a:pm25")).await.is_empty());
    let asked = ["b:pm25", "a:pm25"].map(datastream);
    let latest = store.latest(&asked).await.expect("reads");
    let last: Vec<f64> = latest.into_iter().flatten().map(|row| row.value).collect();
    assert_eq!(last, [2.0, 1.0]);
}

pub(crate) async fn an_observation_that_no_table_can_hold_is_counted_as_rejected<P: Place>(
    place: &P,
) {
    let store = place.open(&Settings::default()).await;
    let mut script = Script::new();
    script.reading("mqtt", "a:pm25", 1, f64::NAN);
    script.reading("mqtt", "a:pm25", -100_000_000_000, 1.0);
    script.reading("mqtt", "a:pm25", 300_000_000_000, 1.0);
    script.reading("mqtt", "a:pm25", 1, 2.0);
    store.apply(script.records()).await.expect("applies");
    let mqtt = figures(&store, "mqtt").await;
    assert_eq!(
        (mqtt.received, mqtt.accepted, mqtt.rejected, mqtt.late),
        (4, 1, 3, 0)
    );
    assert_eq!(values(&store, &all_of("a:pm25")).await, [2.0]);
}

pub(crate) async fn an_alarm_lives_through_its_states<P: Place>(place: &P) {
    let mut script = Script::new();
    let settings = Settings::default();
    script.alarm("a:pm25", AlarmChange::Raised, None);
    script.advance(10);
    script.alarm("b:pm25", AlarmChange::Raised, None);
    script.acknowledge("a:pm25", "1号席");
    script.acknowledge("a:pm25", "2号席");
    script.alarm("a:pm25", AlarmChange::Returned, Some(20));
    script.alarm("c:pm25", AlarmChange::Raised, None);
    script.alarm("a:pm25", AlarmChange::Amended, None);
    let mut states = Vec::new();
    for (index, record) in script.records().iter().enumerate() {
        // Opened anew for each record: the book must come out of the tables.
        let store = place.open(&settings).await;
        store
            .apply(std::slice::from_ref(record))
            .await
            .expect("applies");
        Oracle::new(&settings, &script.records()[..=index])
            .agree(&store)
            .await;
        let query = AlarmQuery {
            state: None,
            from: Timestamp::MIN,
            to: Timestamp::from_micros(i64::MAX),
            limit: 10,
        };
        let alarms = store.alarms(&query).await.expect("reads");
        let oldest = alarms.last().expect("raised");
        let seat = oldest
            .acknowledgement
            .as_ref()
            .map(|given| given.seat.clone());
        states.push((oldest.state(), oldest.number, seat));
    }
    let first = Some("1号席".to_owned());
    assert_eq!(states[0], (AlarmState::Unacknowledged, 1, None));
    assert_eq!(states[2], (AlarmState::Acknowledged, 1, first.clone()));
    assert_eq!(states[3], (AlarmState::Acknowledged, 1, first.clone()));
    assert_eq!(states[4], (AlarmState::Normal, 1, first.clone()));
    assert_eq!(states[6], (AlarmState::Acknowledged, 3, first));
}

pub(crate) async fn an_alarm_that_the_book_forgot_begins_anew_also_after_a_restart<P: Place>(
    place: &P,
) {
    let mut script = Script::new();
    let withdrawn = AlarmChange::Withdrawn { merged_into: None };
    for number in 0..4_100 {
        script.alarm(&format!("t{number}:pm25"), withdrawn.clone(), None);
        script.advance(1);
    }
    // The reopened one makes room in the book, which the forgotten ones must not fill again.
    script.alarm("t4000:pm25", AlarmChange::Amended, None);
    let settings = Settings::default();
    let store = place.open(&settings).await;
    for batch in script.records().chunks(1_500) {
        store.apply(batch).await.expect("applies");
    }
    drop(store);
    let before = script.records().len();
    for number in [0, 3, 4, 2_000] {
        script.acknowledge(&format!("t{number}:pm25"), "1号席");
        script.alarm(&format!("t{number}:pm25"), AlarmChange::Raised, None);
    }
    let store = place.open(&settings).await;
    store
        .apply(&script.records()[before..])
        .await
        .expect("applies");
    Oracle::new(&settings, script.records())
        .agree_on_alarms(&store)
        .await;
}

pub(crate) async fn dead_letters_are_paged_from_the_newest<P: Place>(place: &P) {
    let mut script = Script::new();
    for _round in 0..5 {
        script.reject("mqtt", Reason::NotJson, 1);
        script.reject("http", Reason::TooLarge, 1);
        script.tick();
    }
    let store = told(place, &script, 4).await;
    let mut query = RejectQuery {
        source: Some(SourceId::new("mqtt").expect("valid")),
        reason: None,
        before: None,
        limit: 2,
    };
    let mut positions = Vec::new();
    loop {
        let page: Vec<StoredReject> = store.rejects(&query).await.expect("reads");
        positions.extend(page.iter().map(|letter| letter.position));
        let Some(last) = page.last() else { break };
        query.before = Some(last.position);
    }
    assert_eq!(positions, [13, 10, 7, 4, 1].map(Position));
}

pub(crate) async fn only_so_many_dead_letters_are_kept<P: Place>(place: &P) {
    let settings = Settings {
        rejects_kept_max: 3,
        ..Settings::default()
    };
    let mut script = Script::new();
    for _letter in 0..20 {
        script.reject("mqtt", Reason::NotJson, 1);
    }
    for batch in script.records().chunks(7) {
        // Opened anew each time: the count must come out of the tables.
        let store = place.open(&settings).await;
        store.apply(batch).await.expect("applies");
    }
    let store = place.open(&settings).await;
    Oracle::new(&settings, script.records()).agree(&store).await;
    assert_eq!(figures(&store, "mqtt").await.rejected, 20);
}

pub(crate) fn log_id(text: &str) -> LogId {
    text.parse().expect("an id")
}

pub(crate) async fn history_of_one_log_takes_no_record_of_another<P: Place>(place: &P) {
    let ids = ["00000000000000aa", "00000000000000bb"];
    let [ours, theirs] = ids.map(log_id);
    let settings = Settings::default();
    let mut script = Script::new();
    script.tick();
    script.tick();
    let store = place.open(&settings).await;
    assert_eq!(store.fill_from(ours).await.expect("ours"), Position::START);
    store.apply(&script.records()[..1]).await.expect("applies");
    drop(store);
    let store = place.open(&settings).await;
    let refused = store.fill_from(theirs).await.expect_err("refused");
    assert!(!refused.is_retryable());
    assert!(
        ids.iter().all(|id| refused.to_string().contains(id)),
        "{refused}"
    );
    drop(store);
    let store = place.open(&settings).await;
    assert_eq!(store.fill_from(ours).await.expect("ours"), Position(1));
    store.apply(script.records()).await.expect("applies");
    assert_eq!(store.position().await.expect("reads"), Position(2));
}

pub(crate) async fn an_empty_history_answers_everything<P: Place>(place: &P) {
    let store = told(place, &Script::new(), 1).await;
    store.apply(&[]).await.expect("applies");
    store.prune(time(0)).await.expect("prunes");
    assert_eq!(store.position().await.expect("reads"), Position::START);
    assert!(values(&store, &all_of("a:pm25")).await.is_empty());
}
