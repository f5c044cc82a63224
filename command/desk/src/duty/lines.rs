//! The ledger's entries as lines of the duty log.

use serde::Serialize;
use yiping_model::command::{Paired, Stage};
use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, Changed, Command, CommandAct, Decision, Duty,
    NoticeStep, Part, Position, Timestamp, Why,
};

use crate::ledger::{By, Entry, Line};

/// A line of the duty log: what a person wrote, or what the ledger knows of the shift. What a kind does not say is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LogLine {
    /// Its number on the ledger.
    pub n: u64,
    /// Its record; the id of an entry.
    pub position: Position,
    /// City time.
    pub at: Timestamp,
    /// What it is.
    pub kind: &'static str,
    /// The account of who acted; `None` for the house.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The seat at which it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seat: Option<String>,
    /// The seat of which it speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_seat: Option<String>,
    /// What was written; of a notice that was given up, its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// City time of which an entry speaks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Timestamp>,
    /// Alarms.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub alarms: Vec<AlarmId>,
    /// Incidents.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<String>,
    /// When what is promised is due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub promised: Option<Timestamp>,
    /// The entry whose promise is done with this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fulfils: Option<Position>,
    /// The entry in whose place this stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<Position>,
    /// The record of which it speaks: what shelved an alarm, or asked that a rule is out of service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of_record: Option<Position>,
    /// When what is shelved comes back by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Of an alarm: its level.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Of an alarm: its rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Of an alarm: its thing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thing: Option<String>,
    /// The stage of an escalation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<u8>,
    /// The role to which an alarm was escalated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Of a handover: the digest of its document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handover: Option<String>,
    /// Of a handover: whether the giver was absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub absent: Option<bool>,
    /// What is not as it was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Changed>,
}

impl LogLine {
    /// The line that this entry makes; `None` for one that says nothing of a shift, and for all of a drill.
    pub fn of(entry: &Entry<'_>) -> Option<Self> {
        if entry.drill.is_some() {
            return None;
        }
        let (person, seat) = match &entry.by {
            By::Engine => (None, None),
            By::Seat(seat) => (None, Some(seat.clone().into_owned())),
            By::Person { name, seat } => (
                Some(name.clone().into_owned()),
                Some(seat.clone().into_owned()),
            ),
        };
        let mut line = Self {
            n: entry.n,
            position: entry.position,
            at: entry.at,
            kind: "",
            person,
            seat: seat.filter(|seat| !seat.is_empty()),
            of_seat: None,
            text: None,
            of: None,
            alarms: Vec::new(),
            incidents: Vec::new(),
            promised: None,
            fulfils: None,
            corrects: None,
            of_record: None,
            until: None,
            level: None,
            rule: None,
            thing: None,
            stage: None,
            to: None,
            handover: None,
            absent: None,
            changes: Vec::new(),
        };
        line.kind = match &entry.line {
            Line::Alarm(event) => line.alarm(event),
            Line::Decision(decision) => line.decision(decision)?,
            Line::Duty(duty) => line.duty(duty),
            Line::Command(command) => line.command(command)?,
            Line::Drill(_) => return None,
            Line::Notice(notice) => match &notice.step {
                NoticeStep::GivenUp { reason, .. } => {
                    line.text = Some(reason.clone());
                    "notice_given_up"
                }
                _ => return None,
            },
        };
        Some(line)
    }

    /// Whether somebody wrote, took, left or handed over something.
    pub fn is_of_people(&self) -> bool {
        matches!(
            self.kind,
            "entry" | "took_seat" | "left_seat" | "handover_given" | "handover_taken"
        )
    }

    fn alarm(&mut self, event: &AlarmEvent) -> &'static str {
        self.alarms = vec![event.alarm.clone()];
        self.level = Some(event.level.into());
        self.rule = Some(event.rule.to_string());
        self.thing = Some(event.subject.thing.to_string());
        match event.change {
            AlarmChange::Raised | AlarmChange::Split { .. } => "alarm_raised",
            AlarmChange::Returned => "alarm_returned",
            AlarmChange::Amended => "alarm_amended",
            AlarmChange::Withdrawn { .. } => "alarm_withdrawn",
        }
    }

    fn duty(&mut self, duty: &Duty) -> &'static str {
        match duty {
            Duty::Escalated(one) => {
                self.alarm(&one.event);
                self.stage = Some(one.stage);
                self.to = Some(one.to.clone());
                "escalated"
            }
            Duty::Missed { stage, alarms } => {
                self.stage = Some(*stage);
                self.alarms.clone_from(alarms);
                "escalation_missed"
            }
            Duty::Unshelved(one) => {
                self.alarms = vec![one.alarm.clone()];
                self.rule = Some(one.rule.to_string());
                self.thing = Some(one.subject.thing.to_string());
                self.of_record = Some(one.shelf);
                match one.why {
                    Why::Over => "shelf_over",
                    Why::Worsened => "shelf_worsened",
                }
            }
            Duty::Changed { changes } => {
                self.changes.clone_from(changes);
                "changed"
            }
        }
    }

    /// What began and ended; the rest is the incident's own course.
    fn command(&mut self, command: &Command) -> Option<&'static str> {
        self.incidents = vec![command.incident.to_string()];
        let (kind, text) = match &command.act {
            CommandAct::Open(form) => ("incident_opened", form.title.clone()),
            CommandAct::Respond(response) => (
                "response_started",
                format!("{} {}", response.title.zh, response.level.roman()),
            ),
            CommandAct::Adjust(adjustment) => (
                "response_adjusted",
                format!("{} → {}", adjustment.from.roman(), adjustment.to.roman()),
            ),
            CommandAct::Confirm(confirmed) => match &confirmed.what {
                Paired::Adjust(adjusted) => (
                    "response_adjusted",
                    format!("{} → {}", adjusted.from.roman(), adjusted.to.roman()),
                ),
                Paired::HandOver(offer) => ("command_handed_over", offer.to.clone()),
                Paired::Warn(warning) => ("warning_issued", warning.reach.clone()),
            },
            CommandAct::Move(step) if step.to == Stage::Ended => {
                ("incident_ended", step.note.clone())
            }
            _ => return None,
        };
        self.text = Some(text).filter(|text| !text.is_empty());
        Some(kind)
    }

    fn decision(&mut self, decision: &Decision) -> Option<&'static str> {
        Some(match &decision.act {
            Act::SignIn { .. } => "signed_in",
            Act::SignOut => "signed_out",
            Act::Acknowledge { alarm, note, .. } => {
                self.alarms = vec![alarm.clone()];
                self.text = Some(note.clone()).filter(|note| !note.is_empty());
                "acknowledged"
            }
            act @ (Act::Shelve { .. }
            | Act::Unshelve { .. }
            | Act::MarkFalse { .. }
            | Act::UnmarkFalse { .. }
            | Act::AskOutOfService { .. }
            | Act::ApproveOutOfService { .. }
            | Act::EndOutOfService { .. }) => return self.quieting(act),
            Act::TakeDuty { of_seat } => {
                self.of_seat = Some(of_seat.clone());
                "took_seat"
            }
            Act::LeaveDuty { of_seat } => {
                self.of_seat = Some(of_seat.clone());
                "left_seat"
            }
            Act::DutyNote {
                text,
                of,
                alarms,
                incidents,
                promised,
                fulfils,
                corrects,
            } => {
                self.text = Some(text.clone());
                (self.of, self.promised) = (*of, *promised);
                self.alarms.clone_from(alarms);
                self.incidents.clone_from(incidents);
                (self.fulfils, self.corrects) = (*fulfils, *corrects);
                "entry"
            }
            Act::SignHandover {
                handover,
                of_seat,
                part,
                absent,
                ..
            } => {
                self.of_seat = Some(of_seat.clone());
                self.handover = Some(handover.clone());
                self.absent = (*part == Part::Taker).then_some(*absent);
                match part {
                    Part::Giver => "handover_given",
                    Part::Taker => "handover_taken",
                }
            }
            Act::SignInHeld { .. }
            | Act::SetAccount { .. }
            | Act::SetPassword { .. }
            | Act::InviteAccount { .. }
            | Act::EndSessions { .. }
            | Act::SetUnit { .. }
            | Act::IssueToken { .. }
            | Act::RevokeToken { .. }
            | Act::SetSecondFactor { .. }
            | Act::RemoveSecondFactor { .. }
            | Act::SetSubject { .. }
            | Act::SetUnitStatus { .. }
            | Act::CheckInUnit { .. }
            | Act::KeepPhoto { .. }
            | Act::SetUnitStock { .. } => return None,
        })
    }

    /// What keeps alarms quiet, brings them back, or says that one was false.
    fn quieting(&mut self, act: &Act) -> Option<&'static str> {
        let (kind, text) = match act {
            Act::Shelve {
                alarm,
                until,
                reason,
                ..
            } => {
                self.alarms = vec![alarm.clone()];
                self.until = Some(*until);
                ("shelved", reason)
            }
            Act::Unshelve {
                shelf: record,
                reason,
            } => {
                self.of_record = Some(*record);
                ("unshelved", reason)
            }
            Act::MarkFalse { alarm, reason, .. } => {
                self.alarms = vec![alarm.clone()];
                ("false_alarm", reason)
            }
            Act::UnmarkFalse { alarm, reason } => {
                self.alarms = vec![alarm.clone()];
                ("false_alarm_withdrawn", reason)
            }
            Act::AskOutOfService {
                alarm,
                rule,
                thing,
                reason,
                ..
            } => {
                self.alarms = vec![alarm.clone()];
                self.rule = Some(rule.to_string());
                self.thing = Some(thing.to_string());
                ("out_of_service_asked", reason)
            }
            Act::ApproveOutOfService { request, note } => {
                self.of_record = Some(*request);
                ("out_of_service_approved", note)
            }
            Act::EndOutOfService { request, reason } => {
                self.of_record = Some(*request);
                ("out_of_service_ended", reason)
            }
            _ => return None,
        };
        self.text = Some(text.clone()).filter(|text| !text.is_empty());
        Some(kind)
    }
}
