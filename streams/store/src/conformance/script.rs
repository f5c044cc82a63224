//! Records for tests, told in short sentences.

use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, Body, DatastreamId, Decision, Disposition, Finding,
    IndexKind, IndexResult, Level, Measured, Outcome, Position, Quality, Reading, Reason, Record,
    Reject, RuleId, SourceId, Stage, SubIndex, ThingId, Timestamp, WindowLength, WindowResult,
};

/// Two minutes before a midnight.
const ORIGIN: &str = "2026-02-28T23:58:00Z";

/// A log in the making; its clock stands still until it is moved.
#[derive(Debug)]
pub(crate) struct Script {
    now: Timestamp,
    records: Vec<Record>,
}

/// So many seconds after the beginning of every script.
pub(crate) fn time(secs: i64) -> Timestamp {
    let origin = Timestamp::parse(ORIGIN).expect("valid");
    Timestamp::from_secs(origin.as_secs() + secs)
}

/// `thing:property`
pub(crate) fn datastream(id: &str) -> DatastreamId {
    DatastreamId::parse(id).expect("valid")
}

/// What things measured: property, value.
pub(crate) fn measured(property: &str, value: f64, quality: Quality) -> Measured {
    Measured {
        property: datastream(&format!("t:{property}")).property,
        value,
        quality,
    }
}

impl Script {
    pub(crate) fn new() -> Self {
        Self {
            now: time(0),
            records: Vec::new(),
        }
    }

    pub(crate) fn records(&self) -> &[Record] {
        &self.records
    }

    pub(crate) fn advance(&mut self, secs: i64) {
        self.now = Timestamp::from_secs(self.now.as_secs() + secs);
    }

    /// Leaves a gap in the positions, as retention does.
    pub(crate) fn tell(&mut self, gap: u64, body: Body) -> Record {
        let before = self
            .records
            .last()
            .map_or(Position::START, |record| record.position);
        let record = Record {
            position: Position(before.next().0 + gap),
            received_at: self.now,
            body,
        };
        self.records.push(record.clone());
        record
    }

    pub(crate) fn tick(&mut self) {
        self.tell(0, Body::Tick);
    }

    pub(crate) fn reading(&mut self, source: &str, id: &str, secs: i64, value: f64) -> Record {
        let DatastreamId { thing, property } = datastream(id);
        self.tell(
            0,
            Body::Reading(Reading {
                source: SourceId::new(source).expect("valid"),
                thing,
                phenomenon_time: time(secs),
                values: [measured(property.as_str(), value, Quality::Good)]
                    .into_iter()
                    .collect(),
            }),
        )
    }

    pub(crate) fn reject(&mut self, source: &str, reason: Reason, items: u32) {
        let disposition = match reason {
            Reason::UnknownThing | Reason::UnknownProperty => Disposition::Quarantined,
            _ => Disposition::Rejected,
        };
        self.tell(
            0,
            Body::Reject(Reject {
                source: SourceId::new(source).expect("valid"),
                disposition,
                reason,
                detail: "读不懂".into(),
                origin: "city/air/a".into(),
                offset: Some(3),
                size_bytes: 9,
                items,
                sample: "\u{fffd}x".into(),
            }),
        );
    }

    pub(crate) fn window(
        &mut self,
        id: &str,
        length_secs: u32,
        secs: i64,
        revision: u32,
        mean: f64,
    ) {
        self.find(Outcome::Window(WindowResult {
            datastream: datastream(id),
            start: time(secs),
            length: WindowLength::from_secs(length_secs).expect("divides a day"),
            hop: None,
            stage: Stage::Final,
            revision,
            count: 3,
            expected: 4,
            mean,
            min: mean - 0.1,
            max: mean + 1.0,
            last: mean,
            std_dev: 0.3,
            quantiles: Vec::new(),
            before: None,
        }));
    }

    pub(crate) fn index(&mut self, thing: &str, secs: i64, revision: u32) {
        self.index_of(thing, IndexKind::AqiHourly, secs, revision);
    }

    pub(crate) fn index_of(&mut self, thing: &str, kind: IndexKind, secs: i64, revision: u32) {
        self.find(Outcome::Index(IndexResult {
            thing: ThingId::new(thing).expect("valid"),
            kind,
            start: time(secs),
            law: "HJ 633-2026".into(),
            revision,
            value: Some(51),
            level: Some(2),
            primary: vec![datastream("a:pm25").property],
            parts: vec![SubIndex {
                item: "PM25_1H".into(),
                property: datastream("a:pm25").property,
                concentration: Some(36.0),
                iaqi: Some(51),
            }],
            before: None,
        }));
    }

    pub(crate) fn alarm(&mut self, id: &str, change: AlarmChange, ended_secs: Option<i64>) {
        let rule = RuleId::new("r").expect("valid");
        self.find(Outcome::Alarm(AlarmEvent {
            alarm: alarm_of(id),
            change,
            at: self.now,
            rule,
            subject: datastream(id),
            level: Level::Orange,
            started: time(1),
            ended: ended_secs.map(time),
            value: 80.5,
            extreme: 91.25,
            threshold: 75.0,
            before: None,
        }));
    }

    pub(crate) fn acknowledge(&mut self, id: &str, seat: &str) {
        self.tell(
            0,
            Body::Decision(Decision {
                seat: seat.into(),
                act: Act::Acknowledge {
                    alarm: alarm_of(id),
                    note: "已派人".into(),
                },
            }),
        );
    }

    fn find(&mut self, outcome: Outcome) {
        let cause = self
            .records
            .last()
            .map_or(Position::START, |record| record.position);
        self.tell(
            0,
            Body::Finding(Finding {
                cause,
                ordinal: 0,
                outcome,
            }),
        );
    }
}

fn alarm_of(id: &str) -> AlarmId {
    let rule = RuleId::new("r").expect("valid");
    let source = SourceId::new("mqtt").expect("valid");
    AlarmId::of(&rule, &datastream(id), &source, time(1), 80.5)
}
