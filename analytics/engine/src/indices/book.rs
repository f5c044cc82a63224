//! The air quality index of one thing, hour by hour and day by day.
//!
//! The book keeps the valid hourly means that an index may still need. Both reports are the same calculation: an item is a mean over its
//! hours. The hourly report takes the mean that ends with its hour; the daily report takes the largest mean whose hours lie within the day
//! (of 24 hours there is one, of 8 hours there are 17, of 1 hour 24).

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    IndexBefore, IndexKind, IndexResult, PropertyId, SubIndex, ThingId, Timestamp, WindowLength,
    WindowResult, Zone,
};

use super::concentration::Concentration;
use super::laws::{Above, AqiItem, AqiLaw, AqiLaws};
use crate::episodes::Point;

const HOUR: Duration = WindowLength::HOUR.duration();
const DAY: Duration = WindowLength::DAY.duration();

/// Hours kept of each pollutant at most, however long late truth is waited for.
const HOURS_HELD_MAX: usize = 1_000;

/// The hourly means of one thing that an index may still need, and how far it has been reported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct AqiBook {
    /// Valid hourly means, by the start of the hour.
    hours: BTreeMap<PropertyId, BTreeMap<Timestamp, Concentration>>,
    /// Days that hold a window, valid or not, and have not been reported.
    days: BTreeSet<Timestamp>,
    /// Every period that ended by then has been reported.
    reported_until: Option<Timestamp>,
    /// Hours from then on may still be corrected.
    kept_from: Option<Timestamp>,
    /// How often a report was corrected.
    revisions: BTreeMap<(Timestamp, IndexKind), u32>,
}

impl AqiBook {
    /// Remembers from here on what reports of hours from then on rest on, so that they can be corrected.
    pub fn keep_from(&mut self, from: Timestamp) {
        self.kept_from = Some(from);
    }

    /// Takes a closed window of one hour. Windows of another length and properties that the law does not judge are passed over.
    ///
    /// A later revision of an hour replaces it for the means that are still to come; [`AqiBook::correct`] gives again those that were given.
    pub fn take_hour(&mut self, laws: &AqiLaws, zone: &Zone, window: &WindowResult) {
        let Some(law) = laws.at(zone, window.start) else {
            return;
        };
        let property = &window.datastream.property;
        if window.length != WindowLength::HOUR || !law.judges(property) {
            return;
        }
        let day = zone.window_start(window.start, WindowLength::DAY);
        if self.is_open(day + DAY) {
            self.days.insert(day);
        }
        let minutes = u64::from(window.count) * 60;
        let valid = minutes >= u64::from(window.expected) * u64::from(law.hour_minutes_min);
        if let (true, Some(mean)) = (valid, Concentration::from_f64(window.mean)) {
            let hours = self.hours.entry(property.clone()).or_default();
            hours.insert(window.start, mean);
            if hours.len() > HOURS_HELD_MAX {
                hours.pop_first();
            }
        }
    }

    /// Gives every index whose period ended at or before the watermark and was not given yet, in time order.
    ///
    /// An hour without a valid mean of any pollutant gives nothing, a day without a window gives nothing: a long silence is short work.
    pub fn pass(
        &mut self,
        laws: &AqiLaws,
        zone: &Zone,
        thing: &ThingId,
        watermark: Timestamp,
        out: &mut Vec<IndexResult>,
    ) {
        let until = zone.window_start(watermark, WindowLength::HOUR);
        if !self.is_open(until) {
            return;
        }
        for (_, kind, start) in self.due(until) {
            if let Some(law) = laws.at(zone, start) {
                out.push(self.report(laws, law, thing, kind, start));
            }
        }
        self.reported_until = Some(until);
        self.days.retain(|day| *day + DAY > until);
        // A report rests on the day before its end, and the day of a report that may be corrected begins before it.
        let corrected = self.kept_from.map_or(until, |from| from - DAY);
        let kept_from = corrected.min(until) - DAY;
        self.revisions.retain(|(start, _), _| *start >= kept_from);
        self.hours.retain(|_, hours| {
            *hours = hours.split_off(&kept_from);
            !hours.is_empty()
        });
    }

    /// Takes hours that were told again, and gives again the reports that they change, in time order.
    pub fn correct(
        &mut self,
        laws: &AqiLaws,
        zone: &Zone,
        thing: &ThingId,
        hours: &[&WindowResult],
    ) -> Vec<IndexResult> {
        let periods = self.resting_on(zone, hours);
        let told = |book: &Self| -> Vec<Option<IndexResult>> {
            let report = |(end, kind, start): &(Timestamp, IndexKind, Timestamp)| {
                let law = laws.at(zone, *start)?;
                let given = book.is_given(*kind, *start);
                (!book.is_open(*end) && given).then(|| book.report(laws, law, thing, *kind, *start))
            };
            periods.iter().map(report).collect()
        };
        let before = told(self);
        for hour in hours {
            self.take_hour(laws, zone, hour);
        }
        let after = told(self);
        let mut corrected = Vec::new();
        for (before, after) in before.into_iter().zip(after) {
            let Some(after) = after.filter(|after| before.as_ref() != Some(after)) else {
                continue;
            };
            let revision = self.revisions.entry((after.start, after.kind)).or_insert(0);
            *revision += 1;
            corrected.push(IndexResult {
                revision: *revision,
                before: Some(IndexBefore {
                    value: before.and_then(|before| before.value),
                }),
                ..after
            });
        }
        corrected
    }

    /// The values of the reports that were given, from this time on.
    pub fn values(
        &self,
        laws: &AqiLaws,
        zone: &Zone,
        thing: &ThingId,
        kind: IndexKind,
        from: Timestamp,
    ) -> Vec<Point> {
        let hours = self.hours.values().flat_map(BTreeMap::keys).copied();
        let starts: BTreeSet<Timestamp> = match kind {
            IndexKind::AqiHourly => hours.collect(),
            IndexKind::AqiDaily => hours
                .map(|hour| zone.window_start(hour, WindowLength::DAY))
                .collect(),
        };
        let given = starts.into_iter().filter(|start| {
            let end = *start + length(kind);
            *start >= from && !self.is_open(end)
        });
        given
            .filter_map(|time| {
                let law = laws.at(zone, time)?;
                let value = self.report(laws, law, thing, kind, time).value?;
                Some(Point {
                    time,
                    value: f64::from(value),
                })
            })
            .collect()
    }

    /// The periods whose reports rest on these hours, by their ends.
    fn resting_on(
        &self,
        zone: &Zone,
        hours: &[&WindowResult],
    ) -> BTreeSet<(Timestamp, IndexKind, Timestamp)> {
        let mut periods = BTreeSet::new();
        for hour in hours {
            let day = zone.window_start(hour.start, WindowLength::DAY);
            periods.insert((day + DAY, IndexKind::AqiDaily, day));
            periods.extend((0..24).map(|later| {
                let start = hour.start + HOUR * later;
                (start + HOUR, IndexKind::AqiHourly, start)
            }));
        }
        periods.retain(|(end, ..)| !self.is_open(*end));
        periods
    }

    /// Whether there is what a report needs to be given: a valid hour.
    fn is_given(&self, kind: IndexKind, start: Timestamp) -> bool {
        let mut pollutants = self.hours.values();
        pollutants.any(|hours| hours.range(start..start + length(kind)).next().is_some())
    }

    fn is_open(&self, end: Timestamp) -> bool {
        self.reported_until.is_none_or(|until| end > until)
    }

    /// The periods to report, by their end.
    fn due(&self, until: Timestamp) -> BTreeSet<(Timestamp, IndexKind, Timestamp)> {
        let from = self
            .reported_until
            .map_or(Timestamp::MIN, |until| until - HOUR);
        let hours = self.hours.values().flat_map(|hours| hours.range(from..));
        let hours = hours.map(|(start, _)| (*start + HOUR, IndexKind::AqiHourly, *start));
        let days = self.days.iter();
        let days = days.map(|start| (*start + DAY, IndexKind::AqiDaily, *start));
        hours
            .chain(days)
            .filter(|(end, ..)| *end <= until && self.is_open(*end))
            .collect()
    }

    fn report(
        &self,
        laws: &AqiLaws,
        law: &AqiLaw,
        thing: &ThingId,
        kind: IndexKind,
        start: Timestamp,
    ) -> IndexResult {
        let items = match kind {
            IndexKind::AqiHourly => &law.hourly,
            IndexKind::AqiDaily => &law.daily,
        };
        let items = items.iter().filter_map(|name| law.item(name));
        let parts: Vec<SubIndex> = items
            .map(|item| self.judge(law, item, kind, start))
            .collect();
        let value = published(law, &parts);
        let primary = |index: u16| {
            let shares = |part: &&SubIndex| index > law.primary_above && part.iaqi == Some(index);
            let names = parts.iter().filter(shares);
            names.map(|part| part.property.clone()).collect()
        };
        IndexResult {
            thing: thing.clone(),
            kind,
            start,
            law: law.name.clone(),
            revision: 0,
            value,
            level: value.and_then(|index| laws.level(index)),
            primary: value.map(primary).unwrap_or_default(),
            parts,
            before: None,
        }
    }

    /// The individual index of one item, or of the item that stands in for it above its table.
    fn judge(&self, law: &AqiLaw, item: &AqiItem, kind: IndexKind, start: Timestamp) -> SubIndex {
        let mut judged = item;
        let mut concentration = self.concentration(item, kind, start);
        if let (Above::Item(name), Some(value)) = (&item.above, concentration)
            && item.is_above(value)
            && let Some(other) = law.item(name)
        {
            judged = other;
            concentration = self.concentration(other, kind, start);
        }
        let unit = 10_f64.powi(i32::from(judged.decimals));
        SubIndex {
            item: judged.name.clone(),
            property: judged.property.clone(),
            concentration: concentration.map(|value| value as f64 / unit),
            iaqi: concentration.and_then(|value| judged.iaqi(&law.iaqi, value)),
        }
    }

    /// What the item judges in this period, in units of its last decimal.
    fn concentration(&self, item: &AqiItem, kind: IndexKind, start: Timestamp) -> Option<i64> {
        let hours = self.hours.get(&item.property)?;
        let span = HOUR * u32::from(item.hours);
        let mean_until = |end: Timestamp| {
            let means = || hours.range(end - span..end).map(|(_, mean)| *mean);
            let enough = means().count() >= usize::from(item.hours_min);
            enough.then(|| Concentration::rounded_mean(means(), item.decimals))?
        };
        match kind {
            IndexKind::AqiHourly => mean_until(start + HOUR),
            // Rounding keeps the order, so the largest of the rounded means is the largest mean, rounded.
            IndexKind::AqiDaily => (u32::from(item.hours)..=24)
                .filter_map(|hours| mean_until(start + HOUR * hours))
                .max(),
        }
    }
}

const fn length(kind: IndexKind) -> Duration {
    match kind {
        IndexKind::AqiHourly => HOUR,
        IndexKind::AqiDaily => DAY,
    }
}

fn published(law: &AqiLaw, parts: &[SubIndex]) -> Option<u16> {
    let index = parts.iter().filter_map(|part| part.iaqi).max()?;
    let complete = parts.iter().all(|part| part.iaqi.is_some());
    (complete || index > law.missing_publish_above).then_some(index)
}
