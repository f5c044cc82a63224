//! The door against devices: bytes on a socket, rumqttc, and Debian's mosquitto clients.

mod clients;
mod limits;
mod packets;
mod raw;
mod wills;

use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use yiping_protocols::Unknown;

use super::Mqttd;
use crate::settings::{MqttdSettings, Route};
use crate::testing::{TestLog, clock, door, in_time};
use raw::Raw;

const TOPIC: &str = "city/quzhou/air";

/// A door on a port of its own.
struct House {
    log: Arc<TestLog>,
    port: u16,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

fn settings() -> MqttdSettings {
    MqttdSettings {
        listen: "127.0.0.1:0".parse().expect("an address"),
        routes: vec![Route {
            topic: "city/+/air".into(),
            ..Route::default()
        }],
        ..MqttdSettings::default()
    }
}

impl House {
    async fn open() -> Self {
        Self::with(settings()).await
    }

    async fn with(settings: MqttdSettings) -> Self {
        let clock = clock();
        let log = TestLog::new(&clock);
        let door = door("mqttd", Unknown::Accept, &log, &clock);
        let door = Mqttd::bind(settings, door, None)
            .await
            .expect("a free port");
        let port = door.address().expect("bound").port();
        let (stop, told) = watch::channel(false);
        Self {
            log,
            port,
            stop,
            task: tokio::spawn(door.run(told)),
        }
    }

    /// A device that was let in.
    async fn device(&self, level: u8, client_id: &str) -> Raw {
        let mut device = Raw::connect(self.port).await;
        device.send(&raw::connect(level, client_id)).await;
        device.let_in(level).await;
        device
    }

    async fn close(self) {
        self.stop.send_replace(true);
        in_time("closing", self.task).await.expect("no panic");
    }
}
