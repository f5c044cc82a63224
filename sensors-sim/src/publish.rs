//! The city's messages on their way to an MQTT broker, each at the time at which it is due.
//!
//! At `QoS` 1 a message stays outstanding until the broker has acknowledged it, in the order in which it was sent (MQTT 3.1.1, 4.6: the
//! acknowledgements come in the order of the messages). When a connection ends, the next one sends the outstanding messages again, in
//! their order. At most `outstanding_max` messages are under way; beyond that the broker sets the pace.

mod link;
mod pace;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::Duration;

use rumqttc::ConnectReturnCode;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::{debug, info, warn};
use yiping_model::Timestamp;

use crate::city::{City, Cuts, Message, Messages, Wish};
use crate::figures::Figure;
use crate::settings::{Settings, SettingsError};
use link::{Link, Over};
use pace::Pace;

const BACKOFF_MIN: Duration = Duration::from_millis(100);
const BACKOFF_MAX: Duration = Duration::from_secs(5);
/// How long a stop waits for acknowledgements, and then for the farewell to leave.
const FAREWELL: Duration = Duration::from_millis(400);
/// The longest time without a look at the city clock, which others may set.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(250);
/// A city that is waited for goes ahead of the acknowledgements by so much at most: what arrives is no older.
const AHEAD_MAX: Duration = Duration::from_secs(15);
/// A run has no end of its own.
const NEVER: Timestamp = Timestamp::from_micros(i64::MAX);

/// Where the broker listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MqttTarget {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Messages handed to the connection, first attempts only.
    pub published: u64,
    /// Of these, acknowledged by the broker.
    pub acknowledged: u64,
    /// Second and later attempts.
    pub resent: u64,
}

/// Why the simulator cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// A setting is out of its bounds.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The broker does not want us.
    #[error("the broker at {host}:{port} refused the simulator ({code:?}): check its access rules")]
    Refused {
        /// Name or address of the broker.
        host: String,
        /// Its port.
        port: u16,
        /// Its reason.
        code: ConnectReturnCode,
    },
}

/// Sends the city's history and then its life to the broker, until `shutdown` says stop or its sender is gone.
///
/// `now` is the city clock. It is told up to when the city may go on, everything before being sent and acknowledged but for a few seconds: a clock that
/// waits for the city is moved there, any other need not listen. What is asked for by `wishes` comes besides, as
/// [`Messages::ask`] says. A broker that is not there, or goes away, is waited for.
///
/// # Errors
/// [`SimError`] for settings out of bounds, and when the broker refuses the simulator for good.
pub async fn run(
    city: City,
    now: impl Fn(Timestamp) -> Timestamp + Send,
    mqtt: MqttTarget,
    settings: Settings,
    wishes: watch::Receiver<Vec<Wish>>,
    mut shutdown: watch::Receiver<bool>,
) -> Result<Totals, SimError> {
    settings.check()?;
    if let Some(first) = city.silent().first() {
        let count = city.silent().len();
        warn!(%first, count, "the city has no model for some datastreams, they stay silent");
    }
    let mut sender = Sender::new(&city, now, &settings, wishes);
    let mut backoff = BACKOFF_MIN;
    loop {
        let mut link = Link::open(&mqtt, &settings);
        let over = match sender.serve(&mut link, &mut shutdown).await {
            End::Stopped => return Ok(sender.totals),
            End::Cut => {
                Figure::ConnectionsCut.add(1);
                debug!("cut the connection, as the faults say");
                continue;
            }
            End::Lost(over) => over,
        };
        Figure::ConnectionsLost.add(1);
        if let Some(code) = over.refused {
            let MqttTarget { host, port } = mqtt;
            return Err(SimError::Refused { host, port, code });
        }
        if over.connected {
            backoff = BACKOFF_MIN;
        }
        if over.connected || backoff == BACKOFF_MAX {
            warn!(reason = %over.reason, host = %mqtt.host, port = mqtt.port, "no connection to the broker, trying again");
        } else {
            debug!(reason = %over.reason, "no connection to the broker yet");
        }
        tokio::select! {
            biased;
            () = stopped(&mut shutdown) => return Ok(sender.totals),
            () = sleep(backoff) => backoff = (backoff * 2).min(BACKOFF_MAX),
        }
    }
}

/// How a connection ended.
enum End {
    Stopped,
    /// By ourselves, without taking leave: a fault on request.
    Cut,
    Lost(Over),
}

/// What outlives a connection: the messages that are still to come, and those that are not yet acknowledged.
struct Sender<'a, N> {
    now: N,
    coming: Messages<'a>,
    wishes: watch::Receiver<Vec<Wish>>,
    outstanding: VecDeque<Message>,
    outstanding_max: usize,
    pace: Pace,
    cuts: Cuts,
    cut: bool,
    totals: Totals,
}

impl<'a, N: Fn(Timestamp) -> Timestamp + Send> Sender<'a, N> {
    fn new(
        city: &'a City,
        now: N,
        settings: &Settings,
        mut wishes: watch::Receiver<Vec<Wish>>,
    ) -> Self {
        wishes.mark_changed();
        Self {
            now,
            coming: city.run(NEVER),
            wishes,
            outstanding: VecDeque::with_capacity(settings.outstanding_max.into()),
            outstanding_max: settings.outstanding_max.into(),
            pace: Pace::new(city.start(), settings.speed),
            cuts: Cuts::of(&settings.faults, settings.seed),
            cut: false,
            totals: Totals::default(),
        }
    }

    /// Sends over one connection until it ends or the simulator is told to stop.
    async fn serve(&mut self, link: &mut Link, shutdown: &mut watch::Receiver<bool>) -> End {
        let mut resumed = false;
        loop {
            let seen = link.look();
            self.settle(seen.newly_acknowledged);
            if let Some(over) = seen.over {
                return End::Lost(over);
            }
            if seen.connected && !resumed {
                self.resume(link);
                resumed = true;
            }
            let wait = if seen.connected {
                self.fill(link)
            } else {
                LOOK_AT_CLOCK
            };
            if std::mem::take(&mut self.cut) {
                return End::Cut;
            }
            tokio::select! {
                biased;
                () = stopped(shutdown) => {
                    self.part(link).await;
                    return End::Stopped;
                }
                () = link.changed() => {}
                () = sleep(wait) => {}
            }
        }
    }

    /// Sends again what the last connection left without an acknowledgement.
    fn resume(&mut self, link: &Link) {
        let again = self.outstanding.len();
        info!(again, "connected to the broker");
        for message in &self.outstanding {
            link.publish(message);
        }
        self.totals.resent += again as u64;
        Figure::MessagesResent.add(again as u64);
    }

    /// Sends what is due, as far as there is room; gives the time until there may be more to do.
    fn fill(&mut self, link: &Link) -> Duration {
        let mut now = self.now();
        self.heed(now);
        let mut reached = None;
        while self.outstanding.len() < self.outstanding_max {
            if self.coming.peek_at().is_none_or(|at| at > now) {
                break;
            }
            let Some(message) = self.coming.next() else {
                break;
            };
            link.publish(&message);
            reached = Some(message.at);
            self.outstanding.push_back(message);
            self.totals.published += 1;
            Figure::MessagesPublished.add(1);
            if self.cuts.after(self.totals.published) {
                self.cut = true;
                break;
            }
            now = self.now();
        }
        if let Some(reached) = reached {
            self.pace.note_sent(reached, now, self.totals.published);
        }
        match self.coming.peek_at() {
            Some(at) if at > now => {
                self.pace.note_caught_up(self.totals.published);
                self.pace.machine_time(at, now).min(LOOK_AT_CLOCK)
            }
            _ => LOOK_AT_CLOCK,
        }
    }

    /// Does from now on what is asked for.
    fn heed(&mut self, now: Timestamp) {
        let wishes = self.wishes.borrow_and_update();
        if wishes.has_changed() {
            self.coming.ask(&wishes, now);
        }
    }

    /// City time; a clock that waits for the city goes to the next message, unless the acknowledgements are too far behind.
    fn now(&mut self) -> Timestamp {
        let next = self.coming.peek_at().unwrap_or(NEVER);
        let oldest = self.outstanding.front();
        let ready = oldest.map_or(next, |oldest| next.min(oldest.at + AHEAD_MAX));
        (self.now)(ready)
    }

    fn settle(&mut self, acknowledged: u64) {
        for _ in 0..acknowledged {
            self.outstanding.pop_front();
        }
        if acknowledged > 0 {
            self.totals.acknowledged += acknowledged;
            Figure::MessagesAcknowledged.add(acknowledged);
        }
    }

    /// Waits a moment for the acknowledgements that are still out, and takes leave.
    async fn part(&mut self, link: &mut Link) {
        let deadline = Instant::now() + FAREWELL;
        let alive = loop {
            let seen = link.look();
            self.settle(seen.newly_acknowledged);
            let alive = seen.connected && seen.over.is_none();
            let done = !alive || self.outstanding.is_empty();
            if done || timeout_at(deadline, link.changed()).await.is_err() {
                break alive;
            }
        };
        let unacknowledged = self.outstanding.len();
        if alive && timeout(FAREWELL, link.close()).await.is_err() {
            debug!("the broker did not take the farewell in time");
        }
        let Totals { published, .. } = self.totals;
        info!(published, unacknowledged, "the simulated city stopped");
    }
}

async fn stopped(shutdown: &mut watch::Receiver<bool>) {
    // An error means that nobody is left who could say stop: that is a stop, too.
    let told = shutdown.wait_for(|stop| *stop).await.is_ok();
    debug!(told, "stopping");
}
