//! One connection to the broker: a task of its own drives it, so that nothing it does is cut off halfway.

use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectReturnCode, ConnectionError, Event, EventLoop, MqttOptions, Outgoing,
    Packet, QoS,
};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tracing::debug;

use super::MqttTarget;
use crate::city::Message;
use crate::settings::Settings;

const KEEP_ALIVE: Duration = Duration::from_secs(10);
/// Room in the queue to the connection beside the outstanding messages: for the farewell.
const SPARE: usize = 4;

/// Why a connection is over.
#[derive(Debug, Clone)]
pub(super) struct Over {
    /// For people.
    pub(super) reason: String,
    /// Whether there ever was one.
    pub(super) connected: bool,
    /// The broker's refusal, where trying again is in vain.
    pub(super) refused: Option<ConnectReturnCode>,
}

/// What has been heard from the broker.
pub(super) struct Seen {
    /// It has accepted us.
    pub(super) connected: bool,
    /// Acknowledgements since the last look.
    pub(super) newly_acknowledged: u64,
    /// The end.
    pub(super) over: Option<Over>,
}

#[derive(Debug, Clone, Default)]
struct State {
    connected: bool,
    acknowledged: u64,
    over: Option<Over>,
}

/// A connection; it ends when this is dropped.
pub(super) struct Link {
    client: AsyncClient,
    state: watch::Receiver<State>,
    acknowledged_before: u64,
    _driver: JoinSet<()>,
}

impl Link {
    /// Begins to connect.
    pub(super) fn open(mqtt: &MqttTarget, settings: &Settings) -> Self {
        let mut options = MqttOptions::new(&settings.client_id, &mqtt.host, mqtt.port);
        options
            .set_keep_alive(KEEP_ALIVE)
            .set_clean_session(true)
            .set_inflight(settings.outstanding_max);
        let room = usize::from(settings.outstanding_max) + SPARE;
        let (client, events) = AsyncClient::new(options, room);
        let (sender, state) = watch::channel(State::default());
        let mut driver = JoinSet::new();
        driver.spawn(drive(events, sender));
        Self {
            client,
            state,
            acknowledged_before: 0,
            _driver: driver,
        }
    }

    /// What has been heard since the last look.
    pub(super) fn look(&mut self) -> Seen {
        // Asked first: a driver that ends properly says so before it is gone.
        let gone = self.state.has_changed().is_err();
        let state = self.state.borrow_and_update().clone();
        let newly_acknowledged = state.acknowledged - self.acknowledged_before;
        self.acknowledged_before = state.acknowledged;
        let abandoned = (gone && state.over.is_none()).then(|| Over {
            reason: "the task of the connection broke off".to_owned(),
            connected: state.connected,
            refused: None,
        });
        Seen {
            connected: state.connected,
            newly_acknowledged,
            over: state.over.or(abandoned),
        }
    }

    /// Waits until there is something new to see.
    pub(super) async fn changed(&mut self) {
        if self.state.changed().await.is_err() {
            // The driver is gone and has said why: that was seen, and nothing more will come.
            std::future::pending::<()>().await;
        }
    }

    /// Hands a message over. There is room for every outstanding message; on a connection that is over it stays outstanding.
    pub(super) fn publish(&self, message: &Message) {
        let (topic, payload) = (&*message.topic, message.payload.as_slice());
        let handed = self
            .client
            .try_publish(topic, QoS::AtLeastOnce, false, payload);
        if let Err(error) = handed {
            debug!(%error, topic, "the connection took no message");
        }
    }

    /// Takes leave, and waits until that has been said.
    pub(super) async fn close(&mut self) {
        if let Err(error) = self.client.try_disconnect() {
            debug!(%error, "the connection took no farewell");
            return;
        }
        let said = self
            .state
            .wait_for(|state| state.over.is_some())
            .await
            .is_ok();
        debug!(said, "disconnected");
    }
}

async fn drive(mut events: EventLoop, state: watch::Sender<State>) {
    loop {
        match events.poll().await {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                state.send_modify(|state| state.connected = true);
            }
            Ok(Event::Incoming(Packet::PubAck(_))) => {
                state.send_modify(|state| state.acknowledged += 1);
            }
            Ok(Event::Outgoing(Outgoing::Disconnect)) => {
                return end(&state, "we took leave".to_owned(), None);
            }
            Ok(_) => {}
            Err(ConnectionError::ConnectionRefused(code)) => {
                // "Server unavailable" may pass; the others are about who we are.
                let passing = code == ConnectReturnCode::ServiceUnavailable;
                let reason = format!("refused: {code:?}");
                return end(&state, reason, (!passing).then_some(code));
            }
            Err(error) => return end(&state, error.to_string(), None),
        }
    }
}

fn end(state: &watch::Sender<State>, reason: String, refused: Option<ConnectReturnCode>) {
    state.send_modify(|state| {
        state.over = Some(Over {
            reason,
            connected: state.connected,
            refused,
        });
    });
}
