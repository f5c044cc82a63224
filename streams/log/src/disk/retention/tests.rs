//! Retention against an obvious one: lists of records, and a rule for each class.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::sync::oneshot;
use yiping_model::{Class, Position, Record, Timestamp};

use super::Retention;
use crate::conformance::{alarm, decision, reading, window};
use crate::disk::faults::{Dice, MemoryFiles};
use crate::disk::format::SEGMENT_HEADER_BYTES;
use crate::disk::segment::Segment;
use crate::disk::writer::{Request, Writer};
use crate::disk::{Files, Retain, Settings, open_writer};
use crate::metrics::Stopwatch;

const SEGMENT_BYTES: u64 = 1_000;

/// A segment as its history tells it.
struct Plain {
    first: Position,
    not_before: Timestamp,
    keeps: Class,
    records: Vec<Record>,
}

/// The log under test and the obvious one.
struct World {
    files: MemoryFiles,
    writer: Writer,
    rules: Retain,
    number: u32,
    hours: u64,
    segments: Vec<Plain>,
    unsorted: Vec<Record>,
}

impl World {
    fn new(rules: Retain) -> Self {
        let files = MemoryFiles::default();
        Self {
            writer: open(&files),
            files,
            rules,
            number: 0,
            hours: 0,
            segments: Vec::new(),
            unsorted: Vec::new(),
        }
    }

    fn append(&mut self, class: Class, hours: u64) {
        self.number += 1;
        self.hours += hours;
        let body = match class {
            Class::Input => reading(self.number),
            Class::Result => window(self.number),
            Class::Alarm => alarm(self.number),
            Class::Decision => decision(self.number),
        };
        let (reply, _nobody_waits) = oneshot::channel();
        let request = Request {
            bodies: vec![body.clone()],
            taken_at: self.now(),
            reply,
            room: None,
        };
        assert!(self.writer.take(request).is_ok());
        self.writer.commit(Stopwatch::start()).expect("a good disk");
        self.unsorted.push(Record {
            position: self.writer.last,
            received_at: self.now(),
            body,
        });
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_secs(0) + Duration::from_hours(self.hours)
    }

    fn retention(&self) -> Retention<'_> {
        Retention {
            files: &self.files,
            dir: Path::new("d"),
            reader: &self.writer.reader,
            rules: &self.rules,
            segment_bytes: SEGMENT_BYTES,
            archive: None,
        }
    }

    /// Lets both drop what is due, and compares them.
    fn look(&mut self, percent: u64) {
        self.sort();
        let keep_from = Position(self.writer.last.0 * percent / 100);
        let before = self.total_bytes();
        let done = self.retention().run(self.now(), keep_from);
        done.expect("a good disk");
        self.drop_old(keep_from);
        if self.rules.bytes_max == u64::MAX {
            self.assert_levels_are_those_of_age();
        } else {
            self.take_levels(before, keep_from);
        }
        for segment in &mut self.segments {
            let keeps = segment.keeps;
            segment
                .records
                .retain(|record| record.body.class() >= keeps);
        }
        self.forget_empty();
        self.fold_merged();
        let kept: Vec<&Record> = self.segments.iter().flat_map(|s| &s.records).collect();
        let found = self.found();
        assert_eq!(found.iter().collect::<Vec<_>>(), kept);
    }

    /// Puts what was appended into the segments in which the log has put it.
    fn sort(&mut self) {
        for segment in self.writer.reader.segments() {
            let header = segment.header;
            if self
                .segments
                .last()
                .is_none_or(|last| last.first < header.first)
            {
                self.segments.push(Plain {
                    first: header.first,
                    not_before: header.not_before,
                    keeps: Class::Input,
                    records: Vec::new(),
                });
            }
        }
        for record in self.unsorted.drain(..) {
            let home = self
                .segments
                .iter_mut()
                .rev()
                .find(|s| s.first <= record.position);
            home.expect("one begins before").records.push(record);
        }
    }

    fn drop_old(&mut self, keep_from: Position) {
        let (now, rules) = (self.now(), self.rules.clone());
        for at in 1..self.segments.len() {
            let (next_first, ended_at) = (self.segments[at].first, self.segments[at].not_before);
            if next_first > keep_from {
                break;
            }
            for (class, days) in [
                (Class::Result, rules.input_days),
                (Class::Alarm, rules.result_days),
                (Class::Decision, rules.alarm_days),
            ] {
                if days > 0 && ended_at + Duration::from_hours(24) * days < now {
                    let segment = &mut self.segments[at - 1];
                    segment.keeps = segment.keeps.max(class);
                }
            }
        }
    }

    fn assert_levels_are_those_of_age(&self) {
        let segments = self.writer.reader.segments();
        for plain in &self.segments {
            if let Some(segment) = home(&segments, plain.first) {
                assert_eq!(segment.header.keeps, plain.keeps, "{}", plain.first);
            }
        }
    }

    /// Where space decides, the levels are taken from the log, after a look at whether they are right.
    fn take_levels(&mut self, before: u64, keep_from: Position) {
        let segments = self.writer.reader.segments();
        let passed = |at: usize| {
            segments
                .get(at + 1)
                .is_some_and(|next| next.header.first <= keep_from)
        };
        let too_large = self.total_bytes() > self.rules.bytes_max;
        let levels: Vec<Class> = segments
            .iter()
            .map(|segment| segment.header.keeps)
            .collect();
        assert!(levels.is_sorted_by(|a, b| a >= b), "{levels:?}");
        for (at, segment) in segments.iter().enumerate() {
            assert!(!too_large || !passed(at) || segment.header.keeps >= Class::Alarm);
        }
        let mut gone = Vec::new();
        for plain in &mut self.segments {
            match home(&segments, plain.first).map(|segment| segment.header.keeps) {
                Some(level) => {
                    assert!(level == plain.keeps || before > self.rules.bytes_max);
                    assert!(
                        level == plain.keeps || level <= Class::Alarm,
                        "alarms went for space"
                    );
                    plain.keeps = level;
                }
                None => gone.push(plain.first),
            }
        }
        for first in gone {
            let plain = self.segments.iter_mut().find(|s| s.first == first);
            let plain = plain.expect("it was there");
            let largest = plain.records.iter().map(|record| record.body.class()).max();
            assert!(
                largest.is_none_or(|class| class < plain.keeps.max(Class::Alarm)),
                "a segment went with what is kept"
            );
            plain.records.clear();
        }
    }

    /// A segment of which nothing remains is gone, unless it is the newest.
    fn forget_empty(&mut self) {
        let newest = self.segments.last().map(|segment| segment.first);
        self.segments
            .retain(|segment| !segment.records.is_empty() || Some(segment.first) == newest);
    }

    /// What was merged into a neighbour is that one's.
    fn fold_merged(&mut self) {
        let segments = self.writer.reader.segments();
        let plain = std::mem::take(&mut self.segments);
        for plain in plain {
            let own = home(&segments, plain.first).expect("what holds something is there");
            match self.segments.last_mut() {
                Some(before) if own.header.first != plain.first => {
                    assert_eq!(before.first, own.header.first);
                    assert_eq!(before.keeps, plain.keeps);
                    before.records.extend(plain.records);
                }
                _ => self.segments.push(plain),
            }
        }
    }

    fn found(&self) -> Vec<Record> {
        let mut found: Vec<Record> = Vec::new();
        loop {
            let after = found.last().map_or(Position::START, |last| last.position);
            let chunk = self
                .writer
                .reader
                .read_segments(after, 50)
                .expect("readable");
            if chunk.is_empty() {
                return found;
            }
            found.extend(chunk.iter().cloned());
        }
    }

    fn total_bytes(&self) -> u64 {
        let segments = self.writer.reader.segments();
        segments.iter().map(|segment| segment.durable()).sum()
    }
}

fn open(files: &MemoryFiles) -> Writer {
    let settings = Settings {
        segment_bytes: SEGMENT_BYTES,
        ..Settings::default()
    };
    let writer = open_writer(Arc::new(files.clone()), Path::new("d"), &settings);
    writer.expect("a crash damages nothing that was durable")
}

/// The segment that begins here, or into which that one was merged.
fn home(segments: &[Arc<Segment>], first: Position) -> Option<&Arc<Segment>> {
    segments.iter().find(|segment| {
        let header = segment.header;
        header.first == first || (header.first < first && first <= header.until)
    })
}

#[derive(Debug, Clone)]
enum Step {
    Append(Class, u64),
    Look(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let class = prop_oneof![
        6 => Just(Class::Input), 3 => Just(Class::Result), 1 => Just(Class::Alarm), 1 => Just(Class::Decision)
    ];
    let step = prop_oneof![
        10 => (class, 0_u64..12).prop_map(|(class, hours)| Step::Append(class, hours)),
        1 => (0_u64..=100).prop_map(Step::Look),
    ];
    prop::collection::vec(step, 1..200)
}

/// Days for input, results, alarms, each at least as long as the one before; 0 is for ever.
fn days() -> impl Strategy<Value = (u32, u32, u32)> {
    let lengths = (1_u32..8, 0_u32..8, 0_u32..8);
    (lengths, 0_usize..4).prop_map(|((input, more, most), limited)| {
        let days = [input, input + more, input + more + most];
        let of = |class: usize| if class < limited { days[class] } else { 0 };
        (of(0), of(1), of(2))
    })
}

fn play(rules: Retain, steps: &[Step]) {
    let mut world = World::new(rules);
    for step in steps {
        match *step {
            Step::Append(class, hours) => world.append(class, hours),
            Step::Look(percent) => world.look(percent),
        }
    }
    world.look(100);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn after_a_look_exactly_what_the_ages_keep_is_there((input_days, result_days, alarm_days) in days(), steps in steps()) {
        play(Retain { bytes_max: u64::MAX, input_days, result_days, alarm_days }, &steps);
    }

    #[test]
    fn for_want_of_space_input_goes_first_and_alarms_never((input_days, result_days, alarm_days) in days(), bytes_max in 0_u64..8_000, steps in steps()) {
        play(Retain { bytes_max, input_days, result_days, alarm_days }, &steps);
    }
}

/// A log in which a look thins, removes and leftovers segments.
fn much_to_do() -> World {
    let mut world = World::new(Retain {
        bytes_max: u64::MAX,
        input_days: 1,
        result_days: 2,
        alarm_days: 0,
    });
    for number in 0..150 {
        let class = match number % 13 {
            4 => Class::Decision,
            8 => Class::Alarm,
            2 | 6 => Class::Result,
            _ => Class::Input,
        };
        world.append(class, 1);
    }
    world
}

#[test]
fn power_that_goes_at_any_operation_of_a_look_loses_nothing_that_is_kept() {
    let (mut after, mut leftovers) = (much_to_do(), 0);
    let before = after.found();
    after.look(100);
    let kept = after.found();
    for operations in 0.. {
        for seed in 0..8 {
            let mut world = much_to_do();
            world.files.cut_power_after(operations);
            let done = world.retention().run(world.now(), world.writer.last);
            let (files, dice) = (world.files.clone(), &mut Dice::new(seed));
            files.stay_powered();
            // An even seed: the process died, the machine did not.
            let files = if seed % 2 == 0 {
                files
            } else {
                files.after_crash(dice)
            };
            let left = files.list(Path::new("d")).expect("a directory").len();
            world.writer = open(&files);
            let segments = world.writer.reader.segments();
            leftovers += usize::from(segments.len() < left);
            let names = files.list(Path::new("d")).expect("a directory");
            assert_eq!(names.len(), segments.len(), "a file is left over");
            let found = world.found();
            assert!(found.is_sorted_by(|a, b| a.position < b.position));
            assert!(kept.iter().all(|record| found.contains(record)));
            assert!(found.iter().all(|record| before.contains(record)));
            if done.is_ok() {
                assert_eq!(found, kept);
                assert!(leftovers > 0, "no crash left anything to clean up");
                return;
            }
        }
    }
}

#[test]
fn a_look_where_nothing_is_due_reads_no_record() {
    let mut world = World::new(Retain::default());
    for _ in 0..100 {
        world.append(Class::Input, 1);
    }
    world.look(100);
    for segment in world.writer.reader.segments() {
        world.files.meddle(&segment.path, |bytes| {
            for byte in &mut bytes[SEGMENT_HEADER_BYTES..] {
                *byte ^= 0xff;
            }
        });
    }
    world
        .retention()
        .run(world.now(), world.writer.last)
        .expect("what is not read cannot be found damaged");
}
