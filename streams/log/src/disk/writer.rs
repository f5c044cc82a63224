//! The one who writes: takes appends into a commit, writes it in one piece, syncs, publishes, answers.
//!
//! After an error of the disk nothing more is written: a later sync that succeeds would say nothing about what the failed one lost. The
//! commit that failed is cut off again as far as the disk allows, so that what a restart finds is what was synced.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::{debug, trace, warn};
use yiping_model::{Body, CodecError, Position, Record, Timestamp};

use super::files::{File, Files};
use super::format::{
    COMMIT_HEADER_BYTES, CommitHeader, SEGMENT_HEADER_BYTES, SegmentHeader, push_record,
};
use super::reader::Reader;
use super::segment::{Mark, Segment};
use super::settings::Settings;
use crate::ends::Lasts;
use crate::metrics::{Commits, Committed, Stopwatch};
use crate::{Appended, LogError};

/// One append on its way.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) bodies: Vec<Body>,
    /// What the city clock showed when the append was taken.
    pub(super) taken_at: Timestamp,
    pub(super) reply: oneshot::Sender<Result<Appended, LogError>>,
    /// Its share of the queue, given back when it is done.
    pub(super) room: Option<OwnedSemaphorePermit>,
}

/// The file that is written to, and where.
#[derive(Debug)]
pub(super) struct Active {
    pub(super) segment: Arc<Segment>,
    pub(super) file: Box<dyn File>,
    pub(super) size: u64,
}

/// The writer, and the commit it gathers.
#[derive(Debug)]
pub(super) struct Writer {
    pub(super) files: Arc<dyn Files>,
    pub(super) dir: PathBuf,
    pub(super) settings: Settings,
    pub(super) reader: Arc<Reader>,
    pub(super) active: Active,
    /// The last durable record: its position and time.
    pub(super) last: Position,
    pub(super) last_received_at: Timestamp,
    /// The latest time that any record was stamped with, durable or in the batch.
    latest: Timestamp,
    batch: Batch,
    commits: Commits,
}

#[derive(Debug, Default)]
struct Batch {
    bytes: Vec<u8>,
    body: Vec<u8>,
    records: Vec<Record>,
    lasts: Lasts,
    waiting: Vec<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    reply: oneshot::Sender<Result<Appended, LogError>>,
    appended: Appended,
    _room: Option<OwnedSemaphorePermit>,
}

impl Writer {
    pub(super) fn new(
        files: Arc<dyn Files>,
        dir: PathBuf,
        settings: Settings,
        reader: Arc<Reader>,
        active: Active,
        last_received_at: Timestamp,
    ) -> Self {
        Self {
            latest: last_received_at,
            last: reader.last(),
            files,
            dir,
            settings,
            reader,
            active,
            last_received_at,
            batch: Batch::default(),
            commits: Commits::new(),
        }
    }

    /// Waits for the company of the first append, where that is set.
    pub(super) fn wait_for_company(&self) {
        if !self.settings.commit_delay().is_zero() {
            thread::sleep(self.settings.commit_delay());
        }
    }

    /// Puts the request into the batch, or answers it when it can never be written; gives it back when the batch is too full for it.
    pub(super) fn take(&mut self, request: Request) -> Result<(), Request> {
        let batch = &mut self.batch;
        if batch.bytes.is_empty() {
            batch.bytes.resize(COMMIT_HEADER_BYTES, 0);
        }
        let (bytes_before, records_before) = (batch.bytes.len(), batch.records.len());
        let records_after = records_before + request.bodies.len();
        if !batch.records.is_empty() && records_after > self.settings.commit_records_max as usize {
            return Err(request);
        }
        let received_at = self.latest.max(request.taken_at);
        let first = Position(self.last.0 + records_before as u64).next();
        if let Err(error) = batch.encode(&request.bodies, first, received_at, &self.settings) {
            batch.bytes.truncate(bytes_before);
            if matches!(error, Unfit::Full(_)) && records_before > 0 {
                return Err(request);
            }
            debug!(%error, records = request.bodies.len(), "append refused");
            let unwritable = LogError::Unwritable {
                why: error.to_string(),
                bodies: request.bodies,
            };
            answer(request.reply, Err(unwritable));
            return Ok(());
        }
        self.latest = received_at;
        let mut position = first;
        let mut last = first;
        for body in request.bodies {
            batch.lasts.note(position, body.class());
            batch.records.push(Record {
                position,
                received_at,
                body,
            });
            (last, position) = (position, position.next());
        }
        batch.waiting.push(Waiting {
            reply: request.reply,
            appended: Appended { first, last },
            _room: request.room,
        });
        Ok(())
    }

    /// Makes the batch durable, publishes it, and answers those who wait for it.
    pub(super) fn commit(&mut self, watch: Stopwatch) -> Result<(), LogError> {
        let Some(last) = self.batch.records.last().map(|record| record.position) else {
            return Ok(());
        };
        match self.write(last) {
            Ok(written) => {
                self.publish(last, &written, watch);
                Ok(())
            }
            Err(error) => {
                if let Err(also) = self.active.file.cut(self.active.size) {
                    warn!(error = %also, path = %self.active.segment.path.display(), "the commit that failed could not be cut off");
                }
                for waiting in self.batch.waiting.drain(..) {
                    answer(waiting.reply, Err(error.clone()));
                }
                Err(error)
            }
        }
    }

    fn write(&mut self, last: Position) -> Result<Written, LogError> {
        let length = self.batch.bytes.len();
        let begun = self.active.size > SEGMENT_HEADER_BYTES as u64;
        if begun && self.active.size + length as u64 > self.settings.segment_bytes {
            self.roll()?;
        }
        let Active {
            segment,
            file,
            size,
        } = &mut self.active;
        let header = CommitHeader {
            length: u32::try_from(length - COMMIT_HEADER_BYTES)
                .expect("commits are shorter than 16 MiB"),
            count: u32::try_from(self.batch.records.len()).expect("a record takes 25 bytes"),
            last,
        };
        header.write(&mut self.batch.bytes, segment.header.seed(*size));
        file.write_at(&self.batch.bytes, *size)
            .map_err(LogError::io("write to log segment", &segment.path))?;
        let watch = Stopwatch::start();
        if self.settings.sync {
            file.sync()
                .map_err(LogError::io("sync log segment", &segment.path))?;
        }
        *size += length as u64;
        segment.set_durable(*size);
        segment.note(Mark {
            after: last,
            offset: *size,
        });
        Ok(Written {
            bytes: length,
            sync_took: watch.elapsed(),
        })
    }

    /// Closes the segment and begins the next. All its commits are synced already.
    fn roll(&mut self) -> Result<(), LogError> {
        let header = SegmentHeader::begin(self.last.next(), self.last_received_at);
        let (segment, file) = Segment::create(&*self.files, &self.dir, header)?;
        let segment = Arc::new(segment);
        debug!(first = %header.first, "log segment begun");
        self.reader.add_segment(Arc::clone(&segment));
        self.active = Active {
            segment,
            file,
            size: SEGMENT_HEADER_BYTES as u64,
        };
        Ok(())
    }

    fn publish(&mut self, last: Position, written: &Written, watch: Stopwatch) {
        let batch = &mut self.batch;
        let records: Arc<[Record]> = batch.records.drain(..).collect();
        let figures = Committed {
            appends: batch.waiting.len(),
            records: records.len(),
            bytes: written.bytes,
            took: watch.elapsed(),
            sync_took: written.sync_took,
        };
        self.last = last;
        self.last_received_at = self.latest;
        let lasts = std::mem::take(&mut batch.lasts);
        self.reader.publish(&records, &lasts, written.bytes);
        for waiting in batch.waiting.drain(..) {
            answer(waiting.reply, Ok(waiting.appended));
        }
        batch.bytes.clear();
        self.commits.count(&figures);
    }
}

#[derive(Debug)]
struct Written {
    bytes: usize,
    sync_took: std::time::Duration,
}

/// Why an append cannot be put into a batch.
#[derive(Debug, thiserror::Error)]
enum Unfit {
    #[error("the append takes more than {0} bytes; split it")]
    Full(usize),
    #[error("a body takes {bytes} bytes, more than record_bytes_max = {most}")]
    TooLarge { bytes: usize, most: usize },
    #[error("{0}")]
    Codec(#[from] CodecError),
}

impl Batch {
    fn encode(
        &mut self,
        bodies: &[Body],
        first: Position,
        received_at: Timestamp,
        settings: &Settings,
    ) -> Result<(), Unfit> {
        let mut position = first;
        for body in bodies {
            self.body.clear();
            body.encode(&mut self.body)?;
            if self.body.len() > settings.record_bytes_max {
                return Err(Unfit::TooLarge {
                    bytes: self.body.len(),
                    most: settings.record_bytes_max,
                });
            }
            let kind = body.kind() as u8;
            push_record(&mut self.bytes, position, received_at, kind, &self.body);
            if self.bytes.len() > settings.commit_bytes_max {
                return Err(Unfit::Full(settings.commit_bytes_max));
            }
            position = position.next();
        }
        Ok(())
    }
}

pub(super) fn answer(
    reply: oneshot::Sender<Result<Appended, LogError>>,
    answer: Result<Appended, LogError>,
) {
    if reply.send(answer).is_err() {
        trace!("nobody waits for the answer to an append any more");
    }
}
