//! A mail server. One mail goes to all; its `Message-ID` is the notice's id, so that a second copy can be told by who receives it.

use std::net::IpAddr;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, Message as Mime};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls as Line, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{SmtpTransport, Transport as _};
use yiping_desk::notices::Due;

use crate::http::certificates;
use crate::settings::{MailSettings, Tls};

/// How we call ourselves.
const NAME: &str = "yiping";

/// A mail server.
#[derive(Debug)]
pub(crate) struct Mail {
    transport: SmtpTransport,
    from: Mailbox,
    to: Vec<Mailbox>,
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost"
        || host
            .parse()
            .is_ok_and(|address: IpAddr| address.is_loopback())
}

fn line(settings: &MailSettings) -> Result<Line, String> {
    if settings.tls == Tls::None {
        return if is_this_machine(&settings.host) {
            Ok(Line::None)
        } else {
            Err("tls = \"none\" is only for a mail server on this machine".into())
        };
    }
    let mut parameters = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let own = Certificate::from_pem(&certificates(path)?)
            .map_err(|error| format!("ca_file {}: {error}", path.display()))?;
        parameters = parameters
            .certificate_store(CertificateStore::None)
            .add_root_certificate(own);
    }
    let parameters = parameters.build().map_err(|error| error.to_string())?;
    Ok(match settings.tls {
        Tls::Wrapped => Line::Wrapper(parameters),
        Tls::Starttls | Tls::None => Line::Required(parameters),
    })
}

impl Mail {
    pub(crate) fn open(settings: &MailSettings, timeout: Duration) -> Result<Self, String> {
        let mailbox = |text: &String| {
            text.parse::<Mailbox>()
                .map_err(|error| format!("`{text}` is not an address: {error}"))
        };
        if settings.to.is_empty() {
            return Err("`to` names nobody".into());
        }
        let mut transport = SmtpTransport::builder_dangerous(&settings.host)
            .port(settings.port)
            .hello_name(ClientId::Domain(NAME.into()))
            .timeout(Some(timeout))
            .tls(line(settings)?);
        match (&settings.username, &settings.password) {
            (Some(name), Some(password)) => {
                let secret = password.reveal().to_owned();
                transport = transport.credentials(Credentials::new(name.clone(), secret));
            }
            (None, None) => {}
            _ => return Err("`username` and `password` go together".into()),
        }
        Ok(Self {
            transport: transport.build(),
            from: mailbox(&settings.from)?,
            to: settings.to.iter().map(mailbox).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn deliver(&self, due: &Due) -> Result<String, String> {
        let mut mail = Mime::builder()
            .from(self.from.clone())
            .subject(&due.message.title)
            .message_id(Some(format!("<{}@{NAME}>", due.notice)))
            .header(ContentType::TEXT_PLAIN);
        for one in &self.to {
            mail = mail.to(one.clone());
        }
        let text = format!("{}\n\n{}\n", due.message.text, due.notice);
        let mail = mail.body(text).map_err(|error| error.to_string())?;
        match self.transport.send(&mail) {
            Ok(answer) => {
                let said: Vec<&str> = answer.message().collect();
                Ok(format!("SMTP {} {}", answer.code(), said.join(" ")))
            }
            Err(error) => Err(told(&error)),
        }
    }
}

/// An error with what caused it: the server's own words stand there.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        cause = inner.source();
    }
    text
}
