//! A mosquitto of our own, and a device that publishes to it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;

use rumqttc::{mqttbytes, v5};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::settings::MqttVersion;
use crate::testing::in_time;

const PORTS_TRIED_MAX: usize = 20;
const PACKET_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Ends with the test that started it.
pub(super) struct Broker {
    folder: tempfile::TempDir,
    port: u16,
    child: Child,
}

impl Broker {
    pub(super) async fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for _ in 0..PORTS_TRIED_MAX {
            let port = free_port();
            if let Some(child) = launch(folder.path().to_owned(), port).await {
                return Self {
                    folder,
                    port,
                    child,
                };
            }
        }
        panic!("mosquitto does not start: is it installed?");
    }

    pub(super) const fn port(&self) -> u16 {
        self.port
    }

    /// Ends it as a service manager does; it writes its sessions down.
    pub(super) async fn stop(&mut self) {
        let id = self.child.id().expect("it is running").to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(sent.expect("every system can send signals").success());
        in_time("mosquitto's end", self.child.wait())
            .await
            .expect("it ends");
    }

    /// Starts again with the sessions that it had.
    pub(super) async fn restart(&mut self) {
        let child = launch(self.folder.path().to_owned(), self.port).await;
        self.child = child.expect("the port is still free");
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("it is bound").port()
}

/// `None` when somebody else took the port.
async fn launch(folder: PathBuf, port: u16) -> Option<Child> {
    // As root mosquitto would become another user, who may not write here.
    let config = format!(
        "listener {port} 127.0.0.1\nallow_anonymous true\nuser root\nlog_dest stderr\nmax_inflight_messages 0\nmax_queued_messages 0\n\
         persistence true\npersistence_location {}/\n",
        folder.display()
    );
    let path = folder.join("mosquitto.conf");
    std::fs::write(&path, config).expect("the folder can be written");
    let mut child = Command::new("/usr/sbin/mosquitto")
        .arg("-c")
        .arg(path)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("mosquitto is installed");
    let stderr = child.stderr.take().expect("it is piped");
    let mut lines = BufReader::new(stderr).lines();
    while let Some(line) = lines.next_line().await.expect("text") {
        if line.ends_with(" running") {
            // Its pipe must not fill, or it would stand still.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            in_time("mosquitto's first answer", first_answer(port)).await;
            return Some(child);
        }
    }
    None
}

/// Between its "running" and its first answer mosquitto forgets a signal to end.
async fn first_answer(port: u16) {
    let options = rumqttc::MqttOptions::new("first", "127.0.0.1", port);
    let (_client, mut wire) = rumqttc::AsyncClient::new(options, 1);
    wire.poll().await.expect("the broker is there");
}

/// Publishes in this order at `QoS` 1 and returns when the broker has acknowledged all.
pub(super) async fn publish<P: AsRef<[u8]>>(
    broker: &Broker,
    version: MqttVersion,
    messages: &[(&str, P)],
) {
    match version {
        MqttVersion::V311 => in_time("publishing", publish_311(broker.port, messages)).await,
        MqttVersion::V5 => in_time("publishing", publish_5(broker.port, messages)).await,
    }
}

async fn publish_311<P: AsRef<[u8]>>(port: u16, messages: &[(&str, P)]) {
    let mut options = rumqttc::MqttOptions::new("device", "127.0.0.1", port);
    options.set_max_packet_size(PACKET_BYTES_MAX, PACKET_BYTES_MAX);
    let (client, mut wire) = rumqttc::AsyncClient::new(options, messages.len());
    for (topic, payload) in messages {
        let qos = mqttbytes::QoS::AtLeastOnce;
        let sent = client.try_publish(*topic, qos, false, payload.as_ref());
        sent.expect("there is room for all");
    }
    let mut acknowledged = 0;
    while acknowledged < messages.len() {
        let event = wire.poll().await.expect("the broker is there");
        if let rumqttc::Event::Incoming(mqttbytes::v4::Packet::PubAck(_)) = event {
            acknowledged += 1;
        }
    }
}

async fn publish_5<P: AsRef<[u8]>>(port: u16, messages: &[(&str, P)]) {
    let mut options = v5::MqttOptions::new("device", "127.0.0.1", port);
    options.set_outgoing_inflight_upper_limit(10);
    let (client, mut wire) = v5::AsyncClient::new(options, messages.len());
    for (topic, payload) in messages {
        let qos = v5::mqttbytes::QoS::AtLeastOnce;
        let payload = payload.as_ref().to_vec();
        let sent = client.try_publish(*topic, qos, false, payload);
        sent.expect("there is room for all");
    }
    let mut acknowledged = 0;
    while acknowledged < messages.len() {
        let event = wire.poll().await.expect("the broker is there");
        if let v5::Event::Incoming(v5::mqttbytes::v5::Packet::PubAck(_)) = event {
            acknowledged += 1;
        }
    }
}
