//! A mosquitto of our own, and a device that publishes to it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};

use crate::testing::in_time;

const PORTS_TRIED_MAX: usize = 20;

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
