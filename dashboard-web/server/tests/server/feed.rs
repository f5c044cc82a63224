use futures_util::{SinkExt, StreamExt};
use serde_json::Value;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};
use yiping_desk::people::Who;
use yiping_model::{Body, Position};
use yiping_server::Settings;

use crate::house::{House, PATIENCE, alarm, reading, window};
use crate::http::handshake;

/// A program that notes every item and holds the feed to its word.
struct Program {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    position: Option<u64>,
    items: Vec<u64>,
    gaps: usize,
}

impl Program {
    async fn connect(house: &House, query: &str) -> Self {
        let url = handshake(house.address, &format!("/api/v1/feed{query}"));
        let (socket, _) = connect_async(url).await.expect("it answers");
        Self {
            socket,
            position: None,
            items: Vec::new(),
            gaps: 0,
        }
    }

    async fn hear(&mut self) {
        let heard = timeout(PATIENCE, self.socket.next())
            .await
            .expect("in time");
        let Message::Text(text) = heard.expect("open").expect("sound") else {
            return;
        };
        let message: Value = serde_json::from_str(&text).expect("JSON");
        let after = message["after"].as_u64();
        assert!(
            self.position.is_none() || self.position == after,
            "messages are consecutive: {message}"
        );
        self.position = message["position"].as_u64();
        if message["type"] == "gap" {
            self.gaps += 1;
            return;
        }
        let items = message["items"].as_array().expect("a list");
        self.items
            .extend(items.iter().filter_map(|item| item["position"].as_u64()));
    }

    async fn hear_until(&mut self, position: Position) {
        while self.position.is_none_or(|at| at < position.0) {
            self.hear().await;
        }
        assert_eq!(self.position, Some(position.0));
    }
}

#[tokio::test]
async fn a_program_hears_what_its_filter_takes_from_the_end_on() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let mut program = Program::connect(&house, "?kinds=alarm,window").await;
    program.hear().await;
    house
        .tell(vec![reading("a", 999_940, 42.5), alarm(2)])
        .await;
    let last = house.tell(vec![window(999_900, 41.0), Body::Tick]).await;
    program.hear_until(last).await;
    assert_eq!(program.items, [3, 4]);
    house.stop().await;
}

#[tokio::test]
async fn a_program_that_comes_back_misses_nothing_however_short_the_ring() {
    let mut settings = Settings::default();
    settings.live.ring_frames = 1;
    settings.live.batch_records = 3;
    let house = House::open(settings).await;
    house.tell(vec![alarm(1)]).await;
    let mut first = Program::connect(&house, "?kinds=alarm&after=0").await;
    for number in 2..30 {
        house
            .tell(vec![Body::Tick, alarm(number), Body::Tick])
            .await;
    }
    let last = house.tell(vec![alarm(30)]).await;
    first.hear_until(last).await;
    for after in [0, 1, 2, 40, last.0 - 1, last.0] {
        let mut back = Program::connect(&house, &format!("?kinds=alarm&after={after}")).await;
        back.position = Some(after);
        back.hear_until(last).await;
        let missed = first.items.iter().copied().filter(|item| *item > after);
        assert_eq!(back.items, missed.collect::<Vec<_>>(), "after {after}");
        assert_eq!(back.gaps, 0);
    }
    assert_eq!(first.items.len(), 30);
    house.stop().await;
}

/// A program that comes back to more than fits on its way, and reads nothing yet.
async fn far_behind(house: &House) -> (WebSocketStream<TcpStream>, Position) {
    let many = (0..40_000).map(|number| reading("a", 100_000 + number, 1.0));
    let last = house.tell(many.collect()).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("a small one");
    let stream = socket.connect(house.address).await.expect("it answers");
    let request = handshake(house.address, "/api/v1/feed?kinds=reading&after=0");
    let (socket, _) = client_async(request, stream).await.expect("it answers");
    (socket, last)
}

fn position(message: &Message) -> Option<u64> {
    let text = message.to_text().ok().filter(|text| !text.is_empty())?;
    let message: Value = serde_json::from_str(text).ok()?;
    message["position"].as_u64()
}

#[tokio::test]
async fn a_program_that_is_behind_is_heard_between_two_messages() {
    let mut settings = Settings::default();
    settings.live.batch_records = 100;
    let house = House::open(settings).await;
    let (mut socket, last) = far_behind(&house).await;
    socket
        .send(Message::Ping("there?".into()))
        .await
        .expect("sent");
    let mut at = 0;
    loop {
        let message = timeout(PATIENCE, socket.next()).await.expect("in time");
        let message = message.expect("open").expect("sound");
        if message.is_pong() {
            break;
        }
        at = position(&message).unwrap_or(at);
        assert!(at < last.0, "it was asked before all of this was sent");
    }
    house.stop().await;
}

#[tokio::test]
async fn a_program_that_is_behind_hears_no_more_when_its_token_is_revoked() {
    let mut settings = Settings::default();
    settings.live.batch_records = 100;
    let house = House::open(settings).await;
    let (mut socket, last) = far_behind(&house).await;
    house
        .people
        .revoke_token(&Who::operator(), "listener")
        .await
        .expect("revoked");
    loop {
        let message = timeout(PATIENCE, socket.next()).await.expect("in time");
        // Without a close frame where its way is full.
        let Some(Ok(message)) = message else { break };
        assert!(position(&message).is_none_or(|at| at < last.0));
    }
    house.stop().await;
}

#[tokio::test]
async fn a_position_of_another_log_is_told_as_a_gap() {
    let house = House::open(Settings::default()).await;
    let last = house.tell(vec![alarm(1)]).await;
    let mut program = Program::connect(&house, "?after=4711").await;
    program.hear_until(last).await;
    assert_eq!((program.gaps, program.items.len()), (1, 0));
    house.stop().await;
}

#[tokio::test]
async fn a_program_hears_the_clock_even_when_nothing_passes_its_filter() {
    let house = House::open(Settings::default()).await;
    let mut program = Program::connect(&house, "?kinds=decision").await;
    program.hear().await;
    let last = house.tell(vec![Body::Tick]).await;
    program.hear_until(last).await;
    assert!(program.items.is_empty());
    house.stop().await;
}

#[tokio::test]
async fn a_query_that_cannot_be_read_is_explained() {
    let house = House::open(Settings::default()).await;
    for (query, word) in [
        ("?kinds=alert", "is not a kind"),
        ("?kinds=alarm&thing=a%20b", "thing"),
        ("?topic=x", "topic"),
    ] {
        let url = handshake(house.address, &format!("/api/v1/feed{query}"));
        let refused = timeout(PATIENCE, connect_async(url)).await;
        let error = refused.expect("in time").expect_err("refused");
        let tokio_tungstenite::tungstenite::Error::Http(answer) = error else {
            panic!("not an answer: {error}");
        };
        assert_eq!(answer.status(), 400);
        let body = answer.body().clone().unwrap_or_default();
        assert!(String::from_utf8_lossy(&body).contains(word), "{query}");
    }
    house.stop().await;
}
