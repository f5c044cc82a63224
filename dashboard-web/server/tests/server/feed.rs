use std::time::Duration;

use futures_util::StreamExt;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
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
        let refused = timeout(Duration::from_secs(5), connect_async(url)).await;
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
