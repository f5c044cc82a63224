//! What can be set about notices.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_desk::notices::{Patience, Plan, PlanError, Route};
use yiping_model::Secret;

use crate::sms::Form;

/// The `[notify]` section of the configuration. Nobody is told anything by default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The address of the wall, for the messages; empty for none.
    pub link: String,
    /// How long the other side may take to answer.
    pub timeout_ms: u64,
    /// Deliveries by one channel at one time, at least 1.
    pub deliveries_max: usize,
    /// Notices that wait; one more is given up at once, which everybody sees.
    pub waiting_max: usize,
    /// Records of the log read at once, at least 1.
    pub batch_records_max: usize,
    /// Where it has read to is remembered so often.
    pub checkpoint_secs: u64,
    /// How long a notice is tried.
    pub patience: Patience,
    /// The channels.
    pub channel: Vec<ChannelSettings>,
    /// What is told by which channel.
    pub route: Vec<Route>,
}

/// A way to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ChannelSettings {
    /// A DingTalk custom robot, or what answers like one.
    Webhook(WebhookSettings),
    /// An SMS gateway that is spoken to by HTTP.
    Sms(SmsSettings),
    /// A mail server.
    Mail(MailSettings),
}

/// A DingTalk custom robot, or what answers like one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookSettings {
    /// Its name.
    pub name: String,
    /// The address, with its token.
    pub url: Secret,
    /// What requests are signed with (加签); none for no signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// Most deliveries in a minute; 0 for no limit. DingTalk takes 20 of one robot.
    #[serde(default = "of_a_robot")]
    pub per_minute_max: u32,
    /// Certificates of who may sign the other side's (PEM), instead of the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// An SMS gateway that is spoken to by HTTP.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsSettings {
    /// Its name.
    pub name: String,
    /// The address.
    pub url: Secret,
    /// The numbers, all in one request, separated by commas.
    pub to: Vec<String>,
    /// Headers of each request.
    #[serde(default)]
    pub headers: BTreeMap<String, Secret>,
    /// What the body is: it decides how what is put into it is written.
    #[serde(default)]
    pub form: Form,
    /// The body: `{to}`, `{title}`, `{text}` and `{id}` are put in.
    pub body: String,
    /// A text that the answer must hold to count; empty: any answer 200 to 299 does.
    #[serde(default)]
    pub expect: String,
    /// Most deliveries in a minute; 0 for no limit.
    #[serde(default = "of_a_gateway")]
    pub per_minute_max: u32,
    /// Certificates of who may sign the other side's (PEM), instead of the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// A mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// Its name.
    pub name: String,
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is kept secret.
    #[serde(default)]
    pub tls: Tls,
    /// The account at the server; none for no sign-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// Its password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<Secret>,
    /// Who writes.
    pub from: String,
    /// To whom, all in one mail.
    pub to: Vec<String>,
    /// Most deliveries in a minute; 0 for no limit.
    #[serde(default = "of_a_gateway")]
    pub per_minute_max: u32,
    /// Certificates of who may sign the other side's (PEM), instead of the public ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// How the line to a mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// It begins in the clear and must go over to TLS (port 587).
    #[default]
    Starttls,
    /// TLS from the beginning (port 465).
    Wrapped,
    /// Not at all: only to this machine.
    None,
}

const fn of_a_robot() -> u32 {
    20
}

const fn of_a_gateway() -> u32 {
    60
}

/// Settings that cannot be.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// A number that must be positive is 0.
    #[error("notify.{0} must be at least 1")]
    Zero(&'static str),
    /// A name twice, or none.
    #[error("notify.channel `{0}`: each channel needs a name of its own, of 1 to 64 characters")]
    Name(String),
    /// A channel that cannot be.
    #[error("notify.channel `{channel}`: {fault}")]
    Channel {
        /// Its name.
        channel: String,
        /// What is wrong.
        fault: String,
    },
    /// A route that cannot be.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            link: String::new(),
            timeout_ms: 10_000,
            deliveries_max: 4,
            waiting_max: 10_000,
            batch_records_max: 4_096,
            checkpoint_secs: 10,
            patience: Patience::default(),
            channel: Vec::new(),
            route: Vec::new(),
        }
    }
}

impl ChannelSettings {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Webhook(one) => &one.name,
            Self::Sms(one) => &one.name,
            Self::Mail(one) => &one.name,
        }
    }

    /// Most deliveries in a minute; 0 for no limit.
    pub(crate) const fn per_minute_max(&self) -> u32 {
        match self {
            Self::Webhook(one) => one.per_minute_max,
            Self::Sms(one) => one.per_minute_max,
            Self::Mail(one) => one.per_minute_max,
        }
    }
}

impl Settings {
    /// How long the other side may take.
    pub(crate) const fn timeout(&self) -> Duration {
        Duration::from_millis(self.timeout_ms)
    }

    /// The same with these channels and no other, and with what goes by them.
    #[must_use]
    pub fn only(mut self, names: &[String]) -> Self {
        let is_named = |name: &str| names.iter().any(|one| one == name);
        self.channel.retain(|channel| is_named(channel.name()));
        for route in &mut self.route {
            route.channels.retain(|name| is_named(name));
        }
        self.route.retain(|route| !route.channels.is_empty());
        self
    }

    /// The names of the channels.
    pub fn channel_names(&self) -> Vec<&str> {
        self.channel.iter().map(ChannelSettings::name).collect()
    }

    /// Checks what the types cannot: names, routes, templates; and makes each channel once, which asks nobody.
    ///
    /// # Errors
    /// [`SettingsError`] says which of them cannot be.
    pub fn check(&self) -> Result<(), SettingsError> {
        for (name, number) in [
            ("timeout_ms", self.timeout_ms),
            ("deliveries_max", self.deliveries_max as u64),
            ("waiting_max", self.waiting_max as u64),
            ("batch_records_max", self.batch_records_max as u64),
            ("checkpoint_secs", self.checkpoint_secs),
            ("patience.backoff_ms_min", self.patience.backoff_ms_min),
            (
                "patience.give_up_minutes",
                self.patience.give_up_minutes.into(),
            ),
        ] {
            if number == 0 {
                return Err(SettingsError::Zero(name));
            }
        }
        let names = self.channel_names();
        for (place, name) in names.iter().enumerate() {
            let length = name.chars().count();
            if length == 0 || length > 64 || names[..place].contains(name) {
                return Err(SettingsError::Name((*name).to_owned()));
            }
        }
        crate::channel::Channels::open(self)?;
        Ok(Plan::check(&self.route, &names)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The examples of the reference file, which stand there as comments; without the files that they name.
    fn examples() -> Settings {
        let reference = include_str!("../../../deploy/yiping.toml");
        let (_, section) = reference.split_once("[notify] ").expect("the section");
        let (section, _) = section.split_once("[notify.patience]").expect("its end");
        let lines = section.lines().filter_map(|line| line.strip_prefix("# "));
        let options = lines
            .filter(|line| line.starts_with("[[") || line.contains(" = "))
            .filter(|line| !line.starts_with("ca_file"))
            .map(|line| line.replace("[[notify.", "[["));
        toml::from_str(&options.collect::<Vec<_>>().join("\n")).expect("examples")
    }

    #[test]
    fn the_examples_of_the_reference_are_right_and_state_the_defaults() {
        let stated = examples();
        stated.check().expect("right");
        assert_eq!((stated.channel.len(), stated.route.len()), (3, 1));
        let route: Route = toml::from_str(
            "name = \"grave\"\nchannels = [\"duty-group\", \"leaders\"]\nquiet = \"22:00-07:00\"\ntitle = \"...\"\ntext = \"...\"",
        )
        .expect("a route");
        assert_eq!(stated.route[0], route);
        for channel in &stated.channel {
            let mut least = toml::Table::try_from(channel).expect("a table");
            for default in ["per_minute_max", "headers", "form", "expect", "tls"] {
                least.remove(default);
            }
            for secret in ["url", "secret", "password"] {
                if let Some(text) = least.get_mut(secret) {
                    assert_eq!(text.as_str(), Some("***"), "{secret} is not shown");
                }
            }
            let least: ChannelSettings = least.try_into().expect("a channel");
            assert_eq!(least.per_minute_max(), channel.per_minute_max());
            if let (ChannelSettings::Mail(one), ChannelSettings::Mail(other)) = (&least, channel) {
                assert_eq!(one.tls, other.tls);
            }
            if let (ChannelSettings::Sms(one), ChannelSettings::Sms(other)) = (&least, channel) {
                assert_eq!(
                    (one.form, &one.expect, &one.headers),
                    (other.form, &other.expect, &other.headers)
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_is_named_before_anybody_is_asked() {
        let webhook = "[[channel]]\nkind = \"webhook\"\nname = \"duty\"\nurl = \"https://h/\"\n";
        let sms = "[[channel]]\nkind = \"sms\"\nname = \"duty\"\nurl = \"https://h/\"\nto = [\"1\"]\nbody = \"{text}\"\n";
        let mail = "[[channel]]\nkind = \"mail\"\nname = \"duty\"\nhost = \"mail.example\"\nport = 587\nfrom = \"a@b.example\"\nto = [\"c@d.example\"]\n";
        let check = |text: &str| {
            let settings: Settings = toml::from_str(text).expect("options");
            settings.check().map_err(|error| error.to_string())
        };
        for right in [webhook, sms, mail] {
            check(right).expect("right");
        }
        for (text, said) in [
            (format!("{webhook}{webhook}"), "name of its own"),
            (webhook.replace("duty", ""), "name of its own"),
            (webhook.replace("https://h/", "h"), "url"),
            (
                format!("{webhook}ca_file = \"nowhere.pem\"\n"),
                "nowhere.pem",
            ),
            (sms.replace("[\"1\"]", "[]"), "no number"),
            (sms.replace("[\"1\"]", "[\"1 2\"]"), "telephone"),
            (sms.replace("{text}", "hello"), "{title}"),
            (format!("{sms}headers = {{ \"a b\" = \"c\" }}\n"), "a b"),
            (mail.replace("a@b.example", "a"), "`a`"),
            (mail.replace("[\"c@d.example\"]", "[]"), "nobody"),
            (format!("{mail}tls = \"none\"\n"), "this machine"),
            (format!("{mail}username = \"x\"\n"), "together"),
            ("deliveries_max = 0\n".to_owned(), "deliveries_max"),
            (
                "patience = { backoff_ms_min = 0 }\n".to_owned(),
                "backoff_ms_min",
            ),
            (
                "[[route]]\nname = \"r\"\nchannels = [\"duty\"]\n".to_owned(),
                "`duty`",
            ),
        ] {
            let error = check(&text).expect_err(&text);
            assert!(error.contains(said), "{said} in {error}");
        }
        let unknown = format!("{webhook}colour = \"red\"\n");
        assert!(toml::from_str::<Settings>(&unknown).is_err());
    }
}
