//! A PostgreSQL server of Debian's, for as long as a test needs it. The store's tests take this file too, so it needs nothing but `tempfile`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

/// How often it is started before it counts as one that does not start.
const LAUNCHED_MAX: u32 = 200;

/// Who owns the server when the tests run as root, which PostgreSQL refuses.
const UNPRIVILEGED: &str = "nobody";

/// A running server on a socket in its own folder.
#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    postmaster: Option<Child>,
    databases: AtomicUsize,
}

impl Server {
    pub(crate) fn start() -> Self {
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
        assert_well(&made);
        server.resume();
        server
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
    pub(crate) fn resume(&mut self) {
        let mut launched = 1;
        self.launch();
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
            if ended.is_some() {
                // Processes of one that was killed hold its memory until they have seen that it is gone: it does not start before.
                assert!(launched < LAUNCHED_MAX, "postgres ended: {ended:?}");
                launched += 1;
                self.launch();
            }
            std::thread::yield_now();
        }
    }

    fn launch(&mut self) {
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
    }

    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://yiping@{socket}/{database}")
    }

    /// The address of a new, empty database.
    pub(crate) fn database(&self) -> String {
        let number = self.databases.fetch_add(1, Ordering::SeqCst);
        let name = format!("city_{number}");
        self.make(&name);
        self.url(&name)
    }

    /// Makes a database of this name, of template0: nobody else is ever connected to that.
    pub(crate) fn make(&self, name: &str) {
        self.execute(
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        );
    }

    /// Executes a statement in a database.
    pub(crate) fn execute(&self, database: &str, statement: &str) {
        let psql = self
            .command("psql")
            .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "yiping", "-h"])
            .arg(self.folder.path())
            .args(["-d", database, "-c", statement])
            .output()
            .expect("psql runs");
        assert_well(&psql);
    }

    /// Sends a signal to all processes of the server, the postmaster and its children.
    pub(crate) fn signal(&self, signal: &str) {
        let postmaster = self.postmaster.as_ref().expect("runs").id();
        let mut processes = vec![postmaster];
        processes.extend(children(postmaster));
        kill(signal, &processes);
    }

    /// Waits for the end of a server that was killed.
    pub(crate) fn wait(&mut self) {
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

/// A database on a file system of a few megabytes. Who may not mount one gets a database that answers with the code of a full disk.
#[derive(Debug)]
pub(crate) struct Disk {
    database: String,
    mounted: Option<PathBuf>,
}

const FULL: &str = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER full_disk BEFORE INSERT ON observations EXECUTE FUNCTION full_disk()";

impl Disk {
    pub(crate) fn of(server: &Server, size_mib: usize) -> Self {
        let folder = server.folder.path().join("tiny");
        std::fs::create_dir(&folder).expect("made");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size_mib}m"), "tmpfs"])
            .arg(&folder)
            .output();
        let database = "tiny".to_owned();
        if !mount.is_ok_and(|mount| mount.status.success()) {
            server.make(&database);
            return Self {
                database,
                mounted: None,
            };
        }
        give_away(&folder);
        let disk = Self {
            database,
            mounted: Some(folder.clone()),
        };
        for statement in [
            format!("CREATE TABLESPACE tiny LOCATION '{}'", folder.display()),
            "CREATE DATABASE tiny TEMPLATE template0 TABLESPACE tiny".to_owned(),
        ] {
            server.execute("postgres", &statement);
        }
        disk
    }

    pub(crate) fn url(&self, server: &Server) -> String {
        server.url(&self.database)
    }

    /// Leaves so much room. The tables must be there.
    pub(crate) fn fill(&self, server: &Server, room_kib: usize) {
        if let Some(folder) = &self.mounted {
            let filled = vec![0_u8; (free_kib(folder) - room_kib) * 1_024];
            // The server writes too meanwhile: then less fits, and it is as full as it can be.
            match std::fs::write(folder.join("filled"), filled) {
                Err(error) if error.kind() != ErrorKind::StorageFull => panic!("{error}"),
                _ => {}
            }
        } else {
            server.execute(&self.database, FULL);
        }
    }

    pub(crate) fn make_room(&self, server: &Server) {
        if let Some(folder) = &self.mounted {
            std::fs::remove_file(folder.join("filled")).expect("removed");
        } else {
            server.execute(&self.database, "DROP TRIGGER full_disk ON observations");
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(folder) = &self.mounted {
            // Lazily: the server is still at work on it.
            Command::new("umount").arg("-l").arg(folder).status().ok();
        }
    }
}

fn free_kib(folder: &Path) -> usize {
    let df = Command::new("df")
        .args(["--output=avail", "-k"])
        .arg(folder)
        .output()
        .expect("df runs");
    let text = String::from_utf8_lossy(&df.stdout).into_owned();
    let last = text.lines().last().expect("a line");
    last.trim().parse().expect("a number")
}

fn assert_well(ended: &Output) {
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{said}");
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

fn give_away(folder: &Path) {
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
