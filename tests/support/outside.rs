//! Those who are told: a webhook, an SMS gateway and a mail server that can be down, slow or broken, and keep count of what they take.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::until;

/// Not the address from which anything is asked: so the port stays free while a side is down.
const ADDRESS: &str = "127.0.0.9";

/// What it speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Webhook,
    Sms,
    Mail,
}

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As it should.
    Well,
    /// Connections are refused.
    Down,
    /// Connections are taken, and nothing is answered.
    Slow,
    /// Status 500; a mail server's 451.
    Broken,
}

/// How often a notice was taken, and how often it came in vain.
type Counts = Arc<Mutex<BTreeMap<String, (u32, u32)>>>;

/// One of them.
pub(crate) struct Side {
    kind: Kind,
    pub(crate) address: SocketAddr,
    came: Counts,
    mood: watch::Sender<Mood>,
    running: Mutex<Option<JoinHandle<()>>>,
}

impl Side {
    /// One that is well.
    pub(crate) fn start(runtime: &Runtime, kind: Kind) -> Self {
        let listener = runtime
            .block_on(TcpListener::bind((ADDRESS, 0)))
            .expect("loopback");
        let side = Self {
            kind,
            address: listener.local_addr().expect("bound"),
            came: Counts::default(),
            mood: watch::Sender::new(Mood::Well),
            running: Mutex::default(),
        };
        side.run(runtime, listener);
        side
    }

    fn run(&self, runtime: &Runtime, listener: TcpListener) {
        let task = serve(
            listener,
            self.kind,
            self.mood.subscribe(),
            Arc::clone(&self.came),
        );
        *self.running.lock().expect("no panic holds it") = Some(runtime.spawn(task));
    }

    /// Answers so from now on; whoever waits for an answer gets none.
    pub(crate) fn be(&self, runtime: &Runtime, mood: Mood) {
        let before = self.mood.send_replace(mood);
        if mood == Mood::Down {
            let running = self.running.lock().expect("no panic holds it").take();
            if let Some(running) = running {
                running.abort();
                drop(runtime.block_on(running));
            }
        } else if before == Mood::Down {
            // A program that another test starts may hold the port for a moment, from its birth until it is itself.
            let mut bound = None;
            until("its port is free", || {
                bound = runtime.block_on(TcpListener::bind(self.address)).ok();
                bound.is_some()
            });
            self.run(runtime, bound.expect("bound"));
        }
    }

    /// How often each notice was taken that was.
    pub(crate) fn taken(&self) -> BTreeMap<String, u32> {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = came.iter().filter(|(_, (taken, _))| *taken > 0);
        taken.map(|(id, (taken, _))| (id.clone(), *taken)).collect()
    }

    /// How often one came in vain.
    pub(crate) fn in_vain(&self) -> u32 {
        let came = self.came.lock().unwrap_or_else(PoisonError::into_inner);
        came.values().map(|(_, in_vain)| in_vain).sum()
    }

    /// Its channel in the configuration.
    pub(crate) fn channel(&self, name: &str) -> String {
        let (address, host, port) = (self.address, self.address.ip(), self.address.port());
        let own = match self.kind {
            Kind::Webhook => format!("kind = \"webhook\"\nurl = \"http://{address}/send\"\n"),
            Kind::Sms => format!(
                "kind = \"sms\"\nurl = \"http://{address}/sms\"\nto = [\"13800000000\"]\n\
                 body = '{{\"id\":\"{{id}}\",\"text\":\"{{text}}\"}}'\nexpect = '\"errcode\":0'\n"
            ),
            Kind::Mail => format!(
                "kind = \"mail\"\nhost = \"{host}\"\nport = {port}\ntls = \"none\"\n\
                 from = \"yiping@city.example\"\nto = [\"duty@city.example\"]\n"
            ),
        };
        format!("[[notify.channel]]\nname = \"{name}\"\nper_minute_max = 0\n{own}")
    }
}

async fn serve(listener: TcpListener, kind: Kind, mood: watch::Receiver<Mood>, came: Counts) {
    let mut talks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let (came, mut mood) = (Arc::clone(&came), mood.clone());
        talks.spawn(async move {
            // A line that breaks is no matter here: the program says what it makes of it.
            drop(match kind {
                Kind::Webhook | Kind::Sms => http(stream, &mut mood, &came).await,
                Kind::Mail => smtp(stream, &mut mood, &came).await,
            });
        });
        while talks.try_join_next().is_some() {}
    }
}

/// Notes that a notice came; what is answered. While the side is slow that is nothing, and then the line breaks.
async fn note<'a>(
    came: &Counts,
    id: &str,
    mood: &mut watch::Receiver<Mood>,
    [well, broken]: [&'a str; 2],
) -> std::io::Result<&'a str> {
    let is = *mood.borrow_and_update();
    {
        let mut came = came.lock().expect("no panic holds it");
        let counts = came.entry(id.to_owned()).or_default();
        if is == Mood::Well {
            counts.0 += 1;
        } else {
            counts.1 += 1;
        }
    }
    match is {
        Mood::Well => Ok(well),
        Mood::Broken => Ok(broken),
        Mood::Slow | Mood::Down => {
            drop(mood.changed().await);
            Err(ErrorKind::TimedOut.into())
        }
    }
}

async fn http(
    stream: TcpStream,
    mood: &mut watch::Receiver<Mood>,
    came: &Counts,
) -> std::io::Result<()> {
    const TAKEN: &str = r#"{"errcode":0,"errmsg":"ok"}"#;
    let mut stream = BufReader::new(stream);
    let (mut length, mut id) = (0, String::new());
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().expect("a length");
            }
            Some((name, value)) if name.eq_ignore_ascii_case("idempotency-key") => {
                value.clone_into(&mut id);
            }
            None if line.trim_end().is_empty() => break,
            _ => {}
        }
    }
    stream.read_exact(&mut vec![0; length]).await?;
    let answer = note(came, &id, mood, [TAKEN, ""]).await?;
    let status = if answer.is_empty() {
        "500 out of order"
    } else {
        "200 OK"
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {}",
        answer.len()
    );
    let all = format!("{head}\r\n\r\n{answer}");
    stream.write_all(all.as_bytes()).await?;
    stream.shutdown().await
}

async fn smtp(
    stream: TcpStream,
    mood: &mut watch::Receiver<Mood>,
    came: &Counts,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    if *mood.borrow() == Mood::Slow {
        note(came, "", mood, [""; 2]).await?;
    }
    stream.write_all(b"220 side\r\n").await?;
    let (mut id, mut is_mail) = (String::new(), false);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let line = line.trim_end();
        let answer = if is_mail {
            if let Some(value) = line.strip_prefix("Message-ID: <") {
                value.trim_end_matches("@yiping>").clone_into(&mut id);
            }
            if line != "." {
                continue;
            }
            is_mail = false;
            note(came, &id, mood, ["250 taken", "451 out of order"]).await?
        } else {
            is_mail = line == "DATA";
            match line {
                "DATA" => "354 go on",
                "QUIT" => "221 bye",
                _ => "250 well",
            }
        };
        stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
}
