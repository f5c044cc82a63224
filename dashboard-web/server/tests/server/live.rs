use std::time::Duration;

use futures_util::StreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, client_async, connect_async};
use yiping_model::{Body, Position};
use yiping_scene::apply_delta;
use yiping_scene::message::{ServerMessage, StateView};
use yiping_server::Settings;

use crate::house::{House, PATIENCE, alarm, reading, window};
use crate::http::{get, handshake};

/// A screen that applies what it hears as the app does.
struct Screen<S> {
    socket: WebSocketStream<S>,
    position: u64,
    state: StateView,
    snapshots: usize,
    deltas: usize,
    history: Vec<Option<i64>>,
}

impl Screen<MaybeTlsStream<TcpStream>> {
    async fn connect(house: &House, query: &str) -> Self {
        let url = handshake(house.address, &format!("/api/v1/live{query}"));
        let (socket, _) = connect_async(url).await.expect("it answers");
        Self::over(socket)
    }
}

impl<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin> Screen<S> {
    fn over(socket: WebSocketStream<S>) -> Self {
        Self {
            socket,
            position: 0,
            state: StateView::default(),
            snapshots: 0,
            deltas: 0,
            history: Vec::new(),
        }
    }

    async fn hear(&mut self) {
        let heard = timeout(PATIENCE, self.socket.next())
            .await
            .expect("in time");
        let text = match heard.expect("open").expect("sound") {
            Message::Text(text) => text,
            Message::Ping(_) => return,
            other => panic!("not a message of the protocol: {other:?}"),
        };
        match serde_json::from_str(&text).expect("a message of the protocol") {
            ServerMessage::Snapshot(snapshot) => {
                self.snapshots += 1;
                self.position = snapshot.position;
                self.state = snapshot.state;
            }
            ServerMessage::Delta(delta) => {
                self.deltas += 1;
                assert_eq!(delta.after, self.position, "deltas are consecutive");
                self.position = delta.position;
                apply_delta(&mut self.state, &delta);
            }
            ServerMessage::History(history) => self.history.push(history.away_since_ms),
        }
    }

    async fn hear_until(&mut self, position: Position) {
        while self.position < position.0 {
            self.hear().await;
        }
        assert_eq!(self.position, position.0);
    }
}

async fn whole(house: &House) -> (u64, StateView) {
    let mut fresh = Screen::connect(house, "?scene=wall").await;
    while fresh.snapshots == 0 || fresh.position < house.live.position().0 {
        fresh.hear().await;
    }
    (fresh.position, fresh.state)
}

fn prompt() -> Settings {
    let mut settings = Settings::default();
    settings.live.delta_ms = 0;
    settings
}

#[tokio::test]
async fn a_screen_gets_a_snapshot_and_then_deltas() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![reading("a", 999_940, 42.5)]).await;
    let mut screen = Screen::connect(&house, "").await;
    screen.hear().await;
    assert_eq!((screen.snapshots, screen.state.latest.len()), (1, 1));
    house.tell(vec![reading("x", 999_950, 7.0)]).await;
    let last = house.tell(vec![window(999_900, 41.0), alarm(1)]).await;
    screen.hear_until(last).await;
    assert_eq!(screen.snapshots, 1);
    assert_eq!(screen.state.alarms.len(), 1);
    assert_eq!((screen.position, screen.state), whole(&house).await);
    house.stop().await;
}

#[tokio::test]
async fn a_screen_that_comes_back_gets_only_what_it_missed() {
    let house = House::open(prompt()).await;
    house.tell(vec![reading("a", 999_940, 42.5)]).await;
    let mut screen = Screen::connect(&house, "").await;
    screen.hear().await;
    let (position, state) = (screen.position, screen.state.clone());
    drop(screen);
    for number in 0..5 {
        house
            .tell(vec![reading("a", 999_950 + number, 1.0), alarm(number)])
            .await;
    }
    let mut back = Screen::connect(&house, &format!("?after={position}")).await;
    back.position = position;
    back.state = state;
    back.hear_until(house.live.position()).await;
    assert_eq!(back.snapshots, 0);
    assert_eq!((back.position, back.state), whole(&house).await);
    house.stop().await;
}

#[tokio::test]
async fn a_screen_whose_place_is_gone_gets_a_fresh_snapshot() {
    let mut settings = prompt();
    settings.live.ring_frames = 1;
    let house = House::open(settings).await;
    let mut watching = Screen::connect(&house, "").await;
    watching.hear().await;
    house.tell(vec![Body::Tick]).await;
    house.tell(vec![reading("a", 999_940, 42.5)]).await;
    let last = house.tell(vec![Body::Tick]).await;
    for after in [1, 2, 99] {
        let mut screen = Screen::connect(&house, &format!("?after={after}")).await;
        screen.position = after;
        if after == 2 {
            screen.hear_until(last).await;
            assert_eq!((screen.snapshots, screen.deltas), (0, 1));
        } else {
            screen.hear().await;
            assert_eq!((screen.snapshots, screen.position), (1, last.0), "{after}");
        }
    }
    house.stop().await;
}

#[tokio::test]
async fn a_changed_alarm_is_sent_at_once() {
    let mut settings = Settings::default();
    settings.live.delta_ms = 3_600_000;
    let house = House::open(settings).await;
    let mut screen = Screen::connect(&house, "").await;
    screen.hear().await;
    house.tell(vec![Body::Tick]).await;
    let last = house.tell(vec![alarm(1)]).await;
    screen.hear_until(last).await;
    assert_eq!(screen.deltas, 1);
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_screen_gets_a_fresh_snapshot_and_is_whole_again() {
    let mut settings = prompt();
    settings.live.ring_frames = 2;
    let house = House::open(settings).await;
    house.tell(vec![Body::Tick]).await;
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_recv_buffer_size(4_096).expect("settable");
    let stream = socket.connect(house.address).await.expect("it listens");
    let url = handshake(house.address, "/api/v1/live");
    let (socket, _) = client_async(url, stream).await.expect("it answers");
    let mut slow = Screen::over(socket);
    slow.hear().await;
    for round in 0..150 {
        let burst = (0..300).map(|number| reading(&format!("t{number}"), 900_000 + round, 1.0));
        house.append(burst.collect()).await;
        let last = Position(1 + 300 * (u64::try_from(round).expect("small") + 1));
        assert!(house.live.reaches(last, PATIENCE).await);
    }
    slow.hear_until(house.live.position()).await;
    assert!(
        slow.snapshots > 1,
        "{} deltas were all buffered",
        slow.deltas
    );
    assert_eq!((slow.position, slow.state), whole(&house).await);
    house.stop().await;
}

#[tokio::test]
async fn a_screen_that_does_not_answer_is_disconnected() {
    let mut settings = Settings::default();
    settings.live.client_stall_secs = 1;
    let house = House::open(settings).await;
    let mut stream = TcpStream::connect(house.address).await.expect("it listens");
    let handshake = format!(
        "GET /api/v1/live?token={} HTTP/1.1\r\nhost: {}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        crate::http::listener(house.address),
        house.address
    );
    stream
        .write_all(handshake.as_bytes())
        .await
        .expect("it reads");
    let mut heard = Vec::new();
    let closed = timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
    closed.expect("in time").ok();
    assert!(heard.starts_with(b"HTTP/1.1 101"));
    house.stop().await;
}

#[tokio::test]
async fn there_are_only_so_many_places() {
    let mut settings = Settings::default();
    settings.live.clients_max = 1;
    let house = House::open(settings).await;
    let mut first = Screen::connect(&house, "").await;
    first.hear().await;
    let url = handshake(house.address, "/api/v1/live");
    let Err(Error::Http(refusal)) = connect_async(url).await else {
        panic!("a second screen was taken");
    };
    assert_eq!(refusal.status(), 503);
    house.stop().await;
}

#[tokio::test]
async fn an_unknown_scene_and_a_plain_request_are_told_so() {
    let house = House::open(Settings::default()).await;
    let unknown = get(house.address, "/api/v1/live?scene=moon").await;
    assert_eq!(
        (unknown.status, unknown.error().0.as_str()),
        (404, "not_found")
    );
    let plain = get(house.address, "/api/v1/live?scene=wall").await;
    assert_eq!(
        (plain.status, plain.error().0.as_str()),
        (426, "upgrade_required")
    );
    house.stop().await;
}

#[tokio::test]
async fn screens_are_told_when_the_server_stops() {
    let house = House::open(Settings::default()).await;
    let mut screen = Screen::connect(&house, "").await;
    screen.hear().await;
    let (heard, ()) = tokio::join!(
        timeout(PATIENCE, screen.socket.next()),
        timeout_of_stop(house)
    );
    let Some(Ok(Message::Close(Some(close)))) = heard.expect("in time") else {
        panic!("no close frame");
    };
    assert_eq!(u16::from(close.code), 1001);
}

/// Stops the house within the three seconds that it has, with some to spare for a busy machine.
async fn timeout_of_stop(house: House) {
    timeout(Duration::from_secs(5), house.stop())
        .await
        .expect("in time");
}

#[tokio::test]
async fn a_restarted_server_begins_where_it_was_and_only_with_the_same_city() {
    let house = House::open(Settings::default()).await;
    house
        .tell(vec![reading("a", 999_940, 42.5), alarm(1)])
        .await;
    let before = whole(&house).await;
    assert_eq!(house.live.keep_from(), Position::START);
    let house = house.again(Settings::default(), true).await;
    assert_eq!(house.live.keep_from(), Position(2));
    assert_eq!(whole(&house).await, before);
    let house = house.again(Settings::default(), false).await;
    assert_eq!(house.live.keep_from(), Position::START);
    assert!(house.live.reaches(Position(2), PATIENCE).await);
    assert_eq!(whole(&house).await, before);
    house.stop().await;
}

#[tokio::test]
async fn the_live_scene_is_kept_after_so_many_records_though_its_time_has_not_come() {
    let mut settings = Settings::default();
    settings.live.checkpoint_secs = 86_400;
    settings.live.checkpoint_records = 10;
    let house = House::open(settings).await;
    let kept = async |position| {
        let kept = async {
            while house.live.keep_from() < Position(position) {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, kept).await.expect("kept");
    };
    let tell = async |number: i64| house.tell(vec![reading("a", 999_940 + number, 1.0)]).await;
    // The first after a part of them, by which readers differ.
    tell(1).await;
    assert_eq!(house.live.keep_from(), Position::START);
    tell(2).await;
    kept(2).await;
    for number in 3..=11 {
        tell(number).await;
    }
    assert_eq!(house.live.keep_from(), Position(2));
    tell(12).await;
    kept(12).await;
    house.stop().await;
}

#[tokio::test]
async fn a_screen_hears_that_history_is_away_and_that_it_is_back_and_its_position_stays() {
    let house = House::open(prompt()).await;
    house.tell(vec![reading("a", 1, 1.0)]).await;
    let mut screen = Screen::connect(&house, "?scene=wall").await;
    screen.hear().await;
    let position = screen.position;
    house.lose_history("the database is asleep");
    while screen.history.is_empty() {
        screen.hear().await;
    }
    let since = house.now().as_millis();
    assert_eq!(
        (&screen.history[..], screen.position),
        (&[Some(since)][..], position)
    );
    // Who comes later hears it too, after the scene.
    let mut late = Screen::connect(&house, "?scene=wall").await;
    while late.history.is_empty() {
        late.hear().await;
    }
    assert_eq!((&late.history[..], late.snapshots), (&[Some(since)][..], 1));
    house.find_history();
    while screen.history.len() < 2 {
        screen.hear().await;
    }
    assert_eq!(screen.history, [Some(since), None]);
    house.stop().await;
}
