//! Follows the log, appends what the outbox wants said, and delivers what is due.
//!
//! One task does all of it in turns, and only deliveries run beside it. Where it has read to is remembered every few seconds; what comes
//! after is read again at a start, before anything is said or sent.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{Instant, sleep, sleep_until, timeout, timeout_at};
use yiping_desk::notices::{Due, Outbox, Plan, Row, Standing, Words};
use yiping_log::{CatchUp, Checkpoint, CityClock, Log, LogError, passed_over};
use yiping_model::{Body, Class, Notice, NoticeId, NoticeStep, Position};

use crate::channel::Channels;
use crate::metrics;
use crate::settings::{Settings, SettingsError};

/// What is new is looked for this long after the last look, at the earliest.
const LOOK: Duration = Duration::from_millis(20);
/// While nothing comes for it, it goes on past what came, this often.
const PASS: Duration = Duration::from_secs(1);
/// After an append that the log had no room for.
const ROOM: Duration = Duration::from_millis(250);
/// After the log failed.
const RETRY: Duration = Duration::from_secs(10);
/// How long deliveries that are on their way are waited for at the end.
const GRACE: Duration = Duration::from_secs(2);
/// A channel ends its own delivery; one that does not is given so much more.
const OVERTIME: Duration = Duration::from_secs(2);
/// Steps in one append.
const APPEND_MAX: usize = 512;

/// Where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// What retention must not drop lies behind this record.
    pub position: Position,
    /// Why nothing is told; `None` while the log can be read and written.
    pub trouble: Option<String>,
}

/// The notices of a city; clones are the same.
#[derive(Debug, Clone)]
pub struct Notices(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) log: Arc<dyn Log>,
    pub(crate) clock: CityClock,
    pub(crate) plan: Plan,
    pub(crate) channels: Channels,
    settings: Settings,
    outbox: Mutex<Outbox>,
    tests: AtomicU64,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Notices")
    }
}

impl Notices {
    /// Those of these settings, which tell of this log in these words.
    ///
    /// # Errors
    /// [`SettingsError`] for settings that cannot be.
    pub fn open(
        settings: Settings,
        words: Words,
        log: Arc<dyn Log>,
        clock: CityClock,
    ) -> Result<Self, SettingsError> {
        settings.check()?;
        Ok(Self(Arc::new(Inner {
            log,
            clock,
            plan: Plan::new(&settings.route, words)?,
            channels: Channels::open(&settings)?,
            settings,
            outbox: Mutex::new(Outbox::default()),
            tests: AtomicU64::new(0),
        })))
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// How they stand.
    pub fn standing(&self) -> Standing {
        self.0.outbox().standing(self.0.clock.now())
    }

    /// Tells until `shutdown` turns true; `progress` shows how far it is.
    ///
    /// It never ends with an error: a city is watched though nobody is told, which is shown, and the log keeps what is to be told.
    pub async fn follow(
        self,
        checkpoint: Checkpoint,
        mut shutdown: watch::Receiver<bool>,
        progress: watch::Sender<Progress>,
    ) {
        let mut told = false;
        while !*shutdown.borrow() {
            let follower = Follower {
                inner: &self.0,
                checkpoint: &checkpoint,
                progress: &progress,
                failing: BTreeSet::new(),
            };
            let Err(error) = follower.run(&mut shutdown).await else {
                return;
            };
            metrics::failed();
            if !told {
                tracing::error!(%error, "nobody is told anything; the log keeps what is to be told");
            }
            told = true;
            progress.send_modify(|progress| progress.trouble = Some(error.to_string()));
            tokio::select! {
                () = sleep(RETRY) => {}
                _stop = shutdown.wait_for(|stop| *stop) => {}
            }
        }
    }
}

impl Inner {
    fn outbox(&self) -> MutexGuard<'_, Outbox> {
        self.outbox.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn rows(&self) -> Vec<Row> {
        self.outbox().rows()
    }

    /// Queues a test of a channel; the id of its notice.
    pub(crate) async fn test(
        &self,
        channel: &str,
        person: Option<String>,
        seat: String,
    ) -> Result<NoticeId, LogError> {
        let count = self.tests.fetch_add(1, Ordering::Relaxed);
        let (notice, message) = self
            .plan
            .test(channel, person, seat, self.clock.now(), count);
        let step = NoticeStep::Queued(Box::new(message));
        let queued = Notice {
            notice: notice.clone(),
            step,
        };
        self.log.append(vec![Body::Notice(queued)]).await?;
        Ok(notice)
    }
}

/// A delivery that ended: what the other side answered, why it is none, or `Err(None)` when there is no such channel.
type Ended = (Due, Result<String, Option<String>>);

/// What comes next.
enum Next {
    /// There may be something to read.
    More,
    /// A delivery ended.
    Ended(Box<Ended>),
    /// A delivery broke.
    Broke,
    /// Look around.
    Look,
    /// End.
    Stop,
}

struct Follower<'a> {
    inner: &'a Inner,
    checkpoint: &'a Checkpoint,
    progress: &'a watch::Sender<Progress>,
    /// Channels whose last delivery failed.
    failing: BTreeSet<String>,
}

impl Follower<'_> {
    async fn run(mut self, shutdown: &mut watch::Receiver<bool>) -> Result<(), LogError> {
        let log = &*self.inner.log;
        let (end, mut wanted) = (log.end(), log.end_of(Class::Alarm));
        let at_start = *end.borrow();
        self.open(at_start).await?;
        let mut catch_up = CatchUp::begin("notices", self.inner.outbox().position(), at_start);
        let mut deliveries = JoinSet::new();
        let remember = Duration::from_secs(self.inner.settings.checkpoint_secs);
        let mut beat = self.checkpoint.beat(remember);
        let mut look_at = deadline(Duration::ZERO);
        loop {
            self.say().await?;
            self.begin(&mut deliveries);
            let read = self.inner.outbox().position();
            if beat.is_due(read) {
                beat.begun(read);
                self.keep().await?;
            }
            let (position, pause) = {
                let outbox = self.inner.outbox();
                let wakes = outbox.wakes(self.inner.clock.now());
                metrics::show(
                    outbox.standing(self.inner.clock.now()),
                    outbox.position(),
                    *end.borrow(),
                );
                (outbox.position(), wakes.unwrap_or(PASS).min(PASS))
            };
            let next = tokio::select! {
                _stop = shutdown.wait_for(|stop| *stop) => Next::Stop,
                Some(ended) = deliveries.join_next(), if !deliveries.is_empty() => match ended {
                    Ok(ended) => Next::Ended(Box::new(ended)),
                    Err(_broke) => Next::Broke,
                },
                more = more(&mut wanted, position, look_at) => if more { Next::More } else { Next::Stop },
                () = sleep(pause) => Next::Look,
            };
            match next {
                Next::More => {
                    let limit = self.inner.settings.batch_records_max;
                    let records = log.read(position, limit).await?;
                    catch_up.took(&records);
                    let mut outbox = self.inner.outbox();
                    for record in records.of(Class::Alarm) {
                        outbox.take(record, &self.inner.plan);
                    }
                    // When there is none, retention has taken what was there.
                    let last = records.last().map(|last| last.position);
                    outbox.pass(last.unwrap_or(*wanted.borrow()));
                    look_at = deadline(if outbox.position() < *wanted.borrow() {
                        Duration::ZERO
                    } else {
                        LOOK
                    });
                }
                Next::Look => {
                    if let Some(last) = passed_over(&end, &wanted, position) {
                        self.inner.outbox().pass(last);
                    }
                }
                Next::Ended(ended) => self.ended(*ended),
                Next::Broke => tracing::error!("a delivery broke"),
                Next::Stop => return self.finish(deliveries).await,
            }
        }
    }

    /// The outbox as it was kept; a log of which none was kept is read from its beginning, and told of from its end on.
    async fn open(&self, at_start: Position) -> Result<(), LogError> {
        let kept = blocking(self.checkpoint, Checkpoint::load).await?;
        let kept = kept.and_then(|(_, state)| {
            serde_json::from_slice::<Outbox>(&state)
                .inspect_err(|error| {
                    tracing::warn!(%error, "the outbox that was kept is not read; the log is");
                })
                .ok()
        });
        let is_new = kept.is_none();
        let mut outbox = kept.unwrap_or_else(|| Outbox::begin(at_start));
        outbox.reindex();
        outbox.settle_at(at_start);
        *self.inner.outbox() = outbox;
        if is_new {
            // So that a crash on the way does not begin behind what is raised meanwhile.
            self.keep().await?;
        }
        self.show();
        Ok(())
    }

    async fn keep(&self) -> Result<(), LogError> {
        let (position, state) = {
            let outbox = self.inner.outbox();
            let state =
                serde_json::to_vec(&*outbox).expect("an outbox is made of texts and numbers");
            (outbox.position(), state)
        };
        blocking(self.checkpoint, move |checkpoint| {
            checkpoint.save(position, &state)
        })
        .await?;
        self.progress.send_replace(Progress {
            position,
            trouble: None,
        });
        Ok(())
    }

    fn show(&self) {
        let position = self.inner.outbox().position();
        self.progress.send_replace(Progress {
            position,
            trouble: None,
        });
    }

    /// Appends what the outbox wants said.
    async fn say(&self) -> Result<(), LogError> {
        let settings = &self.inner.settings;
        let now = self.inner.clock.now();
        let said = self.inner.outbox().unsaid(
            now,
            &settings.patience,
            settings.waiting_max,
            &self.inner.plan,
        );
        for some in said.chunks(APPEND_MAX) {
            let bodies = some.iter().cloned().map(Body::Notice).collect();
            match self.inner.log.append(bodies).await {
                Ok(_appended) => some.iter().for_each(told),
                Err(error) if error.is_retryable() => {
                    metrics::failed();
                    tracing::warn!(%error, "the log has no room for notices; they wait");
                    sleep(ROOM).await;
                    // Some of them may be in the log all the same: it is read first.
                    let end = *self.inner.log.end().borrow();
                    self.inner.outbox().settle_at(end);
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Begins the deliveries that are due.
    fn begin(&self, deliveries: &mut JoinSet<Ended>) {
        let (channels, at_once) = (&self.inner.channels, self.inner.settings.deliveries_max);
        let now = self.inner.clock.now();
        let per_minute = |name: &str| channels.per_minute(name);
        let due = self.inner.outbox().due(now, at_once, per_minute);
        for due in due {
            let channel = channels.get(&due.message.channel);
            let limit = self.inner.settings.timeout() + OVERTIME;
            deliveries.spawn(async move {
                let Some(channel) = channel else {
                    return (due, Err(None));
                };
                let this = due.clone();
                let delivery = spawn_blocking(move || channel.deliver(&this));
                let outcome = match timeout(limit, delivery).await {
                    Ok(Ok(outcome)) => outcome.map_err(Some),
                    Ok(Err(_broke)) => Err(Some("the delivery broke".to_owned())),
                    Err(_elapsed) => {
                        Err(Some(format!("took longer than {} ms", limit.as_millis())))
                    }
                };
                (due, outcome)
            });
        }
    }

    fn ended(&mut self, (due, outcome): Ended) {
        let channel = &due.message.channel;
        match &outcome {
            Ok(_) if self.failing.remove(channel) => {
                tracing::info!(channel, "notices are delivered again");
            }
            Err(Some(reason)) if self.failing.insert(channel.clone()) => {
                tracing::warn!(
                    channel,
                    reason,
                    "a notice is not delivered; it is tried again"
                );
            }
            _ => {}
        }
        let now = self.inner.clock.now();
        let patience = &self.inner.settings.patience;
        self.inner.outbox().answered(&due, outcome, now, patience);
    }

    /// Waits a little for what is on its way, and keeps what became of it. What is not waited for is sent again at the next start.
    async fn finish(mut self, mut deliveries: JoinSet<Ended>) -> Result<(), LogError> {
        let until = deadline(GRACE);
        while let Ok(Some(ended)) = timeout_at(until, deliveries.join_next()).await {
            if let Ok(ended) = ended {
                self.ended(ended);
            }
        }
        self.say().await?;
        self.keep().await
    }
}

/// So far from now.
fn deadline(ahead: Duration) -> Instant {
    Instant::now() + ahead
}

/// Waits until the log holds something that may be for us behind this position, but not before `look_at`; false when the log is gone.
async fn more(
    wanted: &mut watch::Receiver<Position>,
    position: Position,
    look_at: Instant,
) -> bool {
    sleep_until(look_at).await;
    wanted.wait_for(|end| *end > position).await.is_ok()
}

/// What everybody may see of a step that is in the log.
fn told(notice: &Notice) {
    metrics::stepped(notice);
    if let NoticeStep::GivenUp { attempts, reason } = &notice.step {
        let id = &notice.notice;
        tracing::error!(notice = %id, attempts, reason, "a notice is given up");
    }
}

/// Runs what blocks on a thread that may.
async fn blocking<T: Send + 'static>(
    checkpoint: &Checkpoint,
    work: impl FnOnce(&Checkpoint) -> Result<T, LogError> + Send + 'static,
) -> Result<T, LogError> {
    let checkpoint = checkpoint.clone();
    match spawn_blocking(move || work(&checkpoint)).await {
        Ok(done) => done,
        Err(_broke) => Err(LogError::Closed),
    }
}
