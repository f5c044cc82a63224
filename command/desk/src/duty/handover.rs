//! What is handed over with a seat (交接班), and its digest.
//!
//! A document is a function of the log at its position and of the ledger up to its head: what is open, shelved, promised and changed, and the
//! figures since the giver took the seat. Its digest is SHA-256 of its canonical JSON (RFC 8785); both signatures on the ledger carry that
//! text, so anybody can make the digest again.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use yiping_model::alarm::Acknowledgement;
use yiping_model::{
    Act, Alarm, AlarmChange, AlarmId, AlarmState, Changed, Duty, Level, NoticeStep, Position,
    Quiet, Shelving, Timestamp, hex,
};

use super::book::{DutyBook, Holding};
use super::pattern::{Pattern, ShiftTime};
use crate::ledger::{Entry, Line};

/// Open alarms and promises that a document lists; it counts the others.
const LISTED_MAX: usize = 200;
/// Changes that it lists.
const CHANGES_MAX: usize = 200;

/// What is handed over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// The form of this document: 2; in form 1 nothing was shelved.
    pub form: u8,
    /// The seat.
    pub seat: String,
    /// Who has it.
    pub giver: Giver,
    /// The record by which the giver has it: the document is void when that is over.
    pub holding: Position,
    /// The shift that lasts.
    pub shift: Option<ShiftTime>,
    /// The record of the log at which all of this is so.
    pub position: Position,
    /// City time there.
    pub at: Timestamp,
    /// The last entry of the ledger then.
    pub ledger: LedgerHead,
    /// Open alarms: the gravest first, then the newest.
    pub open: Vec<OpenAlarm>,
    /// How many there are.
    pub open_count: usize,
    /// What is on the shelf, the first to come back first.
    pub shelved: Vec<ShelvedRow>,
    /// What is out of service or asked to be, the oldest first.
    #[serde(default)]
    pub out_of_service: Vec<OutRow>,
    /// What was promised and is not done, the first due first.
    pub promised: Vec<Shown>,
    /// How many there are.
    pub promised_count: usize,
    /// What of the house changed since the giver took the seat: rules, packs, doors, the program.
    pub changed: Vec<Changed>,
    /// The figures since then.
    pub figures: Figures,
}

/// Who hands over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Giver {
    /// The account.
    pub person: String,
    /// The name on screens.
    pub display: String,
    /// City time since which the giver has the seat.
    pub since: Timestamp,
}

/// The last entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerHead {
    /// How many entries there are.
    pub n: u64,
    /// Its digest.
    pub digest: String,
}

/// An alarm that is open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OpenAlarm {
    /// The number by which people call it.
    pub number: u32,
    /// Its id.
    pub alarm: String,
    /// Its level.
    pub level: Level,
    /// Where it stands.
    pub state: AlarmState,
    /// The rule.
    pub rule: String,
    /// The thing.
    pub thing: String,
    /// The property.
    pub property: String,
    /// City time at which it was raised.
    pub raised: Timestamp,
    /// Who acknowledged, and when.
    pub acknowledged: Option<(String, Timestamp)>,
    /// How often it was escalated.
    pub escalated: u8,
    /// Why it calls nobody: `shelved` or `out_of_service`; absent when it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<String>,
}

/// What is on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShelvedRow {
    /// The record that shelved it.
    pub shelf: Position,
    /// The alarm that was shelved.
    pub alarm: String,
    /// Its level.
    pub level: Level,
    /// The rule.
    pub rule: String,
    /// The thing.
    pub thing: String,
    /// The property.
    pub property: String,
    /// Why.
    pub reason: String,
    /// Who shelved it.
    pub person: String,
    /// City time at which.
    pub at: Timestamp,
    /// City time at which it comes back by itself.
    pub until: Timestamp,
}

/// A rule that is out of service at a thing, or asked to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutRow {
    /// The record that asked.
    pub request: Position,
    /// The rule.
    pub rule: String,
    /// The thing.
    pub thing: String,
    /// Why.
    pub reason: String,
    /// Who asked, and when.
    pub asked: (String, Timestamp),
    /// Who approved, and when; `None` while nobody has.
    pub approved: Option<(String, Timestamp)>,
}

/// A promise that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// The record of its entry.
    pub entry: Position,
    /// What.
    pub text: String,
    /// By when.
    pub due: Timestamp,
    /// Whether that is past.
    pub overdue: bool,
    /// Who promised.
    pub person: String,
}

/// The figures of a stretch of time.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    /// Alarms that were raised, by level.
    pub raised: BTreeMap<u8, u64>,
    /// Alarms that were acknowledged.
    pub acknowledged: u64,
    /// Seconds from raised to acknowledged: the median. `None` when none was.
    pub to_acknowledge_median_secs: Option<i64>,
    /// The same that nine of ten do not exceed.
    pub to_acknowledge_p90_secs: Option<i64>,
    /// Escalations.
    pub escalated: u64,
    /// Notices that were given up.
    pub notices_given_up: u64,
    /// Entries of the duty log.
    pub entries: u64,
    /// Alarms that were marked as false.
    #[serde(default)]
    pub false_alarms: u64,
}

impl Document {
    /// The document of this seat, whose holder hands it over; `tally` has counted the ledger since the holder took it, up to its head.
    pub fn make(
        book: &DutyBook,
        pattern: &Pattern,
        seat: &str,
        holding: &Holding,
        ledger: LedgerHead,
        tally: Tally<'_>,
    ) -> Self {
        let at = book.now();
        let mut open: Vec<&Alarm> = book.alarms().open().values().collect();
        open.sort_by_key(|alarm| {
            let newest = std::cmp::Reverse((alarm.raised_at, &alarm.event.alarm));
            (alarm.event.level, newest)
        });
        let mut promised: Vec<Shown> = book
            .promises()
            .iter()
            .map(|(entry, promise)| Shown {
                entry: *entry,
                text: promise.text.clone(),
                due: promise.due,
                overdue: promise.due <= at,
                person: promise.person.clone(),
            })
            .collect();
        promised.sort_by_key(|one| (one.due, one.entry));
        let (figures, changed) = tally.finish();
        let shelving = book.alarms().shelving();
        Self {
            form: 2,
            seat: seat.to_owned(),
            giver: Giver {
                display: book.name(&holding.person).to_owned(),
                person: holding.person.clone(),
                since: holding.since,
            },
            holding: holding.position,
            shift: pattern.shift_at(at),
            position: book.position(),
            at,
            ledger,
            open_count: open.len(),
            open: open.into_iter().take(LISTED_MAX).map(shown).collect(),
            shelved: shelved(shelving),
            out_of_service: out_of_service(shelving),
            promised_count: promised.len(),
            promised: promised.into_iter().take(LISTED_MAX).collect(),
            changed,
            figures,
        }
    }

    /// Its canonical JSON (RFC 8785).
    pub fn canonical(&self) -> String {
        serde_json_canonicalizer::to_string(self).unwrap_or_default()
    }

    /// The digest of a document's canonical JSON, 64 hex digits.
    pub fn digest(canonical: &str) -> String {
        hex(&Sha256::digest(canonical.as_bytes())).into()
    }
}

fn shown(alarm: &Alarm) -> OpenAlarm {
    let event = &alarm.event;
    OpenAlarm {
        number: alarm.number,
        alarm: event.alarm.to_string(),
        level: event.level,
        state: alarm.state(),
        rule: event.rule.to_string(),
        thing: event.subject.thing.to_string(),
        property: event.subject.property.to_string(),
        raised: alarm.raised_at,
        acknowledged: alarm.acknowledgement.as_ref().map(who),
        escalated: alarm.escalation.as_ref().map_or(0, |last| last.stage),
        quiet: alarm.quiet.map(|quiet| {
            let why = match quiet {
                Quiet::Shelved(_) => "shelved",
                Quiet::OutOfService(_) => "out_of_service",
                Quiet::AtPeace => "at_peace",
            };
            why.to_owned()
        }),
    }
}

fn who(given: &Acknowledgement) -> (String, Timestamp) {
    let by = given.person.as_ref().unwrap_or(&given.seat);
    (by.clone(), given.at)
}

fn shelved(shelving: &Shelving) -> Vec<ShelvedRow> {
    let shelves = shelving.shelves().iter().map(|(position, shelf)| {
        let (person, at) = who(&shelf.by);
        ShelvedRow {
            shelf: *position,
            alarm: shelf.alarm.to_string(),
            level: shelf.level,
            rule: shelf.point.rule.to_string(),
            thing: shelf.point.subject.thing.to_string(),
            property: shelf.point.subject.property.to_string(),
            reason: shelf.by.note.clone(),
            person,
            at,
            until: shelf.until,
        }
    });
    let mut rows: Vec<ShelvedRow> = shelves.collect();
    rows.sort_by_key(|row| (row.until, row.shelf));
    rows.truncate(LISTED_MAX);
    rows
}

fn out_of_service(shelving: &Shelving) -> Vec<OutRow> {
    let rows = shelving
        .out_of_service()
        .iter()
        .map(|(position, out)| OutRow {
            request: *position,
            rule: out.rule.to_string(),
            thing: out.thing.to_string(),
            reason: out.asked.note.clone(),
            asked: who(&out.asked),
            approved: out.approved.as_ref().map(who),
        });
    rows.take(LISTED_MAX).collect()
}

/// The figures of a stretch of the ledger, and what changed in it, counted entry by entry.
#[derive(Debug)]
pub struct Tally<'b> {
    book: &'b DutyBook,
    figures: Figures,
    changed: Vec<Changed>,
    raised: BTreeMap<AlarmId, Timestamp>,
    acknowledged: BTreeSet<AlarmId>,
    marked: BTreeSet<AlarmId>,
    waits: Vec<i64>,
}

impl<'b> Tally<'b> {
    /// Nothing is counted yet; the book knows of what was raised before.
    pub fn new(book: &'b DutyBook) -> Self {
        Self {
            book,
            figures: Figures::default(),
            changed: Vec::new(),
            raised: BTreeMap::new(),
            acknowledged: BTreeSet::new(),
            marked: BTreeSet::new(),
            waits: Vec::new(),
        }
    }

    /// Counts the next entry; `false` for one that the book does not know yet: that one and all later ones are not counted.
    pub fn take(&mut self, entry: &Entry<'_>) -> bool {
        if entry.position > self.book.position() {
            return false;
        }
        if entry.drill.is_some() {
            return true;
        }
        match &entry.line {
            Line::Alarm(event) if is_new(&event.change) => {
                *self.figures.raised.entry(event.level.into()).or_default() += 1;
                self.raised.entry(event.alarm.clone()).or_insert(event.at);
            }
            Line::Decision(decision) => match &decision.act {
                Act::Acknowledge { alarm, .. } => self.acknowledged(alarm, entry.at),
                Act::DutyNote { .. } => self.figures.entries += 1,
                Act::MarkFalse { alarm, .. } => {
                    self.marked.insert(alarm.clone());
                }
                Act::UnmarkFalse { alarm, .. } => {
                    self.marked.remove(alarm);
                }
                _ => {}
            },
            Line::Duty(duty) => match duty.as_ref().as_ref() {
                Duty::Escalated(_) => self.figures.escalated += 1,
                Duty::Changed { changes } => self.changed.extend(changes.iter().cloned()),
                Duty::Missed { .. } | Duty::Unshelved(_) => {}
            },
            Line::Notice(notice) if matches!(notice.step, NoticeStep::GivenUp { .. }) => {
                self.figures.notices_given_up += 1;
            }
            Line::Alarm(_) | Line::Notice(_) | Line::Command(_) | Line::Drill(_) => {}
        }
        true
    }

    fn acknowledged(&mut self, alarm: &AlarmId, at: Timestamp) {
        let known = self.book.alarms().get(alarm);
        // A second one, after an acknowledgement before this stretch, is none.
        let first = known.and_then(|known| known.acknowledgement.as_ref());
        let is_second = first.is_some_and(|first| first.at != at);
        if is_second || !self.acknowledged.insert(alarm.clone()) {
            return;
        }
        self.figures.acknowledged += 1;
        let since = self.raised.get(alarm).copied();
        if let Some(since) = since.or_else(|| known.map(|known| known.raised_at)) {
            self.waits.push(at.micros_since(since) / 1_000_000);
        }
    }

    fn finish(mut self) -> (Figures, Vec<Changed>) {
        self.waits.sort_unstable();
        self.figures.false_alarms = self.marked.len() as u64;
        self.figures.to_acknowledge_median_secs = percentile(&self.waits, 50);
        self.figures.to_acknowledge_p90_secs = percentile(&self.waits, 90);
        self.changed.truncate(CHANGES_MAX);
        (self.figures, self.changed)
    }
}

const fn is_new(change: &AlarmChange) -> bool {
    matches!(change, AlarmChange::Raised | AlarmChange::Split { .. })
}

/// The smallest of these sorted values that so many of a hundred do not exceed (nearest rank).
pub fn percentile(sorted: &[i64], of_hundred: usize) -> Option<i64> {
    let rank = (sorted.len() * of_hundred).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied()
}
