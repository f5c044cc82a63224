//! The provider of sign-in, asked by the one HTTP client of the house.

use std::path::Path;
use std::sync::Arc;

use anyhow::anyhow;
use yiping_notify::Client;
use yiping_server::{ANSWER_MAX, Provider};

use crate::config::Config;

/// That of this configuration; none by default.
pub(super) fn open(config: &Config) -> anyhow::Result<Option<Provider>> {
    let Some(oidc) = config.people.oidc.clone() else {
        return Ok(None);
    };
    let ca_file = Some(Path::new(&oidc.ca_file)).filter(|path| !path.as_os_str().is_empty());
    let client = Client::open(ANSWER_MAX, ca_file).map_err(|why| anyhow!("people.oidc: {why}"))?;
    let ask = move |request| client.send(request);
    Ok(Some(Provider::new(oidc, Arc::new(ask))))
}
