//! The log for threads that may block.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use yiping_model::{Body, Class, Position};

use super::DiskLog;
use crate::{Appended, Archive, Chunk, Log, LogError, LogId};

/// A [`DiskLog`] whose appends are written and synced on the thread of the caller, who so waits for the disk and not for another thread.
///
/// Only for runtimes that serve nothing that must not wait for the disk. Tasks of one thread that append at the same time share a commit.
#[derive(Debug, Clone)]
pub struct AtHand(Arc<DiskLog>);

impl AtHand {
    pub(super) const fn new(log: Arc<DiskLog>) -> Self {
        Self(log)
    }
}

#[async_trait]
impl Log for AtHand {
    fn id(&self) -> LogId {
        self.0.id()
    }

    async fn append(&self, bodies: Vec<Body>) -> Result<Appended, LogError> {
        let answer = self.0.lay_down(bodies).await?;
        // The others on this thread that have something to append lay it down first.
        tokio::task::yield_now().await;
        self.0.desk.write();
        self.0.answered(answer).await
    }

    async fn read(&self, after: Position, limit: usize) -> Result<Chunk, LogError> {
        self.0.read(after, limit).await
    }

    fn end(&self) -> watch::Receiver<Position> {
        self.0.end()
    }

    fn end_of(&self, class: Class) -> watch::Receiver<Position> {
        self.0.end_of(class)
    }

    async fn retain(
        &self,
        keep_from: Position,
        archive: Option<Arc<dyn Archive>>,
    ) -> Result<(), LogError> {
        self.0.retain(keep_from, archive).await
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::atomic::{AtomicU32, Ordering};

    use yiping_model::Timestamp;

    use super::*;
    use crate::CityClock;
    use crate::conformance::{self, reading};
    use crate::disk::Settings;
    use crate::disk::faults::MemoryFiles;

    fn on(files: &MemoryFiles) -> Arc<DiskLog> {
        let files = Arc::new(files.clone());
        let clock = |_end| CityClock::driven(Timestamp::from_secs(1));
        let log = DiskLog::start(files, Path::new("d"), Settings::default(), clock, None);
        Arc::new(log.expect("opened"))
    }

    #[tokio::test]
    async fn the_log_at_hand_conforms() {
        let place = tempfile::tempdir().expect("a place");
        let count = AtomicU32::new(0);
        conformance::run(async |clock| {
            let name = count.fetch_add(1, Ordering::Relaxed).to_string();
            let settings = Settings {
                segment_bytes: 4_096,
                tail_records_max: 32,
                retain: crate::disk::Retain {
                    bytes_max: 0,
                    ..crate::disk::Retain::default()
                },
                ..Settings::default()
            };
            let log = DiskLog::open(&place.path().join(name), settings, |_end| clock);
            Arc::new(log.expect("opened")).at_hand()
        })
        .await;
    }

    #[tokio::test]
    async fn tasks_of_one_thread_share_a_commit() {
        let files = MemoryFiles::default();
        let log = on(&files).at_hand();
        // One write and one sync.
        files.cut_power_after(2);
        let append = |number| log.append(vec![reading(number)]);
        let (first, second, third) = tokio::join!(append(1), append(2), append(3));
        let firsts = [first, second, third].map(|appended| appended.expect("durable").first);
        assert_eq!(firsts, [Position(1), Position(2), Position(3)]);
        assert!(append(4).await.is_err(), "the power is cut");
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn appends_from_all_sides_are_there_once_and_closing_waits_for_them() {
        let log = on(&MemoryFiles::default());
        let mut appends = Vec::new();
        for number in 0..400_u32 {
            let log: Arc<dyn Log> = match number % 2 {
                0 => Arc::new(log.at_hand()),
                _ => Arc::<DiskLog>::clone(&log),
            };
            appends.push(tokio::spawn(async move {
                log.append(vec![reading(number)]).await.is_ok()
            }));
        }
        tokio::task::yield_now().await;
        log.close().await;
        let mut acknowledged = 0;
        for append in appends {
            acknowledged += usize::from(append.await.expect("answered"));
        }
        let found = log.read(Position::START, 1_000).await.expect("readable");
        assert_eq!(found.len(), acknowledged);
        assert_eq!(*log.end().borrow(), Position(found.len() as u64));
    }

    #[tokio::test]
    async fn after_an_error_of_the_disk_nobody_appends() {
        let files = MemoryFiles::default();
        let log = on(&files);
        files.refuse_writes(true);
        let failed = log.at_hand().append(vec![reading(1)]).await;
        files.refuse_writes(false);
        let later = [
            log.at_hand().append(vec![reading(2)]).await,
            log.append(vec![reading(3)]).await,
        ];
        for refused in later.into_iter().chain([failed]) {
            assert!(matches!(refused, Err(LogError::Io { .. })), "{refused:?}");
        }
        log.close().await;
    }
}
