//! The values of the model as the screens see them: plain texts and epoch milliseconds.

use yiping_model::{
    Alarm, AlarmId, AlarmState, Area, Catalogue, DatastreamId, IndexKind, IndexResult, Property,
    Text, Thing, ThingId, Timestamp, WindowResult,
};

use crate::message::{
    AcknowledgedView, AlarmBeforeView, AlarmStateView, AlarmView, AreaView, CityView,
    IndexBeforeView, IndexKindView, IndexView, PropertyView, SubIndexView, TextView, ThingView,
    TrendPoint,
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
    }
}

/// A thing that the catalogue does not know: all that is known is its id.
pub fn unknown_thing(id: &ThingId) -> ThingView {
    ThingView {
        id: id.to_string(),
        name: TextView {
            zh: id.to_string(),
            en: id.to_string(),
        },
        kind: String::new(),
        place: None,
        area: None,
        properties: Vec::new(),
        period_secs: None,
    }
}

/// The mean of a window as a point of its datastream's trend.
pub fn trend_point(window: &WindowResult) -> TrendPoint {
    let DatastreamId { thing, property } = &window.datastream;
    TrendPoint {
        thing: thing.to_string(),
        property: property.to_string(),
        start_ms: window.start.as_millis(),
        step_secs: window.length.secs(),
        mean: window.mean,
        corrected: window.before.is_some(),
        before: window
            .before
            .filter(|before| before.count > 0)
            .map(|before| before.mean),
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

/// An alarm; `None` when it is closed.
pub fn alarm(alarm: &Alarm) -> Option<AlarmView> {
    let state = match alarm.state() {
        AlarmState::Unacknowledged => AlarmStateView::Unacknowledged,
        AlarmState::Acknowledged => AlarmStateView::Acknowledged,
        AlarmState::ReturnedUnacknowledged => AlarmStateView::ReturnedUnacknowledged,
        AlarmState::Normal => return None,
    };
    let event = &alarm.event;
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
        acknowledged: alarm
            .acknowledgement
            .as_ref()
            .map(|given| AcknowledgedView {
                seat: given.seat.clone(),
                at_ms: given.at.as_millis(),
                note: given.note.clone(),
            }),
        corrected: alarm.corrected,
        before: event.before.map(|before| AlarmBeforeView {
            started_ms: before.started.as_millis(),
            ended_ms: before.ended.map(Timestamp::as_millis),
            extreme: before.extreme,
        }),
    })
}
