//! What came out and was not yet taken: findings in their order, each with its cause.

use yiping_model::{
    AlarmEvent, DatastreamId, Finding, Outcome, Position, Posture, PropertyId, ThingId, Timestamp,
};

use crate::episodes::Told;
use crate::judge::Judge;
use crate::setup::Setup;

/// Numbers the findings of the record in hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outbox {
    cause: Position,
    ordinal: u32,
    now: Timestamp,
    findings: Vec<Finding>,
}

impl Outbox {
    /// From here on findings are caused by this record.
    pub(crate) const fn begin(&mut self, cause: Position, now: Timestamp) {
        self.cause = cause;
        self.ordinal = 0;
        self.now = now;
    }

    /// The record in hand, and when the log took it.
    pub(crate) const fn cause(&self) -> (Position, Timestamp) {
        (self.cause, self.now)
    }

    pub(crate) fn push(&mut self, outcome: Outcome) {
        self.findings.push(Finding {
            cause: self.cause,
            ordinal: self.ordinal,
            outcome,
        });
        self.ordinal += 1;
    }

    pub(crate) fn drain(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.findings)
    }

    /// Tells what a rule found on one datastream.
    pub(crate) fn tell(
        &mut self,
        setup: &Setup,
        judge: &Judge,
        thing: &ThingId,
        property: &PropertyId,
        told: Vec<Told>,
    ) {
        if told.is_empty() {
            return;
        }
        let rule = setup.rule(judge.rule);
        for told in told {
            let episode = told.alarm.episode;
            let event = AlarmEvent {
                alarm: told.alarm.alarm,
                change: told.change,
                at: self.now,
                rule: rule.id.clone(),
                rule_version: rule.version.clone(),
                subject: DatastreamId {
                    thing: thing.clone(),
                    property: property.clone(),
                },
                key: None,
                level: rule.level,
                started: episode.start.time,
                ended: episode.end.map(|end| end.time),
                value: episode.start.value,
                extreme: episode.extreme,
                threshold: judge.criterion().bar(),
                before: told.before,
                posture: rule.of_war.then(|| Posture::War {
                    area: setup.area(thing),
                }),
            };
            self.push(Outcome::Alarm(event));
        }
    }
}
