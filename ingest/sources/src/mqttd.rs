//! The door to which devices connect by MQTT themselves: 3.1.1 and 5, publishing only.
//!
//! One task for each connection (`connection`). It takes a large piece from the socket, decodes every whole packet in it straight into a
//! batch (`frame` for the plain PUBLISH, `codec` for the rest), hands the batch to the log and reads on; when the batch is durable, all its
//! PUBACKs leave in one piece. It is meant to run on the threads of `gather`, where small writes of many devices cost one wake-up together.
//!
//! What it is not: a broker. There are no subscriptions (each filter is refused, the connection stays), no retained messages, and no session
//! outlives its connection. `QoS` 2 is not taken: version 5 is told so when it connects; a device that uses it all the same is cut off.
//!
//! Limits: connections, time to introduce oneself, silence, sizes of packet, payload, topic and client id, messages a second of one device
//! and of all, unacknowledged messages, batches that wait for the log, bytes of unfinished packets. A rate, a slow log, a full window and
//! unfinished packets of others hold the device back, because nothing is read; the others refuse by name. Everything refused is counted
//! under its reason.
//!
//! **Wills.** A device that goes away without DISCONNECT, by silence, a broken connection, a violation, or another connection with its
//! client id, or with one whose reason is not 0 (version 5), is *gone*, and what it left to be said is said: its will goes through the same
//! routes as a PUBLISH. A will that is a reading (`{"id":"pump-7","ts":…,"metrics":{"online":0}}`) is kept as one, so a rule judges it like
//! any other. Any other will is a dead letter of reason `gone`, with the device, how it went, the will's topic and first bytes: listed,
//! counted, and there for whoever judges disappearances. A device without a will asked for nothing to be said, and is only counted. When it
//! is this door that goes, because the program ends or the log refuses, nobody is gone and no will is told. Nor is a device silent while it
//! is this door that does not read. Since sessions end with their connections, a will delay (version 5) is never longer than the connection.

mod clients;
mod codec;
mod connection;
mod frame;
mod hello;
mod intake;
mod line;
mod rate;
#[cfg(test)]
mod tests;

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep};
use tokio_rustls::TlsAcceptor;

use crate::door::Door;
use crate::routes::Routes;
use crate::settings::{MqttdSettings, Route, SettingsError};
use clients::Clients;
use rate::Rate;

/// Connections beyond the limit that can be told so at one time.
const REFUSALS_AT_ONCE: usize = 16;
/// Wait after the machine had no more sockets for us.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
const NOWHERE: &str =
    "no route of the configuration matches the topic; add it as [[ingest.mqttd.route]]";

/// Why the door cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum MqttdError {
    /// A setting makes no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The address is taken, or not ours.
    #[error("door {name} cannot listen on {listen}; is it taken? choose another port")]
    Listen {
        /// The door.
        name: String,
        /// Its address.
        listen: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
}

/// A door that listens.
pub struct Mqttd {
    listener: TcpListener,
    hall: Arc<Hall>,
}

impl fmt::Debug for Mqttd {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Mqttd")
            .field("settings", &self.hall.settings)
            .finish_non_exhaustive()
    }
}

/// What all connections of one door share.
struct Hall {
    settings: MqttdSettings,
    /// What makes connections secure; `None` for plain ones.
    tls: Option<TlsAcceptor>,
    routes: Routes,
    door: Door,
    clients: Arc<Clients>,
    rate: Mutex<Rate>,
    /// Bytes that packets larger than one read may still take before they are whole.
    unfinished: Semaphore,
    /// Whether the log refuses; said once, not by every connection.
    log_refuses: AtomicBool,
    /// Whether somebody was told that there are no subscriptions.
    told_no_subscriptions: AtomicBool,
}

impl Mqttd {
    /// Listens, over TLS when there is a certificate; nobody is answered before [`Mqttd::run`].
    ///
    /// # Errors
    /// [`MqttdError`] when the settings make no sense or the address cannot be had.
    pub async fn bind(
        settings: MqttdSettings,
        door: Door,
        tls: Option<TlsAcceptor>,
    ) -> Result<Self, MqttdError> {
        settings.validate()?;
        let listener =
            TcpListener::bind(settings.listen)
                .await
                .map_err(|source| MqttdError::Listen {
                    name: settings.name.clone(),
                    listen: settings.listen,
                    source,
                })?;
        let routes: Vec<Route> = settings.routes.clone();
        let rate = Rate::new(settings.messages_per_sec_total_max, now());
        let hall = Hall {
            routes: Routes::new(&door, routes, settings.payload_bytes_max, NOWHERE),
            door,
            clients: Clients::new(settings.connections_max),
            rate: Mutex::new(rate),
            unfinished: Semaphore::new(settings.unfinished_bytes_max as usize),
            log_refuses: AtomicBool::new(false),
            told_no_subscriptions: AtomicBool::new(false),
            tls,
            settings,
        };
        Ok(Self {
            listener,
            hall: Arc::new(hall),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// What the system says.
    pub fn address(&self) -> std::io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Takes connections until `stop` turns true; then keeps what has come, acknowledges it, and takes leave of everybody.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let source = self.hall.door.source().as_str();
        tracing::info!(source, listen = %self.hall.settings.listen, "devices may connect");
        let sockets_max = self.hall.settings.connections_max + REFUSALS_AT_ONCE;
        let sockets = Arc::new(Semaphore::new(sockets_max));
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                biased;
                _told = stop.wait_for(|told| *told) => break,
                Some(ended) = connections.join_next() => {
                    if let Err(error) = ended {
                        tracing::error!(source, %error, "a connection broke");
                    }
                    continue;
                }
                accepted = accept(&self.listener, &sockets) => accepted,
            };
            match accepted {
                Ok((stream, peer, socket)) => {
                    let (hall, stop) = (Arc::clone(&self.hall), stop.clone());
                    connections.spawn(async move {
                        connection::serve(&hall, stream, peer, stop).await;
                        drop(socket);
                    });
                }
                Err(error) => {
                    tracing::warn!(source, %error, "a connection cannot be taken; are there enough file descriptors?");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        while connections.join_next().await.is_some() {}
        tracing::info!(source, "door closed");
    }
}

type Socket = tokio::sync::OwnedSemaphorePermit;

/// The next connection, once there is room for one; until then the system lets them wait.
async fn accept(
    listener: &TcpListener,
    sockets: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, Socket)> {
    let socket = Arc::clone(sockets)
        .acquire_owned()
        .await
        .map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, socket))
}

/// The machine's clock, for waits and rates only: `now` of the records is the city clock's.
fn now() -> Instant {
    Instant::now()
}
