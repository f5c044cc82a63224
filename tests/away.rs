//! History's database is killed, paused and full, and the program itself is killed meanwhile, while devices publish. Nobody notices but who asks
//! for the past: they are told that it is away. Afterwards everything that was acknowledged is in history once, and the alarms are those that
//! there must be.

use crate::support;

use std::net::TcpStream;

use serde_json::Value;
use support::postgres::{Disk, Server};
use support::rig::{Site, survives};
use support::{Yiping, free_port, get, until};
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{self, WebSocket};

/// Room for what the test writes.
const DISK_MIB: usize = 256;
/// Room that is full within a second or two.
const ROOM_KIB: usize = 512;

#[test]
fn a_database_that_is_killed_paused_and_full_loses_nothing_of_what_devices_publish() {
    let mut server = Server::start();
    let disk = Disk::of(&server, DISK_MIB);
    let ports = [free_port(), free_port()];
    let store = format!(
        "backend = \"postgres\"\nurl = \"{}\"\nretry_delay_ms_max = 500\n\
         [store.postgres]\nconnect_timeout_ms = 3000\nanswer_timeout_ms = 3000\n",
        disk.url(&server)
    );
    let sites = [
        Site::with_door("calm", ports[0]),
        Site::with_door("tried", ports[1]).keeping(store),
    ];
    let summary = survives(&sites, &ports, |program| {
        is_killed(program, &mut server);
        is_paused(program, &server);
        is_full(program, &server, &disk);
        both_are_killed(program, &mut server);
    });
    println!("{summary}");
}

fn is_killed(program: &mut Yiping, server: &mut Server) {
    program.wait_until_filled();
    let mut wall = Wall::of(program);
    server.signal("KILL");
    server.wait();
    is_missed(program, &mut wall);
    // It starts without its database, too.
    program.kill_and_restart();
    program.wait_until_ready();
    let mut wall = Wall::of(program);
    is_missed(program, &mut wall);
    server.resume();
    is_back(program, &mut wall);
}

fn is_paused(program: &mut Yiping, server: &Server) {
    let mut wall = Wall::of(program);
    server.signal("STOP");
    is_missed(program, &mut wall);
    program.kill_and_restart();
    program.wait_until_ready();
    let mut wall = Wall::of(program);
    is_missed(program, &mut wall);
    server.signal("CONT");
    is_back(program, &mut wall);
}

fn is_full(program: &mut Yiping, server: &Server, disk: &Disk) {
    let mut wall = Wall::of(program);
    disk.fill(server, ROOM_KIB);
    wall.hears(true);
    let reason = missed(program).expect("it is away");
    let says_so = ["No space left", "could not extend file"].map(|text| reason.contains(text));
    assert!(says_so.contains(&true), "{reason}");
    disk.make_room(server);
    // Killed while it catches up.
    program.kill_and_restart();
    program.wait_until_ready();
    program.wait_until_filled();
}

fn both_are_killed(program: &mut Yiping, server: &mut Server) {
    for _round in 0..2 {
        server.signal("KILL");
        program.kill_and_restart();
        server.wait();
        server.resume();
        program.wait_until_ready();
        program.wait_until_filled();
    }
}

/// The wall says that history is away, `/readyz` says why and remains ready, and a question about the past is refused.
fn is_missed(program: &Yiping, wall: &mut Wall) {
    wall.hears(true);
    let reason = missed(program).expect("it is away");
    assert!(!reason.is_empty());
    for question in [
        "windows",
        "series?datastream=s001:temp",
        "latest?datastreams=s001:temp",
        "aggregates?datastream=s001:temp&length=1h",
    ] {
        let refused = get(program.port, &format!("/api/v1/{question}"));
        let refused = refused.expect_err("there is no history");
        assert!(
            refused.starts_with("503") && refused.contains("\"unavailable\""),
            "{question}: {refused}"
        );
    }
}

/// The wall says that history is back, and it catches up.
fn is_back(program: &Yiping, wall: &mut Wall) {
    wall.hears(false);
    program.wait_until_filled();
}

/// Why history is away.
fn missed(program: &Yiping) -> Option<String> {
    let history = &program.readiness()["history"];
    history["away"]["reason"].as_str().map(str::to_owned)
}

/// A screen that listens.
struct Wall(WebSocket<MaybeTlsStream<TcpStream>>);

impl Wall {
    fn of(program: &Yiping) -> Self {
        let token = &support::access::access(program.port).listener;
        let url = format!("ws://127.0.0.1:{}/api/v1/live?token={token}", program.port);
        Self(tungstenite::connect(url).expect("the feed answers").0)
    }

    /// Hears the feed, which says something every second, until it says whether history is away.
    fn hears(&mut self, away: bool) {
        let mut said = false;
        until("the wall hears of history", || {
            let message = self.0.read().expect("the feed goes on");
            let text = message.to_text().unwrap_or_default();
            let message: Value = serde_json::from_str(text).unwrap_or_default();
            said |= message["type"] == "history" && message["away_since_ms"].is_i64() == away;
            said
        });
    }
}
