//! Records for tests, told in short sentences.

use yiping_model::{
    Act, AlarmBefore, AlarmChange, AlarmEvent, AlarmId, Body, DatastreamId, Decision, Disposition,
    Event, Finding, IndexBefore, IndexKind, IndexResult, Level, Measured, Outcome, Position,
    Quality, Quantile, Reading, Reason, Record, Reject, RuleId, SourceId, Stage, SubIndex, ThingId,
    Timestamp, WindowBefore, WindowLength, WindowResult, Zone,
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

/// The city's zone.
pub(crate) fn zone() -> Zone {
    Zone::named("Asia/Shanghai").expect("built in")
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

    /// A final tumbling window.
    pub(crate) fn window(
        &mut self,
        id: &str,
        length_secs: u32,
        secs: i64,
        revision: u32,
        mean: f64,
    ) {
        let window = window(id, length_secs, secs, revision, mean);
        self.result(window);
    }

    pub(crate) fn result(&mut self, window: WindowResult) {
        self.find(Outcome::Window(window));
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
            before: (revision > 0).then_some(IndexBefore { value: Some(50) }),
        }));
    }

    pub(crate) fn alarm(&mut self, id: &str, change: AlarmChange, ended_secs: Option<i64>) {
        let rule = RuleId::new("r").expect("valid");
        let before = (change == AlarmChange::Amended).then(|| AlarmBefore {
            started: time(2),
            ended: None,
            extreme: 90.5,
        });
        self.find(Outcome::Alarm(AlarmEvent {
            alarm: alarm_of(id),
            change,
            at: self.now,
            rule,
            rule_version: None,
            subject: datastream(id),
            key: None,
            level: Level::Orange,
            started: time(1),
            ended: ended_secs.map(time),
            value: 80.5,
            extreme: 91.25,
            threshold: 75.0,
            before,
            posture: None,
        }));
    }

    pub(crate) fn acknowledge(&mut self, id: &str, seat: &str) {
        self.tell(
            0,
            Body::Decision(Decision {
                person: None,
                seat: seat.into(),
                act: Act::Acknowledge {
                    alarm: alarm_of(id),
                    note: "已派人".into(),
                    seen: None,
                },
            }),
        );
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.tell(0, Body::Event(event));
    }

    pub(crate) fn find(&mut self, outcome: Outcome) {
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

/// A final tumbling window of three observations; what it said before, and its quantiles, by its revision.
pub(crate) fn window(
    id: &str,
    length_secs: u32,
    secs: i64,
    revision: u32,
    mean: f64,
) -> WindowResult {
    let before = WindowBefore {
        count: 2,
        mean: -0.0,
        min: mean,
        max: 0.1,
    };
    let quantile = |q| Quantile { q, value: mean };
    WindowResult {
        datastream: datastream(id),
        start: time(secs),
        length: length(length_secs),
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
        quantiles: [0.5, 0.8].map(quantile)[..revision.min(2) as usize].to_vec(),
        before: (revision > 0).then_some(before),
    }
}

/// A length or hop.
pub(crate) fn length(secs: u32) -> WindowLength {
    WindowLength::from_secs(secs).expect("divides a day")
}

fn alarm_of(id: &str) -> AlarmId {
    let rule = RuleId::new("r").expect("valid");
    let source = SourceId::new("mqtt").expect("valid");
    AlarmId::of(&rule, &datastream(id), &source, time(1), 80.5)
}
