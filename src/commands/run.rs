//! `yiping run`: the centre for real sources.

use std::sync::Arc;

use anyhow::Context as _;

use super::{configuration, say};
use crate::cli::Run;
use crate::{house, packs};
use yiping_log::CityClock;
use yiping_server::People;

pub(crate) async fn run(arguments: &Run) -> anyhow::Result<()> {
    let config = configuration(Some(&arguments.config))?;
    let domain = Arc::new(packs::load(&config)?);
    let address = super::address(&config);
    let nobody = async |_people: &People| Ok(());
    let (mut house, ()) = house::open(config, &domain, false, CityClock::life, nobody)
        .await
        .context("yiping cannot start")?;
    house.open_mqtt().await?;
    say(&format!("wall  {address}/"));
    if let Some(secret) = house.people.offer_first()? {
        say(
            "Nobody has an account yet. This link makes the first administrator, once; the next start prints another:",
        );
        say(&format!("  {address}/#first={secret}"));
    }
    house.live_until(std::future::pending()).await
}
