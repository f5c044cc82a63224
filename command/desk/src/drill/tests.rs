//! The score against a slow oracle over random drills, beside a real city; and that a drill leaves the real books as they are.

use std::collections::BTreeMap;

use yiping_model::command::{Stage, *};
use yiping_model::*;

use super::*;
use crate::command::tests::*;
use crate::command::{Counts, Desk};
use crate::ledger::{Algorithm, Chain, Entry};
use crate::report::Leg;

const STEPS: [Step; 7] = [
    Step::Sign,
    Step::SetOut,
    Step::Arrive,
    Step::Begin,
    Step::Finish,
    Step::Verify,
    Step::Close,
];

fn id() -> DrillId {
    DrillId::new("drill-1").expect("valid")
}

fn alarm_id(number: usize) -> AlarmId {
    AlarmId::parse(&format!("{number:032x}")).expect("valid")
}

fn alarm(number: usize, started: i64, ended: Option<i64>) -> Body {
    Body::Finding(Finding {
        cause: Position(1),
        ordinal: 0,
        outcome: Outcome::Alarm(AlarmEvent {
            alarm: alarm_id(number),
            change: if ended.is_some() {
                AlarmChange::Returned
            } else {
                AlarmChange::Raised
            },
            at: at(started),
            rule: RuleId::new("cl2").expect("valid"),
            rule_version: None,
            subject: DatastreamId::parse(&format!("gas-{number}:cl2")).expect("valid"),
            key: None,
            level: Level::Red,
            started: at(started),
            ended: ended.map(at),
            value: 3.0,
            extreme: 4.0,
            threshold: 2.0,
            before: None,
            posture: None,
        }),
    })
}

fn acknowledge(number: usize, person: &str) -> Body {
    Body::Decision(Decision {
        person: Some(person.into()),
        seat: "一号席".into(),
        act: Act::Acknowledge {
            alarm: alarm_id(number),
            note: String::new(),
            seen: None,
        },
    })
}

fn truth(number: usize, started: i64) -> DrillTruth {
    DrillTruth {
        rule: RuleId::new("cl2").expect("valid"),
        thing: ThingId::new(format!("gas-{number}")).expect("valid"),
        property: PropertyId::new("cl2").expect("valid"),
        level: 1,
        started: at(started),
    }
}

fn drill(truth: Vec<DrillTruth>, stopped: Option<(u64, i64)>) -> OneDrill {
    OneDrill {
        id: id(),
        position: Position(1),
        opened: at(0),
        form: DrillForm {
            person: Some("zhao".into()),
            scenario: "leak".into(),
            seed: 1,
            begins: at(0),
            after_secs: 0,
            area: None,
            participants: Vec::new(),
            channels: Vec::new(),
            note: String::new(),
            truth,
        },
        stopped: stopped.map(|(position, secs)| Stopped {
            position: Position(position),
            at: at(secs),
            person: None,
            aborted: false,
            note: String::new(),
        }),
    }
}

/// What a random drill was made of, told by whoever made it.
#[derive(Default)]
struct Told {
    world: World,
    raised: BTreeMap<usize, i64>,
    acknowledged: BTreeMap<usize, i64>,
    opened: BTreeMap<IncidentId, (i64, usize)>,
    ended: BTreeMap<IncidentId, i64>,
    responses: BTreeMap<IncidentId, i64>,
    /// First times of a step of a task, and last ones.
    first: BTreeMap<(TaskId, u8), i64>,
    last: BTreeMap<(TaskId, u8), i64>,
    tasks: BTreeMap<TaskId, (IncidentId, i64)>,
    late: usize,
    refused: usize,
}

impl Told {
    fn act(&mut self, person: &str, of: &IncidentId, act: CommandAct) -> bool {
        let counts = self.world.act(person, of, act);
        self.refused += usize::from(counts.is_err());
        counts == Ok(Counts::New)
    }

    /// Whatever the program has to say is said at once.
    fn program(&mut self) {
        let before = self.world.log.len();
        self.world.run();
        for record in &self.world.log[before..] {
            let Body::Command(command) = &record.body else {
                continue;
            };
            self.late += usize::from(match &command.act {
                CommandAct::Task(act) => act.step == Step::Overdue,
                act => matches!(act, CommandAct::ReportOverdue(_)),
            });
        }
    }

    fn step(&mut self, dice: &mut Dice, of: &IncidentId) {
        let mine = self
            .tasks
            .iter()
            .filter(|(_, (incident, _))| incident == of);
        let mine: Vec<TaskId> = mine.map(|(task, _)| task.clone()).collect();
        if mine.is_empty() {
            return;
        }
        let (task, by) = (dice.of(&mine).clone(), dice.below(STEPS.len()));
        let person = *dice.of(&["li", "wang"]);
        let act = step(task.clone(), STEPS[by], self.world.now);
        if self.act(person, of, act) {
            let key = (task, by as u8);
            self.first.entry(key.clone()).or_insert(self.world.now);
            self.last.insert(key, self.world.now);
        }
    }

    fn turn(&mut self, dice: &mut Dice) {
        self.world.now += [1, 20, 200, 900][dice.below(4)];
        self.program();
        let now = self.world.now;
        let number = 1 + dice.below(4);
        let of = incident(1 + dice.below(2));
        match dice.below(12) {
            0 | 1 => {
                if !self.raised.contains_key(&number) {
                    self.world.append(alarm(number, now - 5, None));
                    self.raised.insert(number, now);
                }
            }
            2 => {
                if let Some(raised) = self.raised.get(&number).copied() {
                    self.world.append(alarm(number, raised - 5, Some(now)));
                }
            }
            3 => {
                self.world.append(acknowledge(number, "li"));
                if self.raised.contains_key(&number) {
                    self.acknowledged.entry(number).or_insert(now);
                }
            }
            4 => {
                if self.act("li", &of, open(vec![origin(number)])) {
                    self.opened.insert(of, (now, number));
                }
            }
            5 => {
                if self.act("li", &of, go(Stage::Assessing)) {
                    // From its end back: it was not over.
                    self.ended.remove(&of);
                }
            }
            6 => {
                if self.act("wang", &of, respond(&of, 1, now)) {
                    self.responses.entry(of.clone()).or_insert(now);
                    for name in ["photo1", "gas1"] {
                        let made = (of.clone(), now);
                        self.tasks.insert(task_id(&of, name), made);
                    }
                }
            }
            7 => {
                if self.act("wang", &of, go(Stage::Ended)) {
                    self.ended.insert(of, now);
                }
            }
            _ => self.step(dice, &of),
        }
    }
}

/// The drill's records in envelopes, each with a real one before it, on a ledger.
fn ledger(log: &[Record]) -> Vec<Entry<'static>> {
    let mut entries = Vec::new();
    for record in log {
        let real = Record {
            position: Position(record.position.0 * 2),
            ..record.clone()
        };
        let drilled = Record {
            position: Position(record.position.0 * 2 + 1),
            received_at: record.received_at,
            body: Body::Drill(Box::new(Drill {
                drill: id(),
                what: Drilled::Record(record.body.clone()),
            })),
        };
        for record in [real, drilled] {
            let Some(entry) = Entry::of(&record, 1) else {
                continue;
            };
            let text = serde_json::to_string(&entry).expect("JSON");
            let written = serde_json::from_str::<Entry<'_>>(&text).expect("as it was written");
            entries.push(own(&written));
        }
    }
    entries
}

fn own(entry: &Entry<'_>) -> Entry<'static> {
    serde_json::from_value(serde_json::to_value(entry).expect("JSON")).expect("an entry")
}

/// Count, median and 90th percentile, the slow way.
fn slow(mut micros: Vec<i64>) -> (usize, Option<i64>, Option<i64>) {
    micros.sort_unstable();
    let count = micros.len();
    // Between two values in proportion, in tenths of a second to be exact.
    let at = |tenths: usize| {
        let place = (count.checked_sub(1)?) * tenths;
        let (below, rest) = (place / 10, place % 10);
        let above = micros.get(below + 1).copied().unwrap_or(micros[below]);
        Some(micros[below] * 10 + (above - micros[below]) * rest as i64)
    };
    (count, at(5), at(9))
}

fn same(legs: &[Leg], name: &str, secs: Vec<i64>) {
    let leg = legs.iter().find(|leg| leg.leg == name).expect("the leg");
    let (count, median, p90) = slow(secs);
    assert_eq!(leg.figure.count, count, "{name}");
    let tenths = |secs: Option<f64>| secs.map(|secs| (secs * 10.0).round() as i64);
    assert_eq!(tenths(leg.figure.median_secs), median, "{name}");
    assert_eq!(tenths(leg.figure.p90_secs), p90, "{name}");
}

fn judged(seed: u64) -> bool {
    let mut dice = Dice::new(seed);
    let mut told = Told::default();
    for _ in 0..60 + dice.below(120) {
        told.turn(&mut dice);
    }
    let now = told.world.now;
    let wanted: Vec<DrillTruth> = [truth(1, 1), truth(2, 2), truth(3, 3), truth(9, now + 1)].into();
    let score = Score::of(&drill(wanted, None), &ledger(&told.world.log), at(now));
    let legs = &score.figures;
    let waits = told
        .acknowledged
        .iter()
        .map(|(one, at)| at - told.raised[one]);
    same(legs, "raised_to_acknowledged", waits.collect());
    let first = told.opened.values().filter_map(|(opened, alarm)| {
        let raised = told.raised.get(alarm)?;
        (raised <= opened).then(|| opened - raised)
    });
    same(legs, "raised_to_opened", first.collect());
    let responses = told.responses.iter().map(|(of, at)| at - told.opened[of].0);
    same(legs, "opened_to_response", responses.collect());
    same(
        legs,
        "response_to_dispatch",
        told.tasks.iter().map(|_| 0).collect(),
    );
    let since = |times: &BTreeMap<(TaskId, u8), i64>, by: usize| -> Vec<i64> {
        let mine = times
            .iter()
            .filter(|((_, step), _)| usize::from(*step) == by);
        mine.map(|((task, _), at)| at - told.tasks[task].1)
            .collect()
    };
    same(legs, "dispatch_to_signed", since(&told.first, 0));
    same(legs, "dispatch_to_scene", since(&told.first, 2));
    same(legs, "dispatch_to_finished", since(&told.last, 4));
    same(legs, "dispatch_to_closed", since(&told.last, 6));
    let ended = told.ended.iter().map(|(of, at)| at - told.opened[of].0);
    same(legs, "opened_to_ended", ended.collect());
    assert_eq!(score.late.len(), told.late);
    let refused = score.false_acts.iter().filter(|act| act.what == "refused");
    assert_eq!(refused.count(), told.refused);
    let unfounded = score
        .false_acts
        .iter()
        .filter(|act| act.what == "unfounded");
    let about_four = told
        .opened
        .values()
        .filter(|(_, alarm)| *alarm == 4 && told.raised.contains_key(alarm));
    assert_eq!(unfounded.count(), about_four.count());
    let came = (1..=3).filter(|one| told.raised.contains_key(one)).count();
    assert_eq!(
        (score.expected, score.raised, score.missing.len()),
        (3, came, 3 - came)
    );
    assert_eq!(
        score.unexpected.len(),
        usize::from(told.raised.contains_key(&4))
    );
    assert_eq!(
        score.unacknowledged,
        told.raised.len() - told.acknowledged.len()
    );
    !told.first.is_empty() && told.late > 0
}

#[test]
fn the_score_is_that_of_a_slow_oracle_and_the_real_city_beside_it_does_not_count() {
    let worth = (0..400).filter(|seed| judged(*seed)).count();
    assert!(
        worth > 100,
        "only {worth} of the drills came so far as to be late"
    );
}

#[test]
fn what_comes_after_the_end_does_not_count_and_a_withdrawn_alarm_is_none() {
    let mut world = World::default();
    world.now = 10;
    world.append(alarm(1, 5, None));
    world.now = 60;
    world.append(acknowledge(1, "li"));
    let entries = ledger(&world.log);
    let all = Score::of(&drill(vec![truth(1, 5)], None), &entries, at(100));
    assert_eq!((all.expected, all.raised, all.unacknowledged), (1, 1, 0));
    assert_eq!(all.aborted, None);
    // The acknowledgement has position 5 here: the drill had ended by then.
    let ended = Score::of(&drill(vec![truth(1, 5)], Some((5, 50))), &entries, at(100));
    assert_eq!((ended.raised, ended.unacknowledged), (1, 1));
    assert_eq!((ended.until, ended.aborted), (at(50), Some(false)));
}

fn step_record(position: u64, drill: &str, what: DrillStep) -> Record {
    Record {
        position: Position(position),
        received_at: at(position as i64),
        body: Body::Drill(Box::new(Drill {
            drill: DrillId::new(drill).expect("valid"),
            what: Drilled::Step(what),
        })),
    }
}

#[test]
fn the_ledger_reads_what_it_writes_of_a_drill() {
    let form = Box::new(drill(vec![truth(1, 5)], None).form);
    let begun = step_record(1, "drill-1", DrillStep::Opened(form));
    let ended = step_record(
        2,
        "drill-1",
        DrillStep::Stopped {
            person: None,
            aborted: true,
            note: "真实告警".into(),
        },
    );
    let mut text = Vec::new();
    let mut chain = Chain::begin(Algorithm::Sha256, "log".into(), &mut text).expect("JSON");
    let start = text.len();
    for record in [&begun, &ended] {
        assert!(chain.take(record, &mut text).expect("JSON"));
    }
    let lines = text[start..].split_inclusive(|byte| *byte == b'\n');
    let read: Vec<Entry<'static>> = lines
        .map(|line| Entry::read(line).expect("an entry").1)
        .collect();
    for (entry, record) in read.iter().zip([&begun, &ended]) {
        assert_eq!(entry.drill.as_deref(), Some(&id()));
        assert_eq!(
            Some(&entry.line),
            Entry::of(record, entry.n).as_ref().map(|entry| &entry.line)
        );
    }
}

#[test]
fn of_two_drills_that_begin_at_once_the_first_counts() {
    let form = Box::new(drill(Vec::new(), None).form);
    let stop = |aborted| DrillStep::Stopped {
        person: None,
        aborted,
        note: String::new(),
    };
    let mut book = DrillBook::default();
    book.take(&step_record(1, "drill-1", DrillStep::Opened(form.clone())));
    book.take(&step_record(2, "drill-2", DrillStep::Opened(form.clone())));
    assert_eq!(book.running().map(|one| one.id.clone()), Some(id()));
    book.take(&step_record(3, "drill-2", stop(true)));
    assert!(book.running().is_some(), "that one does not run");
    book.take(&step_record(4, "drill-1", stop(true)));
    book.take(&step_record(5, "drill-1", stop(false)));
    let last = book.last().and_then(|one| one.stopped.clone());
    assert_eq!(last.map(|stopped| stopped.aborted), Some(true));
    assert_eq!(book.next_id().as_str(), "drill-2");
    let kept = serde_json::to_string(&book).expect("JSON");
    assert_eq!(
        serde_json::from_str::<DrillBook>(&kept).expect("JSON"),
        book
    );
}

/// The real books read a log with a drill beside them, and one without.
#[test]
fn a_drill_beside_it_leaves_the_real_books_as_they_are() {
    for seed in 0..60 {
        let mut dice = Dice::new(seed);
        let (mut real, mut other) = (Told::default(), Told::default());
        for _ in 0..80 {
            real.turn(&mut dice);
            other.turn(&mut dice);
        }
        let mut drilled = other.world.log.into_iter();
        let (mut without, mut with) = (Desk::default(), Desk::default());
        let (mut alarms, mut beside) = (AlarmBook::default(), AlarmBook::default());
        for record in &real.world.log {
            let mut record = record.clone();
            record.position = Position(record.position.0 * 2);
            without.take(&record);
            with.take(&record);
            alarms.apply(&record);
            beside.apply(&record);
            if let Some(inside) = drilled.next() {
                let record = Record {
                    position: record.position.next(),
                    received_at: record.received_at,
                    body: Body::Drill(Box::new(Drill {
                        drill: id(),
                        what: Drilled::Record(inside.body),
                    })),
                };
                assert_eq!(with.take(&record), None);
                assert_eq!(beside.apply(&record).map(|alarm| alarm.number), None);
            }
        }
        let end = Position(u64::MAX);
        with.pass(end);
        without.pass(end);
        let bytes = |desk: &Desk| serde_json::to_string(desk).expect("JSON");
        assert_eq!(bytes(&with), bytes(&without));
        let bytes = |book: &AlarmBook| serde_json::to_string(book).expect("JSON");
        assert_eq!(bytes(&beside), bytes(&alarms));
    }
}
