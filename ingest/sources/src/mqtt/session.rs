//! One connection from CONNECT to its end: one future reads the wire into a queue, the other takes batches from the queue, appends them, and
//! acknowledges what is durable, in order.
//!
//! They cannot wait for each other in a circle. The reader waits only for room in the queue. The keeper waits only for messages and for the
//! log: acknowledging never waits, because the channel of requests has room for every packet id there is, and a broker has at most so many
//! messages in flight (each queued acknowledgement belongs to one of them). So the keeper always comes back to empty the queue, the reader
//! always comes back to write the acknowledgements, and while the log is slow the queue fills, the socket fills, and the broker holds back.

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::time::{Duration, timeout};
use yiping_log::LogError;
use yiping_model::reject::SAMPLE_BYTES_MAX;

use super::Link;
use super::wire::{Client, Event, Message, Wire};
use crate::door::{Batch, Door, Payload};
use crate::figures::Figure;
use crate::routes::Routes;
use crate::settings::MqttSettings;

const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);

/// How a connection ended.
#[derive(Debug)]
pub(super) enum Ended {
    /// We were told to stop.
    Stopped,
    /// The connection was lost, or never made.
    Lost(String),
    /// The log took no more; what it did not take was not acknowledged.
    Refused(LogError),
}

/// What a connection needs to know.
pub(super) struct Session<'a> {
    pub(super) settings: &'a MqttSettings,
    pub(super) routes: &'a Routes,
    pub(super) door: &'a Door,
    pub(super) link: &'a watch::Sender<Link>,
    pub(super) client: Client,
}

struct Queued {
    topic: String,
    payload: Bytes,
    size_bytes: usize,
    packet_id: Option<u16>,
}

impl Session<'_> {
    /// Runs the connection to its end.
    pub(super) async fn run(&self, wire: Wire, stop: &mut watch::Receiver<bool>) -> Ended {
        let (sender, receiver) = mpsc::channel(self.settings.queue_messages_max);
        let reader = self.read(wire, sender);
        let keeper = self.keep(receiver, stop);
        tokio::pin!(reader, keeper);
        tokio::select! {
            reason = &mut reader => match keeper.await {
                Err(error) => Ended::Refused(error),
                Ok(()) => Ended::Lost(reason),
            },
            kept = &mut keeper => {
                if let Err(error) = kept {
                    // The reader is dropped, with it the connection, and with that everything that was not acknowledged.
                    return Ended::Refused(error);
                }
                if self.client.disconnect() && timeout(GOODBYE_TIMEOUT, reader).await.is_err() {
                    tracing::debug!(source = %self.door.source(), "broker did not take our goodbye in time");
                }
                Ended::Stopped
            }
        }
    }

    /// Returns why the connection ended.
    async fn read(&self, mut wire: Wire, queue: mpsc::Sender<Queued>) -> String {
        loop {
            match wire.poll().await {
                Ok(Event::Connected) => {
                    if !self.client.subscribe(&self.settings.subscriptions) {
                        return "the subscriptions could not be sent".to_owned();
                    }
                }
                Ok(Event::Subscribed(refused)) => {
                    for at in refused {
                        let filter = self
                            .settings
                            .subscriptions
                            .get(at)
                            .map(|known| &known.topic);
                        tracing::warn!(source = %self.door.source(), ?filter, "broker refused a subscription; check its access rules");
                    }
                    self.link.send_replace(Link::Up);
                    let source = self.door.source().as_str();
                    Figure::MqttConnected.set(source, 1.0);
                    tracing::info!(source, url = self.settings.url, "connected and subscribed");
                }
                Ok(Event::Message(message)) => {
                    // A closed queue means that we are stopping: the broker keeps the message for the next session.
                    if queue.send(self.queued(message)).await.is_err() {
                        tracing::trace!("message left to the next session");
                    }
                }
                Ok(Event::Disconnected) => return "we said goodbye".to_owned(),
                Ok(Event::Other) => {}
                Err(reason) => return reason,
            }
        }
    }

    /// A payload beyond the limit is cut to what its dead letter shows, so that the queue's memory has a limit too.
    fn queued(&self, message: Message) -> Queued {
        let size_bytes = message.payload.len();
        let payload = if size_bytes > self.settings.payload_bytes_max {
            Bytes::copy_from_slice(&message.payload[..size_bytes.min(SAMPLE_BYTES_MAX)])
        } else {
            message.payload
        };
        Queued {
            topic: message.topic,
            payload,
            size_bytes,
            packet_id: message.packet_id,
        }
    }

    /// Returns when told to stop, or when the reader has ended and the queue is empty.
    async fn keep(
        &self,
        mut queue: mpsc::Receiver<Queued>,
        stop: &mut watch::Receiver<bool>,
    ) -> Result<(), LogError> {
        let limit = self.settings.batch_messages_max;
        let mut messages = Vec::with_capacity(limit);
        let mut stopping = false;
        loop {
            if stopping {
                queue.recv_many(&mut messages, limit).await;
            } else {
                tokio::select! {
                    biased;
                    _told_or_orphaned = stop.wait_for(|told| *told) => {
                        stopping = true;
                        queue.close();
                        continue;
                    }
                    _count = queue.recv_many(&mut messages, limit) => {}
                }
            }
            if messages.is_empty() {
                return Ok(());
            }
            self.take(&mut messages).await?;
        }
    }

    /// Keeps and acknowledges these messages, in parts when they say more than fits one append: a payload may hold thousands of readings.
    async fn take(&self, messages: &mut Vec<Queued>) -> Result<(), LogError> {
        let mut batch = Batch::with_room(messages.len());
        let mut waiting = Vec::new();
        for message in messages.drain(..) {
            self.decode(&mut batch, &message);
            waiting.extend(message.packet_id);
            if batch.is_full() {
                self.settle(std::mem::take(&mut batch), &mut waiting)
                    .await?;
            }
        }
        self.settle(batch, &mut waiting).await
    }

    /// Makes a batch durable, then acknowledges its messages.
    async fn settle(&self, batch: Batch, waiting: &mut Vec<u16>) -> Result<(), LogError> {
        let taken = self.door.keep(batch).await?;
        tracing::trace!(
            messages = waiting.len(),
            accepted = taken.accepted,
            "batch is durable"
        );
        for packet_id in waiting.drain(..) {
            if !self.client.acknowledge(packet_id) {
                tracing::debug!(
                    packet_id,
                    "connection ended before the acknowledgement; broker will send again"
                );
            }
        }
        Ok(())
    }

    fn decode(&self, batch: &mut Batch, message: &Queued) {
        let payload = Payload {
            origin: &message.topic,
            bytes: &message.payload,
            size_bytes: message.size_bytes,
        };
        self.routes.read(self.door, batch, &message.topic, payload);
    }
}
