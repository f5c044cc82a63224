//! The program under test and the broker, each a process of its own, in a folder that is theirs alone.

use std::fs;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;
use tempfile::TempDir;

use crate::city::Random;
use crate::command;
use crate::machine::{self, LOAD_CORE, PROGRAM_CORE, Usage};

const PATIENCE: Duration = Duration::from_secs(30);

/// The pack of the workload.
const PACK: &[(&str, &str)] = &[
    ("pack.toml", include_str!("../pack/city1k/pack.toml")),
    (
        "properties.toml",
        include_str!("../pack/city1k/properties.toml"),
    ),
    ("rules.toml", include_str!("../pack/city1k/rules.toml")),
];

/// How messages come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// Devices connect to the program.
    Embedded,
    /// Devices connect to mosquitto, the program too.
    Mosquitto,
}

/// What is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The log is written and not synced, there is no history: what peers without persistence do.
    Nothing,
    /// Every message is synced in the log before it counts; no history.
    Log,
    /// The same, and history is filled beside it.
    LogAndHistory,
}

/// Whether what comes is gathered for a moment before it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pace {
    /// As the settings are by default: it costs less a message.
    Gathered,
    /// It goes on at once: it is there sooner.
    AtOnce,
}

/// A process that ends with the case.
#[derive(Debug)]
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    pub(crate) fn usage(&self) -> Usage {
        machine::usage(self.id())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let asked = Command::new("kill").arg(self.id().to_string()).status();
        let deadline = Instant::now() + Duration::from_secs(6);
        while asked.is_ok() && matches!(self.0.try_wait(), Ok(None)) && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(10));
        }
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// What a case talks to.
#[derive(Debug)]
pub(crate) struct House {
    pub(crate) program: Process,
    pub(crate) broker: Option<Process>,
    pub(crate) devices: SocketAddr,
    pub(crate) server: SocketAddr,
    /// What a listener carries.
    pub(crate) token: String,
    folder: TempDir,
}

impl House {
    /// Starts what the case needs and waits until it is ready.
    pub(crate) fn open(
        yiping: &Path,
        door: Door,
        keep: Keep,
        pace: Pace,
        data: &Path,
    ) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir_in(data).context("cannot make a folder for the data")?;
        let (devices, server) = (free_address()?, free_address()?);
        write_configuration(folder.path(), (door, keep, pace), devices, server)?;
        let broker = match door {
            Door::Embedded => None,
            Door::Mosquitto => Some(start_mosquitto(folder.path(), devices)?),
        };
        let token = token(yiping, folder.path())?;
        Self::start(yiping, folder, devices, server, broker, token)
    }

    /// Starts the city of the case of command: synced log, history, accounts, units and roads.
    pub(crate) fn open_commanded(yiping: &Path, data: &Path) -> anyhow::Result<(Self, Commanded)> {
        let folder = tempfile::tempdir_in(data).context("cannot make a folder for the data")?;
        let server = free_address()?;
        write_commanded(folder.path(), server)?;
        let made = Command::new(yiping)
            .args(["people", "demo", "--config"])
            .arg(folder.path().join("yiping.toml"))
            .env("RUST_LOG", "warn")
            .output()?;
        ensure!(
            made.status.success(),
            "no accounts: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let known = fs::read(folder.path().join("data/sign-in.json"))?;
        let known: Commanded = serde_json::from_slice(&known)?;
        let token = known.listener.clone();
        let house = Self::start(yiping, folder, server, server, None, token)?;
        Ok((house, known))
    }

    fn start(
        yiping: &Path,
        folder: TempDir,
        devices: SocketAddr,
        server: SocketAddr,
        broker: Option<Process>,
        token: String,
    ) -> anyhow::Result<Self> {
        let output = fs::File::create(folder.path().join("yiping.log"))?;
        let program = machine::on_core(PROGRAM_CORE, yiping)
            .args(["run", "--config"])
            .arg(folder.path().join("yiping.toml"))
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .spawn()
            .with_context(|| format!("cannot start {}; `make build` makes it", yiping.display()))?;
        let mut house = Self {
            program: Process(program),
            broker,
            devices,
            server,
            token,
            folder,
        };
        house.wait_until_ready()?;
        Ok(house)
    }

    fn wait_until_ready(&mut self) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        while !self.is_ready() {
            if self.program.0.try_wait()?.is_some() || Instant::now() > deadline {
                let said = fs::read_to_string(self.folder.path().join("yiping.log"))?;
                bail!("the program is not ready; it said:\n{said}");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    pub(crate) fn is_ready(&self) -> bool {
        get(self.server, "/readyz", &self.token).is_ok_and(|answer| answer.contains(" 200 "))
    }

    /// A figure of `/metrics`; `None` when it is not there.
    pub(crate) fn figure(&self, name: &str) -> Option<f64> {
        let text = get(self.server, "/metrics", &self.token).ok()?;
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.rsplit(' ').next()?.trim().parse().ok()
    }
}

/// The pack of the case of command; its plans, units and roads are made.
const COMMANDED: &[(&str, &str)] = &[
    ("pack.toml", include_str!("../pack/command100k/pack.toml")),
    (
        "properties.toml",
        include_str!("../pack/command100k/properties.toml"),
    ),
    ("rules.toml", include_str!("../pack/command100k/rules.toml")),
];

/// How to get in.
#[derive(Debug, Deserialize)]
pub(crate) struct Commanded {
    pub(crate) password: String,
    pub(crate) source: String,
    listener: String,
}

fn write_commanded(folder: &Path, server: SocketAddr) -> anyhow::Result<()> {
    let pack = folder.join("command100k");
    fs::create_dir_all(&pack)?;
    for (name, text) in COMMANDED {
        fs::write(pack.join(name), text)?;
    }
    fs::write(pack.join("plans.toml"), command::plan()?)?;
    let units = command::units(&mut Random::new(1))?;
    fs::write(folder.join("units.toml"), units)?;
    fs::write(folder.join("roads.json"), command::roads().to_string())?;
    let many = 2 * command::ALARMS;
    let text = format!(
        "[data]\ndir = \"{place}/data\"\n[packs]\nbuiltin = []\ndirs = [\"{pack}\"]\n[store]\nbackend = \"sqlite\"\n\
         [units]\nregister = \"{place}/units.toml\"\nroads = \"{place}/roads.json\"\n\
         [server]\nlisten = \"{server}\"\nrequests_per_second = 100000\nrequests_burst = 1000000\n[server.scene]\nthings_max = {many}\n\
         [ingest]\nunknown = \"accept\"\n[ingest.limits]\nseries_max = {many}\n",
        place = folder.display(),
        pack = pack.display(),
    );
    fs::write(folder.join("yiping.toml"), text)?;
    Ok(())
}

/// The token of a listener, made before the program starts.
fn token(yiping: &Path, folder: &Path) -> anyhow::Result<String> {
    let made = Command::new(yiping)
        .args(["people", "token", "probe", "--role", "listener", "--config"])
        .arg(folder.join("yiping.toml"))
        .env("RUST_LOG", "warn")
        .output()?;
    let told = String::from_utf8(made.stdout)?;
    if !made.status.success() {
        bail!("no token: {}", String::from_utf8_lossy(&made.stderr));
    }
    Ok(told.trim().to_owned())
}

fn write_configuration(
    folder: &Path,
    (door, keep, speed): (Door, Keep, Pace),
    devices: SocketAddr,
    server: SocketAddr,
) -> anyhow::Result<()> {
    let pack = folder.join("city1k");
    fs::create_dir_all(&pack)?;
    for (name, text) in PACK {
        fs::write(pack.join(name), text)?;
    }
    let sync = keep != Keep::Nothing;
    let backend = if keep == Keep::LogAndHistory {
        "sqlite"
    } else {
        "none"
    };
    let (gather, gather_feed) = match speed {
        Pace::Gathered => ("", ""),
        Pace::AtOnce => ("gather_ms = 0\n", "[server.live]\ngather_ms = 0\n"),
    };
    let door = match door {
        Door::Embedded => format!(
            "[[ingest.mqttd]]\nlisten = \"{devices}\"\n[[ingest.mqttd.route]]\ntopic = \"city/#\"\n"
        ),
        Door::Mosquitto => format!(
            "[[ingest.mqtt]]\nurl = \"mqtt://{devices}\"\n[[ingest.mqtt.subscription]]\ntopic = \"city/#\"\nqos = 0\n"
        ),
    };
    let text = format!(
        "[data]\ndir = \"{data}\"\n[packs]\nbuiltin = []\ndirs = [\"{pack}\"]\n[log]\nsync = {sync}\n[store]\nbackend = \"{backend}\"\n\
         lateness_secs = {late}\n[engine]\nlateness_secs = {late}\n[server]\nlisten = \"{server}\"\n{gather_feed}[ingest]\nunknown = \"accept\"\n{gather}{door}",
        data = folder.join("data").display(),
        pack = pack.display(),
        late = crate::city::LATENESS_MS / 1_000,
    );
    fs::write(folder.join("yiping.toml"), text)?;
    Ok(())
}

fn start_mosquitto(folder: &Path, listen: SocketAddr) -> anyhow::Result<Process> {
    let settings = folder.join("mosquitto.conf");
    let text = format!(
        "listener {} 127.0.0.1\nset_tcp_nodelay true\nallow_anonymous true\npersistence false\nlog_type error\n\
         max_queued_messages 100000\nmax_inflight_messages 1000\n",
        listen.port()
    );
    fs::write(&settings, text)?;
    let program = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto"]
        .iter()
        .map(PathBuf::from)
        .find(|path| path.exists())
        .context("mosquitto is not installed: apt-get install mosquitto")?;
    let child = machine::on_core(LOAD_CORE, &program)
        .arg("-c")
        .arg(&settings)
        .stdin(Stdio::null())
        .spawn()?;
    let process = Process(child);
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(listen).is_err() {
        anyhow::ensure!(Instant::now() < deadline, "mosquitto does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(process)
}

fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}

fn get(server: SocketAddr, path: &str, token: &str) -> anyhow::Result<String> {
    let mut socket = TcpStream::connect(server)?;
    socket.set_read_timeout(Some(PATIENCE))?;
    write!(
        socket,
        "GET {path} HTTP/1.1\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = String::new();
    socket.read_to_string(&mut answer)?;
    Ok(answer)
}
