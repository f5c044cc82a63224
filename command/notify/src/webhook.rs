//! A DingTalk custom robot (自定义机器人), or what answers like one.
//!
//! `POST <url>&timestamp=<epoch ms>&sign=<signature>` with `{"msgtype":"markdown","markdown":{"title":…,"text":…}}`. The signature is
//! Base64 of HMAC-SHA256 over `<timestamp>\n<secret>`, keyed with the secret, written for an address. `{"errcode":0,…}` is a delivery and
//! nothing else is. The robot knows no idempotency: the id goes along as a header and in the text's last line.
//! Source: DingTalk's own pages on custom robots, from memory, with public copies of them compared ([M]); never tried against DingTalk itself.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::json;
use sha2::Sha256;
use yiping_desk::notices::Due;
use yiping_log::CityClock;
use yiping_model::{Message, Secret};

use crate::http::{self, Client};
use crate::settings::WebhookSettings;

/// A robot.
#[derive(Debug)]
pub(crate) struct Webhook {
    client: Client,
    url: Secret,
    secret: Option<Secret>,
}

#[derive(Deserialize)]
struct Outcome {
    errcode: i64,
}

impl Webhook {
    pub(crate) fn open(settings: &WebhookSettings, timeout: Duration) -> Result<Self, String> {
        http::check(settings.url.reveal())?;
        Ok(Self {
            client: Client::open(timeout, settings.ca_file.as_deref())?,
            url: settings.url.clone(),
            secret: settings.secret.clone(),
        })
    }

    pub(crate) fn deliver(&self, due: &Due) -> Result<String, String> {
        // The other side compares it with its own clock: it is the machine's time and not the city's.
        let url = self.address(CityClock::machine_now().as_millis());
        let body = json!({
            "msgtype": "markdown",
            "markdown": {
                "title": defused(&due.message.title),
                "text": markdown(&due.message, due.notice.as_str()),
            },
        });
        let headers = [
            ("content-type", "application/json; charset=utf-8"),
            ("idempotency-key", due.notice.as_str()),
        ];
        let answer = self.client.post(&url, headers, &body.to_string())?;
        let outcome = serde_json::from_str::<Outcome>(&answer.text).ok();
        let is_taken = outcome.is_some_and(|outcome| outcome.errcode == 0);
        if answer.is_success() && is_taken {
            Ok(answer.told())
        } else {
            Err(answer.told())
        }
    }

    /// The address, signed at this epoch millisecond.
    fn address(&self, at_ms: i64) -> String {
        let url = self.url.reveal();
        let Some(secret) = &self.secret else {
            return url.to_owned();
        };
        let joint = if url.contains('?') { '&' } else { '?' };
        let sign = sign(secret.reveal(), at_ms);
        let sign = utf8_percent_encode(&sign, NON_ALPHANUMERIC);
        format!("{url}{joint}timestamp={at_ms}&sign={sign}")
    }
}

/// The signature, not yet written for an address.
fn sign(secret: &str, at_ms: i64) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length");
    mac.update(format!("{at_ms}\n{secret}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

/// Names come from devices too: nothing in them may become a link or a picture.
fn defused(text: &str) -> String {
    let plain = |c| match c {
        '[' => '［',
        ']' => '］',
        '<' => '＜',
        '>' => '＞',
        '`' => '｀',
        '*' => '＊',
        '#' => '＃',
        other => other,
    };
    text.chars().map(plain).collect()
}

fn markdown(message: &Message, id: &str) -> String {
    let lines: Vec<String> = message.text.lines().map(defused).collect();
    format!(
        "### {}\n\n{}\n\n{id}",
        defused(&message.title),
        lines.join("\n\n")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with Python's `hmac` and `base64`.
    #[test]
    fn the_signature_is_that_of_the_other_side() {
        assert_eq!(
            sign("this is secret", 1_577_262_236_757),
            "hmPWwU+7lVdm3ZZz0r9tSfx0L4Q26jWOZr9+Gs6EZQM="
        );
    }

    #[test]
    fn an_address_keeps_its_token_and_is_signed() {
        let settings = |url: &str, secret: Option<&str>| WebhookSettings {
            name: "x".into(),
            url: Secret::from(url.to_owned()),
            secret: secret.map(|text| Secret::from(text.to_owned())),
            per_minute_max: 0,
            ca_file: None,
        };
        let address = |url, secret| {
            Webhook::open(&settings(url, secret), Duration::from_secs(1))
                .expect("an address")
                .address(1_577_262_236_757)
        };
        assert_eq!(address("http://h/send?a=b", None), "http://h/send?a=b");
        let signed = address("http://h/send?a=b", Some("this is secret"));
        assert!(signed.starts_with("http://h/send?a=b&timestamp=1577262236757&sign="));
        let sign = signed.rsplit('=').next().expect("there");
        assert!(!sign.contains(['+', '/', '=']), "{sign}");
        for wrong in ["", "h/send", "ftp://h/", "http:///x"] {
            assert!(Webhook::open(&settings(wrong, None), Duration::from_secs(1)).is_err());
        }
    }

    #[test]
    fn a_name_makes_no_link() {
        assert_eq!(
            defused("[x](y) <a> `b` *c* #d"),
            "［x］(y) ＜a＞ ｀b｀ ＊c＊ ＃d"
        );
    }
}
