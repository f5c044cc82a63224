//! From the first byte to CONNACK: who is it, may it come in, and under which name.

use bytes::BytesMut;
use tokio::time::Duration;
use yiping_model::Secret;

use super::Hall;
use super::clients::Place;
use super::codec::{
    Codec, Denial, Grant, Hello, Packet, Version, Violation, Will, begins, version,
};
use super::frame;
use crate::figures::Figure;

/// A device that was let in.
#[derive(Debug)]
pub(super) struct Guest {
    pub(super) place: Place,
    pub(super) will: Option<Will>,
    /// The longest silence; then it counts as gone.
    pub(super) silence_max: Duration,
}

/// What became of the first bytes of a connection.
#[derive(Debug)]
pub(super) enum Met {
    /// There is no whole packet yet.
    More,
    /// It may come in; the answer is written.
    In(Codec, Guest),
    /// It may not; the answer, if there is one, is written.
    Out(Denial),
}

impl Hall {
    /// Looks at the first bytes of a connection, and takes its CONNECT out of them.
    pub(super) async fn meet(
        &self,
        buffer: &mut BytesMut,
        out: &mut BytesMut,
    ) -> Result<Met, Violation> {
        begins(buffer)?;
        let Some(frame) = frame::whole(buffer, self.settings.connect_bytes_max())? else {
            return Ok(Met::More);
        };
        let Some(version) = version(&buffer[..frame.length], frame.head)? else {
            Codec::new(Version::V311).write_denial(out, Denial::Version);
            return Ok(Met::Out(Denial::Version));
        };
        let mut codec = Codec::new(version);
        let packet = buffer.split_to(frame.length);
        let hello = match codec.read(packet) {
            Ok(Packet::Connect(hello)) => Ok(hello),
            Err(violation) if violation.nameless => Err(Denial::ClientId),
            Err(violation) => return Err(violation),
            Ok(_) => return Err(Violation::misplaced("the first packet is not CONNECT")),
        };
        match hello.and_then(|hello| self.judge(hello)) {
            Ok((hello, place)) => {
                let guest = self.welcome(hello, place, &mut codec, out).await;
                Ok(Met::In(codec, guest))
            }
            Err(denial) => {
                codec.write_denial(out, denial);
                Ok(Met::Out(denial))
            }
        }
    }

    fn judge(&self, hello: Hello) -> Result<(Hello, Place), Denial> {
        if let Some(denial) = hello.denial {
            return Err(denial);
        }
        if hello.client_id.len() > self.settings.client_id_bytes_max {
            return Err(Denial::ClientId);
        }
        let username = self.settings.username.as_ref();
        let known = username.is_none_or(|name| hello.username.as_ref() == Some(name));
        let password = self.settings.password.as_ref();
        let given = hello.password.as_deref().unwrap_or_default();
        let proven = password.is_none_or(|secret: &Secret| secret.matches(given));
        if !known || !proven {
            return Err(Denial::Credentials);
        }
        // Last, so that only who may come in takes over.
        let place = self.clients.enter(&hello.client_id, &self.settings.name);
        place.map(|place| (hello, place)).ok_or(Denial::Full)
    }

    async fn welcome(
        &self,
        hello: Hello,
        mut place: Place,
        codec: &mut Codec,
        out: &mut BytesMut,
    ) -> Guest {
        let most = self.settings.keep_alive_secs_max;
        let asked = hello.keep_alive_secs;
        let shortened = (asked == 0 || asked > most).then_some(most);
        let nameless = hello.client_id.is_empty();
        codec.write_grant(
            out,
            Grant {
                client_id: nameless.then(|| place.client_id.clone()),
                keep_alive_secs: shortened,
                unacknowledged_max: self.settings.unacknowledged_max,
                packet_bytes_max: self.settings.packet_bytes_max,
            },
        );
        place.is_free().await;
        Figure::MqttdConnects.add(self.door.source().as_str(), 1);
        Guest {
            place,
            will: hello.will,
            silence_max: Duration::from_secs(shortened.unwrap_or(asked).into()) * 3 / 2,
        }
    }
}

impl Denial {
    /// Its name in the figures.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Version => "version",
            Self::ClientId => "client_id",
            Self::Credentials => "credentials",
            Self::SignIn => "sign_in",
            Self::WillQos => "will_qos_2",
            Self::Full => "connections",
        }
    }
}
