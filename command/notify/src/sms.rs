//! An SMS gateway that is spoken to by HTTP. Each has a form of its own, so address, headers and body are the configuration's; what is put
//! into the body is written so that it stays one value.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use yiping_desk::notices::Due;
use yiping_model::Secret;

use crate::http::{self, Client};
use crate::settings::SmsSettings;

/// What the body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// `application/json`: what is put in stands between quotes.
    #[default]
    Json,
    /// `application/x-www-form-urlencoded`
    Form,
}

impl Form {
    const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::Form => "application/x-www-form-urlencoded; charset=utf-8",
        }
    }

    /// The text as it stands in the body.
    fn written(self, text: &str) -> String {
        match self {
            Self::Json => {
                let quoted = serde_json::Value::from(text).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Form => utf8_percent_encode(text, NON_ALPHANUMERIC).to_string(),
        }
    }
}

/// A gateway.
#[derive(Debug)]
pub(crate) struct Sms {
    client: Client,
    url: Secret,
    to: String,
    headers: Vec<(String, Secret)>,
    form: Form,
    body: String,
    expect: String,
}

impl Sms {
    pub(crate) fn open(settings: &SmsSettings, timeout: Duration) -> Result<Self, String> {
        http::check(settings.url.reveal())?;
        if settings.to.is_empty() {
            return Err("`to` names no number".into());
        }
        let is_number = |text: &String| {
            !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '+')
        };
        if let Some(wrong) = settings.to.iter().find(|text| !is_number(text)) {
            return Err(format!("`to`: `{wrong}` is not a telephone number"));
        }
        if !settings.body.contains("{title}") && !settings.body.contains("{text}") {
            return Err("`body` holds neither {title} nor {text}".into());
        }
        let headers = settings.headers.iter();
        let headers: Vec<_> = headers
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        for (name, value) in &headers {
            let name_fits = ureq::http::HeaderName::try_from(name.as_str()).is_ok();
            if !name_fits || ureq::http::HeaderValue::try_from(value.reveal()).is_err() {
                return Err(format!("`headers`: `{name}` cannot be sent"));
            }
        }
        Ok(Self {
            client: Client::open(timeout, settings.ca_file.as_deref())?,
            url: settings.url.clone(),
            to: settings.to.join(","),
            headers,
            form: settings.form,
            body: settings.body.clone(),
            expect: settings.expect.clone(),
        })
    }

    pub(crate) fn deliver(&self, due: &Due) -> Result<String, String> {
        let fixed = [
            ("content-type", self.form.content_type()),
            ("idempotency-key", due.notice.as_str()),
        ];
        let own = self.headers.iter();
        let own = own.map(|(name, value)| (name.as_str(), value.reveal()));
        let answer = self.client.post(
            self.url.reveal(),
            fixed.into_iter().chain(own),
            &self.filled(due),
        )?;
        if answer.is_success() && answer.text.contains(&self.expect) {
            Ok(answer.told())
        } else {
            Err(answer.told())
        }
    }

    /// The body with everything put in, once: what was put in is not looked at again.
    fn filled(&self, due: &Due) -> String {
        let values = [
            ("{to}", self.to.as_str()),
            ("{title}", &due.message.title),
            ("{text}", &due.message.text),
            ("{id}", due.notice.as_str()),
        ];
        let mut text = String::new();
        let mut rest = self.body.as_str();
        while let Some(place) = rest.find('{') {
            text.push_str(&rest[..place]);
            rest = &rest[place..];
            let found = values.iter().find(|(name, _)| rest.starts_with(name));
            let (name, value) = found.copied().unwrap_or(("{", ""));
            if found.is_some() {
                text.push_str(&self.form.written(value));
            } else {
                text.push('{');
            }
            rest = &rest[name.len()..];
        }
        text.push_str(rest);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use yiping_model::{Message, NoticeCause, NoticeId};

    fn filled(form: Form, body: &str) -> String {
        let settings = SmsSettings {
            name: "x".into(),
            url: Secret::from("http://h/".to_owned()),
            to: vec!["13800000000".into(), "+8613900000000".into()],
            headers: std::collections::BTreeMap::new(),
            form,
            body: body.into(),
            expect: String::new(),
            per_minute_max: 0,
            ca_file: None,
        };
        let due = Due {
            notice: NoticeId::of(&["x"]),
            attempt: 1,
            message: Message {
                channel: "x".into(),
                cause: NoticeCause::Test {
                    person: None,
                    seat: String::new(),
                },
                not_before: None,
                title: "say \"{to}\" & 氯".into(),
                text: "a\nb".into(),
            },
        };
        Sms::open(&settings, Duration::from_secs(1))
            .expect("right")
            .filled(&due)
    }

    #[test]
    fn what_is_put_in_stays_one_value() {
        assert_eq!(
            filled(Form::Json, r#"{"p":"{to}","m":{"t":"{title}\n{text}"}}"#),
            r#"{"p":"13800000000,+8613900000000","m":{"t":"say \"{to}\" & 氯\na\nb"}}"#
        );
        assert_eq!(
            filled(Form::Form, "p={to}&m={title}"),
            "p=13800000000%2C%2B8613900000000&m=say%20%22%7Bto%7D%22%20%26%20%E6%B0%AF"
        );
    }
}
