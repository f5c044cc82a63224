//! The outbox: what is to be told and what became of it, folded from the log.

mod held;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmBook, AlarmId, Body, Duty, Level, Message, Notice, NoticeCause, NoticeId, NoticeStep,
    Position, Record, ThingId, Timestamp,
};

use super::patience::Patience;
use super::plan::Plan;
use super::together::{Wanted, batches};
use crate::command::CommandBook;

/// How many notices are remembered that are delivered or given up.
const CLOSED_KEPT_MAX: usize = 1_000;
/// What the other side says is cut short after so many characters.
const SAID_CHARS_MAX: usize = 300;
/// What was given up is shown for so long.
const GIVEN_UP_SHOWN: Duration = Duration::from_hours(24);
const MINUTE: Duration = Duration::from_mins(1);
/// What is due is looked for so often while something waits: the city clock may run faster than the machine's.
const LOOK_MAX: Duration = Duration::from_secs(1);

/// What is to be told and what became of it. It is a function of the log, but for what is on its way at this moment.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Outbox {
    /// The last record that was taken.
    position: Position,
    /// Alarms up to here are not told of: nobody had asked for it.
    after: Position,
    /// The alarms, for their numbers: folded from the same records as those of the screens.
    alarms: AlarmBook,
    /// What is to be queued, alone or with others. It stays until the log holds it.
    wanted: BTreeMap<NoticeId, Wanted>,
    /// Which alarms wait because an incident is at war.
    command: CommandBook,
    /// What is to be told of them once they do not wait any more, if they last.
    held: BTreeMap<NoticeId, Wanted>,
    /// What is queued.
    open: BTreeMap<NoticeId, Open>,
    /// What is done, lately.
    closed: BTreeMap<NoticeId, Closed>,
    /// When each channel delivered last.
    delivered: BTreeMap<String, Timestamp>,
    /// What is told of together with others in one of these, by the notice that it would be alone.
    together: BTreeSet<NoticeId>,
    /// Nothing is said or sent before the log was read up to here: it may hold what this outbox does not know yet.
    #[serde(skip)]
    settled: Position,
    /// What is being delivered, or was, until the log says so.
    #[serde(skip)]
    on_way: BTreeSet<NoticeId>,
    /// What became of it, until the log says so.
    #[serde(skip)]
    outcomes: BTreeMap<NoticeId, Notice>,
    /// Of which the log was told.
    #[serde(skip)]
    saying: BTreeSet<(Word, NoticeId)>,
    /// When deliveries of each channel were begun within the last minute.
    #[serde(skip)]
    begun: BTreeMap<String, VecDeque<Timestamp>>,
}

/// What the log is told of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Queued,
    Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Open {
    position: Position,
    queued: Timestamp,
    message: Message,
    attempts: u32,
    failing_since: Option<Timestamp>,
    reason: Option<String>,
    next: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Closed {
    position: Position,
    queued: Timestamp,
    ended: Timestamp,
    message: Message,
    delivered: bool,
    attempts: u32,
    said: String,
}

/// A notice that is to be delivered now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Its id, which the other side gets too.
    pub notice: NoticeId,
    /// Which try, from 1.
    pub attempt: u32,
    /// What to say, and by which channel.
    pub message: Message,
}

/// How the outbox stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Standing {
    /// Notices that are not delivered yet, held ones included, and changes that are not in one yet.
    pub waiting: usize,
    /// City time since which one of them fails; `None` when none does.
    pub failing_since: Option<Timestamp>,
    /// Notices that were given up within a day, of those that are remembered.
    pub given_up: usize,
}

/// Where a notice stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Queued, and not delivered yet.
    Waiting,
    /// Taken by the other side.
    Delivered,
    /// Not tried any more.
    GivenUp,
}

/// A notice as it is listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub notice: NoticeId,
    /// Where it stands.
    pub state: State,
    /// What it says, by which channel, and why.
    pub message: Message,
    /// City time at which it was queued.
    pub queued: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last try failed, or what the other side answered.
    pub said: Option<String>,
    /// City time of the next try, or at which it was delivered or given up.
    pub at: Timestamp,
}

impl Outbox {
    /// An outbox of a log that nobody has told of before: it tells of what comes after this position, and reads what was told before.
    pub fn begin(after: Position) -> Self {
        Self {
            after,
            ..Self::default()
        }
    }

    /// The last record that was taken.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// Makes anew what is not kept with it.
    pub fn reindex(&mut self) {
        self.command.reindex();
    }

    /// The log may hold, up to this position, what this outbox does not know: at a start, and after an append that may have come through.
    pub fn settle_at(&mut self, end: Position) {
        self.settled = self.settled.max(end);
        self.saying.clear();
    }

    /// Goes on from here, because the log holds nothing for it until here.
    pub fn pass(&mut self, position: Position) {
        self.position = self.position.max(position);
    }

    /// Takes the next record; one at or before its position changes nothing.
    pub fn take(&mut self, record: &Record, plan: &Plan) {
        if record.position <= self.position {
            return;
        }
        self.position = record.position;
        let alarm = self.alarms.apply(record);
        if alarm.is_some() || matches!(record.body, Body::Command(_)) {
            let things = &plan.words().catalogue.things;
            let area = |thing: &ThingId| things.get(thing)?.area.as_deref();
            self.command.take_at(record, area);
        }
        if matches!(record.body, Body::Command(_)) {
            self.alarms.at_war(self.command.areas_at_war(), record);
        }
        let at_war = !self.command.wars().is_empty();
        self.quiet(record, plan, at_war);
        match (&record.body, alarm) {
            (Body::Notice(notice), _) => self.fold(notice, record),
            (Body::Finding(finding), Some(alarm))
                if record.position > self.after && alarm.quiet.is_none() =>
            {
                let wanted = plan.wanted(record, finding, alarm.number, at_war);
                self.want(&alarm.event.alarm, wanted);
            }
            (Body::Duty(Duty::Escalated(one)), alarm) if record.position > self.after => {
                let number = alarm.map_or(0, |alarm| alarm.number);
                let wanted = plan.escalation(record, one, number, at_war);
                self.want(&one.event.alarm, wanted);
            }
            _ => {}
        }
        if !self.held.is_empty() {
            self.let_go(record.received_at, plan);
        }
    }

    /// Whether the log holds a notice of this change, alone or with others.
    fn holds(&self, id: &NoticeId) -> bool {
        self.open.contains_key(id) || self.closed.contains_key(id) || self.together.contains(id)
    }

    fn want(&mut self, alarm: &AlarmId, list: Vec<(NoticeId, Wanted)>) {
        let waits = self.command.waiting().contains_key(alarm);
        for (id, wanted) in list {
            if self.holds(&id) {
                continue;
            }
            let wanting = if waits {
                &mut self.held
            } else {
                &mut self.wanted
            };
            wanting.entry(id).or_insert(wanted);
        }
    }

    fn fold(&mut self, notice: &Notice, record: &Record) {
        let id = &notice.notice;
        let (position, now) = (record.position, record.received_at);
        match &notice.step {
            NoticeStep::Queued(message) => {
                let with_others = parts(message);
                for part in with_others.chain([id]) {
                    self.wanted.remove(part);
                    self.saying.remove(&(Word::Queued, part.clone()));
                }
                if !self.open.contains_key(id) && !self.closed.contains_key(id) {
                    let open = Open {
                        position,
                        queued: now,
                        next: message.not_before.unwrap_or(now),
                        message: (**message).clone(),
                        attempts: 0,
                        failing_since: None,
                        reason: None,
                    };
                    self.open.insert(id.clone(), open);
                    self.together.extend(parts(message).cloned());
                }
            }
            NoticeStep::Failed {
                attempt,
                reason,
                next,
            } => {
                if let Some(open) = self.open.get_mut(id) {
                    open.attempts = open.attempts.max(*attempt);
                    open.failing_since.get_or_insert(now);
                    open.reason = Some(reason.clone());
                    open.next = *next;
                }
                self.over(id);
            }
            NoticeStep::Delivered { attempt, answer } => {
                self.close(id, record, true, *attempt, answer);
            }
            NoticeStep::GivenUp { attempts, reason } => {
                self.close(id, record, false, *attempts, reason);
            }
        }
    }

    fn close(
        &mut self,
        id: &NoticeId,
        record: &Record,
        delivered: bool,
        attempts: u32,
        said: &str,
    ) {
        if let Some(open) = self.open.remove(id) {
            if delivered {
                self.mended(&open.message.channel, record.received_at);
            }
            let closed = Closed {
                position: record.position,
                queued: open.queued,
                ended: record.received_at,
                message: open.message,
                delivered,
                attempts,
                said: said.to_owned(),
            };
            self.closed.insert(id.clone(), closed);
        }
        self.over(id);
        if self.closed.len() > CLOSED_KEPT_MAX {
            let oldest = self
                .closed
                .iter()
                .min_by_key(|(_, closed)| closed.position)
                .map(|(id, _)| id.clone());
            if let Some(closed) = oldest.and_then(|oldest| self.closed.remove(&oldest)) {
                for part in parts(&closed.message) {
                    self.together.remove(part);
                }
            }
        }
    }

    /// A channel that delivers for the first time since others failed: those need not wait any longer. One that alone is refused gets no more
    /// than this one try out of turn.
    fn mended(&mut self, channel: &str, now: Timestamp) {
        let before = self.delivered.insert(channel.to_owned(), now);
        for open in self.open.values_mut() {
            let failed_since = open
                .failing_since
                .filter(|_| open.message.channel == channel);
            if failed_since.is_some_and(|since| before.is_none_or(|before| before < since)) {
                open.next = open.next.min(now);
            }
        }
    }

    /// The log says what became of a try.
    fn over(&mut self, id: &NoticeId) {
        self.on_way.remove(id);
        self.outcomes.remove(id);
        self.saying.remove(&(Word::Outcome, id.clone()));
    }

    /// What is to be appended to the log now, in this order; it is told once. An append that fails is followed by [`Outbox::settle_at`].
    ///
    /// A notice that comes while `waiting_max` wait, or whose alarm is too old, is queued and given up at once: that too is on the ledger.
    pub fn unsaid(
        &mut self,
        now: Timestamp,
        patience: &Patience,
        waiting_max: usize,
        plan: &Plan,
    ) -> Vec<Notice> {
        if self.position < self.settled {
            return Vec::new();
        }
        let is_new =
            |(id, _): &(&NoticeId, _)| !self.saying.contains(&(Word::Queued, (*id).clone()));
        let new = batches(self.wanted.iter().filter(is_new), now);
        let mut waiting = self.open.len();
        let mut said = Vec::new();
        for batch in new {
            let (id, message) = plan.together(&batch);
            let reason = if patience.is_over(batch[0].1.at, now) {
                Some("the alarm was too old when it could be told of".to_owned())
            } else if waiting >= waiting_max {
                Some(format!("{waiting_max} notices wait already"))
            } else {
                None
            };
            let step = NoticeStep::Queued(Box::new(message));
            match reason {
                Some(reason) => {
                    let (notice, attempts) = (id.clone(), 0);
                    let step = NoticeStep::GivenUp { attempts, reason };
                    self.on_way.insert(id.clone());
                    self.outcomes.insert(id.clone(), Notice { notice, step });
                }
                None => waiting += 1,
            }
            let parts = batch.iter().map(|(id, _)| (Word::Queued, (*id).clone()));
            self.saying.extend(parts);
            said.push(Notice { notice: id, step });
        }
        for (id, outcome) in &self.outcomes {
            if self.saying.insert((Word::Outcome, id.clone())) {
                said.push(outcome.clone());
            }
        }
        said
    }

    /// What is to be delivered now: the gravest first, of one alarm and channel one after the other; of each channel at most `at_once` at one
    /// time, so that a slow one holds up no other, and no more in a minute than `per_minute` says (0 for no limit). It counts as on its way
    /// until the log says what became of it.
    pub fn due(
        &mut self,
        now: Timestamp,
        at_once: usize,
        per_minute: impl Fn(&str) -> u32,
    ) -> Vec<Due> {
        if self.position < self.settled {
            return Vec::new();
        }
        let mut open: Vec<(&NoticeId, &Open)> = self.open.iter().collect();
        open.sort_by_key(|(_, open)| open.position);
        let mut before_it = BTreeMap::new();
        open.retain(|(id, open)| {
            let Message { channel, cause, .. } = &open.message;
            let route = cause.route();
            let mut first = true;
            for (alarm, _) in cause.alarms() {
                first &= *before_it.entry((route, channel, alarm)).or_insert(*id) == *id;
            }
            first && open.next <= now && !self.on_way.contains(*id)
        });
        open.sort_by_key(|(_, open)| level(&open.message));
        let mut busy: BTreeMap<String, usize> = BTreeMap::new();
        for open in self.on_way.iter().filter_map(|id| self.open.get(id)) {
            *busy.entry(open.message.channel.clone()).or_default() += 1;
        }
        let mut due = Vec::new();
        for (id, open) in open {
            let channel = open.message.channel.as_str();
            let busy = busy.entry(channel.to_owned()).or_default();
            if *busy >= at_once {
                continue;
            }
            let begun = self.begun.entry(channel.to_owned()).or_default();
            while begun.front().is_some_and(|first| *first + MINUTE <= now) {
                begun.pop_front();
            }
            let limit = per_minute(channel) as usize;
            if limit > 0 && begun.len() >= limit {
                continue;
            }
            if limit > 0 {
                begun.push_back(now);
            }
            *busy += 1;
            due.push(Due {
                notice: id.clone(),
                attempt: open.attempts + 1,
                message: open.message.clone(),
            });
        }
        self.on_way.extend(due.iter().map(|due| due.notice.clone()));
        due
    }

    /// What became of a delivery: what the other side answered, or why it is none. `None` for a reason means that there is no such channel.
    pub fn answered(
        &mut self,
        due: &Due,
        outcome: Result<String, Option<String>>,
        now: Timestamp,
        patience: &Patience,
    ) {
        let short = |text: String| text.chars().take(SAID_CHARS_MAX).collect::<String>();
        let attempt = due.attempt;
        let Some(open) = self.open.get(&due.notice) else {
            return;
        };
        let first = due.message.not_before.unwrap_or(open.queued);
        let given_up = |reason| NoticeStep::GivenUp {
            attempts: attempt,
            reason,
        };
        let step = match outcome {
            Ok(answer) => NoticeStep::Delivered {
                attempt,
                answer: short(answer),
            },
            Err(None) => given_up("there is no such channel any more".to_owned()),
            Err(Some(reason)) => match patience.next(attempt, first, now, &due.notice) {
                Some(next) => NoticeStep::Failed {
                    attempt,
                    reason: short(reason),
                    next,
                },
                None => given_up(short(reason)),
            },
        };
        let notice = due.notice.clone();
        self.outcomes
            .insert(notice.clone(), Notice { notice, step });
    }

    /// In how long something may be due that is not now; `None` when nothing waits.
    pub fn wakes(&self, now: Timestamp) -> Option<Duration> {
        let waiting = self
            .open
            .iter()
            .filter(|(id, _)| !self.on_way.contains(*id));
        let gathered = self
            .wanted
            .values()
            .filter_map(|wanted| wanted.bond.as_ref());
        let ahead = waiting
            .map(|(_, open)| open.next)
            .chain(gathered.map(|(_, until)| *until))
            .map(|next| next.micros_since(now));
        let wait = |micros: i64| match u64::try_from(micros) {
            Ok(micros @ 1..) => Duration::from_micros(micros),
            // Due, but held up by others, or by the limit of its channel.
            _ => LOOK_MAX,
        };
        ahead.map(wait).min().map(|wait| wait.min(LOOK_MAX))
    }

    /// How it stands.
    pub fn standing(&self, now: Timestamp) -> Standing {
        let given_up = self.closed.values().filter(|closed| !closed.delivered);
        Standing {
            waiting: self.open.len() + self.wanted.len() + self.held.len(),
            failing_since: self
                .open
                .values()
                .filter_map(|open| open.failing_since)
                .min(),
            given_up: given_up
                .filter(|closed| closed.ended + GIVEN_UP_SHOWN > now)
                .count(),
        }
    }

    /// What is queued and what is remembered of it, newest first.
    pub fn rows(&self) -> Vec<Row> {
        let open = self.open.iter().map(|(id, open)| Row {
            notice: id.clone(),
            state: State::Waiting,
            message: open.message.clone(),
            queued: open.queued,
            attempts: open.attempts,
            said: open.reason.clone(),
            at: open.next,
        });
        let closed = self.closed.iter().map(|(id, closed)| Row {
            notice: id.clone(),
            state: if closed.delivered {
                State::Delivered
            } else {
                State::GivenUp
            },
            message: closed.message.clone(),
            queued: closed.queued,
            attempts: closed.attempts,
            said: Some(closed.said.clone()),
            at: closed.ended,
        });
        let mut rows: Vec<Row> = open.chain(closed).collect();
        rows.sort_by(|one, other| (other.queued, &other.notice).cmp(&(one.queued, &one.notice)));
        rows
    }
}

/// What a notice tells of together, each by the notice that it would be alone.
fn parts(message: &Message) -> impl Iterator<Item = &NoticeId> {
    let about = match &message.cause {
        NoticeCause::Group { about, .. } => &about[..],
        NoticeCause::Alarm { .. } | NoticeCause::Escalation { .. } | NoticeCause::Test { .. } => {
            &[]
        }
    };
    about.iter().map(|told| &told.alone)
}

/// A test is as urgent as the gravest: somebody waits for it.
const fn level(message: &Message) -> Level {
    match &message.cause {
        NoticeCause::Alarm { level, .. }
        | NoticeCause::Group { level, .. }
        | NoticeCause::Escalation { level, .. } => *level,
        NoticeCause::Test { .. } => Level::Red,
    }
}
