//! The smallest HTTP client: one request a connection, headers as they are given.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::handshake::client::Request;

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("a JSON answer")
    }

    /// The error's code and message.
    pub(crate) fn error(&self) -> (String, String) {
        let error = &self.json()["error"];
        let text = |name: &str| error[name].as_str().expect("a text").to_owned();
        (text("code"), text("message"))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// The token of a listener, by the address of its house.
static LISTENERS: Mutex<BTreeMap<SocketAddr, String>> = Mutex::new(BTreeMap::new());

pub(crate) fn knows(address: SocketAddr, listener: &str) {
    let mut listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    listeners.insert(address, listener.to_owned());
}

/// The token of this house's listener.
pub(crate) fn listener(address: SocketAddr) -> String {
    let listeners = LISTENERS.lock().unwrap_or_else(PoisonError::into_inner);
    listeners.get(&address).cloned().expect("a house")
}

/// Asks as a listener.
pub(crate) async fn get(address: SocketAddr, path: &str) -> Answer {
    get_by(address, path, &listener(address)).await
}

pub(crate) async fn get_by(address: SocketAddr, path: &str, secret: &str) -> Answer {
    let bearer = format!("Bearer {secret}");
    let headers = [("authorization", bearer.as_str())];
    ask(address, &format!("GET {path}"), &headers, "").await
}

/// Posts as nobody.
pub(crate) async fn post(address: SocketAddr, path: &str, body: &str) -> Answer {
    let json = ("content-type", "application/json");
    ask(address, &format!("POST {path}"), &[json], body).await
}

pub(crate) async fn post_by(address: SocketAddr, path: &str, body: &str, secret: &str) -> Answer {
    send_by(address, &format!("POST {path}"), body, secret).await
}

/// Sends JSON by any method.
pub(crate) async fn send_by(
    address: SocketAddr,
    request: &str,
    body: &str,
    secret: &str,
) -> Answer {
    let bearer = format!("Bearer {secret}");
    let headers = [
        ("content-type", "application/json"),
        ("authorization", bearer.as_str()),
    ];
    ask(address, request, &headers, body).await
}

/// The handshake of a listener for this path.
pub(crate) fn handshake(address: SocketAddr, path: &str) -> Request {
    let mut request = format!("ws://{address}{path}")
        .into_client_request()
        .expect("an address");
    let bearer = format!("Bearer {}", listener(address));
    let headers = request.headers_mut();
    headers.insert("authorization", bearer.parse().expect("text"));
    request
}

/// Sends a request line with these headers; `host` is the address unless it is given.
pub(crate) async fn ask(
    address: SocketAddr,
    request: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut text = format!("{request} HTTP/1.1\r\nconnection: close\r\n");
    if !headers.iter().any(|(name, _)| *name == "host") {
        write!(text, "host: {address}\r\n").expect("a string takes everything");
    }
    for (name, value) in headers {
        write!(text, "{name}: {value}\r\n").expect("a string takes everything");
    }
    write!(text, "content-length: {}\r\n\r\n{body}", body.len())
        .expect("a string takes everything");
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream.write_all(text.as_bytes()).await.expect("it reads");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.expect("it answers");
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .expect("a head");
    let head = String::from_utf8(bytes[..end].to_vec()).expect("a head is text");
    let status = head.split(' ').nth(1).expect("a status").parse();
    let answer = Answer {
        status: status.expect("a number"),
        head,
        body: bytes.split_off(end + 4),
    };
    assert_eq!(answer.header("transfer-encoding"), None);
    answer
}
