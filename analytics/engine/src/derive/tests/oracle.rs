//! The slow and obvious way.

use std::collections::{BTreeMap, BTreeSet};

use yiping_model::{DatastreamId, ThingId, Timestamp};

use super::{Told, What, at, property_id, time};

const MINUTE: i64 = 60_000_000;

type Settled = BTreeMap<(DatastreamId, Timestamp), (f64, u32)>;

/// A wait that is over: when, how long in µs, and whether somebody was called.
type Wait = (i64, i64, bool);

/// Everything that must be known of all steps up to eleven, computed from everything that was told.
pub(super) fn everything(told: &[Told]) -> Settled {
    let mut out = BTreeMap::new();
    let cell = h3o::LatLng::new(28.97, 118.87).expect("a place");
    let cell = ThingId::of_cell(u64::from(cell.to_cell(h3o::Resolution::Seven)));
    let halls: Vec<&Told> = told
        .iter()
        .filter(|told| told.thing.starts_with('h'))
        .collect();
    each_step(&halls, 1, |step| {
        let called: BTreeSet<_> = of_kind(&halls, "called", step - 10 * MINUTE, step);
        put(
            &mut out,
            cell.as_str(),
            "called_cell",
            step,
            called.len() as f64,
            called.len(),
        );
    });
    for hall in ["h1", "h2"] {
        let events: Vec<&Told> = halls
            .iter()
            .copied()
            .filter(|told| told.thing == hall)
            .collect();
        hall_values(hall, &events, &mut out);
    }
    for gauge in ["g1", "g2"] {
        gauge_values(gauge, told, &mut out);
    }
    out
}

fn put(out: &mut Settled, thing: &str, name: &str, step: i64, value: f64, inputs: usize) {
    let datastream = DatastreamId {
        thing: ThingId::new(thing).expect("valid"),
        property: property_id(name),
    };
    let inputs = u32::try_from(inputs).expect("few");
    out.insert((datastream, Timestamp::from_micros(step)), (value, inputs));
}

fn micros(told: &Told) -> i64 {
    time(told.secs).as_micros()
}

/// Every so many minutes from the first input on; eight o'clock is a step of all.
fn each_step(inputs: &[&Told], minutes: i64, mut act: impl FnMut(i64)) {
    let Some(first) = inputs.iter().map(|told| micros(told)).min() else {
        return;
    };
    let mut step = at("08:00:00").as_micros();
    while step <= at("11:00:00").as_micros() {
        if step >= first {
            act(step);
        }
        step += minutes * MINUTE;
    }
}

fn of_kind(
    events: &[&Told],
    kind: &str,
    from: i64,
    to: i64,
) -> BTreeSet<(u32, &'static str, u8, u8)> {
    let mut found = BTreeSet::new();
    for told in events {
        if let What::Event(this, ticket, part) = told.what
            && this == kind
            && from < micros(told)
            && micros(told) <= to
        {
            found.insert((told.secs, told.thing, ticket, part));
        }
    }
    found
}

/// Which pairs are open at a time, which are over, and how many had begun; of one hall.
fn pairs(
    events: &[&Told],
    until: i64,
    longest: i64,
    key: fn(u8, u8) -> u8,
    drops: &str,
) -> (BTreeMap<u8, i64>, Vec<Wait>, Vec<i64>) {
    let all: BTreeSet<(u32, &str, u8, u8)> = events
        .iter()
        .filter(|told| micros(told) <= until)
        .filter_map(|told| match told.what {
            What::Event(kind, ticket, part) => Some((told.secs, kind, ticket, part)),
            What::Rain(_) => None,
        })
        .collect();
    let (mut open, mut over, mut begun) = (BTreeMap::new(), Vec::new(), Vec::new());
    let moments: BTreeSet<u32> = all.iter().map(|event| event.0).collect();
    for secs in moments {
        let now = time(secs).as_micros();
        for who in 0..6 {
            let of_kind = |kind: &str| {
                let same =
                    |e: &&(u32, &str, u8, u8)| e.0 == secs && e.1 == kind && key(e.2, e.3) == who;
                all.iter().filter(same).count()
            };
            let mut starts = of_kind("taken");
            // In the order in which kinds are named by the formula: called, then left.
            let mut ends = vec![true; of_kind("called")];
            ends.extend(vec![
                false;
                if drops.is_empty() { 0 } else { of_kind(drops) }
            ]);
            let mut ends = ends.into_iter();
            loop {
                let start = open
                    .get(&who)
                    .copied()
                    .filter(|start| now - start < longest);
                match start {
                    Some(start) if ends.len() > 0 => {
                        over.push((now, now - start, ends.next() == Some(true)));
                        open.remove(&who);
                    }
                    _ if starts > 0 => {
                        starts -= 1;
                        open.insert(who, now);
                        begun.push(now);
                    }
                    _ => break,
                }
            }
        }
    }
    open.retain(|_, start| until - *start < longest);
    (open, over, begun)
}

fn hall_values(hall: &str, events: &[&Told], out: &mut Settled) {
    let mut waiting: Vec<(i64, f64)> = Vec::new();
    each_step(events, 1, |step| {
        let ticket = |ticket, _| ticket;
        let (open, over, begun) = pairs(events, step, 15 * MINUTE, ticket, "left");
        put(out, hall, "waiting", step, open.len() as f64, open.len());
        waiting.push((step, open.len() as f64));
        let within = |at: i64, minutes: i64| step - minutes * MINUTE < at && at <= step;
        let waits: Vec<i64> = over
            .iter()
            .filter(|w| w.2 && within(w.0, 10))
            .map(|w| w.1)
            .collect();
        if !waits.is_empty() {
            let mean = waits.iter().sum::<i64>() as f64 / waits.len() as f64 / 1e6;
            put(out, hall, "wait_mean", step, mean, waits.len());
        }
        let left = over.iter().filter(|w| !w.2 && within(w.0, 10)).count();
        put(out, hall, "left_10m", step, left as f64, left);
        let new = begun.iter().filter(|at| within(**at, 10)).count();
        put(out, hall, "begun_10m", step, new as f64, new);
        if new > 0 {
            let rate = left as f64 / new as f64 * 100.0;
            put(out, hall, "abandon", step, rate, left + new);
        }
        let (open, _, _) = pairs(events, step, 40 * MINUTE, |_, part| part, "");
        put(
            out,
            hall,
            "windows_open",
            step,
            open.len() as f64,
            open.len(),
        );
    });
    each_step(events, 2, |step| {
        let (_, over, _) = pairs(events, step, 15 * MINUTE, |ticket, _| ticket, "left");
        let mut waits: Vec<i64> = over
            .iter()
            .filter(|w| w.2 && step - 20 * MINUTE < w.0)
            .map(|w| w.1)
            .collect();
        waits.sort_unstable();
        // The smallest that four fifths do not exceed.
        let enough = |wait: &&i64| {
            let below = waits.iter().filter(|other| other <= wait).count();
            below as f64 >= 0.8 * waits.len() as f64
        };
        if let Some(wait) = waits.iter().find(enough) {
            put(out, hall, "wait_p80", step, *wait as f64 / 1e6, waits.len());
        }
    });
    each_step(events, 5, |step| {
        let last: Vec<f64> = waiting
            .iter()
            .filter(|(at, _)| step - 10 * MINUTE < *at && *at <= step)
            .map(|(_, value)| *value)
            .collect();
        let mean = last.iter().sum::<f64>() / last.len() as f64;
        put(out, hall, "waiting_mean", step, mean, last.len());
    });
}

fn rain(told: &[Told], gauge: &str) -> Vec<(i64, f64)> {
    let mut rain: Vec<(u32, i32)> = told
        .iter()
        .filter(|told| told.thing == gauge)
        .filter_map(|told| match told.what {
            What::Rain(value) => Some((told.secs, value)),
            What::Event(..) => None,
        })
        .collect();
    rain.sort_unstable();
    rain.dedup();
    let timed = rain.into_iter();
    timed
        .map(|(secs, value)| (time(secs).as_micros(), value.into()))
        .collect()
}

fn gauge_values(gauge: &str, told: &[Told], out: &mut Settled) {
    let own = rain(told, gauge);
    let other = if gauge == "g1" {
        rain(told, "g2")
    } else {
        Vec::new()
    };
    let of_gauge: Vec<&Told> = told.iter().filter(|told| told.thing == gauge).collect();
    let newest = |run: &[(i64, f64)], from: i64, to: i64| {
        run.iter()
            .rev()
            .find(|(at, _)| from < *at && *at <= to)
            .copied()
    };
    each_step(&of_gauge, 1, |step| {
        let mut last: Vec<f64> = own
            .iter()
            .filter(|(at, _)| step - 10 * MINUTE < *at && *at <= step)
            .map(|(_, value)| *value)
            .collect();
        if !last.is_empty() {
            put(out, gauge, "sum_10m", step, last.iter().sum(), last.len());
            last.sort_by(f64::total_cmp);
            put(
                out,
                gauge,
                "median_10m",
                step,
                last[(last.len() - 1) / 2],
                last.len(),
            );
        }
        if let Some((late, high)) = newest(&own, step - 5 * MINUTE, step)
            && let Some((early, low)) = newest(&own, late - 10 * MINUTE, late - 5 * MINUTE)
        {
            let hours = (late - early) as f64 / 1e6 / 3600.0;
            put(out, gauge, "rise", step, (high - low) / hours, 2);
        }
        let there = newest(&other, step - 6 * MINUTE, step - 3 * MINUTE);
        if let (Some((_, here)), Some((_, there))) = (newest(&own, step - 3 * MINUTE, step), there)
        {
            put(out, gauge, "fall_from", step, here - there, 2);
        }
    });
}
