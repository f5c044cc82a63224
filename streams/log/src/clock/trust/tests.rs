use std::cell::Cell;
use std::sync::Barrier;

use proptest::prelude::*;

use super::*;

const MINUTE: i64 = 60 * MICROS_A_SEC;
const HOUR: i64 = 60 * MINUTE;
const YEAR: i64 = 365 * 24 * HOUR;
/// What the machine's clock shows at first.
const BEGIN: i64 = 56 * YEAR;

/// A machine whose clock is set by hand.
struct Machine {
    life: Life,
    latest: AtomicI64,
    monotonic: i64,
    distance: i64,
}

impl Machine {
    fn new(log_ended_at: i64) -> Self {
        Self {
            life: Life::new(),
            latest: AtomicI64::new(log_ended_at),
            monotonic: 0,
            distance: BEGIN,
        }
    }

    fn reading(&self) -> Reading {
        Reading {
            monotonic: self.monotonic,
            machine: self.machine(),
        }
    }

    const fn machine(&self) -> i64 {
        self.monotonic + self.distance
    }

    /// City time, as `CityClock::now` has it.
    fn city(&self) -> i64 {
        let shown = self.life.now(|| self.reading(), &self.latest);
        self.latest.fetch_max(shown, Ordering::AcqRel).max(shown)
    }

    /// City time for so long, at a look every second.
    fn city_after(&mut self, micros: i64) -> i64 {
        for _ in 0..micros / MICROS_A_SEC {
            self.monotonic += MICROS_A_SEC;
            self.city();
        }
        self.city()
    }

    /// What is told at this look.
    fn told(&self, trust: &mut Trust) -> Option<Change> {
        let shown = self.latest.load(Ordering::Acquire);
        let (city, change) = trust.look(self.reading(), shown);
        self.latest.fetch_max(city, Ordering::AcqRel);
        change
    }
}

#[test]
fn a_leap_that_is_taken_back_leaves_nothing() {
    let mut machine = Machine::new(BEGIN - HOUR);
    assert_eq!(machine.city_after(MINUTE), BEGIN + MINUTE);
    machine.distance += YEAR;
    assert_eq!(
        machine.city_after(2 * MICROS_A_SEC),
        BEGIN + 62 * MICROS_A_SEC
    );
    machine.distance -= YEAR;
    assert_eq!(machine.city_after(MINUTE), BEGIN + 122 * MICROS_A_SEC);
}

#[test]
fn a_leap_of_an_hour_is_believed_at_once() {
    let mut machine = Machine::new(BEGIN);
    machine.city();
    machine.distance += HOUR;
    assert_eq!(machine.city(), BEGIN + HOUR);
    machine.distance += HOUR + MICROS_A_SEC;
    assert_eq!(machine.city(), BEGIN + HOUR);
}

#[test]
fn a_longer_leap_is_believed_when_it_has_held_for_five_minutes() {
    let mut machine = Machine::new(BEGIN);
    machine.city();
    machine.distance += 3 * HOUR;
    assert_eq!(machine.city(), BEGIN);
    assert_eq!(
        machine.city_after(HOLD - MICROS_A_SEC),
        BEGIN + HOLD - MICROS_A_SEC
    );
    assert_eq!(machine.city_after(MICROS_A_SEC), BEGIN + HOLD + 3 * HOUR);
}

#[test]
fn a_leap_that_moves_must_hold_anew() {
    let mut machine = Machine::new(BEGIN);
    machine.city();
    machine.distance += 3 * HOUR;
    machine.city_after(HOLD - MICROS_A_SEC);
    machine.distance += MINUTE;
    assert_eq!(machine.city_after(HOLD), BEGIN + 2 * HOLD - MICROS_A_SEC);
    let right = machine.machine() + MICROS_A_SEC;
    assert_eq!(machine.city_after(MICROS_A_SEC), right);
}

#[test]
fn a_leap_back_is_waited_out_and_the_way_back_is_no_leap() {
    let mut machine = Machine::new(BEGIN);
    machine.city();
    machine.distance -= 2 * HOUR;
    assert_eq!(machine.city_after(90 * MINUTE), BEGIN);
    machine.distance += 2 * HOUR;
    assert_eq!(machine.city(), BEGIN + 90 * MINUTE);
}

#[test]
fn a_clock_that_starts_before_the_end_of_the_log_is_believed_when_it_is_set() {
    let mut machine = Machine::new(BEGIN);
    machine.distance = 0;
    assert_eq!(machine.city_after(MINUTE), BEGIN);
    machine.distance = BEGIN + 24 * HOUR;
    assert_eq!(machine.city(), BEGIN + 24 * HOUR + MINUTE);
}

#[test]
fn a_leap_is_told_once_and_so_is_its_end() {
    let (mut machine, mut trust) = (Machine::new(BEGIN), Trust::new());
    let mut told = Vec::new();
    for (leap, looks) in [(0, 3), (YEAR, 5), (MINUTE, 5), (-YEAR, 5), (YEAR, 400)] {
        machine.distance += leap;
        for _ in 0..looks {
            told.extend(machine.told(&mut trust));
            machine.monotonic += MICROS_A_SEC;
        }
    }
    let expected = [
        Change::Doubted,
        Change::CameBack,
        Change::Doubted,
        Change::Believed,
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_clock_far_behind_is_told_once_and_that_it_is_reached() {
    let (mut machine, mut trust) = (Machine::new(BEGIN), Trust::new());
    let mut told = Vec::new();
    for leap in [0, -30 * MINUTE, -40 * MINUTE, 0, 71 * MINUTE, 0] {
        machine.distance += leap;
        told.push(machine.told(&mut trust));
        machine.monotonic += MICROS_A_SEC;
    }
    let expected = [
        None,
        None,
        Some(Change::Behind),
        None,
        Some(Change::Reached),
        None,
    ];
    assert_eq!(told, expected);
}

#[test]
fn a_start_long_after_the_end_of_the_log_is_told_and_believed() {
    let started = |log_ended_at| {
        let machine = Machine::new(log_ended_at);
        let told = machine.told(&mut Trust::new());
        assert_eq!(machine.city(), BEGIN);
        told
    };
    assert_eq!(started(BEGIN - 31 * 24 * HOUR), Some(Change::StartsLate));
    assert_eq!(started(BEGIN - 29 * 24 * HOUR), None);
    assert_eq!(started(i64::MIN), None, "a new log has no end");
}

#[test]
fn nothing_is_locked_while_all_is_well() {
    let machine = Machine::new(BEGIN);
    let reads = Cell::new(0);
    let read = |slewed| {
        reads.set(0);
        let read = || {
            reads.set(reads.get() + 1);
            Reading {
                monotonic: MICROS_A_SEC,
                machine: BEGIN + MICROS_A_SEC + slewed,
            }
        };
        (machine.life.now(read, &machine.latest), reads.get())
    };
    assert_eq!(read(0), (BEGIN + MICROS_A_SEC, 2), "the first look decides");
    assert_eq!(read(40_000), (BEGIN + MICROS_A_SEC + 40_000, 1));
    assert_eq!(read(90_000), (BEGIN + MICROS_A_SEC + 90_000, 2));
    assert_eq!(read(90_000), (BEGIN + MICROS_A_SEC + 90_000, 1));
}

#[test]
fn threads_that_ask_while_the_clock_leaps_are_shown_no_leap() {
    let (life, latest) = (Life::new(), AtomicI64::new(BEGIN));
    let (monotonic, distance) = (AtomicI64::new(0), AtomicI64::new(BEGIN));
    let ask = || {
        let read = || {
            let monotonic = monotonic.load(Ordering::Acquire);
            let machine = monotonic + distance.load(Ordering::Acquire);
            Reading { monotonic, machine }
        };
        latest.fetch_max(life.now(read, &latest), Ordering::AcqRel);
    };
    ask();
    let all_here = Barrier::new(4);
    std::thread::scope(|threads| {
        for _ in 0..3 {
            threads.spawn(|| {
                all_here.wait();
                (0..20_000).for_each(|_| ask());
            });
        }
        all_here.wait();
        for step in 0..20_001 {
            monotonic.fetch_add(1_000, Ordering::AcqRel);
            distance.store(BEGIN + (step % 2) * YEAR, Ordering::Release);
        }
    });
    distance.store(BEGIN + YEAR, Ordering::Release);
    ask();
    let (shown, passed) = (latest.into_inner() - BEGIN, monotonic.into_inner());
    assert!(shown <= passed + CLOSE as i64, "{shown} after {passed}");
}

/// So long passes, and the machine's clock is set on by so much.
fn steps(leap: impl Strategy<Value = i64>) -> impl Strategy<Value = Vec<(i64, i64)>> {
    let passes = prop_oneof![Just(0), 0..2 * MICROS_A_SEC, 0..7 * MINUTE];
    prop::collection::vec((passes, leap), 1..60)
}

fn short_leap() -> impl Strategy<Value = i64> {
    prop_oneof![Just(0), -60_000..60_000_i64, -59 * MINUTE..59 * MINUTE]
}

fn any_leap() -> impl Strategy<Value = i64> {
    let years = prop_oneof![Just(YEAR), Just(-YEAR)];
    prop_oneof![
        8 => Just(0),
        1 => -60_000..60_000_i64,
        2 => -9 * MICROS_A_SEC..9 * MICROS_A_SEC,
        2 => -5 * HOUR..5 * HOUR,
        1 => years,
    ]
}

/// A look that was taken: both clocks, and what city time was.
#[derive(Debug, Clone, Copy)]
struct Look {
    monotonic: i64,
    distance: i64,
    city: i64,
}

/// Whether the distance of the clocks has held within `within` for so long that the last look may believe it.
fn has_held(looks: &[Look], within: u64) -> bool {
    let Some(last) = looks.last() else {
        return false;
    };
    (0..looks.len()).any(|from| {
        let (begin, held) = (looks[from], &looks[from..]);
        last.monotonic - begin.monotonic >= HOLD
            && held
                .iter()
                .all(|look| look.distance.abs_diff(begin.distance) <= within)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The oracle is the clock without judgement.
    #[test]
    fn with_short_leaps_city_time_is_the_latest_the_machine_showed(ended in -HOUR..HOUR, steps in steps(short_leap())) {
        let mut machine = Machine::new(BEGIN + ended);
        let mut latest = BEGIN + ended;
        for (passes, leap) in steps {
            machine.monotonic += passes;
            machine.distance += leap;
            latest = latest.max(machine.machine());
            prop_assert_eq!(machine.city(), latest);
        }
    }

    /// The oracle looks at all that was seen before.
    #[test]
    fn no_leap_but_one_that_held_moves_city_time_and_one_that_held_does(steps in steps(any_leap())) {
        let mut machine = Machine::new(BEGIN);
        let mut looks = Vec::new();
        for (passes, leap) in [(0, 0)].into_iter().chain(steps) {
            machine.monotonic += passes;
            machine.distance += leap;
            let (monotonic, distance) = (machine.monotonic, machine.distance);
            let before = machine.latest.load(Ordering::Acquire);
            let city = machine.city();
            let passed_on = looks.iter().map(|look: &Look| look.city + monotonic - look.monotonic);
            let most = passed_on.max().unwrap_or(city) + LEAP_MAX + CLOSE as i64;
            looks.push(Look { monotonic, distance, city });
            prop_assert!(city <= most || has_held(&looks, HOLD_WITHIN), "{:?}", looks);
            if has_held(&looks, 0) {
                prop_assert_eq!(city, before.max(machine.machine()), "{:?}", looks);
            }
        }
    }
}
