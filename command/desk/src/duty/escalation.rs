//! Which alarms nobody acknowledged in time, and what of the house is not as it was.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{Alarm, AlarmId, Level, Timestamp};

use super::pattern::{Pattern, PatternError};
use super::shelving::ShelvingSettings;
use crate::rights::Role;

/// To whom an alarm goes at each stage.
pub const STAGES: [Role; 2] = [Role::ShiftLeader, Role::Commander];

/// When an alarm is escalated that nobody acknowledges. The times are [ours]; no standard that we know sets them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EscalationSettings {
    /// Seconds from when it was raised, or came back from the shelf, until the shift leader is told, for levels 1 to 4; 0 for never.
    pub leader_secs: [u32; 4],
    /// The same for the commander.
    pub commander_secs: [u32; 4],
    /// What was due longer ago, because the program was away, is late.
    pub late_secs: u32,
    /// So many late ones at a time are escalated all the same, the gravest and then the newest; the others are told in one record.
    pub late_max: usize,
}

impl Default for EscalationSettings {
    fn default() -> Self {
        Self {
            leader_secs: [60, 180, 900, 3_600],
            commander_secs: [180, 600, 3_600, 0],
            late_secs: 600,
            late_max: 20,
        }
    }
}

impl EscalationSettings {
    pub(super) fn check(&self) -> Result<(), PatternError> {
        let pairs = self.leader_secs.iter().zip(&self.commander_secs);
        match pairs
            .enumerate()
            .find(|(_, (leader, commander))| **commander > 0 && commander < leader)
        {
            Some((level, _)) => Err(PatternError::Escalation(level + 1)),
            None => Ok(()),
        }
    }

    /// When an alarm of this level is due for this stage, from 1.
    fn after(&self, stage: u8, level: Level) -> Option<Duration> {
        let place = usize::from(u8::from(level)) - 1;
        let secs = match stage {
            1 => self.leader_secs[place],
            _ => self.commander_secs[place],
        };
        (secs > 0).then(|| Duration::from_secs(secs.into()))
    }

    /// The highest stage above `reached` for which this alarm is due, and since when.
    fn due(&self, alarm: &Alarm, reached: u8, now: Timestamp) -> Option<(u8, Timestamp)> {
        let stages = (reached + 1..=STAGES.len() as u8).rev();
        stages
            .filter_map(|stage| {
                Some((
                    stage,
                    alarm.waits_since() + self.after(stage, alarm.event.level)?,
                ))
            })
            .find(|(_, due)| *due <= now)
    }

    /// When this alarm is next due, after now, for a stage above `reached`.
    fn next(&self, alarm: &Alarm, reached: u8, now: Timestamp) -> Option<Timestamp> {
        let stages = reached + 1..=STAGES.len() as u8;
        let after = stages.filter_map(|stage| self.after(stage, alarm.event.level));
        let due = after.map(|after| alarm.waits_since() + after);
        due.filter(|due| *due > now).min()
    }
}

/// What the house is like: the digests and versions of what it goes by, by `what id`, for example `rule cl2-high`.
pub type Facts = BTreeMap<String, String>;

/// What duty goes by.
#[derive(Debug, Clone)]
pub struct House {
    /// The shifts.
    pub pattern: Pattern,
    /// When alarms are escalated.
    pub escalation: EscalationSettings,
    /// What may be kept quiet.
    pub shelving: ShelvingSettings,
    /// What the house is like.
    pub facts: Facts,
}

/// An alarm that is due.
#[derive(Debug)]
pub(super) struct DueAlarm<'a> {
    pub(super) alarm: &'a Alarm,
    pub(super) stage: u8,
    pub(super) due: Timestamp,
}

/// Which alarms may be due for escalation: with very many open ones, looking at all of them for each record is too much.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    /// Before it none of the others is due; `None` where that is not known.
    pub(super) others: Option<Timestamp>,
    /// Those that changed since the last look.
    pub(super) changed: BTreeSet<AlarmId>,
}

impl Look {
    /// These changed. Before the first look all are looked at anyway: a start that reads a long log remembers none of them.
    pub(super) fn note(&mut self, alarms: impl IntoIterator<Item = AlarmId>) {
        if self.others.is_some() {
            self.changed.extend(alarms);
        }
    }
}

/// What is due among some alarms.
#[derive(Debug, Default)]
pub(super) struct Due<'a> {
    /// What is to be escalated now.
    pub(super) now: Vec<DueAlarm<'a>>,
    /// That for which it is too late, by stage.
    pub(super) missed: BTreeMap<u8, Vec<AlarmId>>,
    /// When the first of these alarms is due after now, as they are.
    pub(super) next: Option<Timestamp>,
}

/// What is due among these alarms. `reached` says how far each has come.
pub(super) fn due<'a>(
    alarms: impl Iterator<Item = &'a Alarm>,
    reached: impl Fn(&Alarm) -> u8,
    settings: &EscalationSettings,
    now: Timestamp,
) -> Due<'a> {
    let mut next: Option<Timestamp> = None;
    let mut all = Vec::new();
    for alarm in alarms.filter(|alarm| alarm.acknowledgement.is_none() && alarm.quiet.is_none()) {
        let reached = reached(alarm);
        if let Some((stage, due)) = settings.due(alarm, reached, now) {
            all.push(DueAlarm { alarm, stage, due });
        }
        next = next
            .into_iter()
            .chain(settings.next(alarm, reached, now))
            .min();
    }
    let late_before = now - Duration::from_secs(settings.late_secs.into());
    let (mut late, mut now): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|one| one.due < late_before);
    late.sort_by_key(|one| {
        let alarm = one.alarm;
        (
            alarm.event.level,
            std::cmp::Reverse((alarm.raised_at, alarm.event.alarm.clone())),
        )
    });
    let mut missed: BTreeMap<u8, Vec<AlarmId>> = BTreeMap::new();
    for one in late.drain(settings.late_max.min(late.len())..) {
        let alarm = one.alarm.event.alarm.clone();
        missed.entry(one.stage).or_default().push(alarm);
    }
    now.extend(late);
    now.sort_by_key(|one| (one.due, one.alarm.event.alarm.clone()));
    Due { now, missed, next }
}
