//! What a thing does with history's answers: its datastreams correct themselves, and then its indices.

use std::time::Duration;

use yiping_model::{
    AlarmId, DatastreamId, IndexKind, IndexResult, Outcome, PropertyId, Timestamp, WindowResult,
};

use super::{Hands, Thing, is_hour};
use crate::cell::Cell;
use crate::engine::Wanted;
use crate::episodes::Episode;
use crate::judge::Truth;
use crate::recall::Parts;
use crate::setup::Setup;
use crate::stream::{Correcting, Stream};

impl Thing {
    /// What it wants to be told by history and has wanted since `ripe`.
    pub(crate) fn wanted(&self, ripe: Timestamp) -> impl Iterator<Item = Wanted> {
        self.streams.iter().flat_map(move |stream| {
            let stretches = stream.stretches().iter();
            let ripe = stretches.filter(move |stretch| stretch.since <= ripe);
            ripe.map(|stretch| Wanted {
                datastream: DatastreamId {
                    thing: self.id.clone(),
                    property: stream.property.clone(),
                },
                from: stretch.from,
                to: stretch.to,
                cause: stretch.cause,
            })
        })
    }

    /// One of its datastreams.
    pub(crate) fn stream(&self, property: &PropertyId) -> Option<&Stream> {
        let place = self
            .streams
            .binary_search_by(|stream| stream.property.cmp(property));
        place.ok().map(|place| &self.streams[place])
    }

    /// Forgets what is late of a datastream and neither it nor its cell needs any more.
    pub(crate) fn forget_late(&mut self, cell: &Cell, setup: &Setup) {
        let horizon = self.watermark - setup.settings.revise();
        let mut streams = self.streams.iter_mut();
        if let Some(stream) = streams.find(|stream| stream.property == cell.property) {
            stream.forget_late(horizon, cell);
        }
    }

    /// Corrects what history's answer tells otherwise.
    pub(crate) fn recall(&mut self, parts: &Parts, hands: &mut Hands<'_>) {
        let Some(stream) = stream(&mut self.streams, parts) else {
            return;
        };
        let mut correcting = Correcting {
            thing: &self.id,
            watermark: self.watermark,
            setup: hands.setup,
            outbox: hands.outbox,
            sources: hands.sources,
            cells: hands.cells,
        };
        let mut results = stream.recall(&parts.recalled(), &mut correcting);
        results.sort_by_key(|(order, _)| *order);
        let results: Vec<WindowResult> = results.into_iter().map(|(_, result)| result).collect();
        for result in &results {
            hands.counts.revised += 1;
            hands.outbox.push(Outcome::Window(result.clone()));
        }
        self.look_again();
        self.correct_indices(&results, hands);
    }

    /// The stretch holds more than history may recall: what is late in it corrects nothing.
    pub(crate) fn give_up(&mut self, parts: &Parts, hands: &mut Hands<'_>) {
        if let Some(stream) = stream(&mut self.streams, parts) {
            hands.counts.unrevised += stream.give_up(&parts.recalled());
            self.look_again();
        }
    }

    /// From when on everything has to be remembered.
    pub(super) fn kept_from(&self, setup: &Setup) -> Timestamp {
        let horizon = self.watermark - setup.settings.revise();
        let wanted = self.streams.iter().flat_map(Stream::stretches);
        let first = wanted.map(|stretch| stretch.from).min();
        first.map_or(horizon, |first| first.min(horizon))
    }

    fn look_again(&mut self) {
        let mut streams = self.streams.iter();
        self.wanting = streams.any(|stream| !stream.stretches().is_empty());
        self.next_end = self.streams.iter().filter_map(Stream::next_end).min();
    }

    fn correct_indices(&mut self, results: &[WindowResult], hands: &mut Hands<'_>) {
        let setup = hands.setup;
        let hours: Vec<&WindowResult> = results.iter().filter(|result| is_hour(result)).collect();
        if hours.is_empty() {
            return;
        }
        let zone = &setup.catalogue.zone;
        for hour in &hours {
            self.expect_hours(hour, setup);
        }
        let corrected = self.book.correct(&setup.laws, zone, &self.id, &hours);
        hands.counts.revised += corrected.len() as u64;
        for index in &corrected {
            hands.outbox.push(Outcome::Index(index.clone()));
        }
        self.judge_indices_again(&corrected, hands);
    }
}

impl Thing {
    /// Indices that changed are judged again, from the first of them on, or from the beginning of the alarm that lasts there.
    fn judge_indices_again(&mut self, corrected: &[IndexResult], hands: &mut Hands<'_>) {
        let setup = hands.setup;
        let kept = self
            .kept_from(setup)
            .min(first_of(corrected, self.watermark));
        for kind in [IndexKind::AqiHourly, IndexKind::AqiDaily] {
            let of_kind = corrected.iter().filter(|index| index.kind == kind);
            let Some(first) = of_kind.map(|index| index.start).min() else {
                continue;
            };
            let property = &setup.index(kind).property;
            let subject = DatastreamId {
                thing: self.id.clone(),
                property: property.clone(),
            };
            let judges = match kind {
                IndexKind::AqiHourly => &mut self.hourly,
                IndexKind::AqiDaily => &mut self.daily,
            };
            for judge in judges {
                judge.forget(kept);
                let begin = judge.covering(first);
                let from = begin.map_or(first, |alarm| alarm.start.time) - judge.criterion().lead();
                let rule = setup.rule(judge.rule);
                let fresh = |episode: &Episode, nth: u64| {
                    let at = episode.start.time + Duration::from_micros(nth);
                    AlarmId::of(
                        &rule.id,
                        &subject,
                        &setup.own_source,
                        at,
                        episode.start.value,
                    )
                };
                let values =
                    self.book
                        .values(&setup.laws, &setup.catalogue.zone, &self.id, kind, from);
                let truth = Truth {
                    from,
                    to: None,
                    settled: values.into_iter(),
                    unsettled: &[],
                    watermark: self.watermark,
                };
                let mut told = Vec::new();
                judge.correct(truth, fresh, &mut told);
                hands.outbox.tell(setup, judge, &self.id, property, told);
            }
        }
    }
}

fn first_of(indices: &[IndexResult], watermark: Timestamp) -> Timestamp {
    let starts = indices.iter().map(|index| index.start);
    starts.min().unwrap_or(watermark)
}

fn stream<'a>(streams: &'a mut [Stream], parts: &Parts) -> Option<&'a mut Stream> {
    let property = &parts.datastream.property;
    let place = streams
        .binary_search_by(|stream| stream.property.cmp(property))
        .ok()?;
    Some(&mut streams[place])
}
