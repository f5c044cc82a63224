use super::scenario::check;

#[test]
fn an_alarm_is_raised_on_arrival_and_returns_below_the_lower_threshold() {
    check(
        "08:00:00 a gas 10
         08:00:01 a gas 10.5
         08:00:02 a gas 12
         08:00:03 a gas 7
         08:00:04 a gas 5
         08:00:05 a gas 4.9
         08:00:06 a gas 9",
        "2.0 A raised leak a:gas 08:00:01-.. 10.5 extreme 10.5
         6.0 A returned leak a:gas 08:00:01-08:00:05 10.5 extreme 12",
    );
}

#[test]
fn a_rule_below_is_the_mirror_of_a_rule_above() {
    check(
        "08:00:00 a level 1.5
         08:00:01 a level 1
         08:00:02 a level 3
         08:00:03 a level 3.1",
        "1.0 A raised low a:level 08:00:00-.. 1.5 extreme 1.5
         4.0 A returned low a:level 08:00:00-08:00:03 1.5 extreme 1",
    );
}

#[test]
fn every_thing_has_its_own_alarm() {
    check(
        "08:00:00 a gas 11
         08:00:00 b gas 11",
        "1.0 A raised leak a:gas 08:00:00-.. 11 extreme 11
         2.0 B raised leak b:gas 08:00:00-.. 11 extreme 11",
    );
}

#[test]
fn a_duplicate_never_raises_again() {
    check(
        "08:00:01 a gas 11
         08:00:02 a gas 1
         08:00:03 a gas 11 @08:00:01
         08:00:03 a gas 1 @08:00:02
         08:00:04 a gas 11 @08:00:01 via radio",
        "1.0 A raised leak a:gas 08:00:01-.. 11 extreme 11
         2.0 A returned leak a:gas 08:00:01-08:00:02 11 extreme 11",
    );
}

#[test]
fn an_earlier_crossing_that_comes_out_of_order_moves_the_beginning() {
    check(
        "08:00:05 a gas 12
         08:00:06 a gas 20 @08:00:04",
        "1.0 A raised leak a:gas 08:00:05-.. 12 extreme 12
         2.0 A amended leak a:gas 08:00:04-.. 20 extreme 20",
    );
}

#[test]
fn an_earlier_end_that_comes_out_of_order_returns_the_alarm_or_moves_its_end() {
    check(
        "08:00:01 a gas 12
         08:00:05 a gas 7
         08:00:06 a gas 1 @08:00:04
         08:00:06 a gas 2 @08:00:03",
        "1.0 A raised leak a:gas 08:00:01-.. 12 extreme 12
         3.0 A returned leak a:gas 08:00:01-08:00:04 12 extreme 12
         4.0 A amended leak a:gas 08:00:01-08:00:03 12 extreme 12",
    );
}

#[test]
fn a_gap_that_comes_out_of_order_cuts_an_alarm_in_two() {
    check(
        "08:00:01 a gas 12
         08:00:05 a gas 13
         08:00:06 a gas 1 @08:00:03
         08:00:07 a gas 2
         08:00:08 a gas 3 @08:00:04",
        "1.0 A raised leak a:gas 08:00:01-.. 12 extreme 12
         3.0 A returned leak a:gas 08:00:01-08:00:03 12 extreme 12
         3.1 B split from A leak a:gas 08:00:05-.. 13 extreme 13
         4.0 B returned leak a:gas 08:00:05-08:00:07 13 extreme 13",
    );
}

#[test]
fn an_alarm_that_was_over_before_it_was_known_is_told_whole() {
    check(
        "08:00:05 a gas 1
         08:00:06 a gas 12 @08:00:04",
        "2.0 A raised leak a:gas 08:00:04-08:00:05 12 extreme 12",
    );
}

#[test]
fn a_more_extreme_value_out_of_order_amends_a_returned_alarm_once_when_it_is_settled() {
    check(
        "08:00:01 a level 1.5
         08:00:03 a level 1.4
         08:00:04 a level 4
         08:00:05 a level 1 @08:00:02
         08:00:06 a level 0.5 @08:00:03
         08:01:05 a level 4
         08:01:06 a level 4",
        "1.0 A raised low a:level 08:00:01-.. 1.5 extreme 1.5
         3.0 A returned low a:level 08:00:01-08:00:04 1.5 extreme 1.4
         7.0 A amended low a:level 08:00:01-08:00:04 1.5 extreme 0.5",
    );
}

#[test]
fn what_comes_later_than_the_watermark_changes_no_alarm() {
    check(
        "08:00:00 a gas 1
         08:02:00 a gas 1
         08:02:01 a gas 50 @08:00:59",
        "2.0 a:gas 10s 08:00:00 n=1/2 mean=1 min=1 max=1 last=1 sd=0.000
         2.1 a:gas 1m 08:00:00 n=1/12 mean=1 min=1 max=1 last=1 sd=0.000",
    );
}

#[test]
fn an_alarm_outlives_the_windows_in_which_it_began() {
    check(
        "08:00:01 a level 1
         08:10:00 a level 2.5
         08:20:00 a level 9",
        "1.0 A raised low a:level 08:00:01-.. 1 extreme 1
         3.0 A returned low a:level 08:00:01-08:20:00 1 extreme 1",
    );
}

#[test]
fn at_equal_times_the_smaller_value_is_judged_first() {
    check(
        "08:00:01 a gas 12
         08:00:01 a gas 1",
        "1.0 A raised leak a:gas 08:00:01-.. 12 extreme 12",
    );
    check(
        "08:00:01 a level 1
         08:00:01 a level 9",
        "1.0 A raised low a:level 08:00:01-.. 1 extreme 1
         2.0 A returned low a:level 08:00:01-08:00:01 1 extreme 1",
    );
}

#[test]
fn a_device_that_names_its_own_property_like_an_index_is_not_judged_as_the_index() {
    check("08:00:01 a aqi_hourly 450", "");
}
