//! What the API answers: plain rows, times as RFC 3339 in UTC.

use serde::Serialize;
use utoipa::ToSchema;
use yiping_model::alarm::Acknowledgement;
use yiping_model::{
    Alarm, AlarmBefore, AlarmChange, AlarmState, IndexKind, IndexResult, Posture, Quality,
    Quantile, RuleVersion, Timestamp, WindowBefore, WindowResult,
};
use yiping_store::{Observation, SourceFigures, StoredReject};

/// Rows of history.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Rows<T> {
    /// The rows.
    pub(crate) items: Vec<T>,
    /// Whether there are more than `limit`: ask again from the last one on.
    pub(crate) truncated: bool,
}

impl<T> Rows<T> {
    /// From rows that were asked for with `limit + 1`.
    pub(crate) fn cut<R>(mut rows: Vec<R>, limit: usize) -> Self
    where
        T: From<R>,
    {
        let truncated = rows.len() > limit;
        rows.truncate(limit);
        Self {
            items: rows.into_iter().map(T::from).collect(),
            truncated,
        }
    }
}

/// One observation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObservationAnswer {
    /// When it was so.
    #[schema(value_type = String, format = DateTime)]
    phenomenon_time: Timestamp,
    /// When the log took it first.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The value, in the property's unit.
    value: f64,
    /// `good` or `out_of_range`.
    #[schema(value_type = String, example = "good")]
    quality: Quality,
    /// The door through which it came.
    source: String,
}

impl From<Observation> for ObservationAnswer {
    fn from(row: Observation) -> Self {
        Self {
            phenomenon_time: row.phenomenon_time,
            received_at: row.received_at,
            value: row.value,
            quality: row.quality,
            source: row.source.to_string(),
        }
    }
}

/// The statistics of one datastream over one window of event time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowAnswer {
    /// Thing.
    thing: String,
    /// Property.
    metric: String,
    /// Start of the window.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// Its length.
    #[schema(example = "1h")]
    length: String,
    /// How far apart such windows begin; null for tumbling ones.
    #[schema(example = "5m")]
    hop: Option<String>,
    /// Whether the window is still open, and this is what it holds so far.
    early: bool,
    /// 0 for the first result; late data counts up.
    revision: u32,
    /// Good observations, duplicates once.
    count: u32,
    /// How many the datastream's period promises; 0 when no period is known.
    expected: u32,
    /// Mean, in the property's unit.
    mean: f64,
    /// Smallest value.
    min: f64,
    /// Largest value.
    max: f64,
    /// Value with the latest phenomenon time.
    last: f64,
    /// Population standard deviation.
    std_dev: f64,
    /// The quantiles that the property asks for.
    quantiles: Vec<QuantileAnswer>,
    /// What the revision before this one said; null in revision 0.
    before: Option<WindowBeforeAnswer>,
}

/// A quantile of the values of a window.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuantileAnswer {
    /// Which: 0.8 is the value that four fifths do not exceed.
    q: f64,
    /// The value, in the property's unit, to one percent.
    value: f64,
}

/// What a corrected window said before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WindowBeforeAnswer {
    /// Good observations; 0 when there was no result.
    count: u32,
    /// Mean.
    mean: f64,
    /// Smallest value.
    min: f64,
    /// Largest value.
    max: f64,
}

impl From<WindowBefore> for WindowBeforeAnswer {
    fn from(said: WindowBefore) -> Self {
        Self {
            count: said.count,
            mean: said.mean,
            min: said.min,
            max: said.max,
        }
    }
}

impl From<WindowResult> for WindowAnswer {
    fn from(row: WindowResult) -> Self {
        Self {
            thing: row.datastream.thing.to_string(),
            metric: row.datastream.property.to_string(),
            start: row.start,
            length: row.length.to_string(),
            hop: row.hop.map(|hop| hop.to_string()),
            early: !row.stage.is_final(),
            revision: row.revision,
            count: row.count,
            expected: row.expected,
            mean: row.mean,
            min: row.min,
            max: row.max,
            last: row.last,
            std_dev: row.std_dev,
            quantiles: row
                .quantiles
                .into_iter()
                .map(|Quantile { q, value }| QuantileAnswer { q, value })
                .collect(),
            before: row.before.map(WindowBeforeAnswer::from),
        }
    }
}

/// An index of one thing over one hour or day.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndexAnswer {
    /// Thing.
    thing: String,
    /// `aqi_hourly` or `aqi_daily`.
    #[schema(value_type = String, example = "aqi_hourly")]
    kind: IndexKind,
    /// Start of the hour or day.
    #[schema(value_type = String, format = DateTime)]
    start: Timestamp,
    /// The law applied.
    #[schema(example = "HJ 633-2026")]
    law: String,
    /// 0 for the first result; late data counts up.
    revision: u32,
    /// The index; null when the data do not suffice.
    value: Option<u16>,
    /// Level 1 to 6.
    level: Option<u8>,
    /// Primary pollutants.
    primary: Vec<String>,
    /// Individual indices, in the order of the law's table.
    parts: Vec<SubIndexAnswer>,
    /// What the revision before this one said; null in revision 0.
    before: Option<IndexBeforeAnswer>,
}

/// What a corrected index said before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IndexBeforeAnswer {
    /// The index; null when none was published.
    value: Option<u16>,
}

/// The individual index of one pollutant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SubIndexAnswer {
    /// The table item.
    item: String,
    /// The pollutant.
    metric: String,
    /// The concentration judged.
    concentration: Option<f64>,
    /// Its index.
    iaqi: Option<u16>,
}

impl From<IndexResult> for IndexAnswer {
    fn from(row: IndexResult) -> Self {
        let parts = row.parts.into_iter().map(|part| SubIndexAnswer {
            item: part.item,
            metric: part.property.to_string(),
            concentration: part.concentration,
            iaqi: part.iaqi,
        });
        Self {
            thing: row.thing.to_string(),
            kind: row.kind,
            start: row.start,
            law: row.law,
            revision: row.revision,
            value: row.value,
            level: row.level,
            primary: row.primary.iter().map(ToString::to_string).collect(),
            parts: parts.collect(),
            before: row
                .before
                .map(|said| IndexBeforeAnswer { value: said.value }),
        }
    }
}

/// An alarm as the log tells it so far.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmAnswer {
    /// Its id; never changes.
    id: String,
    /// The number by which people call it while it is open.
    number: u32,
    /// Warning level 1 (red) to 4 (blue).
    level: u8,
    /// `unacknowledged`, `acknowledged`, `returned_unacknowledged` or `normal`.
    #[schema(value_type = String, example = "unacknowledged")]
    state: AlarmState,
    /// The rule.
    rule: String,
    /// Thing.
    thing: String,
    /// Property; the kind of event, or `no_data`, where that raised it.
    metric: String,
    /// The track whose alarm it is, where each has its own.
    key: Option<String>,
    /// `war` when its rule speaks only where an incident is at war; null when it speaks always.
    posture: Option<&'static str>,
    /// The value that raised it; seconds where a datastream was silent or stuck, a change per hour under a rate.
    value: f64,
    /// The most extreme value so far.
    extreme: f64,
    /// The threshold.
    threshold: f64,
    /// Phenomenon time of its beginning.
    #[schema(value_type = String, format = DateTime)]
    started: Timestamp,
    /// Phenomenon time of its end.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended: Option<Timestamp>,
    /// City time at which it was raised.
    #[schema(value_type = String, format = DateTime)]
    raised_at: Timestamp,
    /// The text of the rule that raised it; null where it is not recorded.
    raised_by: Option<RuleVersionAnswer>,
    /// The first acknowledgement.
    acknowledged: Option<Acknowledged>,
    /// Who marked it as a false alarm; null while nobody has.
    false_alarm: Option<Acknowledged>,
    /// Whether late data changed it.
    corrected: bool,
    /// What it said before its last change, when that was a correction.
    before: Option<AlarmBeforeAnswer>,
    /// Whether late data showed that it never was an alarm of its own.
    withdrawn: bool,
    /// The record that changed it last.
    position: u64,
}

impl From<Alarm> for AlarmAnswer {
    fn from(alarm: Alarm) -> Self {
        let state = alarm.state();
        let event = alarm.event;
        Self {
            id: event.alarm.to_string(),
            number: alarm.number,
            level: event.level.into(),
            state,
            rule: event.rule.to_string(),
            thing: event.subject.thing.to_string(),
            metric: event.subject.property.to_string(),
            key: event.key.as_ref().map(ToString::to_string),
            posture: event.posture.as_ref().map(Posture::name),
            value: event.value,
            extreme: event.extreme,
            threshold: event.threshold,
            started: event.started,
            ended: event.ended,
            raised_at: alarm.raised_at,
            raised_by: alarm.raised_by.map(RuleVersionAnswer::from),
            acknowledged: alarm.acknowledgement.map(Acknowledged::from),
            false_alarm: alarm.false_alarm.map(Acknowledged::from),
            corrected: alarm.corrected,
            before: event.before.map(AlarmBeforeAnswer::from),
            withdrawn: matches!(event.change, AlarmChange::Withdrawn { .. }),
            position: alarm.position.0,
        }
    }
}

/// Which text of a rule.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RuleVersionAnswer {
    /// The pack that holds the rule.
    pack: String,
    /// The pack's own version.
    version: String,
    /// The first 12 hex digits of SHA-256 of the rule as it is written.
    digest: String,
}

impl From<RuleVersion> for RuleVersionAnswer {
    fn from(version: RuleVersion) -> Self {
        Self {
            pack: version.pack.into(),
            version: version.version.into(),
            digest: version.digest.into(),
        }
    }
}

/// What a corrected alarm said before.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AlarmBeforeAnswer {
    /// Phenomenon time of its beginning.
    #[schema(value_type = String, format = DateTime)]
    started: Timestamp,
    /// Phenomenon time of its end; null when it lasted.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended: Option<Timestamp>,
    /// The most extreme value.
    extreme: f64,
}

impl From<AlarmBefore> for AlarmBeforeAnswer {
    fn from(said: AlarmBefore) -> Self {
        Self {
            started: said.started,
            ended: said.ended,
            extreme: said.extreme,
        }
    }
}

/// Who acknowledged, or did something else about an alarm.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Acknowledged {
    /// The account of who did; `null` before there were accounts.
    pub(crate) person: Option<String>,
    /// The person's name on screens; only in a refusal, which a screen shows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) display: Option<String>,
    /// The seat; may be empty.
    pub(crate) seat: String,
    /// City time.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) at: Timestamp,
    /// What was written with it.
    pub(crate) note: String,
}

impl Acknowledged {
    /// Who it was, for people.
    pub(crate) fn by(&self) -> String {
        match self.display.as_ref().or(self.person.as_ref()) {
            Some(person) if self.seat.is_empty() => person.clone(),
            Some(person) => format!("{person} ({})", self.seat),
            None => self.seat.clone(),
        }
    }
}

impl From<Acknowledgement> for Acknowledged {
    fn from(given: Acknowledgement) -> Self {
        Self {
            person: given.person,
            display: None,
            seat: given.seat,
            at: given.at,
            note: given.note,
        }
    }
}

/// Input that did not become an observation.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RejectAnswer {
    /// Its place in the log; page back with `before`.
    position: u64,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// The door.
    source: String,
    /// `quarantined` or `rejected`.
    #[schema(value_type = String, example = "rejected")]
    disposition: yiping_model::Disposition,
    /// Why, by its name.
    #[schema(example = "not_json")]
    reason: &'static str,
    /// Why, in a sentence.
    detail: String,
    /// Topic, peer address, or file and line.
    origin: String,
    /// The byte at which reading failed.
    offset: Option<u32>,
    /// Length of the payload.
    size_bytes: u32,
    /// Observations that were lost by it.
    items: u32,
    /// The first bytes.
    sample: String,
}

impl From<StoredReject> for RejectAnswer {
    fn from(row: StoredReject) -> Self {
        let reject = row.reject;
        Self {
            position: row.position.0,
            received_at: row.received_at,
            source: reject.source.to_string(),
            disposition: reject.disposition,
            reason: reject.reason.name(),
            detail: reject.detail,
            origin: reject.origin.to_string(),
            offset: reject.offset,
            size_bytes: reject.size_bytes,
            items: reject.items,
            sample: reject.sample,
        }
    }
}

/// What each door brought since the log began.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourcesAnswer {
    /// The record up to which was counted.
    pub(crate) position: u64,
    /// The doors, in observations (an event counts as one, and each of its values as one more); received = accepted + duplicate + quarantined + rejected.
    pub(crate) items: Vec<SourceAnswer>,
}

/// What one door brought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SourceAnswer {
    /// The door.
    source: String,
    /// All that came.
    received: u64,
    /// What counts.
    accepted: u64,
    /// What had come before.
    duplicate: u64,
    /// What is set aside because the catalogue does not know it.
    quarantined: u64,
    /// What could not be used.
    rejected: u64,
    /// The part of `accepted` that came behind its thing's watermark.
    late: u64,
    /// When something last came.
    #[schema(value_type = String, format = DateTime)]
    last_received_at: Timestamp,
}

impl From<SourceFigures> for SourceAnswer {
    fn from(row: SourceFigures) -> Self {
        Self {
            source: row.source.to_string(),
            received: row.received,
            accepted: row.accepted,
            duplicate: row.duplicate,
            quarantined: row.quarantined,
            rejected: row.rejected,
            late: row.late,
            last_received_at: row.last_received_at,
        }
    }
}
