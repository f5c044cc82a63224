//! How duty stands, folded from the log.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use yiping_model::{
    Act, Alarm, AlarmBook, AlarmId, AlarmState, Body, Changed, Decision, Duty, Escalated, Part,
    Position, Record, Timestamp, Unshelved, Why,
};

use super::escalation::{self, Facts, House, Look, STAGES};
use super::pattern::{Pattern, ShiftTime};
use crate::command::CommandBook;
use crate::ledger::Entry;
use crate::rights::Role;

/// Handovers that are remembered.
const DONE_KEPT_MAX: usize = 100;
/// Handovers that are signed by the giver only.
const SIGNED_KEPT_MAX: usize = 100;
/// Alarms in one record of those for which it is too late.
const MISSED_MAX: usize = 500;

/// How duty stands. It is a function of the log, but for what was said a moment ago and is not read yet.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct DutyBook {
    /// The last record that was taken.
    position: Position,
    /// City time at that position.
    now: Timestamp,
    /// The last record of which the ledger has an entry.
    entered: Position,
    alarms: AlarmBook,
    /// Which incidents are at war, for the alarms.
    command: CommandBook,
    seats: BTreeMap<String, Holding>,
    /// The names of people on screens.
    names: BTreeMap<String, String>,
    promises: BTreeMap<Position, Promise>,
    signed: BTreeMap<String, Signed>,
    done: VecDeque<Done>,
    /// Alarms that were not escalated, and to which stage.
    missed: BTreeMap<AlarmId, u8>,
    facts: Facts,
    /// Nothing is said before the log was read up to here: it may hold what this book does not know yet.
    #[serde(skip)]
    settled: Position,
    /// What the log was told.
    #[serde(skip)]
    saying: BTreeSet<(AlarmId, u8)>,
    /// The shelves of which the log was told that they are over.
    #[serde(skip)]
    taking_down: BTreeSet<Position>,
    /// Whether it was told what changed.
    #[serde(skip)]
    changes_said: bool,
    /// Which alarms may be due for escalation.
    #[serde(skip)]
    look: Look,
}

/// That somebody has a seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The account.
    pub person: String,
    /// City time since which.
    pub since: Timestamp,
    /// The record by which: it names this holding.
    pub position: Position,
}

/// Something that was promised in the duty log and is not done yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// What.
    pub text: String,
    /// By when.
    pub due: Timestamp,
    /// Who promised.
    pub person: String,
    /// City time at which.
    pub at: Timestamp,
    /// The alarms of which it speaks.
    pub alarms: Vec<AlarmId>,
}

/// A handover that the giver has signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The seat.
    pub seat: String,
    /// The record by which the giver took it.
    pub holding: Position,
    /// The record of the signature, which has the document.
    pub position: Position,
}

/// A handover that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The digest of its document.
    pub handover: String,
    /// The seat.
    pub seat: String,
    /// Who had it.
    pub giver: String,
    /// Who has it.
    pub taker: String,
    /// Whether the giver was absent.
    pub absent: bool,
    /// City time.
    pub at: Timestamp,
    /// The record by which the giver had it.
    pub holding: Position,
    /// The record of the taker's signature.
    pub position: Position,
}

/// How duty stands, for screens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The shift that lasts.
    pub shift: Option<ShiftTime>,
    /// The one that begins next.
    pub next: Option<ShiftTime>,
    /// Every seat of the pattern, and every other that somebody has.
    pub seats: Vec<SeatStanding>,
}

/// How a seat stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeatStanding {
    /// Its name.
    pub seat: String,
    /// Who may take it; `None` for a seat that is not in the pattern any more.
    pub role: Option<Role>,
    /// Whether the shift wants somebody there.
    pub wanted: bool,
    /// Who has it.
    pub holding: Option<Holding>,
    /// The name of who has it, on screens.
    pub display: Option<String>,
}

impl Standing {
    /// The seats that the shift wants somebody at, and nobody has.
    pub fn gaps(&self) -> Vec<&str> {
        let empty = self
            .seats
            .iter()
            .filter(|seat| seat.wanted && seat.holding.is_none());
        empty.map(|seat| seat.seat.as_str()).collect()
    }
}

impl DutyBook {
    /// The last record that was taken.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// City time at that position.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// The last record of which the ledger has an entry.
    pub const fn entered(&self) -> Position {
        self.entered
    }

    /// The alarms.
    pub const fn alarms(&self) -> &AlarmBook {
        &self.alarms
    }

    /// How many open alarms nobody has acknowledged, but for those that are kept quiet.
    pub fn unacknowledged(&self) -> usize {
        let open = self.alarms.open().values();
        open.filter(|alarm| alarm.acknowledgement.is_none() && alarm.quiet.is_none())
            .count()
    }

    /// Who has this seat.
    pub fn holding(&self, seat: &str) -> Option<&Holding> {
        self.seats.get(seat)
    }

    /// The seats that this person has.
    pub fn seats_of<'a>(&'a self, person: &'a str) -> impl Iterator<Item = &'a str> {
        let held = self.seats.iter();
        held.filter(move |(_, holding)| holding.person == person)
            .map(|(seat, _)| seat.as_str())
    }

    /// A person's name on screens; the account's where none is known.
    pub fn name<'a>(&'a self, person: &'a str) -> &'a str {
        self.names.get(person).map_or(person, String::as_str)
    }

    /// What was promised and is not done yet, by the record of its entry.
    pub const fn promises(&self) -> &BTreeMap<Position, Promise> {
        &self.promises
    }

    /// A handover that waits for the taker.
    pub fn signed(&self, handover: &str) -> Option<&Signed> {
        self.signed.get(handover)
    }

    /// The handovers that wait for the taker.
    pub fn all_signed(&self) -> impl Iterator<Item = (&str, &Signed)> {
        self.signed
            .iter()
            .map(|(handover, signed)| (handover.as_str(), signed))
    }

    /// The handovers that count, oldest first, lately.
    pub fn done(&self) -> impl DoubleEndedIterator<Item = &Done> {
        self.done.iter()
    }

    /// The handover that ended this holding of this seat.
    pub fn done_of(&self, seat: &str, holding: Position) -> Option<&Done> {
        let mut latest_first = self.done.iter().rev();
        latest_first.find(|done| done.seat == seat && done.holding == holding)
    }

    /// How it stands at this moment.
    pub fn standing(&self, pattern: &Pattern, now: Timestamp) -> Standing {
        let shift = pattern.shift_at(now);
        let wanted = |seat: &str| {
            let seats = shift.as_ref().map(|shift| &shift.seats);
            seats.is_some_and(|seats| seats.iter().any(|one| one == seat))
        };
        let row = |seat: &str, role| {
            let holding = self.seats.get(seat).cloned();
            let display = holding
                .as_ref()
                .map(|one| self.name(&one.person).to_owned());
            SeatStanding {
                wanted: wanted(seat),
                seat: seat.to_owned(),
                role,
                holding,
                display,
            }
        };
        let known = pattern.seats().iter();
        let mut seats: Vec<SeatStanding> =
            known.map(|seat| row(&seat.name, Some(seat.role))).collect();
        let others = self
            .seats
            .keys()
            .filter(|seat| pattern.seat(seat).is_none());
        seats.extend(others.map(|seat| row(seat, None)));
        Standing {
            next: pattern.next_after(now),
            shift,
            seats,
        }
    }

    /// The log may hold, up to this position, what this book does not know: at a start, and after an append that may have come through.
    pub fn settle_at(&mut self, end: Position) {
        self.settled = self.settled.max(end);
        self.saying.clear();
        self.taking_down.clear();
        self.changes_said = false;
        self.look = Look::default();
    }

    /// Makes anew what is not kept with it.
    pub fn reindex(&mut self) {
        self.command.reindex();
    }

    /// Goes on from here, because the log holds nothing for it until here.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Takes the next record; one at or before its position changes nothing.
    pub fn take(&mut self, record: &Record) {
        if record.position <= self.position {
            return;
        }
        self.position = record.position;
        self.now = record.received_at;
        if Entry::of(record, 0).is_some() {
            self.entered = record.position;
        }
        if let Some(alarm) = self.alarms.apply(record) {
            if alarm.state() == AlarmState::Normal {
                self.missed.remove(&alarm.event.alarm);
            }
            self.look.note([alarm.event.alarm]);
        }
        match &record.body {
            Body::Decision(decision) => self.fold(decision, record),
            Body::Duty(duty) => self.fold_duty(duty),
            Body::Command(_) => {
                self.command.take(record);
                self.alarms.at_war(self.command.areas_at_war(), record);
            }
            _ => {}
        }
        let back = self.alarms.last_change().back.iter().cloned();
        self.look.note(back);
    }

    fn fold_duty(&mut self, duty: &Duty) {
        match duty {
            Duty::Escalated(one) => {
                self.saying.remove(&(one.event.alarm.clone(), one.stage));
            }
            Duty::Missed { stage, alarms } => {
                for alarm in alarms {
                    self.saying.remove(&(alarm.clone(), *stage));
                    if self.alarms.open().contains_key(alarm) {
                        let reached = self.missed.entry(alarm.clone()).or_default();
                        *reached = (*reached).max(*stage);
                    }
                }
            }
            Duty::Unshelved(one) => {
                self.taking_down.remove(&one.shelf);
            }
            Duty::Changed { changes } => {
                self.changes_said = false;
                for one in changes {
                    let key = format!("{} {}", one.what, one.id);
                    match &one.after {
                        Some(after) => self.facts.insert(key, after.clone()),
                        None => self.facts.remove(&key),
                    };
                }
            }
        }
    }

    fn fold(&mut self, decision: &Decision, record: &Record) {
        let person = decision.person.as_deref();
        match (&decision.act, person) {
            (
                Act::SetAccount {
                    account,
                    display,
                    closed,
                    ..
                },
                _,
            ) => {
                self.names.insert(account.clone(), display.clone());
                if *closed {
                    self.seats.retain(|_, holding| holding.person != *account);
                }
            }
            (Act::TakeDuty { of_seat }, Some(person)) if !self.seats.contains_key(of_seat) => {
                self.sit(of_seat, person, record);
            }
            (Act::LeaveDuty { of_seat }, Some(person))
                if self
                    .seats
                    .get(of_seat)
                    .is_some_and(|held| held.person == person) =>
            {
                self.seats.remove(of_seat);
                self.signed.retain(|_, signed| signed.seat != *of_seat);
            }
            (act @ Act::DutyNote { .. }, Some(person)) => self.note(act, person, record),
            (
                Act::SignHandover {
                    handover,
                    of_seat,
                    holding,
                    part,
                    absent,
                    ..
                },
                Some(person),
            ) => {
                self.sign(
                    handover,
                    of_seat,
                    *holding,
                    (*part, *absent),
                    person,
                    record,
                );
            }
            _ => {}
        }
    }

    /// An entry may promise something, and close what another one promised.
    fn note(&mut self, act: &Act, person: &str, record: &Record) {
        let Act::DutyNote {
            text,
            alarms,
            promised,
            fulfils,
            corrects,
            ..
        } = act
        else {
            return;
        };
        for done in [fulfils, corrects].into_iter().flatten() {
            self.promises.remove(done);
        }
        if let Some(due) = *promised {
            let promise = Promise {
                text: text.clone(),
                due,
                person: person.to_owned(),
                at: record.received_at,
                alarms: alarms.clone(),
            };
            self.promises.insert(record.position, promise);
        }
    }

    fn sit(&mut self, seat: &str, person: &str, record: &Record) {
        let holding = Holding {
            person: person.to_owned(),
            since: record.received_at,
            position: record.position,
        };
        self.seats.insert(seat.to_owned(), holding);
    }

    /// A signature counts while the seat is held as the document says: the giver's is remembered, the first taker's ends it.
    fn sign(
        &mut self,
        handover: &str,
        seat: &str,
        holding: Position,
        (part, absent): (Part, bool),
        person: &str,
        record: &Record,
    ) {
        let held = self.seats.get(seat).filter(|held| held.position == holding);
        let Some(giver) = held.map(|held| held.person.clone()) else {
            return;
        };
        if part == Part::Giver {
            if giver == person {
                let signed = Signed {
                    seat: seat.to_owned(),
                    holding,
                    position: record.position,
                };
                self.signed.entry(handover.to_owned()).or_insert(signed);
                self.forget_signed();
            }
            return;
        }
        let is_signed = self
            .signed
            .get(handover)
            .is_some_and(|signed| signed.seat == seat);
        if !(absent || is_signed) || giver == person {
            return;
        }
        self.sit(seat, person, record);
        self.signed.retain(|_, signed| signed.seat != seat);
        self.done.push_back(Done {
            handover: handover.to_owned(),
            seat: seat.to_owned(),
            giver,
            taker: person.to_owned(),
            absent: absent && !is_signed,
            at: record.received_at,
            holding,
            position: record.position,
        });
        if self.done.len() > DONE_KEPT_MAX {
            self.done.pop_front();
        }
    }

    fn forget_signed(&mut self) {
        let oldest = self.signed.iter().min_by_key(|(_, signed)| signed.position);
        if self.signed.len() > SIGNED_KEPT_MAX
            && let Some(oldest) = oldest.map(|(handover, _)| handover.clone())
        {
            self.signed.remove(&oldest);
        }
    }

    /// What is to be appended to the log now, in this order; it is told once. An append that fails is followed by [`DutyBook::settle_at`].
    pub fn unsaid(&mut self, now: Timestamp, house: &House) -> Vec<Duty> {
        if self.position < self.settled {
            return Vec::new();
        }
        let mut said: Vec<Duty> = self.changed(&house.facts).into_iter().collect();
        said.extend(self.over(now));
        let reached = |alarm: &Alarm| {
            let made = alarm.escalation.as_ref().map_or(0, |last| last.stage);
            let missed = self.missed.get(&alarm.event.alarm).copied().unwrap_or(0);
            made.max(missed)
        };
        let open = self.alarms.open();
        let look = std::mem::take(&mut self.look);
        let others = look.others.filter(|others| now < *others);
        let found = match others {
            Some(_) => {
                let changed = look.changed.iter().filter_map(|alarm| open.get(alarm));
                escalation::due(changed, reached, &house.escalation, now)
            }
            None => escalation::due(open.values(), reached, &house.escalation, now),
        };
        let next = others.into_iter().chain(found.next).min();
        self.look.others = next.or(Some(Timestamp::from_micros(i64::MAX)));
        let mut saying = Vec::new();
        for one in found.now {
            let key = (one.alarm.event.alarm.clone(), one.stage);
            if !self.saying.contains(&key) {
                let to = STAGES[usize::from(one.stage) - 1];
                said.push(Duty::Escalated(Box::new(Escalated {
                    stage: one.stage,
                    to: to.name().to_owned(),
                    people: self.people_of(to, &house.pattern),
                    due: one.due,
                    event: one.alarm.event.clone(),
                })));
                saying.push(key);
            }
        }
        for (stage, mut alarms) in found.missed {
            alarms.retain(|alarm| !self.saying.contains(&(alarm.clone(), stage)));
            for some in alarms.chunks(MISSED_MAX) {
                let alarms = some.to_vec();
                said.push(Duty::Missed { stage, alarms });
            }
            saying.extend(alarms.into_iter().map(|alarm| (alarm, stage)));
        }
        self.saying.extend(saying);
        said
    }

    /// The shelves that are over: their time is, or their datastream has a graver alarm.
    fn over(&mut self, now: Timestamp) -> Vec<Duty> {
        let shelves = self.alarms.shelving().shelves().iter();
        let over = shelves.filter_map(|(position, shelf)| {
            let why = match shelf.worsened {
                Some(_) => Why::Worsened,
                None if shelf.until <= now => Why::Over,
                None => return None,
            };
            let is_new = self.taking_down.insert(*position);
            is_new.then(|| {
                Duty::Unshelved(Box::new(Unshelved {
                    shelf: *position,
                    why,
                    alarm: shelf.alarm.clone(),
                    rule: shelf.point.rule.clone(),
                    subject: shelf.point.subject.clone(),
                }))
            })
        });
        over.collect()
    }

    /// Who has a seat of this role, each once.
    fn people_of(&self, role: Role, pattern: &Pattern) -> Vec<String> {
        let seats = pattern.seats().iter().filter(|seat| seat.role == role);
        let held = seats.filter_map(|seat| self.seats.get(&seat.name));
        let people: BTreeSet<&String> = held.map(|held| &held.person).collect();
        people.into_iter().cloned().collect()
    }

    /// What of the house is not as the log says.
    fn changed(&mut self, facts: &Facts) -> Option<Duty> {
        if self.changes_said || self.facts == *facts {
            return None;
        }
        self.changes_said = true;
        let keys: BTreeSet<&String> = self.facts.keys().chain(facts.keys()).collect();
        let changes = keys.into_iter().filter_map(|key| {
            let (before, after) = (self.facts.get(key), facts.get(key));
            let (what, id) = key.split_once(' ').unwrap_or((key, ""));
            (before != after).then(|| Changed {
                what: what.to_owned(),
                id: id.to_owned(),
                before: before.cloned(),
                after: after.cloned(),
            })
        });
        Some(Duty::Changed {
            changes: changes.collect(),
        })
    }
}
