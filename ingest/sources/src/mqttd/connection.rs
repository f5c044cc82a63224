//! One connection from its first byte to its last.
//!
//! A single task waits for whichever comes first: bytes, a durable batch, room to write, silence for too long, another connection with the
//! same client id, or the word to stop. While one batch waits for the log the next is gathered, up to `batch_messages_max`; then the socket
//! fills, and the device is held back. So one batch of a connection is under way at a time: its messages stand in the log in their order, and
//! the slower the log, the more of them share a commit.

use std::net::SocketAddr;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use bytes::BytesMut;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, OptionFuture};
use rmqtt_codec::v5::DisconnectReasonCode as Code;
use tokio::net::TcpStream;
use tokio::sync::{SemaphorePermit, watch};
use tokio::time::{Duration, Instant, sleep_until, timeout};
use yiping_log::LogError;

use super::codec::{Codec, Denial, Violation, write_acknowledgement};
use super::frame;
use super::hello::{Guest, Met};
use super::intake::{ANSWERS_BYTES_MAX, Halt, Load};
use super::line::{Line, Moved};
use super::rate::Rate;
use super::{Hall, now};
use crate::figures::Figure;

/// How long a device may take to fetch our last words.
const GOODBYE_TIMEOUT: Duration = Duration::from_secs(1);
/// Bytes taken at once from a device that is not in yet, so that one that only begins to speak holds little memory.
const GREETING_READ_BYTES: usize = 4 * 1_024;

type Kept = Result<Vec<u16>, LogError>;

/// How a connection ended.
#[derive(Debug)]
enum End {
    Farewell { will: bool },
    Lost,
    Silent,
    Violated(Violation),
    TakenOver,
    Stopped,
    Refused(LogError),
}

/// What a connection waits for.
enum Wake<'a> {
    Kept(Kept),
    Moved(std::io::Result<Moved>),
    /// It may be read again.
    Rested,
    /// There is room for the rest of its packet.
    Roomy(SemaphorePermit<'a>),
    Over(End),
}

/// What came of the first packet.
enum Greeted {
    In(Codec, Guest),
    Out(Denial),
    Violated(Violation),
    Lost,
}

struct Connection<'a> {
    hall: &'a Hall,
    line: Line,
    codec: Codec,
    guest: Guest,
    buffer: BytesMut,
    out: BytesMut,
    /// The batch on its way into the log.
    keeping: OptionFuture<BoxFuture<'a, Kept>>,
    /// Its messages that are to be acknowledged.
    unacknowledged: usize,
    is_keeping: bool,
    /// The next batch.
    load: Load,
    rate: Rate,
    /// Its share of what all may hold of unfinished packets.
    share: Option<SemaphorePermit<'a>>,
    /// When the last whole packet came, or when it was last held back.
    heard: Instant,
    /// Not to be read before.
    read_at: Instant,
}

/// Serves one connection to its end.
pub(super) async fn serve(
    hall: &Hall,
    stream: TcpStream,
    peer: SocketAddr,
    mut stop: watch::Receiver<bool>,
) {
    let source = hall.door.source().as_str();
    let patience = Duration::from_secs(hall.settings.connect_timeout_secs);
    let opened = tokio::select! {
        biased;
        _told = stop.wait_for(|told| *told) => return,
        opened = timeout(patience, Line::open(stream, hall.tls.as_ref())) => opened,
    };
    let mut line = match opened {
        Ok(Ok(line)) => line,
        Ok(Err(error)) => {
            Figure::MqttdRefusals.add_because(source, "tls", 1);
            tracing::debug!(source, %peer, %error, "a connection could not be made secure");
            return;
        }
        Err(_elapsed) => {
            Figure::MqttdRefusals.add_because(source, "connect_timeout", 1);
            return;
        }
    };
    let (mut buffer, mut out) = (BytesMut::new(), BytesMut::new());
    let greeted = tokio::select! {
        biased;
        _told = stop.wait_for(|told| *told) => return,
        greeted = timeout(patience, greet(hall, &mut line, &mut buffer, &mut out)) => greeted,
    };
    let reason = match greeted {
        Ok(Greeted::In(codec, guest)) => {
            let connection = Connection::new(hall, line, codec, guest, buffer, out);
            connection.run(stop).await;
            return;
        }
        Ok(Greeted::Out(denial)) => {
            Figure::MqttdRefusals.add_because(source, denial.name(), 1);
            denial.name()
        }
        Ok(Greeted::Violated(violation)) => {
            let mut load = Load::default();
            let who = peer.to_string();
            hall.record(&mut load.batch, &violation, &who, &buffer);
            if let Err(error) = hall.door.keep(load.batch).await {
                hall.warn_of_refusal(&error);
            }
            violation.name()
        }
        Ok(Greeted::Lost) => "lost",
        Err(_elapsed) => {
            Figure::MqttdRefusals.add_because(source, "connect_timeout", 1);
            "connect_timeout"
        }
    };
    tracing::debug!(source, %peer, reason, "a connection was not let in");
    part_from(&mut line, out).await;
}

async fn greet(hall: &Hall, line: &mut Line, buffer: &mut BytesMut, out: &mut BytesMut) -> Greeted {
    loop {
        match hall.meet(buffer, out).await {
            Ok(Met::In(codec, guest)) => return Greeted::In(codec, guest),
            Ok(Met::Out(denial)) => return Greeted::Out(denial),
            Ok(Met::More) => {}
            Err(violation) => return Greeted::Violated(violation),
        }
        let bytes = hall.settings.read_bytes.min(GREETING_READ_BYTES);
        match line.read(buffer, bytes).await {
            Ok(0) | Err(_) => return Greeted::Lost,
            Ok(_more) => {}
        }
    }
}

impl Hall {
    /// Says once that the log refuses, not for every connection.
    fn warn_of_refusal(&self, error: &LogError) {
        if !self.log_refuses.swap(true, Ordering::Relaxed) {
            tracing::warn!(source = %self.door.source(), %error, "the log refuses; devices are sent away and nothing is acknowledged");
        }
    }
}

impl<'a> Connection<'a> {
    fn new(
        hall: &'a Hall,
        line: Line,
        codec: Codec,
        guest: Guest,
        buffer: BytesMut,
        out: BytesMut,
    ) -> Self {
        let now = now();
        Self {
            rate: Rate::new(hall.settings.messages_per_sec_max, now),
            hall,
            line,
            codec,
            guest,
            buffer,
            out,
            keeping: None.into(),
            unacknowledged: 0,
            is_keeping: false,
            load: Load::default(),
            share: None,
            heard: now,
            read_at: now,
        }
    }

    async fn run(mut self, mut stop: watch::Receiver<bool>) {
        let source = self.hall.door.source().as_str();
        Figure::MqttdConnections.shift(source, 1.0);
        let end = self.talk(&mut stop).await;
        self.part(end).await;
        Figure::MqttdConnections.shift(source, -1.0);
    }

    async fn talk(&mut self, stop: &mut watch::Receiver<bool>) -> End {
        loop {
            if let Some(end) = self.take_in() {
                return end;
            }
            self.keep();
            if self.line.write(&mut self.out).is_err() {
                return End::Lost;
            }
            let lacking = self.lacking();
            let (listening, rested) = (self.has_room(), self.read_at <= now());
            let writing = self.line.has_to_write(&self.out);
            let reading = listening && rested && lacking == 0;
            // Then it is we who keep it waiting, unless it does not fetch what it is told.
            let held = !reading && self.out.len() <= ANSWERS_BYTES_MAX;
            let silent_at = self.heard + self.guest.silence_max;
            let wake = tokio::select! {
                biased;
                _told = stop.wait_for(|told| *told) => Wake::Over(End::Stopped),
                _told = self.guest.place.taken_over.wait_for(|told| *told) => Wake::Over(End::TakenOver),
                Some(kept) = &mut self.keeping => Wake::Kept(kept),
                moved = self.line.moves(
                    reading.then_some(&mut self.buffer),
                    self.hall.settings.read_bytes,
                    &mut self.out,
                ), if reading || writing => Wake::Moved(moved),
                Ok(share) = self.hall.unfinished.acquire_many(lacking), if listening && rested && lacking > 0 => Wake::Roomy(share),
                () = sleep_until(self.read_at), if listening && !rested => Wake::Rested,
                () = sleep_until(silent_at), if !held => Wake::Over(End::Silent),
            };
            if held {
                // Its silence counts from when it is heard again.
                self.heard = now();
            }
            match wake {
                Wake::Kept(kept) => {
                    if let Err(error) = self.settle(kept) {
                        return End::Refused(error);
                    }
                }
                Wake::Moved(Ok(Moved::Read(0)) | Err(_)) => return End::Lost,
                Wake::Roomy(share) => self.share = Some(share),
                Wake::Rested | Wake::Moved(Ok(_)) => {}
                Wake::Over(end) => return end,
            }
        }
    }

    /// Whether more may be taken from the device.
    fn has_room(&self) -> bool {
        let settings = &self.hall.settings;
        let window = usize::from(settings.unacknowledged_max.get());
        self.out.len() <= ANSWERS_BYTES_MAX
            && !self.load.is_full(settings.batch_messages_max)
            && self.unacknowledged + self.load.packet_ids.len() < window
    }

    /// Bytes to be had before it may be read further: all of a packet that is larger than what is read at once.
    fn lacking(&mut self) -> u32 {
        let settings = &self.hall.settings;
        let needed = match frame::begun(&self.buffer, settings.packet_bytes_max as usize) {
            Ok(Some(frame)) if frame.length > settings.read_bytes => frame.length,
            _ => 0,
        };
        let held = self.share.as_ref().map_or(0, SemaphorePermit::num_permits);
        if held == needed {
            return 0;
        }
        if self.share.take().is_some() {
            // With the packet goes the memory that it took.
            self.buffer = BytesMut::from(&self.buffer[..]);
        }
        needed as u32
    }

    /// Takes what the buffer holds, as far as there is room.
    fn take_in(&mut self) -> Option<End> {
        let (before, messages) = (self.buffer.len(), self.load.messages);
        let end = if self.has_room() {
            let halt = self.hall.take(
                &mut self.codec,
                &mut self.buffer,
                &mut self.out,
                &mut self.load,
                self.unacknowledged,
            );
            match halt {
                Halt::Drained | Halt::Full => None,
                Halt::Farewell { will } => Some(End::Farewell { will }),
                Halt::Violated(violation) => Some(End::Violated(violation)),
            }
        } else {
            None
        };
        let now = now();
        if self.buffer.len() < before {
            self.heard = now;
        }
        if self.buffer.is_empty() {
            // A device that is silent holds no memory.
            self.buffer = BytesMut::new();
        }
        self.pace(self.load.messages - messages, now);
        end
    }

    /// When to look at the socket again: later when the device, or all of them together, send too fast.
    fn pace(&mut self, messages: usize, now: Instant) {
        if messages == 0 {
            return;
        }
        let hall = &self.hall.rate;
        let total = {
            let mut rate = hall.lock().unwrap_or_else(PoisonError::into_inner);
            rate.take(messages, now)
        };
        let wait = self.rate.take(messages, now).max(total);
        if !wait.is_zero() {
            Figure::MqttdPauses.add(self.hall.door.source().as_str(), 1);
        }
        self.read_at = now + wait;
    }

    /// Sends the gathered batch on its way into the log, unless another is under way; whether one is.
    fn keep(&mut self) -> bool {
        if self.is_keeping || self.load.is_empty() {
            return self.is_keeping;
        }
        let Load {
            batch, packet_ids, ..
        } = std::mem::take(&mut self.load);
        self.unacknowledged = packet_ids.len();
        let door = &self.hall.door;
        let keeping = async move { door.keep(batch).await.map(|_taken| packet_ids) };
        self.keeping = Some(keeping.boxed()).into();
        self.is_keeping = true;
        true
    }

    /// Acknowledges a batch that is durable.
    fn settle(&mut self, kept: Kept) -> Result<(), LogError> {
        self.keeping = None.into();
        self.is_keeping = false;
        let packet_ids = kept?;
        self.unacknowledged = 0;
        self.out.reserve(4 * packet_ids.len());
        for packet_id in packet_ids {
            write_acknowledgement(&mut self.out, packet_id);
        }
        if self.hall.log_refuses.load(Ordering::Relaxed) {
            self.hall.log_refuses.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Keeps and acknowledges what has come, says what is left to be said, and takes leave.
    async fn part(mut self, end: End) {
        let hall = self.hall;
        let client_id = &self.guest.place.client_id;
        let (how, code) = end.name_and_code();
        tracing::debug!(source = %hall.door.source(), client_id, how, ?end, "a connection ended");
        Figure::MqttdEnds.add_because(hall.door.source().as_str(), how, 1);
        let batch = &mut self.load.batch;
        if let End::Violated(violation) = &end {
            hall.record(batch, violation, client_id, &self.buffer);
        }
        if let Some(will) = self.guest.will.as_ref().filter(|_| end.is_gone()) {
            hall.tell(batch, will, client_id, how);
        }
        let mut refused = match end {
            End::Refused(error) => Some(error),
            _ => None,
        };
        while refused.is_none() && self.keep() {
            let Some(kept) = (&mut self.keeping).await else {
                break;
            };
            refused = self.settle(kept).err();
        }
        if let Some(error) = refused {
            hall.warn_of_refusal(&error);
        }
        if let Some(code) = code {
            self.codec.write_farewell(&mut self.out, code);
        }
        part_from(&mut self.line, self.out).await;
    }
}

impl End {
    /// Its name in the figures, and what version 5 says.
    const fn name_and_code(&self) -> (&'static str, Option<Code>) {
        match self {
            Self::Farewell { .. } => ("farewell", None),
            Self::Lost => ("lost", None),
            Self::Silent => ("silent", Some(Code::KeepAliveTimeout)),
            Self::Violated(violation) => ("violation", Some(violation.code)),
            Self::TakenOver => ("taken_over", Some(Code::SessionTakenOver)),
            Self::Stopped => ("stopped", Some(Code::ServerShuttingDown)),
            Self::Refused(_) => ("log", Some(Code::ServerBusy)),
        }
    }

    /// Whether the device is gone without a word, or wants its will told.
    const fn is_gone(&self) -> bool {
        match self {
            Self::Farewell { will } => *will,
            Self::Lost | Self::Silent | Self::Violated(_) | Self::TakenOver => true,
            Self::Stopped | Self::Refused(_) => false,
        }
    }
}

/// Writes the last words, if the device still fetches them.
async fn part_from(line: &mut Line, mut words: BytesMut) {
    match timeout(GOODBYE_TIMEOUT, line.close(&mut words)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::trace!(%error, "the last words did not arrive"),
        Err(_elapsed) => tracing::trace!("the last words were not fetched"),
    }
}
