use super::scenario::{check, engine, run, same};
use crate::{Settings, Why};
use yiping_model::Outcome;

#[test]
fn a_window_closes_when_the_watermark_passes_its_end() {
    check(
        "08:00:00 a gas 1
         08:00:05 a gas 3
         08:01:09 a gas 9
         08:01:10 a gas 9",
        "4.0 a:gas 10s 08:00:00 n=2/2 mean=2 min=1 max=3 last=3 sd=1.000",
    );
}

#[test]
fn longer_windows_are_made_of_panes() {
    check(
        "08:00:00 a gas 1
         08:00:25 a gas 2
         08:00:31 a gas 6
         08:02:00 a gas 0",
        "4.0 a:gas 10s 08:00:00 n=1/2 mean=1 min=1 max=1 last=1 sd=0.000
         4.1 a:gas 10s 08:00:20 n=1/2 mean=2 min=2 max=2 last=2 sd=0.000
         4.2 a:gas 10s 08:00:30 n=1/2 mean=6 min=6 max=6 last=6 sd=0.000
         4.3 a:gas 1m 08:00:00 n=3/12 mean=3 min=1 max=6 last=6 sd=2.160",
    );
}

#[test]
fn what_comes_out_of_order_within_the_lateness_counts_and_what_comes_later_does_not() {
    check(
        "08:00:30 a gas 1
         08:01:00 a gas 1
         08:01:01 a gas 4 @08:00:09
         08:01:02 a gas 8 @08:00:01.9
         08:01:10 a gas 1",
        "5.0 a:gas 10s 08:00:00 n=2/2 mean=6 min=4 max=8 last=4 sd=2.000",
    );
    let mut engine = engine(Settings::default());
    same(
        &run(
            &mut engine,
            "08:01:09 a gas 1
             08:01:10 a gas 4 @08:00:08
             08:01:10 a gas 1",
        ),
        "",
    );
    assert_eq!(engine.counts().late, 1);
}

#[test]
fn an_hour_told_in_one_observation_closes_soon_after_it_and_the_next_is_in_time() {
    let mut engine = engine(Settings::default());
    same(
        &run(
            &mut engine,
            "09:00:00 a pm25 10 @08:00:00
             09:01:59 tick
             09:02:00 tick
             10:00:00 a pm25 20 @09:00:00
             10:05:00 tick
             13:00:00 a pm25 30 @12:00:00
             13:02:00 tick",
        ),
        "3.0 a:pm25 1h 08:00:00 n=1/1 mean=10 min=10 max=10 last=10 sd=0.000
         3.1 a AqiHourly 08:00:00 = none
         5.0 a:pm25 1h 09:00:00 n=1/1 mean=20 min=20 max=20 last=20 sd=0.000
         5.1 a AqiHourly 09:00:00 = none
         7.0 a:pm25 1h 12:00:00 n=1/1 mean=30 min=30 max=30 last=30 sd=0.000
         7.1 a AqiHourly 12:00:00 = none",
    );
    assert_eq!(engine.counts().late, 0);
}

#[test]
fn an_observation_counts_once_and_two_doors_are_two_observations() {
    let mut engine = engine(Settings::default());
    same(
        &run(
            &mut engine,
            "08:00:00 a gas 1
             08:00:00 a gas 1
             08:00:07 a gas 1 @08:00:00
             08:00:07 a gas 1 @08:00:00 via radio
             08:01:09 a gas 9
             08:01:09 a gas 1 @08:00:00
             08:01:10 a gas 9",
        ),
        "7.0 a:gas 10s 08:00:00 n=2/2 mean=1 min=1 max=1 last=1 sd=0.000",
    );
    assert_eq!((engine.counts().duplicate, engine.counts().late), (3, 0));
}

#[test]
fn the_last_of_equal_times_is_the_larger_and_minus_zero_is_zero() {
    check(
        "08:00:00 a gas 7
         08:00:00 a gas 3
         08:00:01 a gas 0 @08:00:00
         08:00:01 a gas -0 @08:00:00
         08:01:10 a gas 1",
        "5.0 a:gas 10s 08:00:00 n=3/2 mean=3.3333333333333335 min=0 max=7 last=7 sd=2.867",
    );
}

#[test]
fn a_value_that_is_not_good_moves_time_and_counts_nowhere() {
    check(
        "08:00:00 a gas 1
         08:00:01 a gas 4000 bad
         08:01:10 a gas 4000 bad",
        "3.0 a:gas 10s 08:00:00 n=1/2 mean=1 min=1 max=1 last=1 sd=0.000",
    );
}

#[test]
fn a_silent_thing_closes_its_windows_by_the_city_clock() {
    check(
        "08:00:58 a gas 1
         08:02:58 tick
         08:02:59.999 tick
         08:03:00 tick
         08:03:01 tick",
        "4.0 a:gas 10s 08:00:50 n=1/2 mean=1 min=1 max=1 last=1 sd=0.000
         4.1 a:gas 1m 08:00:00 n=1/12 mean=1 min=1 max=1 last=1 sd=0.000",
    );
}

#[test]
fn what_a_thing_says_after_a_silence_is_judged_by_the_city_clock() {
    let mut engine = engine(Settings::default());
    run(
        &mut engine,
        "08:00:00 a gas 1
         08:05:00 a gas 1 @08:02:54
         08:05:00 a gas 1 @08:02:55",
    );
    assert_eq!((engine.counts().late, engine.counts().counted), (1, 2));
}

#[test]
fn what_is_always_reported_long_after_its_time_is_not_late() {
    let mut engine = engine(Settings::default());
    let told = run(
        &mut engine,
        "09:20:00 a pm25 10 @08:00:00
         09:22:00 tick
         10:20:00 a pm25 20 @09:00:00
         11:21:30 a pm25 30 @10:00:00
         13:50:00 tick",
    );
    assert_eq!((engine.counts().late, engine.counts().counted), (0, 3));
    let windows: Vec<&str> = told
        .lines()
        .filter(|line| line.contains("a:pm25 1h"))
        .collect();
    let expected = [
        "2.0 a:pm25 1h 08:00:00",
        "4.0 a:pm25 1h 09:00:00",
        "5.0 a:pm25 1h 10:00:00",
    ];
    for (window, expected) in windows.iter().zip(expected) {
        assert!(window.starts_with(expected), "{window}");
    }
    assert_eq!(windows.len(), 3);
}

#[test]
fn a_link_that_pauses_makes_nothing_late_of_a_device_that_is_minutes_behind() {
    let mut engine = engine(Settings::default());
    run(
        &mut engine,
        "08:10:00 a gas 1 @08:00:00
         08:10:05 a gas 1 @08:00:05
         08:12:10 a gas 1 @08:00:10
         08:12:10 a gas 1 @08:00:15",
    );
    assert_eq!((engine.counts().late, engine.counts().counted), (0, 4));
}

#[test]
fn what_was_measured_long_ago_is_summed_up_soon() {
    check(
        "08:00:00 a gas 1 @03:00:00
         08:02:00 tick",
        "2.0 a:gas 10s 03:00:00 n=1/2 mean=1 min=1 max=1 last=1 sd=0.000
         2.1 a:gas 1m 03:00:00 n=1/12 mean=1 min=1 max=1 last=1 sd=0.000",
    );
}

#[test]
fn a_device_with_a_wrong_clock_neither_hastens_nor_holds_back_another() {
    check(
        "08:00:00 fast gas 5 @09:00:00
         08:00:00 slow gas 6 @07:00:00
         08:00:00 right gas 7
         08:01:05 fast gas 5 @09:01:05
         08:01:05 slow gas 6 @07:01:05
         08:01:10 right gas 7
         08:01:10 slow gas 6 @07:01:10",
        "6.0 right:gas 10s 08:00:00 n=1/2 mean=7 min=7 max=7 last=7 sd=0.000
         7.0 slow:gas 10s 07:00:00 n=1/2 mean=6 min=6 max=6 last=6 sd=0.000",
    );
}

#[test]
fn things_that_fall_silent_are_closed_in_the_order_of_time() {
    check(
        "08:00:15 b gas 2
         08:00:16 a gas 1
         08:00:17 c gas 3 @08:00:09
         09:00:00 tick",
        "4.0 c:gas 10s 08:00:00 n=1/2 mean=3 min=3 max=3 last=3 sd=0.000
         4.1 b:gas 10s 08:00:10 n=1/2 mean=2 min=2 max=2 last=2 sd=0.000
         4.2 a:gas 10s 08:00:10 n=1/2 mean=1 min=1 max=1 last=1 sd=0.000
         4.3 b:gas 1m 08:00:00 n=1/12 mean=2 min=2 max=2 last=2 sd=0.000
         4.4 a:gas 1m 08:00:00 n=1/12 mean=1 min=1 max=1 last=1 sd=0.000
         4.5 c:gas 1m 08:00:00 n=1/12 mean=3 min=3 max=3 last=3 sd=0.000",
    );
}

#[test]
fn an_unknown_property_has_the_windows_of_the_settings() {
    check(
        "08:59:30 a noise 60
         09:01:01 a noise 50",
        "2.0 a:noise 1m 08:59:00 n=1/0 mean=60 min=60 max=60 last=60 sd=0.000
         2.1 a:noise 1h 08:00:00 n=1/0 mean=60 min=60 max=60 last=60 sd=0.000",
    );
}

#[test]
fn a_day_begins_at_local_midnight_and_its_index_comes_in_silence() {
    check(
        "22:10:00 a pm25 300
         23:20:00 a pm25 300
         +1d00:05:00 tick
         +1d00:05:01 tick",
        "2.0 a:pm25 1h 22:00:00 n=1/1 mean=300 min=300 max=300 last=300 sd=0.000
         2.1 a AqiHourly 22:00:00 = 350
         2.2 A raised foul a:aqi_hourly 22:00:00-.. 350 extreme 350
         3.0 a:pm25 1h 23:00:00 n=1/1 mean=300 min=300 max=300 last=300 sd=0.000
         3.1 a:pm25 1d 00:00:00 n=2/24 mean=300 min=300 max=300 last=300 sd=0.000
         3.2 a AqiHourly 23:00:00 = 350
         3.3 a AqiDaily 00:00:00 = none",
    );
}

#[test]
fn the_next_deadline_says_when_and_why() {
    let mut engine = engine(Settings::default());
    assert_eq!(engine.next_deadline(), None);
    run(&mut engine, "08:00:58 a gas 1");
    let deadline = engine.next_deadline().expect("a window is open");
    assert_eq!(deadline.at, super::scenario::at("08:03:00"));
    assert_eq!(
        (deadline.thing.as_str(), deadline.why),
        ("a", Why::WindowEnds)
    );
    run(&mut engine, "08:03:00 tick");
    assert_eq!(engine.next_deadline(), None);
}

#[test]
fn hopping_windows_are_made_of_panes_and_longer_ones_tell_early() {
    check(
        "08:00:00 a flow 1
         08:00:25 a flow 2
         08:00:31 a flow 6
         08:03:00 a flow 0",
        "4.0 a:flow 1m/20s 07:59:20 n=1/6 mean=1 min=1 max=1 last=1 sd=0.000
         4.1 a:flow 1m early 08:00:00 n=2/6 mean=1.5 min=1 max=2 last=2 sd=0.500
         4.2 a:flow 90s/1m 07:59:00 n=2/9 mean=1.5 min=1 max=2 last=2 sd=0.500
         4.3 a:flow 1m/20s 07:59:40 n=3/6 mean=3 min=1 max=6 last=6 sd=2.160
         4.4 a:flow 1m 08:00:00 n=3/6 mean=3 min=1 max=6 last=6 sd=2.160
         4.5 a:flow 1m/20s 08:00:00 n=3/6 mean=3 min=1 max=6 last=6 sd=2.160
         4.6 a:flow 1m/20s 08:00:20 n=2/6 mean=4 min=2 max=6 last=6 sd=2.000
         4.7 a:flow 90s/1m 08:00:00 n=3/9 mean=3 min=1 max=6 last=6 sd=2.160",
    );
}

#[test]
fn quantiles_are_told_where_the_property_asks_for_them() {
    let mut engine = engine(Settings::default());
    let values = [4, 1, 3, 2, 5, 10];
    let lines = (0..).zip(values);
    let lines: Vec<String> = lines
        .map(|(nth, value)| format!("08:00:0{nth} a flow {value}"))
        .collect();
    engine.handle(&super::scenario::records(&lines.join("\n")));
    engine.handle(&super::scenario::records("08:05:00 tick"));
    let findings = engine.drain();
    let window = findings.iter().find_map(|finding| match &finding.outcome {
        Outcome::Window(window) if window.hop.is_none() && window.stage.is_final() => Some(window),
        _ => None,
    });
    let told = &window.expect("one minute is over").quantiles;
    let near = |one: f64, other: f64| (one - other).abs() <= other * crate::RELATIVE_ERROR;
    assert_eq!((told[0].q, told[1].q), (0.5, 0.8));
    assert!(
        near(told[0].value, 3.0) && near(told[1].value, 5.0),
        "{told:?}"
    );
}

/// What the cells say of their tumbling minutes.
fn cells(scenario: &str) -> String {
    let told = run(&mut engine(Settings::default()), scenario);
    let minutes = told.lines().filter(|line| line.contains("cell 1m 08"));
    minutes.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_window_of_a_cell_waits_for_all_its_things_and_counts_those_that_should_speak() {
    same(
        &cells(
            "08:00:00 n1 flow 1
             08:00:05 n2 flow 5
             08:00:05 s1 flow 9
             08:00:10 stranger flow 100
             08:02:10 n1 flow 1
             08:02:20 n2 flow 5
             08:02:20 s1 flow 9",
        ),
        "6.9 cell 1m 08:00:00 n=2/12 mean=3 min=1 max=5 last=5 sd=2.000
         7.8 cell 1m 08:00:00 n=1/6 mean=9 min=9 max=9 last=9 sd=0.000",
    );
}

#[test]
fn a_thing_that_is_dead_holds_its_cell_back_no_longer_than_the_city_clock_allows() {
    same(
        &cells(
            "08:00:05 n2 flow 5
             08:01:30 n1 flow 7
             08:03:09 n1 flow 7
             08:03:10 n1 flow 7
             08:10:00 n1 flow 7",
        ),
        "4.2 cell 1m 08:00:00 n=1/12 mean=5 min=5 max=5 last=5 sd=0.000
         5.3 cell 1m 08:01:00 n=1/12 mean=7 min=7 max=7 last=7 sd=0.000
         5.19 cell 1m 08:03:00 n=2/12 mean=7 min=7 max=7 last=7 sd=0.000",
    );
}
