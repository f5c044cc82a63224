//! Values in a row, one each step of time: the last one has a time, the others count back from it, and where nothing came there is `None`.

use crate::message::{CorrectionView, TREND_POINTS, TrendPoint, TrendView};

/// What a row did with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Taken {
    /// The row began, or began anew.
    Began,
    /// It stands at the new end.
    Appended,
    /// It replaced what stood there.
    Replaced,
    /// It lies before the row's beginning.
    Passed,
}

/// Puts a value `ahead` steps after the last one into a row that is not empty and holds at most `len_max` values.
pub(crate) fn put<T>(
    row: &mut Vec<Option<T>>,
    ahead: i64,
    value: Option<T>,
    len_max: usize,
) -> Taken {
    if ahead > 0 {
        let skipped = usize::try_from(ahead - 1).unwrap_or(len_max).min(len_max);
        row.extend(std::iter::repeat_with(|| None).take(skipped));
        row.push(value);
        row.drain(..row.len().saturating_sub(len_max));
        return Taken::Appended;
    }
    let back = usize::try_from(ahead.unsigned_abs()).unwrap_or(usize::MAX);
    let place = row
        .len()
        .checked_sub(1)
        .and_then(|last| last.checked_sub(back));
    match place {
        Some(place) => {
            row[place] = value;
            Taken::Replaced
        }
        None => Taken::Passed,
    }
}

/// How many steps lie between two starts. Where the zone's offset changes, a step is an hour longer or shorter: the nearest count holds.
pub(crate) const fn steps(from_ms: i64, to_ms: i64, step_secs: u32) -> i64 {
    let step_ms = step_secs as i64 * 1_000;
    (to_ms - from_ms + step_ms / 2).div_euclid(step_ms)
}

/// A trend that holds this point only.
pub(crate) fn begin(point: &TrendPoint) -> TrendView {
    TrendView {
        thing: point.thing.clone(),
        property: point.property.clone(),
        last_ms: point.start_ms,
        step_secs: point.step_secs,
        means: vec![point.mean],
        corrected: correction(point).into_iter().collect(),
    }
}

fn correction(point: &TrendPoint) -> Option<CorrectionView> {
    point.corrected.then_some(CorrectionView {
        start_ms: point.start_ms,
        before: point.before,
    })
}

/// Takes a point into a trend of the same datastream.
pub(crate) fn take(trend: &mut TrendView, point: &TrendPoint) -> Taken {
    if trend.step_secs != point.step_secs {
        *trend = begin(point);
        return Taken::Began;
    }
    let ahead = steps(trend.last_ms, point.start_ms, trend.step_secs);
    let taken = put(&mut trend.means, ahead, point.mean, TREND_POINTS);
    if taken == Taken::Appended {
        trend.last_ms = point.start_ms;
    }
    if taken != Taken::Passed {
        note(trend, point);
    }
    taken
}

/// Keeps the corrections of the windows that the trend spans.
fn note(trend: &mut TrendView, point: &TrendPoint) {
    if trend.corrected.is_empty() && !point.corrected {
        return;
    }
    let (last_ms, step_secs, spanned) = (trend.last_ms, trend.step_secs, trend.means.len() as i64);
    trend.corrected.retain(|held| {
        held.start_ms != point.start_ms && steps(held.start_ms, last_ms, step_secs) < spanned
    });
    let place = trend
        .corrected
        .partition_point(|held| held.start_ms < point.start_ms);
    trend.corrected.splice(place..place, correction(point));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(start_ms: i64, mean: f64) -> TrendPoint {
        TrendPoint {
            thing: "a".into(),
            property: "pm25".into(),
            start_ms,
            step_secs: 10,
            mean: Some(mean),
            corrected: false,
            before: None,
        }
    }

    #[test]
    fn a_gap_is_shown_as_one() {
        let mut trend = begin(&point(0, 1.0));
        assert_eq!(take(&mut trend, &point(30_000, 4.0)), Taken::Appended);
        assert_eq!(trend.means, [Some(1.0), None, None, Some(4.0)]);
    }

    #[test]
    fn a_later_revision_replaces_and_what_lies_before_the_row_passes() {
        let mut trend = begin(&point(10_000, 1.0));
        take(&mut trend, &point(20_000, 2.0));
        assert_eq!(take(&mut trend, &point(10_000, 1.5)), Taken::Replaced);
        assert_eq!(take(&mut trend, &point(0, 9.0)), Taken::Passed);
        assert_eq!(trend.means, [Some(1.5), Some(2.0)]);
        assert_eq!(trend.last_ms, 20_000);
    }

    #[test]
    fn a_correction_is_kept_with_what_was_told_before_as_long_as_its_window_is_spanned() {
        let mut trend = begin(&point(10_000, 1.0));
        take(&mut trend, &point(20_000, 2.0));
        let corrected = TrendPoint {
            corrected: true,
            before: Some(1.0),
            ..point(10_000, 1.5)
        };
        take(&mut trend, &corrected);
        let kept = CorrectionView {
            start_ms: 10_000,
            before: Some(1.0),
        };
        assert_eq!(trend.corrected, [kept]);
        let passed = TREND_POINTS as i64 * 10_000;
        take(&mut trend, &point(passed, 3.0));
        assert_eq!(trend.corrected.len(), 1);
        take(&mut trend, &point(passed + 10_000, 3.0));
        assert_eq!(trend.corrected, []);
    }

    #[test]
    fn a_row_never_outgrows_its_limit() {
        let mut trend = begin(&point(0, 1.0));
        take(&mut trend, &point(i64::MAX / 4, 2.0));
        assert_eq!(trend.means.len(), TREND_POINTS);
        assert_eq!(trend.means.last(), Some(&Some(2.0)));
        assert_eq!(trend.means[0], None);
    }

    #[test]
    fn another_step_begins_anew() {
        let mut trend = begin(&point(0, 1.0));
        let other = TrendPoint {
            step_secs: 60,
            ..point(60_000, 2.0)
        };
        assert_eq!(take(&mut trend, &other), Taken::Began);
        assert_eq!(trend.means, [Some(2.0)]);
    }

    #[test]
    fn a_day_of_23_hours_is_one_day() {
        assert_eq!(steps(0, 23 * 3_600_000, 86_400), 1);
        assert_eq!(steps(0, -25 * 3_600_000, 86_400), -1);
    }
}
