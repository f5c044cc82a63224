//! The outbox before a log, with crashes between any two steps.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use yiping_model::{
    AlarmChange, Body, Level, NoticeCause, NoticeId, NoticeStep, Position, Record, Timestamp,
};

use super::super::*;
use super::{NOON, plan, raised, record, route};

const GROUP_SECS: u32 = 10;

/// A log and what stands before it.
struct World {
    plan: Plan,
    patience: Patience,
    log: Vec<Record>,
    secs: i64,
    outbox: Outbox,
    kept: Outbox,
    on_way: Vec<Due>,
    /// How often the other side took each notice.
    taken: BTreeMap<NoticeId, u32>,
    /// How often that was kept from us, at most: by a crash after it took it.
    lost: BTreeMap<NoticeId, u32>,
    alarms: u64,
}

/// How an append ends.
#[derive(Debug, Clone, Copy)]
enum Append {
    Whole,
    Refused,
    /// It is said to have failed, and some of it is in the log.
    Half,
}

impl World {
    fn new() -> Self {
        let routes = [
            route(""),
            Route {
                name: "all".into(),
                channels: vec!["duty".into(), "other".into()],
                group_secs: GROUP_SECS,
                ..route("")
            },
        ];
        let patience = Patience {
            backoff_ms_min: 500,
            backoff_ms_max: 4_000,
            ..Patience::default()
        };
        Self {
            plan: plan(&routes),
            patience,
            log: Vec::new(),
            secs: NOON,
            outbox: Outbox::begin(Position::START),
            kept: Outbox::begin(Position::START),
            on_way: Vec::new(),
            taken: BTreeMap::new(),
            lost: BTreeMap::new(),
            alarms: 0,
        }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.secs)
    }

    fn next(&self) -> u64 {
        self.log.len() as u64 + 1
    }

    fn tell(&mut self, body: Body) {
        let next = record(self.next(), self.secs, body);
        self.log.push(next);
    }

    fn alarm(&mut self, change: &AlarmChange) {
        if *change == AlarmChange::Raised || self.alarms == 0 {
            self.alarms += 1;
            let raised = raised(
                self.next(),
                self.alarms,
                AlarmChange::Raised,
                Level::Orange,
                self.secs,
            );
            self.log.push(raised);
        } else {
            let event = raised(
                self.next(),
                self.alarms,
                change.clone(),
                Level::Red,
                self.secs,
            );
            self.log.push(event);
        }
    }

    fn read(&mut self, records: usize) {
        let from = self
            .log
            .partition_point(|one| one.position <= self.outbox.position());
        for record in self.log[from..].iter().take(records) {
            self.outbox.take(record, &self.plan);
        }
    }

    fn say(&mut self, append: Append) {
        let said = self
            .outbox
            .unsaid(self.now(), &self.patience, 1_000, &self.plan);
        let through = match append {
            Append::Whole => said.len(),
            Append::Refused => 0,
            Append::Half => said.len() / 2,
        };
        for notice in said.into_iter().take(through) {
            self.tell(Body::Notice(notice));
        }
        if !matches!(append, Append::Whole) {
            self.outbox.settle_at(Position(self.log.len() as u64));
        }
    }

    /// Begins what is due; none of it may be in the log as delivered.
    fn begin(&mut self) {
        let due = self.outbox.due(self.now(), 3, |_| 0);
        for due in &due {
            let is_delivered = |record: &Record| {
                matches!(&record.body, Body::Notice(notice) if notice.notice == due.notice
                    && matches!(notice.step, NoticeStep::Delivered { .. } | NoticeStep::GivenUp { .. }))
            };
            assert!(
                !self.log.iter().any(is_delivered),
                "{} begins again",
                due.notice
            );
            let twice = self.on_way.iter().any(|other| other.notice == due.notice);
            assert!(!twice, "{} is on its way twice", due.notice);
        }
        self.on_way.extend(due);
    }

    fn answer(&mut self, which: usize, ok: bool) {
        if self.on_way.is_empty() {
            return;
        }
        let due = self.on_way.remove(which % self.on_way.len());
        let outcome = if ok {
            *self.taken.entry(due.notice.clone()).or_default() += 1;
            Ok("ok".to_owned())
        } else {
            Err(Some("503".to_owned()))
        };
        self.outbox
            .answered(&due, outcome, self.now(), &self.patience);
    }

    /// What was taken and is not in the log is lost, and whatever is on its way may have been taken.
    fn crash(&mut self, taken: bool) {
        for due in std::mem::take(&mut self.on_way) {
            if taken {
                *self.taken.entry(due.notice.clone()).or_default() += 1;
            }
        }
        let delivered = self.delivered();
        for (id, times) in &self.taken {
            let lost = times - u32::from(delivered.contains(id));
            let known = self.lost.entry(id.clone()).or_default();
            *known = (*known).max(lost);
        }
        self.outbox = reopened(&self.kept);
        self.outbox.settle_at(Position(self.log.len() as u64));
    }

    fn keep(&mut self) {
        self.kept = reopened(&self.outbox);
    }

    fn steps(&self, wanted: &str) -> Vec<NoticeId> {
        let notices = self.log.iter().filter_map(|record| match &record.body {
            Body::Notice(notice) if notice.step.name() == wanted => Some(notice.notice.clone()),
            _ => None,
        });
        notices.collect()
    }

    fn delivered(&self) -> BTreeSet<NoticeId> {
        self.steps("delivered").into_iter().collect()
    }

    /// In peace, until nothing waits.
    fn settle(&mut self) {
        for _ in 0..10_000 {
            self.secs += 1;
            self.tell(Body::Tick);
            self.read(usize::MAX);
            self.say(Append::Whole);
            self.begin();
            while !self.on_way.is_empty() {
                self.answer(0, true);
            }
            if self.outbox.standing(self.now()).waiting == 0 {
                return;
            }
        }
        panic!("something waits for ever: {:?}", self.outbox);
    }

    /// Each change of each alarm is in exactly one notice of each route and channel, whatever happened, and each notice was queued once and
    /// delivered once.
    fn check(&self) {
        let mut wanted = 0;
        let mut told_at: BTreeMap<NoticeId, (i64, Level, Position)> = BTreeMap::new();
        for record in &self.log {
            let Body::Finding(finding) = &record.body else {
                continue;
            };
            for (id, one) in self.plan.wanted(record, finding, 1, false) {
                let NoticeCause::Alarm { level, .. } = one.message.cause else {
                    panic!("{one:?}");
                };
                told_at.insert(id, (record.received_at.as_secs(), level, record.position));
                wanted += 1;
            }
        }
        assert_eq!(told_at.len(), wanted);
        let mut told = BTreeSet::new();
        let mut last_words: BTreeMap<_, Position> = BTreeMap::new();
        for record in &self.log {
            let Body::Notice(notice) = &record.body else {
                continue;
            };
            if let NoticeStep::Queued(message) = &notice.step {
                let parts: Vec<&NoticeId> = match &message.cause {
                    NoticeCause::Group { about, .. } => {
                        about.iter().map(|one| &one.alone).collect()
                    }
                    _ => vec![&notice.notice],
                };
                let (first, ..) = told_at[parts[0]];
                let mut alarms = message.cause.alarms();
                for part in &parts {
                    let (at, level, position) = told_at[*part];
                    assert!(told.insert((*part).clone()), "{part} is in two notices");
                    let (alarm, _) = alarms.next().expect("as many");
                    let way = (message.cause.route(), &message.channel, alarm);
                    let before = last_words.insert(way, position);
                    assert!(
                        before < Some(position),
                        "of one alarm in the order of the log"
                    );
                    assert!((0..i64::from(GROUP_SECS)).contains(&(at - first)));
                    assert!(
                        parts.len() == 1 || level > Level::Red,
                        "the gravest goes alone"
                    );
                }
            }
        }
        assert_eq!(told.len(), wanted, "every change is told of");
        let queued = self.steps("queued");
        for step in ["queued", "delivered"] {
            let all = self.steps(step);
            let once: BTreeSet<_> = all.iter().collect();
            assert_eq!(all.len(), once.len(), "{step} twice");
            assert_eq!(all.len(), queued.len(), "{step}");
        }
        for (id, times) in &self.taken {
            let lost = self.lost.get(id).copied().unwrap_or(0);
            assert!(
                *times <= 1 + lost,
                "{id} was taken {times} times, {lost} answers were lost"
            );
        }
        assert_eq!(self.taken.len(), queued.len());
    }
}

/// As it comes back from its checkpoint.
fn reopened(outbox: &Outbox) -> Outbox {
    let kept = serde_json::to_vec(outbox).expect("JSON");
    serde_json::from_slice(&kept).expect("an outbox")
}

#[derive(Debug, Clone)]
enum Happens {
    Alarm(u8),
    Time(i64),
    Read(usize),
    Say(Append),
    Begin,
    Answer(usize, bool),
    Keep,
    Crash(bool),
}

fn happens() -> impl Strategy<Value = Happens> {
    prop_oneof![
        3 => (0_u8..4).prop_map(Happens::Alarm),
        3 => (1_i64..8).prop_map(Happens::Time),
        6 => (1_usize..6).prop_map(Happens::Read),
        5 => Just(Happens::Say(Append::Whole)),
        1 => Just(Happens::Say(Append::Half)),
        1 => Just(Happens::Say(Append::Refused)),
        5 => Just(Happens::Begin),
        6 => (any::<usize>(), any::<bool>()).prop_map(|(which, ok)| Happens::Answer(which, ok)),
        2 => Just(Happens::Keep),
        1 => any::<bool>().prop_map(Happens::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_lost_and_nothing_begins_again_that_the_log_calls_delivered(
        story in prop::collection::vec(happens(), 0..120),
    ) {
        let mut world = World::new();
        for event in story {
            match event {
                Happens::Alarm(0) => world.alarm(&AlarmChange::Returned),
                Happens::Alarm(1) => world.alarm(&AlarmChange::Amended),
                Happens::Alarm(_) => world.alarm(&AlarmChange::Raised),
                Happens::Time(secs) => {
                    world.secs += secs;
                    world.tell(Body::Tick);
                }
                Happens::Read(records) => world.read(records),
                Happens::Say(append) => world.say(append),
                Happens::Begin => world.begin(),
                Happens::Answer(which, ok) => world.answer(which, ok),
                Happens::Keep => world.keep(),
                Happens::Crash(taken) => world.crash(taken),
            }
        }
        world.settle();
        world.check();
    }
}

#[test]
fn when_a_channel_delivers_again_nobody_waits_any_longer_and_who_is_refused_is_tried_once() {
    let mut world = World::new();
    world.plan = plan(&[route("")]);
    world.patience.backoff_ms_min = 60_000;
    world.patience.backoff_ms_max = 600_000;
    for _ in 0..3 {
        world.alarm(&AlarmChange::Raised);
    }
    let turn = |world: &mut World, answers: &[bool]| {
        world.read(100);
        world.say(Append::Whole);
        world.read(100);
        world.begin();
        assert_eq!(world.on_way.len(), answers.len());
        for ok in answers {
            world.answer(0, *ok);
        }
        world.say(Append::Whole);
        world.read(100);
    };
    turn(&mut world, &[false, false, false]);
    turn(&mut world, &[]);
    world.alarm(&AlarmChange::Raised);
    world.secs += 1;
    turn(&mut world, &[true]);
    turn(&mut world, &[true, true, false]);
    world.alarm(&AlarmChange::Raised);
    world.secs += 1;
    turn(&mut world, &[true]);
    turn(&mut world, &[]);
}

#[test]
fn of_one_alarm_the_second_word_waits_for_the_first() {
    let mut world = World::new();
    world.plan = plan(&[route("")]);
    world.alarm(&AlarmChange::Raised);
    world.alarm(&AlarmChange::Returned);
    world.read(10);
    world.say(Append::Whole);
    world.read(10);
    world.begin();
    assert_eq!(world.on_way.len(), 1);
    world.answer(0, false);
    world.say(Append::Whole);
    world.read(10);
    world.begin();
    assert!(world.on_way.is_empty(), "the first is tried again first");
    assert!(world.outbox.wakes(world.now()).is_some());
    assert!(world.outbox.standing(world.now()).failing_since.is_some());
    world.settle();
    assert_eq!(world.steps("delivered"), world.steps("queued"));
}
