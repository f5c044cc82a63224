//! Merging: neighbours of which little remains become one file, so that a log of years is few files and opens at once.
//!
//! The records go, their bytes untouched, to a temporary file, which takes the name of the first in one step; its header says up to which
//! segment it answers for. Then the others are removed: those that a crash leaves behind are removed at the next start.

use std::sync::Arc;

use tracing::info;
use yiping_model::{Class, Position};

use super::remains::Remains;
use super::retention::Retention;
use super::segment::{Segment, Walk};
use crate::LogError;

/// So many neighbours are worth a rewrite; the model test has small segments.
const SEGMENTS_MIN: usize = if cfg!(test) { 2 } else { 8 };

impl Retention<'_> {
    /// Merges what can be merged among the segments that every reader has passed.
    pub(super) fn merge(&self, keep_from: Position) -> Result<(), LogError> {
        let passed = self.passed(keep_from).into_iter();
        let segments: Vec<_> = passed.map(|(segment, _)| segment).collect();
        for run in runs(&segments, self.segment_bytes) {
            self.merge_run(run)?;
        }
        Ok(())
    }

    fn merge_run(&self, run: &[Arc<Segment>]) -> Result<(), LogError> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return Ok(());
        };
        let temporary = first.path.with_extension("log.tmp");
        let mut remains = Remains::new(first.header.merged(&last.header));
        for segment in run {
            let mut walk = Walk::from_start(self.files, segment)?;
            while let Some(commit) = walk.commit()? {
                for raw in walk.records(&commit)? {
                    remains
                        .push(self.files, &temporary, &raw?)
                        .map_err(LogError::io("write", &temporary))?;
                }
                walk.pass(&commit);
            }
        }
        let bytes = remains
            .finish(self.files, &temporary)
            .map_err(LogError::io("write", &temporary))?;
        let merged = bytes.map(|bytes| Segment::new(first.path.clone(), remains.header, bytes));
        let range = first.header.first..=last.header.first;
        self.reader.replace(range, merged, || {
            self.files
                .rename(&temporary, &first.path)
                .map_err(LogError::io("replace log segment", &first.path))
        })?;
        self.sync_dir()?;
        for segment in &run[1..] {
            self.files
                .remove(&segment.path)
                .map_err(LogError::io("remove log segment", &segment.path))?;
        }
        info!(first = %first.header.first, last = %last.header.first, segments = run.len(), "log segments merged");
        Ok(())
    }
}

/// Neighbours that keep the same, without input, and have room in one file.
fn runs(segments: &[Arc<Segment>], most: u64) -> Vec<&[Arc<Segment>]> {
    let mut runs = Vec::new();
    let mut rest = segments;
    while let Some(first) = rest.first() {
        let mut bytes = 0;
        let fits = |segment: &&Arc<Segment>| {
            bytes += segment.durable();
            segment.header.keeps == first.header.keeps && bytes <= most
        };
        let count = rest.iter().take_while(fits).count().max(1);
        let (run, others) = rest.split_at(count);
        if run.len() >= SEGMENTS_MIN && first.header.keeps > Class::Input {
            runs.push(run);
        }
        rest = others;
    }
    runs
}
