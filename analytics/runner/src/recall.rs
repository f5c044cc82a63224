//! Asks history for what the engine wants to be told, beside the loop that feeds the engine, and makes records of the answers.

use std::sync::Arc;
use std::time::Duration;

use tracing::{debug, warn};
use yiping_engine::Wanted;
use yiping_model::{Body, Recall, RecallPoint, SourceId};

use crate::metrics::{self, Recalled};
use crate::past::{Memory, Past, PastError};

/// What is asked at once.
pub(crate) struct Question {
    pub(crate) past: Arc<dyn Past>,
    pub(crate) wanted: Vec<Wanted>,
    /// Observations of one answer.
    pub(crate) points_max: usize,
    /// Observations of one record.
    pub(crate) part_points: usize,
    /// How long to wait when history is behind or away.
    pub(crate) pause: Duration,
}

/// What came of it.
pub(crate) struct Asked {
    /// The answers so far, as records; those that lack are asked for again later.
    pub(crate) answers: Vec<Body>,
    /// Why history did not answer.
    pub(crate) trouble: Option<PastError>,
}

impl Question {
    /// Asks; when there is no answer, it takes a pause.
    pub(crate) async fn ask(self) -> Asked {
        let (mut answers, mut trouble) = (Vec::new(), None);
        let mut points = 0;
        for wanted in &self.wanted {
            if points >= self.points_max {
                break;
            }
            match self.past.recall(wanted, self.points_max).await {
                Ok(memory) if memory.as_of < wanted.cause => {
                    metrics::count_recall(Recalled::Behind);
                    break;
                }
                Ok(memory) => {
                    points += memory.observations.len();
                    answers.extend(self.records(wanted, &memory));
                }
                Err(error) => {
                    metrics::count_recall(Recalled::Failed);
                    trouble = Some(error);
                    break;
                }
            }
        }
        if answers.is_empty() {
            tokio::time::sleep(self.pause).await;
        }
        Asked { answers, trouble }
    }

    fn records(&self, wanted: &Wanted, memory: &Memory) -> Vec<Body> {
        let recall = |part, parts, sources, points| {
            Body::Recall(Recall {
                datastream: wanted.datastream.clone(),
                from: wanted.from,
                to: wanted.to,
                as_of: memory.as_of,
                part,
                parts,
                sources,
                points,
            })
        };
        if memory.observations.len() > self.points_max {
            warn!(datastream = %wanted.datastream, from = %wanted.from, to = %wanted.to, limit = self.points_max,
                "late data corrects nothing here: the stretch of time holds more observations than engine.recall_points_max");
            metrics::count_recall(Recalled::TooLong);
            return vec![recall(0, 0, Vec::new(), Vec::new())];
        }
        debug!(datastream = %wanted.datastream, from = %wanted.from, to = %wanted.to, observations = memory.observations.len(), "history recalled");
        metrics::count_recall(Recalled::Answered);
        let mut sources: Vec<SourceId> = Vec::new();
        let mut points = Vec::with_capacity(memory.observations.len());
        for remembered in &memory.observations {
            let known = sources.iter().position(|known| *known == remembered.source);
            let source = known.unwrap_or_else(|| {
                sources.push(remembered.source.clone());
                sources.len() - 1
            });
            points.push(RecallPoint {
                time: remembered.time,
                value: remembered.value,
                source: u32::try_from(source).expect("doors are configured one by one"),
                received_at: remembered.received_at,
            });
        }
        let size = self.part_points.max(1);
        let parts = u32::try_from(points.len().div_ceil(size).max(1)).unwrap_or(u32::MAX);
        let part = |part: u32| {
            let first = part as usize * size;
            let end = (first + size).min(points.len());
            recall(part, parts, sources.clone(), points[first..end].to_vec())
        };
        (0..parts).map(part).collect()
    }
}
