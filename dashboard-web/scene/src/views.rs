//! The values of the model as the screens see them: plain texts and epoch milliseconds.

use std::collections::BTreeMap;

use yiping_model::alarm::Acknowledgement;
use yiping_model::{
    Alarm, AlarmId, AlarmState, Area, Catalogue, DatastreamId, DerivedResult, EventType, IndexKind,
    IndexResult, Property, Quiet, RuleVersion, Shelving, Stage, Text, Thing, ThingId, Timestamp,
    WindowResult,
};

use crate::message::{
    AcknowledgedView, AlarmBeforeView, AlarmStateView, AlarmView, AreaView, CellView, CityView,
    EscalatedView, EventTypeView, IndexBeforeView, IndexKindView, IndexView, OutOfServiceView,
    PropertyView, QuietView, RuleVersionView, ShelfView, ShelvingView, SubIndexView, TextView,
    ThingView, TrendPoint,
};

/// A text.
pub fn text(text: &Text) -> TextView {
    TextView {
        zh: text.zh.clone(),
        en: text.en.clone(),
    }
}

/// The city and its areas.
pub fn city(catalogue: &Catalogue, simulated: bool) -> CityView {
    CityView {
        name: text(&catalogue.city),
        zone: catalogue.zone.name().to_owned(),
        simulated,
        areas: catalogue.areas.iter().map(area).collect(),
    }
}

fn area(area: &Area) -> AreaView {
    AreaView {
        code: area.code.clone(),
        name: text(&area.name),
    }
}

/// A property.
pub fn property(property: &Property) -> PropertyView {
    PropertyView {
        id: property.id.to_string(),
        title: text(&property.title),
        symbol: property.symbol.clone(),
        unit: property.unit.clone(),
        decimals: property.decimals,
        period_secs: property.period_secs,
    }
}

/// A kind of event.
pub fn event_type(event: &EventType) -> EventTypeView {
    EventTypeView {
        id: event.id.to_string(),
        title: text(&event.title),
    }
}

/// A thing of the catalogue.
pub fn thing(thing: &Thing) -> ThingView {
    ThingView {
        id: thing.id.to_string(),
        name: text(&thing.name),
        kind: thing.kind.clone(),
        place: Some([thing.lon, thing.lat]),
        area: thing.area.clone(),
        properties: thing.properties.iter().map(ToString::to_string).collect(),
        period_secs: thing.period_secs,
        parent: thing.parent.as_ref().map(ToString::to_string),
        neighbour: thing.neighbour.as_ref().map(ToString::to_string),
        limits: thing.limits.clone(),
        outline: Vec::new(),
        silenced_by: None,
    }
}

/// A thing that the catalogue does not know: all that is known is its id, and of an H3 cell where it lies.
pub fn unknown_thing(id: &ThingId) -> ThingView {
    let (place, outline) = cell(id).unzip();
    let kind = if place.is_some() { CELL } else { "" };
    ThingView {
        id: id.to_string(),
        name: TextView {
            zh: id.to_string(),
            en: id.to_string(),
        },
        kind: kind.to_owned(),
        place,
        area: None,
        properties: Vec::new(),
        period_secs: None,
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
        outline: outline.unwrap_or_default(),
        silenced_by: None,
    }
}

/// The kind under which screens know an H3 cell.
const CELL: &str = "cell";

/// The middle and the corners of the H3 cell that an id names.
fn cell(id: &ThingId) -> Option<([f64; 2], Vec<[f64; 2]>)> {
    let cell: h3o::CellIndex = id.as_str().strip_prefix("h3:")?.parse().ok()?;
    let degrees = |place: h3o::LatLng| [fine(place.lng()), fine(place.lat())];
    let corners = cell.boundary().iter().copied().map(degrees).collect();
    Some((degrees(cell.into()), corners))
}

/// Five decimals of a degree: a metre.
fn fine(degrees: f64) -> f64 {
    (degrees * 1e5).round() / 1e5
}

/// The mean of a window as a point of its datastream's trend.
pub fn trend_point(window: &WindowResult) -> TrendPoint {
    let DatastreamId { thing, property } = &window.datastream;
    TrendPoint {
        thing: thing.to_string(),
        property: property.to_string(),
        start_ms: window.start.as_millis(),
        step_secs: window.length.secs(),
        mean: Some(window.mean),
        corrected: window.before.is_some(),
        before: before_mean(window),
    }
}

/// What was told before a correction; a window without observations told nothing.
fn before_mean(window: &WindowResult) -> Option<f64> {
    let told = window.before.filter(|before| before.count > 0);
    told.map(|before| before.mean)
}

/// A derived value as a point of its datastream's trend: the step that ends at its time.
pub fn derived_point(result: &DerivedResult, step_secs: u32) -> TrendPoint {
    let DatastreamId { thing, property } = &result.datastream;
    TrendPoint {
        thing: thing.to_string(),
        property: property.to_string(),
        start_ms: result.time.as_millis() - i64::from(step_secs) * 1_000,
        step_secs,
        mean: result.value,
        corrected: result.before.is_some(),
        before: result.before.and_then(|before| before.value),
    }
}

/// An index, with itself as its whole trend.
pub fn index(index: &IndexResult) -> IndexView {
    IndexView {
        thing: index.thing.to_string(),
        kind: index_kind(index.kind),
        start_ms: index.start.as_millis(),
        law: index.law.clone(),
        value: index.value,
        level: index.level,
        primary: index.primary.iter().map(ToString::to_string).collect(),
        parts: index
            .parts
            .iter()
            .map(|part| SubIndexView {
                property: part.property.to_string(),
                concentration: part.concentration,
                iaqi: part.iaqi,
            })
            .collect(),
        trend: vec![index.value],
        before: index.before.map(|before| IndexBeforeView {
            value: before.value,
        }),
    }
}

/// Which report an index belongs to.
pub const fn index_kind(kind: IndexKind) -> IndexKindView {
    match kind {
        IndexKind::AqiHourly => IndexKindView::AqiHourly,
        IndexKind::AqiDaily => IndexKindView::AqiDaily,
    }
}

/// The window of a cell as its last one.
pub fn cell_window(window: &WindowResult, received_at: Timestamp) -> CellView {
    CellView {
        thing: window.datastream.thing.to_string(),
        property: window.datastream.property.to_string(),
        start_ms: window.start.as_millis(),
        length_secs: window.length.secs(),
        count: window.count,
        expected: window.expected,
        mean: window.mean,
        min: window.min,
        max: window.max,
        early: window.stage == Stage::Early,
        received_ms: received_at.as_millis(),
        corrected: window.before.is_some(),
        before: before_mean(window),
    }
}

/// Which text of a rule.
pub fn rule_version(version: &RuleVersion) -> RuleVersionView {
    RuleVersionView {
        pack: version.pack.to_string(),
        version: version.version.to_string(),
        digest: version.digest.to_string(),
    }
}

/// Who did something about an alarm, called by the name that `displays` has for the account.
fn acknowledged(given: &Acknowledgement, displays: &BTreeMap<String, String>) -> AcknowledgedView {
    let person = given.person.as_ref();
    AcknowledgedView {
        person: given.person.clone(),
        display: person.and_then(|person| displays.get(person).cloned()),
        seat: given.seat.clone(),
        at_ms: given.at.as_millis(),
        note: given.note.clone(),
    }
}

/// What is kept quiet.
pub fn shelving(shelving: &Shelving, displays: &BTreeMap<String, String>) -> ShelvingView {
    let shelves = shelving.shelves().iter();
    let out = shelving.out_of_service().iter();
    ShelvingView {
        shelved: shelves
            .map(|(record, shelf)| ShelfView {
                record: record.0,
                alarm: shelf.alarm.to_string(),
                level: shelf.level.into(),
                rule: shelf.point.rule.to_string(),
                thing: shelf.point.subject.thing.to_string(),
                property: shelf.point.subject.property.to_string(),
                key: shelf.point.key.as_ref().map(ToString::to_string),
                until_ms: shelf.until.as_millis(),
                by: acknowledged(&shelf.by, displays),
            })
            .collect(),
        out_of_service: out
            .map(|(record, out)| OutOfServiceView {
                record: record.0,
                rule: out.rule.to_string(),
                thing: out.thing.to_string(),
                asked: acknowledged(&out.asked, displays),
                approved: out.approved.as_ref().map(|by| acknowledged(by, displays)),
            })
            .collect(),
    }
}

/// An alarm; `None` when it is closed. Whoever acknowledged it is called by the name that `displays` has for the account.
pub fn alarm(alarm: &Alarm, displays: &BTreeMap<String, String>) -> Option<AlarmView> {
    let state = match alarm.state() {
        AlarmState::Unacknowledged => AlarmStateView::Unacknowledged,
        AlarmState::Acknowledged => AlarmStateView::Acknowledged,
        AlarmState::ReturnedUnacknowledged => AlarmStateView::ReturnedUnacknowledged,
        AlarmState::Normal => return None,
    };
    let quiet = match alarm.quiet {
        None => None,
        Some(Quiet::Shelved(_)) => Some(QuietView::Shelved),
        Some(Quiet::OutOfService(_)) => Some(QuietView::OutOfService),
        Some(Quiet::AtPeace) => return None,
    };
    let event = &alarm.event;
    let by = |given: &Acknowledgement| acknowledged(given, displays);
    Some(AlarmView {
        id: AlarmId::to_string(&event.alarm),
        number: alarm.number,
        level: event.level.into(),
        state,
        rule: event.rule.to_string(),
        thing: event.subject.thing.to_string(),
        property: event.subject.property.to_string(),
        key: event.key.as_ref().map(ToString::to_string),
        value: event.value,
        extreme: event.extreme,
        threshold: event.threshold,
        started_ms: event.started.as_millis(),
        ended_ms: event.ended.map(Timestamp::as_millis),
        raised_ms: alarm.raised_at.as_millis(),
        raised_by: alarm.raised_by.as_ref().map(rule_version),
        acknowledged: alarm.acknowledgement.as_ref().map(by),
        quiet,
        false_alarm: alarm.false_alarm.as_ref().map(by),
        escalated: alarm.escalation.as_ref().map(|last| EscalatedView {
            stage: last.stage,
            to: last.to.clone(),
            at_ms: last.at.as_millis(),
        }),
        corrected: alarm.corrected,
        before: event.before.map(|before| AlarmBeforeView {
            started_ms: before.started.as_millis(),
            ended_ms: before.ended.map(Timestamp::as_millis),
            extreme: before.extreme,
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_lies_where_its_id_says() {
        let id = ThingId::new("h3:8741a6c5affffff");
        let Ok(id) = id else { panic!("an id") };
        let view = unknown_thing(&id);
        assert_eq!(view.kind, "cell");
        let [lon, lat] = view.place.expect("a cell has a middle");
        assert_eq!(view.outline.len(), 6);
        for [x, y] in view.outline {
            assert!(
                (x - lon).hypot(y - lat) < 0.05,
                "{x} {y} is far from {lon} {lat}"
            );
        }
    }

    #[test]
    fn what_is_no_cell_has_no_place() {
        for id in ["h3:zzz", "gas-01"] {
            let view = unknown_thing(&ThingId::new(id).expect("an id"));
            assert_eq!((view.kind.as_str(), view.place), ("", None));
        }
    }
}
