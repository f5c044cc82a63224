//! Mail against aiosmtpd, the mail server of the distribution's package of that name, which keeps what it takes in a Maildir.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use super::tls::testdata;
use super::{City, reasons, those};

async fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
    listener.local_addr().expect("bound").port()
}

/// Starts the server, which takes mails of so many bytes, and waits until it greets.
async fn server(port: u16, folder: &Path, bytes_max: u32, tls: &[&str]) -> Child {
    let child = Command::new("aiosmtpd")
        .args(tls)
        .args(["-n", "-s", &bytes_max.to_string()])
        .args(["-l", &format!("127.0.0.1:{port}")])
        .args(["-c", "aiosmtpd.handlers.Mailbox"])
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect("aiosmtpd is installed: make test installs it");
    loop {
        if let Ok(stream) = TcpStream::connect(("127.0.0.1", port)).await {
            let mut line = String::new();
            let read = BufReader::new(stream).read_line(&mut line).await;
            if read.is_ok() && line.starts_with("220") {
                return child;
            }
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_down_and_refuses_gets_each_mail_once() {
    let port = free_port().await;
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = folder.path().join("mail");
    let city = City::new(&format!(
        "[[channel]]\nkind = \"mail\"\nname = \"duty\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\
         from = \"一屏 <yiping@city.example>\"\nto = [\"duty@city.example\", \"值班 <chief@city.example>\"]\nper_minute_max = 0\n"
    ))
    .patient();
    let running = city.tell().await;
    city.raise().await;
    city.raise().await;
    city.until(|steps| those(steps, "failed").len() > 4).await;
    let mut refusing = server(port, &inbox, 10, &[]).await;
    let before = those(&city.steps().await, "failed").len();
    city.until(|steps| those(steps, "failed").len() > before + 4)
        .await;
    refusing.kill().await.expect("ends");
    let mut taking = server(port, &inbox, 1 << 20, &[]).await;
    let steps = city
        .until(|steps| those(steps, "delivered").len() == 2)
        .await;
    running.close().await;
    taking.kill().await.expect("ends");

    let reasons = reasons(&steps).join("\n");
    assert!(reasons.contains("552"), "{reasons}");
    let mails: Vec<String> = fs::read_dir(inbox.join("new"))
        .expect("a Maildir")
        .map(|entry| fs::read_to_string(entry.expect("an entry").path()).expect("a mail"))
        .collect();
    assert_eq!(mails.len(), 2);
    for id in those(&steps, "delivered") {
        let wanted = format!("Message-ID: <{id}@yiping>");
        let of_it = mails.iter().filter(|mail| mail.contains(&wanted));
        assert_eq!(of_it.count(), 1, "{wanted} in {mails:#?}");
    }
    assert!(mails[0].contains("chief@city.example") && mails[0].contains("Subject: =?utf-8?"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_goes_over_to_tls_or_not_at_all() {
    let port = free_port().await;
    let folder = tempfile::tempdir().expect("a folder");
    let inbox = folder.path().join("mail");
    let city = City::new(&format!(
        "[[channel]]\nkind = \"mail\"\nname = \"duty\"\nhost = \"127.0.0.1\"\nport = {port}\nca_file = \"{}\"\n\
         from = \"yiping@city.example\"\nto = [\"duty@city.example\"]\nper_minute_max = 0\n",
        testdata("ca.pem").display()
    ))
    .patient();
    // This server offers no TLS.
    let mut plain = server(port, &inbox, 1 << 20, &[]).await;
    let running = city.tell().await;
    city.raise().await;
    city.until(|steps| those(steps, "failed").len() > 1).await;
    plain.kill().await.expect("ends");
    let [certificate, key] = ["server.pem", "server.key"].map(testdata);
    let tls = [
        "--tlscert",
        certificate.to_str().expect("UTF-8"),
        "--tlskey",
        key.to_str().expect("UTF-8"),
    ];
    let mut secret = server(port, &inbox, 1 << 20, &tls).await;
    city.until(|steps| !those(steps, "delivered").is_empty())
        .await;
    running.close().await;
    secret.kill().await.expect("ends");
    assert_eq!(
        fs::read_dir(inbox.join("new")).expect("a Maildir").count(),
        1
    );
}
