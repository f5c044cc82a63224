//! A log and a history in memory: what comes late is answered as the runner would answer it.

use std::collections::BTreeMap;

use yiping_model::{
    Body, DatastreamId, Finding, Position, Quality, Recall, RecallPoint, Record, SourceId,
    Timestamp,
};

use crate::{Engine, Wanted};

/// Everything that ever came, in the order of the log.
#[derive(Default)]
pub(super) struct History {
    pub(super) log: Vec<Record>,
}

impl History {
    /// Appends a record at the end of the log.
    pub(super) fn append(&mut self, received_at: Timestamp, body: Body) -> Record {
        let record = Record {
            position: Position(self.log.len() as u64 + 1),
            received_at,
            body,
        };
        self.log.push(record.clone());
        record
    }

    /// What history answers, by all that it holds, in parts of this many observations.
    pub(super) fn answer(&self, wanted: &Wanted, part_points: usize) -> Vec<Body> {
        let mut first: BTreeMap<(Timestamp, u64, SourceId), (f64, Timestamp)> = BTreeMap::new();
        for record in &self.log {
            let Body::Reading(reading) = &record.body else {
                continue;
            };
            let time = reading.phenomenon_time;
            if reading.thing != wanted.datastream.thing || !(wanted.from..wanted.to).contains(&time)
            {
                continue;
            }
            for measured in &reading.values {
                if measured.property == wanted.datastream.property
                    && measured.quality == Quality::Good
                {
                    let key = (time, measured.value.to_bits(), reading.source.clone());
                    first
                        .entry(key)
                        .or_insert((measured.value, record.received_at));
                }
            }
        }
        let sources: Vec<SourceId> = first.keys().map(|(_, _, source)| source.clone()).collect();
        let points: Vec<RecallPoint> = (0..)
            .zip(&first)
            .map(|(source, ((time, ..), (value, received_at)))| RecallPoint {
                time: *time,
                value: *value,
                source,
                received_at: *received_at,
            })
            .collect();
        self.parts(&wanted.datastream, wanted, &sources, &points, part_points)
    }

    fn parts(
        &self,
        datastream: &DatastreamId,
        wanted: &Wanted,
        sources: &[SourceId],
        points: &[RecallPoint],
        part_points: usize,
    ) -> Vec<Body> {
        let chunks: Vec<&[RecallPoint]> = if points.is_empty() {
            vec![&[]]
        } else {
            points.chunks(part_points).collect()
        };
        let parts = u32::try_from(chunks.len()).expect("few");
        let part = |(part, points): (u32, &&[RecallPoint])| {
            Body::Recall(Recall {
                datastream: datastream.clone(),
                from: wanted.from,
                to: wanted.to,
                as_of: Position(self.log.len() as u64),
                part,
                parts,
                sources: sources.to_vec(),
                points: points.to_vec(),
            })
        };
        (0..).zip(&chunks).map(part).collect()
    }

    /// Lets the engine take the last records, and then answers whatever it wants until it wants nothing.
    pub(super) fn settle(&mut self, engine: &mut Engine, findings: &mut Vec<Finding>) {
        for _ in 0..50 {
            let now = self.log.last().expect("something came").received_at;
            let later = now + std::time::Duration::from_secs(11);
            let tick = self.append(later, Body::Tick);
            engine.handle(&[tick]);
            let wanted = engine.wanted();
            if wanted.is_empty() {
                findings.extend(engine.drain());
                return;
            }
            for wanted in wanted {
                for body in self.answer(&wanted, 7) {
                    let record = self.append(later, body);
                    engine.handle(&[record]);
                }
            }
            findings.extend(engine.drain());
        }
        panic!("it never has enough: {:?}", engine.wanted());
    }
}
