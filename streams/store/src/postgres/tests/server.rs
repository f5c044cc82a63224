//! A PostgreSQL server of Debian's, for as long as a test needs it.
//!
//! One server is shared by all tests that only want a database; a test that does something to its server starts its own.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use yiping_model::Secret;

/// Who owns the server when the tests run as root, which PostgreSQL refuses.
const UNPRIVILEGED: &str = "nobody";

/// A running server on a socket in its own folder.
#[derive(Debug)]
pub(super) struct Server {
    folder: TempDir,
    postmaster: Option<Child>,
    databases: AtomicUsize,
}

impl Server {
    pub(super) fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut server = Self {
            folder,
            postmaster: None,
            databases: AtomicUsize::new(0),
        };
        give_away(server.folder.path());
        let made = server
            .command("initdb")
            .args([
                "-A",
                "trust",
                "-U",
                "yiping",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
                "-D",
            ])
            .arg(server.data())
            .output()
            .expect("initdb runs");
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        server.resume();
        server
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server, as somebody whom it does not refuse.
    fn command(&self, program: &str) -> Command {
        let path = binaries().join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args([
                    "--reuid",
                    UNPRIVILEGED,
                    "--regid",
                    "nogroup",
                    "--clear-groups",
                    "--",
                ])
                .arg(path);
            command
        } else {
            Command::new(path)
        };
        command.current_dir(self.folder.path());
        command
    }

    /// Starts it, after it was made or killed; returns when it listens.
    pub(super) fn resume(&mut self) {
        let child = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .arg("-k")
            .arg(self.folder.path())
            .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
            .args([
                "-c",
                "shared_buffers=64MB",
                "-c",
                "fsync=off",
                "-c",
                "timezone=UTC",
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        self.postmaster = Some(child);
        loop {
            let ready = self
                .command("pg_isready")
                .arg("-q")
                .arg("-h")
                .arg(self.folder.path())
                .status()
                .expect("pg_isready runs");
            if ready.success() {
                return;
            }
            let ended = self
                .postmaster
                .as_mut()
                .and_then(|child| child.try_wait().ok()?);
            assert!(ended.is_none(), "postgres ended: {ended:?}");
            std::thread::yield_now();
        }
    }

    pub(super) fn url(&self, database: &str) -> Secret {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        Secret::from(format!("postgres://yiping@{socket}/{database}"))
    }

    /// A new, empty database.
    pub(super) async fn database(&self) -> Secret {
        let number = self.databases.fetch_add(1, Ordering::SeqCst);
        let name = format!("city_{number}");
        self.make(&name).await;
        self.url(&name)
    }

    /// Makes a database of this name, of template0: nobody else is ever connected to that.
    pub(super) async fn make(&self, name: &str) {
        let mut connection = PgConnection::connect(self.url("postgres").reveal())
            .await
            .expect("connects");
        let make = format!("CREATE DATABASE {name} TEMPLATE template0");
        sqlx::raw_sql(AssertSqlSafe(make))
            .execute(&mut connection)
            .await
            .expect("a database");
        connection.close().await.expect("closes");
    }

    /// Sends a signal to all processes of the server, the postmaster and its children.
    pub(super) fn signal(&self, signal: &str) {
        let postmaster = self.postmaster.as_ref().expect("runs").id();
        let mut processes = vec![postmaster];
        processes.extend(children(postmaster));
        kill(signal, &processes);
    }

    /// Waits for the end of a server that was killed.
    pub(super) fn wait(&mut self) {
        if let Some(mut child) = self.postmaster.take() {
            child.wait().expect("ends");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.postmaster.take() {
            // SIGQUIT: the server ends at once, and its children with it.
            kill("QUIT", &[child.id()]);
            child.wait().ok();
        }
    }
}

fn kill(signal: &str, processes: &[u32]) {
    let ids: Vec<String> = processes.iter().map(u32::to_string).collect();
    let kill = format!("kill -{signal} {} 2>/dev/null", ids.join(" "));
    // One that has ended meanwhile is as good as one that heard it.
    Command::new("sh")
        .args(["-c", &kill])
        .status()
        .expect("sh runs");
}

/// The processes whose parent is this one.
fn children(parent: u32) -> Vec<u32> {
    let is_child = |stat: &str| {
        let after_name = stat.rsplit_once(')')?.1;
        (after_name.split_whitespace().nth(1)? == parent.to_string()).then_some(())
    };
    let processes = std::fs::read_dir("/proc").expect("/proc is there");
    processes
        .filter_map(|process| {
            let process = process.ok()?;
            let id = process.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(process.path().join("stat")).ok()?;
            is_child(&stat)?;
            Some(id)
        })
        .collect()
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id runs");
    id.stdout == b"0\n"
}

pub(super) fn give_away(folder: &Path) {
    if is_root() {
        let given = Command::new("chown")
            .arg(format!("{UNPRIVILEGED}:nogroup"))
            .arg(folder)
            .status()
            .expect("chown runs");
        assert!(given.success());
    }
}

/// Where Debian keeps the programs of its latest PostgreSQL.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").expect("PostgreSQL is installed");
    let mut folders: Vec<PathBuf> = versions
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .filter(|folder| folder.join("initdb").is_file())
        .collect();
    folders.sort();
    folders.pop().expect("PostgreSQL is installed")
}
