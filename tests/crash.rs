//! `kill -9` at any instant loses nothing that was acknowledged, counts nothing twice, and changes no alarm.
//!
//! Two programs get the same messages: one is left in peace, the other is killed twenty times while 2,000 messages a second arrive with quality
//! of service 1 and a client posts to its HTTP door. Afterwards their histories and alarms must be what was sent.
//! Once they subscribe to the same broker, which holds what a killed program did not acknowledge; once devices publish straight to their doors,
//! and send again themselves what was not acknowledged.

use crate::support;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use support::rig::{Site, survives};
use support::{Broker, Yiping, free_port, until};

const KILLS: u32 = 20;
/// Each test needs the machine for itself.
static TURN: Mutex<()> = Mutex::new(());

#[test]
fn kill_nine_at_twenty_instants_loses_nothing_and_doubles_nothing() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let broker = Broker::start();
    let site = |name| {
        let door = format!(
            "[[ingest.mqtt]]\nname = \"rig\"\nurl = \"mqtt://127.0.0.1:{}\"\nclient_id = \"rig-{name}\"\n\
             [[ingest.mqtt.subscription]]\ntopic = \"rig/#\"\n",
            broker.port
        );
        Site::new(name, door)
    };
    let sites = ["calm", "killed"].map(site);
    let summary = survives(&sites, &[broker.port], kill_again_and_again);
    println!("{summary}");
}

#[test]
fn kill_nine_while_devices_publish_straight_to_the_door_loses_nothing_and_doubles_nothing() {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let ports = [free_port(), free_port()];
    let sites = [
        Site::with_door("calm", ports[0]),
        Site::with_door("killed", ports[1]),
    ];
    let summary = survives(&sites, &ports, kill_again_and_again);
    println!("{summary}");
}

/// Twenty times `kill -9` at a random instant, up again at once.
#[expect(
    clippy::disallowed_methods,
    reason = "a test stands outside: it measures"
)]
fn kill_again_and_again(program: &mut Yiping) {
    let mut random = 0x5eed_u64;
    for _ in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let instant = Instant::now() + Duration::from_millis(200 + (random >> 33) % 1_300);
        until("the next kill", || Instant::now() >= instant);
        program.kill_and_restart();
    }
}
