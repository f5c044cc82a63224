//! The book before a log, with crashes between any two steps.

use super::*;

struct World {
    house: House,
    log: Vec<Record>,
    secs: i64,
    book: DutyBook,
    kept: DutyBook,
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

#[derive(Debug, Clone, Copy)]
enum Step {
    Raise(u8),
    Acknowledge(u8),
    Return(u8),
    Shelve(u8, u8, u8),
    Unshelve(u8),
    Pass(u16),
    Read(u8),
    Say(Append),
    Keep,
    Crash,
}

impl World {
    fn new() -> Self {
        Self {
            house: house(),
            log: Vec::new(),
            secs: 0,
            book: DutyBook::default(),
            kept: DutyBook::default(),
            alarms: 0,
        }
    }

    fn append(&mut self, body: Body) {
        let position = self.log.len() as u64 + 1;
        self.log.push(record(position, self.secs, body));
    }

    fn some(&self, which: u8) -> u64 {
        u64::from(which) % self.alarms.max(1)
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Raise(level) => {
                let level = Level::try_from(level).expect("1 to 4");
                let event = event(self.alarms, level, self.secs, AlarmChange::Raised);
                self.alarms += 1;
                self.append(said(event));
            }
            Step::Acknowledge(which) => self.append(acknowledged("zhang", self.some(which))),
            Step::Return(which) => {
                let event = event(
                    self.some(which),
                    Level::Red,
                    self.secs,
                    AlarmChange::Returned,
                );
                self.append(said(event));
            }
            Step::Shelve(which, level, minutes) => {
                let level = Level::try_from(level).expect("1 to 4");
                let until = self.secs + i64::from(minutes) * 60;
                self.append(shelved("li", self.some(which), level, until));
            }
            Step::Unshelve(which) => {
                let act = Act::Unshelve {
                    shelf: Position(u64::from(which)),
                    reason: "已清淤".into(),
                };
                self.append(decided("li", act));
            }
            Step::Pass(secs) => self.secs += i64::from(secs),
            Step::Read(records) => self.read(records.into()),
            Step::Say(how) => self.say(how),
            Step::Keep => self.kept = self.book.clone(),
            Step::Crash => {
                let kept = serde_json::to_vec(&self.kept).expect("JSON");
                self.book = serde_json::from_slice(&kept).expect("a book");
                self.book.settle_at(Position(self.log.len() as u64));
            }
        }
    }

    fn read(&mut self, records: usize) {
        let from = self.book.position().0 as usize;
        for record in self.log.iter().skip(from).take(records) {
            self.book.take(record);
        }
    }

    fn say(&mut self, how: Append) {
        let said = self.book.unsaid(at(self.secs), &self.house);
        let through = match how {
            Append::Whole => said.len(),
            Append::Refused => 0,
            Append::Half => said.len() / 2,
        };
        for duty in said.into_iter().take(through) {
            self.append(Body::Duty(duty));
        }
        if !matches!(how, Append::Whole) {
            self.book.settle_at(Position(self.log.len() as u64));
        }
    }

    /// All is read and said until there is nothing more.
    fn settle(&mut self) {
        loop {
            self.read(usize::MAX);
            let before = self.log.len();
            self.say(Append::Whole);
            if self.log.len() == before {
                return;
            }
        }
    }

    /// How often each shelf that counted was ended: by a person, and by the house.
    fn ends(&self) -> BTreeMap<Position, (u32, u32)> {
        let (mut book, mut ends) = (AlarmBook::default(), BTreeMap::new());
        for record in &self.log {
            book.apply(record);
            let counts = book.last_change().position == record.position;
            match &record.body {
                Body::Decision(decision) => match &decision.act {
                    Act::Shelve { .. } if counts => {
                        ends.insert(record.position, (0, 0));
                    }
                    Act::Unshelve { shelf: ended, .. } if counts => {
                        ends.entry(*ended).or_default().0 += 1;
                    }
                    _ => {}
                },
                Body::Duty(Duty::Unshelved(one)) => ends.entry(one.shelf).or_default().1 += 1,
                _ => {}
            }
        }
        ends
    }

    /// How often each alarm went to each stage, escalated or told as too late.
    fn made(&self) -> BTreeMap<(AlarmId, u8), u32> {
        let mut made = BTreeMap::new();
        for record in &self.log {
            match &record.body {
                Body::Duty(Duty::Escalated(one)) => {
                    *made
                        .entry((one.event.alarm.clone(), one.stage))
                        .or_default() += 1;
                }
                Body::Duty(Duty::Missed { stage, alarms }) => {
                    for alarm in alarms {
                        *made.entry((alarm.clone(), *stage)).or_default() += 1;
                    }
                }
                _ => {}
            }
        }
        made
    }

    /// Whoever is not acknowledged has come as far as the time wants, by one way or the other; the first of which that is not so.
    fn behind(&self) -> Option<&Alarm> {
        let made = self.made();
        let settings = &self.house.escalation;
        let mut calling = self.book.alarms().open().values();
        calling.find(|alarm| {
            let place = usize::from(u8::from(alarm.event.level)) - 1;
            let age = at(self.secs).micros_since(alarm.waits_since()) / 1_000_000;
            let due = |secs: [u32; 4]| secs[place] > 0 && age >= i64::from(secs[place]);
            let wanted =
                u8::from(due(settings.leader_secs)).max(2 * u8::from(due(settings.commander_secs)));
            let stages =
                (1..=2).filter(|stage| made.contains_key(&(alarm.event.alarm.clone(), *stage)));
            alarm.acknowledgement.is_none()
                && alarm.quiet.is_none()
                && stages.max().unwrap_or(0) < wanted
        })
    }
}

fn step() -> impl Strategy<Value = Step> {
    let append = prop_oneof![
        4 => Just(Append::Whole),
        1 => Just(Append::Refused),
        1 => Just(Append::Half),
    ];
    prop_oneof![
        4 => (1_u8..5).prop_map(Step::Raise),
        2 => any::<u8>().prop_map(Step::Acknowledge),
        1 => any::<u8>().prop_map(Step::Return),
        2 => (any::<u8>(), 1_u8..5, 1_u8..40).prop_map(|(which, level, minutes)| Step::Shelve(which, level, minutes)),
        1 => any::<u8>().prop_map(Step::Unshelve),
        4 => (0_u16..900).prop_map(Step::Pass),
        6 => (1_u8..8).prop_map(Step::Read),
        6 => append.prop_map(Step::Say),
        2 => Just(Step::Keep),
        1 => Just(Step::Crash),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn an_escalation_is_never_made_twice_and_none_is_forgotten(steps in prop::collection::vec(step(), 1..120)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
        }
        world.settle();
        prop_assert_eq!(world.behind(), None, "of a program that ran on");
        world.step(Step::Crash);
        world.settle();
        let made = world.made();
        for ((alarm, stage), times) in &made {
            prop_assert_eq!(*times, 1, "{} to stage {}", alarm, stage);
        }
        prop_assert_eq!(world.behind(), None, "of one that started again");
        // What was shelved came back, and the house said so at most once: exactly once where nobody else brought it back.
        for (shelf, (by_hand, by_house)) in world.ends() {
            let lasts = world.book.alarms().shelving().shelves().get(&shelf);
            prop_assert!(by_house <= 1, "{} times", by_house);
            prop_assert_eq!(lasts.is_none(), by_hand + by_house > 0);
            prop_assert!(lasts.is_none_or(|shelf| shelf.until > at(world.secs) && shelf.worsened.is_none()));
        }
        // What the house is like is said once.
        let changes = world.log.iter().filter(|one| matches!(one.body, Body::Duty(Duty::Changed { .. })));
        prop_assert_eq!(changes.count(), 1);
        // The same fold of the same log.
        let mut again = DutyBook::default();
        world.log.iter().for_each(|record| again.take(record));
        prop_assert_eq!(serde_json::to_value(&again).expect("JSON"), serde_json::to_value(&world.book).expect("JSON"));
    }
}

#[test]
fn an_alarm_goes_to_the_shift_leader_and_then_to_the_commander() {
    let mut world = World::new();
    world.append(takes("wang", "值班长席"));
    world.step(Step::Raise(1));
    world.settle();
    for (secs, stages) in [(59, 0), (1, 1), (119, 1), (1, 2), (3_600, 2)] {
        world.secs += secs;
        world.settle();
        assert_eq!(world.made().len(), stages, "after {} s", world.secs);
    }
    let people: Vec<_> = world
        .log
        .iter()
        .filter_map(|record| match &record.body {
            Body::Duty(Duty::Escalated(one)) => Some((one.to.as_str(), one.people.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(
        people,
        [
            ("shift_leader", vec!["wang".to_owned()]),
            ("commander", Vec::new())
        ]
    );
    let alarm = world.book.alarms().get(&id(0)).expect("open");
    assert_eq!(alarm.escalation.as_ref().map(|last| last.stage), Some(2));
}

#[test]
fn a_shelved_alarm_is_not_escalated_and_has_its_time_again_when_it_came_back() {
    let mut world = World::new();
    world.step(Step::Raise(2));
    world.step(Step::Shelve(0, 2, 30));
    world.secs += 1_799;
    world.settle();
    assert_eq!(world.made(), BTreeMap::new());
    world.secs += 1;
    world.settle();
    let back = world.log.iter().filter(|one| {
        matches!(&one.body, Body::Duty(Duty::Unshelved(one)) if one.why == yiping_model::Why::Over)
    });
    assert_eq!(back.count(), 1);
    for (secs, stages) in [(179, 0), (1, 1), (420, 2)] {
        world.secs += secs;
        world.settle();
        assert_eq!(world.made().len(), stages, "after {} s", world.secs);
    }
}

#[test]
fn an_acknowledged_alarm_is_not_escalated() {
    let mut world = World::new();
    world.step(Step::Raise(1));
    world.step(Step::Acknowledge(0));
    world.secs += 10_000;
    world.settle();
    assert_eq!(world.made(), BTreeMap::new());
}

#[test]
fn a_restart_after_a_long_time_makes_no_storm() {
    let mut world = World::new();
    for _ in 0..600 {
        world.step(Step::Raise(2));
    }
    world.step(Step::Raise(1));
    world.secs += 86_400;
    world.step(Step::Crash);
    world.settle();
    let count = |wanted: fn(&Duty) -> bool| {
        let duties = world.log.iter().filter(|record| match &record.body {
            Body::Duty(duty) => wanted(duty),
            _ => false,
        });
        duties.count()
    };
    assert_eq!(count(|duty| matches!(duty, Duty::Escalated(_))), 20);
    assert_eq!(count(|duty| matches!(duty, Duty::Missed { .. })), 2);
    // The gravest is among those that are escalated, straight to the commander, and every other is told.
    let gravest = world.book.alarms().get(&id(600)).expect("open");
    assert_eq!(gravest.escalation.as_ref().map(|last| last.stage), Some(2));
    assert_eq!(world.made().len(), 601);
}
