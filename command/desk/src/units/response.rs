//! Response times: from the call to the dispatch, from there to the departure, from there to the scene.
//!
//! A leg is the time between its two moments, in seconds. A leg of which a moment is not known is not counted, and one whose moments are in the
//! wrong order is set aside; both are told, so that a figure says on how much it rests. A quantile `q` of `n` values in order is the value at place
//! `(n - 1) q`, counted from 0, and between two values in proportion (Hyndman and Fan's type 7; the default of R). The median is `q = 0.5`.

use serde::Serialize;
use yiping_model::Timestamp;

const MICROS_A_SEC: f64 = 1e6;

/// The moments of one unit on one call, as far as they are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Times {
    /// When the call was received.
    pub call: Option<Timestamp>,
    /// When the unit was told.
    pub dispatch: Option<Timestamp>,
    /// When it left.
    pub en_route: Option<Timestamp>,
    /// When it arrived.
    pub on_scene: Option<Timestamp>,
}

/// One leg over many calls.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Figure {
    /// Legs that count.
    pub count: usize,
    /// Legs of which a moment is not known.
    pub missing: usize,
    /// Legs that end before they begin.
    pub reversed: usize,
    /// The median, seconds; `None` when none counts.
    pub median_secs: Option<f64>,
    /// The 90th percentile, seconds.
    pub p90_secs: Option<f64>,
}

/// The three legs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Figures {
    /// From the call to the dispatch.
    pub call_to_dispatch: Figure,
    /// From the dispatch to the departure.
    pub dispatch_to_en_route: Figure,
    /// From the departure to the scene.
    pub en_route_to_scene: Figure,
}

impl Figures {
    /// The figures of these calls.
    pub fn of(times: &[Times]) -> Self {
        Self {
            call_to_dispatch: Figure::of(times, |times| times.call, |times| times.dispatch),
            dispatch_to_en_route: Figure::of(times, |times| times.dispatch, |times| times.en_route),
            en_route_to_scene: Figure::of(times, |times| times.en_route, |times| times.on_scene),
        }
    }
}

impl Figure {
    fn of(
        times: &[Times],
        from: impl Fn(&Times) -> Option<Timestamp>,
        to: impl Fn(&Times) -> Option<Timestamp>,
    ) -> Self {
        Self::over(times.iter().map(|times| (from(times), to(times))))
    }

    /// The figure over these legs, each from its first moment to its second.
    pub fn over(legs: impl IntoIterator<Item = (Option<Timestamp>, Option<Timestamp>)>) -> Self {
        let mut figure = Self::default();
        let mut micros = Vec::new();
        for (from, to) in legs {
            match from.zip(to) {
                None => figure.missing += 1,
                Some((from, to)) if to < from => figure.reversed += 1,
                Some((from, to)) => micros.push(to.micros_since(from)),
            }
        }
        micros.sort_unstable();
        figure.count = micros.len();
        figure.median_secs = quantile(&micros, 0.5);
        figure.p90_secs = quantile(&micros, 0.9);
        figure
    }
}

/// The quantile of values in order, in seconds.
fn quantile(micros: &[i64], q: f64) -> Option<f64> {
    let last = micros.len().checked_sub(1)?;
    let place = last as f64 * q;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let (low, high) = (micros[below] as f64, micros[above] as f64);
    Some((high - low).mul_add(place - below as f64, low) / MICROS_A_SEC)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(secs: Option<i64>) -> Option<Timestamp> {
        secs.map(Timestamp::from_secs)
    }

    #[test]
    fn what_is_missing_or_reversed_is_told_and_not_counted() {
        let times = [
            (Some(0), Some(60), Some(100), Some(400)),
            (Some(0), Some(61), None, Some(300)),
            (Some(10), Some(5), Some(45), None),
            (Some(0), Some(90), Some(90), Some(100)),
        ];
        let times = times.map(|(call, dispatch, en_route, on_scene)| Times {
            call: at(call),
            dispatch: at(dispatch),
            en_route: at(en_route),
            on_scene: at(on_scene),
        });
        let figures = Figures::of(&times);
        let call = figures.call_to_dispatch;
        assert_eq!((call.count, call.missing, call.reversed), (3, 0, 1));
        assert_eq!(call.median_secs, Some(61.0));
        // 60, 61, 90: place 1.8, so 61 + 0.8 × 29.
        assert!(call.p90_secs.is_some_and(|secs| (secs - 84.2).abs() < 1e-9));
        let left = figures.dispatch_to_en_route;
        assert_eq!(
            (left.count, left.missing, left.median_secs),
            (3, 1, Some(40.0))
        );
        let scene = figures.en_route_to_scene;
        assert_eq!((scene.count, scene.missing), (2, 2));
        assert_eq!(scene.median_secs, Some(155.0));
        assert_eq!(Figures::of(&[]).call_to_dispatch.median_secs, None);
    }

    /// The value that exactly `place` values lie below, by counting and not by sorting.
    fn counted(micros: &[i64], place: usize) -> i64 {
        let fits = |value: &&i64| {
            let below = micros.iter().filter(|other| other < value).count();
            let equal = micros.iter().filter(|other| *other == *value).count();
            (below..below + equal).contains(&place)
        };
        *micros.iter().find(fits).expect("one has this place")
    }

    fn by_counting(micros: &[i64], q: f64) -> f64 {
        let place = (micros.len() - 1) as f64 * q;
        let low = counted(micros, place.floor() as usize) as f64;
        let high = counted(micros, place.ceil() as usize) as f64;
        (low + (high - low) * place.fract()) / MICROS_A_SEC
    }

    proptest! {
        #[test]
        fn a_quantile_is_that_of_counting(secs in prop::collection::vec(0_i64..5_000, 1..80), q in 0.0_f64..=1.0) {
            let mut micros: Vec<i64> = secs.into_iter().map(|secs| secs * 1_000_000).collect();
            let counted = by_counting(&micros, q);
            micros.sort_unstable();
            let found = quantile(&micros, q).expect("some");
            prop_assert!((found - counted).abs() < 1e-6, "{} {}", found, counted);
        }
    }

    /// The real calls: `YIPING_TEST_DATA` is the folder that has `data/dispatch/`. Python's `statistics` gave the same figures.
    #[test]
    fn the_figures_of_real_calls_are_those_of_counting() {
        let Some(folder) = std::env::var_os("YIPING_TEST_DATA") else {
            return;
        };
        let file = std::path::Path::new(&folder).join("data/dispatch/sf_fire_calls_usf_2.csv");
        let mut table = csv::Reader::from_path(file).expect("the table of calls");
        let heads = table.headers().expect("a head").clone();
        let column = |name: &str| heads.iter().position(|head| head == name).expect(name);
        let columns = [
            "Received DtTm",
            "Dispatch DtTm",
            "Response DtTm",
            "On Scene DtTm",
        ]
        .map(column);
        let calls: Vec<[Option<i64>; 4]> = table
            .records()
            .map(|row| {
                let row = row.expect("a row");
                columns.map(|column| seconds(&row[column]))
            })
            .collect();
        let times: Vec<Times> = calls
            .iter()
            .map(|[call, dispatch, en_route, on_scene]| Times {
                call: at(*call),
                dispatch: at(*dispatch),
                en_route: at(*en_route),
                on_scene: at(*on_scene),
            })
            .collect();
        let figures = Figures::of(&times);
        let legs = [
            figures.call_to_dispatch,
            figures.dispatch_to_en_route,
            figures.en_route_to_scene,
        ];
        for (leg, figure) in legs.into_iter().enumerate() {
            let known = calls.iter().filter_map(|call| call[leg].zip(call[leg + 1]));
            let micros: Vec<i64> = known
                .filter(|(from, to)| to >= from)
                .map(|(from, to)| (to - from) * 1_000_000)
                .collect();
            assert_eq!(figure.count, micros.len());
            let close = |found: Option<f64>, q| {
                let found = found.expect("some count");
                assert!((found - by_counting(&micros, q)).abs() < 1e-6, "{leg} {q}");
            };
            close(figure.median_secs, 0.5);
            close(figure.p90_secs, 0.9);
            println!("{figure:?}");
        }
    }

    /// `01/31/2017 11:47:55 PM`; the zone does not matter for differences, and no call lasts over a change of the clock.
    fn seconds(text: &str) -> Option<i64> {
        let parts: Vec<&str> = text.split(['/', ' ', ':']).collect();
        let [month, day, year, hour, minute, second, half] = parts[..].try_into().ok()?;
        let hour = hour.parse::<u32>().ok()? % 12 + if half == "PM" { 12 } else { 0 };
        let iso = format!("{year}-{month}-{day}T{hour:02}:{minute}:{second}Z");
        Timestamp::parse(&iso).ok().map(Timestamp::as_secs)
    }
}
