//! The channels, by name. Adding one: a file, a variant here and one in the settings.

use std::collections::BTreeMap;
use std::sync::Arc;

use yiping_desk::notices::Due;

use crate::mail::Mail;
use crate::settings::{ChannelSettings, Settings, SettingsError};
use crate::sms::Sms;
use crate::webhook::Webhook;

/// A way to people, ready to be used.
#[derive(Debug)]
pub(crate) enum Channel {
    Webhook(Webhook),
    Sms(Sms),
    Mail(Mail),
}

impl Channel {
    fn open(settings: &ChannelSettings, all: &Settings) -> Result<Self, SettingsError> {
        let timeout = all.timeout();
        let opened = match settings {
            ChannelSettings::Webhook(one) => Webhook::open(one, timeout).map(Self::Webhook),
            ChannelSettings::Sms(one) => Sms::open(one, timeout).map(Self::Sms),
            ChannelSettings::Mail(one) => Mail::open(one, timeout).map(Self::Mail),
        };
        opened.map_err(|fault| SettingsError::Channel {
            channel: settings.name().to_owned(),
            fault,
        })
    }

    /// Delivers, and gives what the other side answered, or why it is no delivery; blocks the thread for as long as the other side may take.
    pub(crate) fn deliver(&self, due: &Due) -> Result<String, String> {
        match self {
            Self::Webhook(one) => one.deliver(due),
            Self::Sms(one) => one.deliver(due),
            Self::Mail(one) => one.deliver(due),
        }
    }
}

/// All channels.
#[derive(Debug, Default)]
pub(crate) struct Channels(BTreeMap<String, (Arc<Channel>, u32)>);

impl Channels {
    pub(crate) fn open(settings: &Settings) -> Result<Self, SettingsError> {
        let mut channels = BTreeMap::new();
        for one in &settings.channel {
            let channel = Arc::new(Channel::open(one, settings)?);
            channels.insert(one.name().to_owned(), (channel, one.per_minute_max()));
        }
        Ok(Self(channels))
    }

    pub(crate) fn get(&self, name: &str) -> Option<Arc<Channel>> {
        self.0.get(name).map(|(channel, _)| Arc::clone(channel))
    }

    /// Most deliveries in a minute; no limit for a channel that is not there, for those are given up.
    pub(crate) fn per_minute(&self, name: &str) -> u32 {
        self.0.get(name).map_or(0, |(_, limit)| *limit)
    }
}
