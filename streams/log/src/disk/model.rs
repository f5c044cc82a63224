//! The model test: whatever is done, and wherever the power goes, what was acknowledged is there, in order, and nothing is invented.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use tokio::sync::oneshot;
use yiping_model::{Body, Class, Position, Record, Timestamp};

use super::faults::{Dice, MemoryFiles};
use super::files::Files;
use super::settings::Settings;
use super::writer::{Request, Writer};
use super::{Retain, Retention, open_writer};
use crate::LogError;
use crate::conformance::{Shelf, alarm, decision, reading, window};
use crate::metrics::Stopwatch;

#[derive(Debug, Clone)]
enum Step {
    /// One commit of these appends, each with these kinds of bodies, taken at this time, in thousands of seconds.
    Commit(Vec<Vec<u8>>, i64),
    /// Retention, when all readers stand at this percentage of the log.
    Retain(u64),
    /// The archive refuses, or takes again.
    RefuseArchive(bool),
    /// After this many operations of the disk nothing works any more; the step that notices ends in a crash or a kill.
    CutPowerAfter(u64),
    /// The disk is full during the next commit.
    FillDisk,
    /// The power goes between two steps.
    Crash,
    /// The process dies, the machine does not.
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    let append = prop::collection::vec(0_u8..8, 1..5);
    let appends = prop::collection::vec(append, 1..5);
    prop_oneof![
        12 => (appends, 0_i64..1_000).prop_map(|(appends, secs)| Step::Commit(appends, secs)),
        3 => (0_u64..=100).prop_map(Step::Retain),
        1 => any::<bool>().prop_map(Step::RefuseArchive),
        3 => (0_u64..24).prop_map(Step::CutPowerAfter),
        1 => Just(Step::FillDisk),
        1 => Just(Step::Crash),
        1 => Just(Step::Kill),
    ]
}

fn settings() -> Settings {
    Settings {
        segment_bytes: 700,
        tail_records_max: 8,
        retain: Retain {
            bytes_max: 1_500,
            input_days: 3,
            result_days: 6,
            alarm_days: 9,
        },
        ..Settings::default()
    }
}

/// The log under test, and what it must hold.
struct World {
    files: MemoryFiles,
    writer: Writer,
    dice: Dice,
    number: u32,
    /// What is acknowledged and not dropped.
    kept: Vec<Record>,
    /// What was on its way when the log failed: whole in the log, or not at all.
    unsure: Vec<Body>,
    /// Retention was allowed to drop what lies before.
    drop_before: Position,
    /// The latest time at which it was.
    dropped_at: Timestamp,
    shelf: Shelf,
}

impl World {
    fn new(seed: u64) -> Self {
        let files = MemoryFiles::default();
        Self {
            writer: open(&files),
            files,
            dice: Dice::new(seed),
            number: 0,
            kept: Vec::new(),
            unsure: Vec::new(),
            drop_before: Position::START,
            dropped_at: Timestamp::MIN,
            shelf: Shelf::default(),
        }
    }

    fn take(&mut self, step: &Step) {
        match step {
            Step::Commit(appends, secs) => self.commit(appends, *secs),
            Step::Retain(percent) => self.retain(*percent),
            Step::RefuseArchive(refuses) => self.shelf.refuse(*refuses),
            Step::CutPowerAfter(operations) => self.files.cut_power_after(*operations),
            Step::FillDisk => self.files.refuse_writes(true),
            Step::Crash => self.crash(),
            Step::Kill => self.kill(),
        }
    }

    fn commit(&mut self, appends: &[Vec<u8>], secs: i64) {
        let mut answers = Vec::new();
        let mut asked = Vec::new();
        for kinds in appends {
            let bodies: Vec<Body> = kinds.iter().map(|kind| self.body(*kind)).collect();
            let (reply, answer) = oneshot::channel();
            let request = Request {
                bodies: bodies.clone(),
                taken_at: Timestamp::from_secs(secs * 1_000),
                reply,
                room: None,
            };
            assert!(self.writer.take(request).is_ok(), "a small batch has room");
            answers.push((bodies.len(), answer));
            asked.extend(bodies);
        }
        let mut next = self.writer.last.next();
        let done = self.writer.commit(Stopwatch::start());
        for (count, mut answer) in answers {
            let answer = answer.try_recv().expect("everybody is answered");
            assert_eq!(answer.is_ok(), done.is_ok());
            if let Ok(appended) = answer {
                assert_eq!(appended.first, next);
                next = Position(next.0 + count as u64);
                assert_eq!(appended.last.next(), next);
            }
        }
        if done.is_ok() {
            let after = self.last_kept();
            let found = self.read_after(after);
            let bodies: Vec<Body> = found.iter().map(|record| record.body.clone()).collect();
            assert_eq!(bodies, asked);
            self.kept.extend(found);
        } else {
            self.unsure = asked;
            self.fail();
        }
    }

    fn retain(&mut self, percent: u64) {
        let keep_from = Position(self.writer.last.0 * percent / 100);
        self.drop_before = self.drop_before.max(keep_from);
        let now = self.writer.last_received_at;
        self.dropped_at = now;
        let retention = Retention {
            files: &self.files,
            dir: Path::new("d"),
            reader: &self.writer.reader,
            rules: &settings().retain,
            segment_bytes: 3 * settings().segment_bytes,
            archive: Some(&self.shelf),
        };
        match retention.run(now, keep_from) {
            Ok(()) | Err(LogError::Archive { .. }) => {
                self.check();
                self.check_files();
            }
            Err(_disk) => self.fail(),
        }
    }

    /// After an error: where the power is gone, it was the machine's, or the process died and what it wrote is still in memory.
    fn fail(&mut self) {
        if !self.files.is_powered() && self.dice.roll(2) == 0 {
            self.crash();
        } else {
            self.kill();
        }
    }

    fn crash(&mut self) {
        self.files = self.files.after_crash(&mut self.dice);
        self.kill();
    }

    fn kill(&mut self) {
        self.files.stay_powered();
        self.files.refuse_writes(false);
        self.writer = open(&self.files);
        self.check_files();
        self.check();
    }

    /// No file is left over.
    fn check_files(&self) {
        let names = self.files.list(Path::new("d")).expect("a directory");
        assert!(
            names.iter().all(|name| name.strip_suffix(".log").is_some()),
            "{names:?}"
        );
        assert_eq!(names.len(), self.writer.reader.segments().len());
    }

    fn check(&mut self) {
        let mut found = self.read_after(Position::START);
        assert!(found.is_sorted_by(|a, b| a.position < b.position));
        assert!(found.is_sorted_by_key(|record| record.received_at));
        let split = found.partition_point(|record| record.position <= self.last_kept());
        let new: Vec<&Body> = found[split..].iter().map(|record| &record.body).collect();
        assert!(
            new.is_empty() || new == self.unsure.iter().collect::<Vec<_>>(),
            "invented {new:?}"
        );
        for record in &self.kept {
            let droppable = record.position < self.drop_before
                && match record.body.class() {
                    Class::Input => self.shelf.holds(record),
                    Class::Result => true,
                    Class::Alarm => {
                        record.received_at < self.dropped_at - Duration::from_hours(9 * 24)
                    }
                    Class::Decision => false,
                };
            assert!(droppable || found.contains(record), "lost {record:?}");
        }
        assert!(
            found[..split]
                .iter()
                .all(|record| self.kept.contains(record))
        );
        let last = found.last().map_or(Position::START, |last| last.position);
        assert!(self.writer.last >= last.max(self.last_kept()));
        self.unsure.clear();
        std::mem::swap(&mut self.kept, &mut found);
    }

    fn last_kept(&self) -> Position {
        let last = self.kept.last();
        last.map_or(Position::START, |record| record.position)
    }

    /// Reads with memory and without; both must agree, except that memory may still have what retention dropped.
    fn read_after(&mut self, mut after: Position) -> Vec<Record> {
        let mut found = Vec::new();
        loop {
            let limit = 1 + self.dice.roll(9);
            let reader = &self.writer.reader;
            let chunk = reader.read_segments(after, limit).expect("readable");
            if let Some(tail) = reader.read_tail(after, limit) {
                assert!(tail.len() <= limit && (chunk.is_empty() || !tail.is_empty()));
                let mut both = tail.iter().zip(chunk.iter());
                assert!(after < self.drop_before || both.all(|(a, b)| a == b));
            }
            let Some(last) = chunk.last() else {
                return found;
            };
            assert!(chunk.len() <= limit);
            after = last.position;
            found.extend(chunk.iter().cloned());
        }
    }

    fn body(&mut self, kind: u8) -> Body {
        self.number += 1;
        match kind {
            0 => decision(self.number),
            1 => alarm(self.number),
            2 => Body::Tick,
            3 => window(self.number),
            _ => reading(self.number),
        }
    }
}

fn open(files: &MemoryFiles) -> Writer {
    let opened: Result<Writer, LogError> =
        open_writer(Arc::new(files.clone()), Path::new("d"), &settings());
    opened.expect("a crash damages nothing that was durable")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_crash_anywhere_loses_nothing_acknowledged(steps in prop::collection::vec(step(), 1..40), seed in any::<u64>()) {
        let mut world = World::new(seed);
        for step in &steps {
            world.take(step);
        }
        world.crash();
    }
}
