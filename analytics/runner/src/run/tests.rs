use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use proptest::prelude::*;
use tempfile::TempDir;
use yiping_engine::indices::AqiLaws;
use yiping_engine::{Limits, Operator, Rule, Threshold};
use yiping_log::memory::MemoryLog;
use yiping_log::{Appended, Archive, CityClock, LogId};
use yiping_model::{
    Catalogue, Level, Measured, PropertyId, Quality, Reading, Record, RuleId, SourceId, Text,
    ThingId, Timestamp, Zone,
};

use super::*;
use crate::past::NoPast;

mod late;

fn text(text: &str) -> Text {
    Text {
        zh: text.into(),
        en: text.into(),
    }
}

/// Known properties: none, so the windows are those of the settings. One rule.
fn engine(raise: f64) -> Engine {
    let catalogue = Catalogue {
        city: text("q"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::new(),
        things: BTreeMap::new(),
        events: BTreeMap::new(),
    };
    let rule = Rule {
        id: RuleId::new("leak").expect("valid"),
        title: text("leak"),
        properties: vec![PropertyId::new("gas").expect("valid")],
        level: Level::Red,
        operator: Operator::Threshold(Limits::plain(Threshold::Above { raise, clear: 5.0 })),
        source: "test".into(),
        of_war: false,
        version: None,
    };
    let laws = AqiLaws {
        levels: Vec::new(),
        laws: Vec::new(),
    };
    Engine::new(
        Arc::new(catalogue),
        vec![rule],
        laws,
        yiping_engine::Settings::default(),
    )
}

fn settings(batch_records_max: usize) -> Settings {
    Settings {
        batch_records_max,
        append_findings_max: 3,
        checkpoint_records: 10,
        retries_max: 2,
        retry_pause_ms: 0,
        ..Settings::default()
    }
}

/// Readings of two things; `None` is a tick.
type Story = Vec<(u32, Option<(bool, i32)>)>;

fn story() -> impl Strategy<Value = Story> {
    let reading = prop::option::weighted(0.9, (any::<bool>(), 0_i32..20));
    prop::collection::vec((0_u32..60, reading), 1..60)
}

fn at(secs: u32) -> Timestamp {
    Timestamp::from_secs(1_772_323_200) + Duration::from_secs(secs.into())
}

fn body(secs: u32, said: Option<(bool, i32)>) -> Body {
    let Some((first, value)) = said else {
        return Body::Tick;
    };
    let gas = Measured {
        property: PropertyId::new("gas").expect("valid"),
        value: value.into(),
        quality: Quality::Good,
    };
    Body::Reading(Reading {
        source: SourceId::new("mqtt").expect("valid"),
        thing: ThingId::new(if first { "a" } else { "b" }).expect("valid"),
        phenomenon_time: at(secs),
        values: [gas].into_iter().collect(),
    })
}

/// A machine with its disk: it may crash, the disk stays.
struct Machine {
    log: Arc<MemoryLog>,
    past: Arc<dyn Past>,
    clock: CityClock,
    disk: TempDir,
    /// The rule's threshold.
    raise: f64,
}

impl Machine {
    fn new() -> Self {
        let clock = CityClock::driven(at(0));
        Self {
            log: Arc::new(MemoryLog::new(clock.clone())),
            past: Arc::new(NoPast),
            clock,
            disk: tempfile::tempdir().expect("a place"),
            raise: 10.0,
        }
    }

    fn with(story: &Story) -> Self {
        let machine = Self::new();
        let mut secs = 0;
        for (pause, said) in story {
            secs += pause;
            machine.hear(secs, *said);
        }
        machine
    }

    fn hear(&self, secs: u32, said: Option<(bool, i32)>) {
        self.clock.advance(at(secs));
        let bodies = vec![body(secs, said)];
        block_on(self.log.append(bodies)).expect("memory takes all");
    }

    fn end(&self) -> Position {
        *self.log.end().borrow()
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(self.disk.path().join("engine.checkpoint"), self.log.id())
    }

    /// Runs until this record is handled, then stops cleanly (or crashes).
    fn run_to(&self, target: Position, batch: usize, crash: bool) {
        let log: Arc<dyn Log> = self.log.clone();
        let ended = self.run_on(log, target, batch, crash);
        ended.expect("memory does not fail");
    }

    /// Each life has its own runtime, so that nothing of it goes on when it is over.
    fn run_on(
        &self,
        log: Arc<dyn Log>,
        target: Position,
        batch: usize,
        crash: bool,
    ) -> Result<(), RunnerError> {
        block_on(self.live(log, target, batch, crash))
    }

    async fn live(
        &self,
        log: Arc<dyn Log>,
        target: Position,
        batch: usize,
        crash: bool,
    ) -> Result<(), RunnerError> {
        let stop = watch::Sender::new(false);
        let progress = watch::Sender::new(Progress::default());
        let mut handled = progress.subscribe();
        let running = run(
            log,
            Arc::clone(&self.past),
            engine(self.raise),
            self.checkpoint(),
            settings(batch),
            stop.subscribe(),
            progress,
        );
        tokio::pin!(running);
        tokio::select! {
            biased;
            ended = &mut running => return ended,
            reached = handled.wait_for(|handled| handled.position >= target) => {
                reached.expect("the runner lives");
            }
        }
        if crash {
            return Ok(());
        }
        stop.send_replace(true);
        running.await
    }

    fn records(&self) -> Vec<Record> {
        let all = block_on(self.log.read(Position::START, usize::MAX));
        all.expect("memory does not fail").joined().into_owned()
    }

    /// The log holds exactly what an engine finds that reads it once, from one end to the other.
    fn holds_every_finding_once(&self) -> String {
        let records = self.records();
        let recorded: Vec<_> = records
            .iter()
            .filter_map(|record| match &record.body {
                Body::Finding(finding) => Some(finding.clone()),
                _ => None,
            })
            .collect();
        let mut once = engine(10.0);
        once.handle(&records);
        let json = |findings: &[Finding]| serde_json::to_string(findings).expect("plain values");
        assert_eq!(json(&recorded), json(&once.drain()));
        json(&recorded)
    }
}

/// A log that fails at the append with this number, before or after it has written; or is busy there for some calls.
struct Faulty {
    log: Arc<MemoryLog>,
    appends: AtomicU32,
    fails_at: u32,
    how: Fault,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Fault {
    BeforeWriting,
    AfterWriting,
    Busy(u32),
    /// Takes no more than one at a time.
    Narrow,
}

#[async_trait]
impl Log for Faulty {
    fn id(&self) -> LogId {
        self.log.id()
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        let number = self.appends.fetch_add(1, Ordering::Relaxed);
        match self.how {
            Fault::BeforeWriting if number >= self.fails_at => Err(LogError::Closed),
            Fault::AfterWriting if number >= self.fails_at => {
                self.log.append(bodies).await?;
                Err(LogError::Closed)
            }
            Fault::Busy(calls) if (self.fails_at..self.fails_at + calls).contains(&number) => {
                Err(LogError::Busy(1))
            }
            Fault::Narrow if bodies.len() > 1 => Err(LogError::Unwritable {
                why: "too many".into(),
                bodies,
            }),
            _ => self.log.append(bodies).await,
        }
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        self.log.read(after, limit).await
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.log.end()
    }

    async fn retain(
        &self,
        keep_from: Position,
        archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        self.log.retain(keep_from, archive).await
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(future)
}

fn busy_story() -> Story {
    let value = |step: u32| i32::try_from(step * 7 % 20).expect("small");
    let step = |step| {
        (
            13 + step % 5,
            (step % 9 != 0).then(|| (step % 2 == 0, value(step))),
        )
    };
    (0..120).map(step).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn findings_are_the_same_bytes_at_any_batch_size(story in story(), size in 1_usize..30) {
        let findings = |size| {
            let machine = Machine::with(&story);
            machine.run_to(machine.end(), size, false);
            machine.holds_every_finding_once()
        };
        prop_assert_eq!(findings(size), findings(4_096));
    }

    #[test]
    fn a_crash_anywhere_leaves_every_finding_in_the_log_once(
        story in story(),
        crashes in prop::collection::vec((0_u64..60, 1_usize..9), 1..4),
    ) {
        let machine = Machine::with(&story);
        let inputs = machine.end();
        for (at, size) in crashes {
            machine.run_to(Position(at.min(inputs.0)), size, true);
        }
        machine.run_to(inputs, 5, false);
        machine.holds_every_finding_once();
    }

    #[test]
    fn a_log_that_fails_before_or_after_writing_leaves_every_finding_in_the_log_once(
        story in story(), fails_at in 0_u32..12, how in prop::sample::select(vec![Fault::BeforeWriting, Fault::AfterWriting]), size in 1_usize..20,
    ) {
        let machine = Machine::with(&story);
        let inputs = machine.end();
        let appends = AtomicU32::new(0);
        let faulty = Arc::new(Faulty { log: machine.log.clone(), appends, fails_at, how });
        let ended = machine.run_on(faulty.clone(), inputs, size, false);
        let failed = faulty.appends.load(Ordering::Relaxed) > fails_at;
        assert_eq!(matches!(ended, Err(RunnerError::Append { .. })), failed);
        machine.run_to(inputs, 7, false);
        machine.holds_every_finding_once();
    }

    #[test]
    fn readings_that_arrive_between_findings_and_crashes_change_nothing(
        story in story(), cuts in prop::collection::vec(any::<bool>(), 6),
    ) {
        let machine = Machine::new();
        let mut secs = 0;
        let mut cuts = cuts.iter().cycle();
        for part in story.chunks(7) {
            for (pause, said) in part {
                secs += pause;
                machine.hear(secs, *said);
            }
            let crash = *cuts.next().expect("a cycle");
            machine.run_to(machine.end(), 3, crash);
        }
        machine.run_to(machine.end(), 3, false);
        machine.holds_every_finding_once();
    }
}

#[test]
fn a_log_that_is_busy_for_a_moment_is_asked_again() {
    let machine = Machine::with(&busy_story());
    let faulty = Faulty {
        log: machine.log.clone(),
        appends: AtomicU32::new(0),
        fails_at: 2,
        how: Fault::Busy(2),
    };
    let ended = machine.run_on(Arc::new(faulty), machine.end(), 8, false);
    ended.expect("busy is not broken");
    assert!(machine.holds_every_finding_once().len() > 1_000);
}

#[test]
fn a_log_that_stays_busy_ends_the_run_with_what_it_said() {
    let machine = Machine::with(&busy_story());
    let faulty = Faulty {
        log: machine.log.clone(),
        appends: AtomicU32::new(0),
        fails_at: 2,
        how: Fault::Busy(3),
    };
    let ended = machine.run_on(Arc::new(faulty), machine.end(), 8, false);
    assert!(matches!(
        ended,
        Err(RunnerError::Append {
            source: LogError::Busy(1),
            ..
        })
    ));
}

#[test]
fn a_clean_stop_leaves_a_checkpoint_at_the_last_record_handled() {
    let machine = Machine::with(&busy_story());
    let inputs = machine.end();
    machine.run_to(inputs, 1_000, false);
    let (position, _) = machine
        .checkpoint()
        .load()
        .expect("readable")
        .expect("saved");
    assert!(position >= inputs);
}

#[test]
fn a_checkpoint_is_never_ahead_of_its_findings() {
    let machine = Machine::with(&busy_story());
    let faulty = Faulty {
        log: machine.log.clone(),
        appends: AtomicU32::new(0),
        fails_at: 5,
        how: Fault::BeforeWriting,
    };
    let ended = machine.run_on(Arc::new(faulty), machine.end(), 4, false);
    ended.expect_err("the log fails");
    let (position, _) = machine
        .checkpoint()
        .load()
        .expect("readable")
        .expect("saved before the log failed");
    let records = machine.records();
    let mut once = engine(10.0);
    once.handle(&records);
    let caused = once
        .drain()
        .iter()
        .filter(|finding| finding.cause <= position)
        .count();
    let recorded = records
        .iter()
        .filter(|record| matches!(record.body, Body::Finding(_)));
    assert!(recorded.count() >= caused);
}

#[test]
fn a_damaged_checkpoint_means_reading_from_the_beginning() {
    let machine = Machine::with(&busy_story());
    machine.run_to(machine.end(), 8, false);
    std::fs::write(machine.disk.path().join("engine.checkpoint"), b"x").expect("writable");
    machine.run_to(machine.end(), 8, false);
    machine.holds_every_finding_once();
}

#[test]
fn a_checkpoint_beyond_the_end_of_the_log_is_of_another_log() {
    let old = Machine::with(&busy_story());
    old.run_to(old.end(), 8, false);
    let (new, story) = (Machine::new(), busy_story());
    let saved = old.disk.path().join("engine.checkpoint");
    std::fs::copy(saved, new.disk.path().join("engine.checkpoint")).expect("copied");
    let mut secs = 0;
    for (pause, said) in &story[..40] {
        secs += pause;
        new.hear(secs, *said);
    }
    new.run_to(new.end(), 8, false);
    assert!(new.holds_every_finding_once().len() > 1_000);
}

#[test]
fn findings_beyond_the_limits_of_the_log_are_appended_in_parts() {
    let machine = Machine::with(&busy_story());
    let narrow = Faulty {
        log: machine.log.clone(),
        appends: AtomicU32::new(0),
        fails_at: 0,
        how: Fault::Narrow,
    };
    let ended = machine.run_on(Arc::new(narrow), machine.end(), 50, false);
    ended.expect("one at a time fits");
    machine.holds_every_finding_once();
}

/// Lets the machine be configured anew; its log goes on.
fn with_rule(machine: Machine, raise: f64) -> Machine {
    let machine = Machine { raise, ..machine };
    machine.hear(200, None);
    machine.run_to(machine.end(), 2, false);
    machine
}

/// The alarms that the screens show.
fn shown(machine: &Machine) -> Vec<(String, f64)> {
    let mut book = yiping_model::AlarmBook::default();
    for record in machine.records() {
        book.apply(&record);
    }
    let open = book.open().values().map(|alarm| &alarm.event);
    let mut open: Vec<_> = open
        .filter(|event| event.ended.is_none())
        .map(|event| (event.subject.thing.to_string(), event.value))
        .collect();
    open.sort_by(|one, other| one.0.cmp(&other.0));
    open
}

fn two_things_beyond() -> Machine {
    let story = vec![
        (0, Some((true, 8))),
        (1, Some((false, 12))),
        (1, Some((true, 9))),
    ];
    let machine = Machine::with(&story);
    machine.run_to(machine.end(), 2, false);
    machine
}

#[test]
fn an_alarm_that_new_rules_raise_is_shown_though_it_began_before_them() {
    let machine = two_things_beyond();
    assert_eq!(shown(&machine), [("b".to_owned(), 12.0)]);
    let machine = with_rule(machine, 7.0);
    let both = [("a".to_owned(), 8.0), ("b".to_owned(), 12.0)];
    assert_eq!(shown(&machine), both);
    let told = machine.records().len();
    machine.run_to(machine.end(), 2, false);
    assert_eq!(machine.records().len(), told, "it is told once");
    machine.hear(201, Some((true, 1)));
    machine.run_to(machine.end(), 2, false);
    assert_eq!(shown(&machine), [("b".to_owned(), 12.0)]);
}

#[test]
fn an_alarm_that_new_rules_do_not_raise_is_withdrawn() {
    let machine = with_rule(two_things_beyond(), 15.0);
    assert_eq!(shown(&machine), []);
    let machine = with_rule(machine, 10.0);
    assert_eq!(shown(&machine), [("b".to_owned(), 12.0)]);
}

#[test]
fn a_crash_while_alarms_are_brought_in_line_leaves_them_in_line() {
    for crashes in 0..4 {
        let mut machine = two_things_beyond();
        machine.raise = 7.0;
        for _ in 0..crashes {
            machine.hear(200, None);
            machine.run_to(machine.end(), 2, true);
        }
        let machine = with_rule(machine, 7.0);
        assert_eq!(shown(&machine).len(), 2, "{crashes} crashes");
        let raised = machine.records().into_iter().filter(|record| {
            let Body::Finding(finding) = &record.body else {
                return false;
            };
            let yiping_model::Outcome::Alarm(event) = &finding.outcome else {
                return false;
            };
            event.change == yiping_model::AlarmChange::Raised
        });
        assert_eq!(raised.count(), 2, "{crashes} crashes");
    }
}
