//! The line to the other side is secret, and only to whom the configuration trusts.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::{City, reasons, those};

pub(super) fn testdata(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("testdata/tls")
        .join(name)
}

/// A robot that answers well, behind TLS; its port.
fn robot() -> u16 {
    let certificate = CertificateDer::from_pem_file(testdata("server.pem")).expect("PEM");
    let key = PrivateKeyDer::from_pem_file(testdata("server.key")).expect("PEM");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("known")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("they fit");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback");
    let port = listener.local_addr().expect("bound").port();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let session = ServerConnection::new(Arc::clone(&config)).expect("a session");
            // Who does not trust the certificate goes away.
            drop(answer(StreamOwned::new(session, stream)));
        }
    });
    port
}

fn answer(stream: StreamOwned<ServerConnection, std::net::TcpStream>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 || line == "\r\n" {
            break;
        }
        if let Some(text) = line.to_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().expect("a number");
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut stream = reader.into_inner();
    let said = r#"{"errcode":0,"errmsg":"ok"}"#;
    let length = said.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{said}"
    )?;
    stream.conn.send_close_notify();
    stream.flush()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_behind_tls_is_told_only_if_its_certificate_is_trusted() {
    let port = robot();
    let webhook = format!(
        "[[channel]]\nkind = \"webhook\"\nname = \"duty\"\nurl = \"https://127.0.0.1:{port}/send\"\nper_minute_max = 0\n"
    );
    let city = City::new(&webhook).patient();
    let running = city.tell().await;
    city.raise().await;
    let steps = city.until(|steps| those(steps, "failed").len() > 1).await;
    running.close().await;
    let reasons = reasons(&steps).join("\n");
    assert!(reasons.contains("certificate"), "{reasons}");
    assert!(those(&steps, "delivered").is_empty());

    let trusted = format!("{webhook}ca_file = \"{}\"\n", testdata("ca.pem").display());
    let city = City::new(&trusted).patient();
    let running = city.tell().await;
    city.raise().await;
    let steps = city
        .until(|steps| !those(steps, "delivered").is_empty())
        .await;
    assert!(those(&steps, "failed").is_empty(), "{steps:?}");
    running.close().await;
}
