//! A person's browser, as little of it as is needed: one connection, one request after the other, and how long each answer took.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// One who is signed in, or carries a token.
pub(crate) struct Caller {
    server: SocketAddr,
    socket: BufReader<TcpStream>,
    /// A token of a program, or the value of the cookie.
    secret: String,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    /// The cookie that it set.
    cookie: Option<String>,
    /// From the request until all of the answer was there.
    pub(crate) took_ms: f64,
}

impl Caller {
    pub(crate) fn new(server: SocketAddr, secret: &str) -> anyhow::Result<Self> {
        let socket = TcpStream::connect(server)?;
        socket.set_nodelay(true)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        Ok(Self {
            server,
            socket: BufReader::new(socket),
            secret: secret.to_owned(),
        })
    }

    /// A person with this name and password.
    pub(crate) fn sign_in(server: SocketAddr, name: &str, password: &str) -> anyhow::Result<Self> {
        let mut caller = Self::new(server, "")?;
        let body = serde_json::json!({ "name": name, "password": password, "seat": name });
        let answer = caller.ask("POST", "/api/v1/session", Some(&body))?;
        ensure!(
            answer.status == 200,
            "{name} is not let in: {}",
            answer.body
        );
        caller.secret = answer.cookie.context("no cookie")?;
        Ok(caller)
    }

    /// Asks, whatever is answered.
    pub(crate) fn ask(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let server = self.server;
        let text = body.map(Value::to_string).unwrap_or_default();
        let secret = match self.secret.as_str() {
            "" => String::new(),
            secret => format!("Authorization: Bearer {secret}\r\n"),
        };
        let length = text.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {server}\r\n{secret}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{text}"
        );
        let from = Instant::now();
        self.socket.get_mut().write_all(request.as_bytes())?;
        let (status, cookie, length) = self.head()?;
        let mut bytes = vec![0; length];
        self.socket.read_exact(&mut bytes)?;
        let took_ms = from.elapsed().as_secs_f64() * 1e3;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer {
            status,
            body,
            cookie,
            took_ms,
        })
    }

    /// The same, when it must go well.
    pub(crate) fn done(
        &mut self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let answer = self.ask(method, path, body)?;
        if !(200..300).contains(&answer.status) {
            bail!("{method} {path}: {} {}", answer.status, answer.body);
        }
        Ok(answer)
    }

    fn head(&mut self) -> anyhow::Result<(u16, Option<String>, usize)> {
        let (mut status, mut cookie, mut length) = (0, None, 0);
        let mut line = String::new();
        loop {
            line.clear();
            ensure!(self.socket.read_line(&mut line)? > 0, "the server hung up");
            let text = line.trim_end();
            if text.is_empty() {
                return Ok((status, cookie, length));
            }
            if let Some(rest) = text.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).unwrap_or_default().parse()?;
            } else if let Some((name, value)) = text.split_once(": ") {
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse()?,
                    "transfer-encoding" => bail!("an answer in pieces is not read here"),
                    "set-cookie" => {
                        let value = value.split(';').next().unwrap_or_default();
                        cookie = value.split_once('=').map(|(_, secret)| secret.to_owned());
                    }
                    _ => {}
                }
            }
        }
    }
}
