//! What a screen does with a delta: the reference for the app, and for the tests of the fold.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::message::{Delta, StateView};
use crate::{events, row};

/// Takes a delta into a state whose lists are sorted by key, as they come in a snapshot. It must be the delta after that state.
pub fn apply_delta(state: &mut StateView, delta: &Delta) {
    put_all(&mut state.things, &delta.things, |a, b| a.id.cmp(&b.id));
    put_all(&mut state.latest, &delta.latest, |a, b| {
        (&a.thing, &a.property).cmp(&(&b.thing, &b.property))
    });
    for gone in &delta.gone {
        let held = state.latest.binary_search_by(|held| {
            (&held.thing, &held.property).cmp(&(&gone.thing, &gone.property))
        });
        if let Ok(found) = held {
            state.latest.remove(found);
        }
    }
    put_points(state, delta);
    put_all(&mut state.indices, &delta.indices, |a, b| {
        (&a.thing, a.kind).cmp(&(&b.thing, b.kind))
    });
    put_all(&mut state.alarms, &delta.alarms, |a, b| a.id.cmp(&b.id));
    let closed: BTreeSet<&str> = delta.closed.iter().map(String::as_str).collect();
    state
        .alarms
        .retain(|alarm| !closed.contains(alarm.id.as_str()));
    put_all(&mut state.sources, &delta.sources, |a, b| a.id.cmp(&b.id));
    put_all(&mut state.cells, &delta.cells, |a, b| {
        (&a.thing, &a.property).cmp(&(&b.thing, &b.property))
    });
    put_all(&mut state.channels, &delta.channels, |a, b| {
        a.channel.cmp(&b.channel)
    });
    put_all(&mut state.told, &delta.told, |a, b| a.alarm.cmp(&b.alarm));
    state
        .told
        .retain(|told| !told.notices.is_empty() && !closed.contains(told.alarm.as_str()));
    if let Some(shelving) = &delta.shelving {
        state.shelving.clone_from(shelving);
    }
    put_all(&mut state.incidents, &delta.incidents, |a, b| {
        a.id.cmp(&b.id)
    });
    state
        .incidents
        .retain(|incident| !delta.incidents_over.contains(&incident.id));
    put_all(&mut state.waiting, &delta.waiting, |a, b| {
        a.alarm.cmp(&b.alarm)
    });
    state
        .waiting
        .retain(|waiting| !delta.waiting_over.contains(&waiting.alarm));
    for event in &delta.events {
        events::put_among_all(&mut state.events, event);
    }
}

fn put_points(state: &mut StateView, delta: &Delta) {
    for point in &delta.trend_points {
        let place = state.trends.binary_search_by(|trend| {
            (&trend.thing, &trend.property).cmp(&(&point.thing, &point.property))
        });
        match place {
            Ok(found) => {
                row::take(&mut state.trends[found], point);
            }
            Err(free) => state.trends.insert(free, row::begin(point)),
        }
    }
}

fn put_all<T: Clone>(list: &mut Vec<T>, changed: &[T], order: impl Fn(&T, &T) -> Ordering) {
    for item in changed {
        match list.binary_search_by(|held| order(held, item)) {
            Ok(found) => list[found] = item.clone(),
            Err(free) => list.insert(free, item.clone()),
        }
    }
}
