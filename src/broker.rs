//! The demo's own MQTT broker: Debian's mosquitto as a child process on loopback.
//!
//! A demo that was killed leaves its broker behind; its process id is kept in the data folder and the next demo ends it, after making sure
//! that it still is that broker.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

const PLACES: &[&str] = &[
    "/usr/sbin/mosquitto",
    "/usr/bin/mosquitto",
    "/usr/local/sbin/mosquitto",
];
const START_TIMEOUT: Duration = Duration::from_secs(10);
const PORTS_TRIED: u16 = 50;

/// A running broker; dropped, it is ended.
pub(crate) struct Broker {
    child: Child,
    /// The loopback port on which it listens.
    pub(crate) port: u16,
    process_file: PathBuf,
}

impl Broker {
    /// Starts mosquitto on the first free loopback port from `port` on, and waits until it answers.
    pub(crate) async fn start(folder: &Path, port: u16) -> anyhow::Result<Self> {
        let program = PLACES
            .iter()
            .find(|place| Path::new(place).exists())
            .context("mosquitto is not installed; install it (apt-get install mosquitto), or name a broker with --mqtt HOST:PORT")?;
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let process_file = folder.join("mosquitto.pid");
        let settings = folder.join("mosquitto.conf");
        end_leftover(&process_file, &settings);
        let port = free_port(port)?;
        std::fs::write(&settings, configuration(port))
            .with_context(|| format!("cannot write {}", settings.display()))?;
        let output = std::fs::File::create(folder.join("mosquitto.log"))
            .context("cannot write mosquitto.log")?;
        let mut child = Command::new(program)
            .arg("-c")
            .arg(&settings)
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        if let Some(id) = child.id() {
            std::fs::write(&process_file, id.to_string()).context("cannot write mosquitto.pid")?;
        }
        let answered = tokio::time::timeout(START_TIMEOUT, answers(port));
        tokio::select! {
            ended = child.wait() => bail!("mosquitto ended at once ({}); see mosquitto.log in {}", ended?, folder.display()),
            answered = answered => answered.with_context(|| format!("mosquitto does not answer on port {port}"))?,
        }
        Ok(Self {
            child,
            port,
            process_file,
        })
    }

    /// Ends the broker and waits for it.
    pub(crate) async fn stop(mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "mosquitto does not end");
        }
        if let Err(error) = std::fs::remove_file(&self.process_file) {
            tracing::debug!(%error, "mosquitto.pid stays");
        }
    }
}

fn configuration(port: u16) -> String {
    format!(
        "# Written by `yiping demo` at each start.\n\
         listener {port} 127.0.0.1\n\
         allow_anonymous true\n\
         persistence false\n\
         max_inflight_messages 1000\n\
         max_queued_messages 0\n\
         log_type error\n\
         log_type warning\n"
    )
}

fn free_port(first: u16) -> anyhow::Result<u16> {
    let free =
        |port: &u16| TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, *port)).is_ok();
    let last = first.saturating_add(PORTS_TRIED);
    (first..=last)
        .find(free)
        .with_context(|| format!("no free port from {first} to {last}; choose another with --mqtt"))
}

async fn answers(port: u16) {
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port))
        .await
        .is_err()
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Ends the broker that a killed demo left behind.
fn end_leftover(process_file: &Path, settings: &Path) {
    let id = match std::fs::read_to_string(process_file) {
        Ok(text) => text.trim().to_owned(),
        Err(error) if error.kind() == ErrorKind::NotFound => return,
        Err(error) => {
            tracing::warn!(%error, "cannot read mosquitto.pid");
            return;
        }
    };
    let command_line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
    let mut words = command_line.split(|&byte| byte == 0);
    let ours = words
        .next()
        .is_some_and(|program| program.ends_with(b"mosquitto"))
        && words.any(|word| word == settings.as_os_str().as_encoded_bytes());
    if ours {
        tracing::info!(
            process = id,
            "ending the broker that an earlier demo left behind"
        );
        if let Err(error) = std::process::Command::new("kill").arg(&id).status() {
            tracing::warn!(%error, "cannot end it");
        }
    }
}
