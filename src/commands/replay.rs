//! `yiping replay`: a historical table becomes a live feed on its own clock.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use yiping_log::{CityClock, Log};
use yiping_model::{Body, Timestamp};
use yiping_protocols::Unknown;
use yiping_server::People;
use yiping_sources::Replay;
use yiping_sources::settings::REPLAY_SOURCE;

use super::{configuration, say};
use crate::{cli, house, packs, sign_in};

/// How many rows of a table that is not sorted by time may be sorted in memory.
const ROWS_SORTED_MAX: u64 = 5_000_000;

pub(crate) async fn replay(arguments: cli::Replay) -> anyhow::Result<()> {
    let mut config = configuration(arguments.config.as_deref())?;
    config.data.dir.clone_from(&arguments.data_dir);
    config.server.listen = SocketAddr::from(([127, 0, 0, 1], arguments.port));
    config.ingest.unknown = Unknown::Accept;
    let (domain, map) = packs::load_with_map(&mut config, &arguments.map)?;

    say("reading the tables once, for their order");
    let replay = Replay::open(
        arguments.files,
        map,
        arguments.speed.factor(),
        ROWS_SORTED_MAX,
    )
    .await?;
    let (rows, begins_at) = (replay.rows(), replay.begins_at());
    // What stays silent at the end is waited for as in life: then the last hour and day are closed too.
    let settling =
        Duration::from_secs(2 * u64::from(config.engine.idle_secs + config.engine.lateness_secs));
    let clock = |end: Timestamp| CityClock::driven(end.max(begins_at));
    let accounts =
        async |people: &People| sign_in::for_demonstration(people, &arguments.data_dir).await;
    let domain = Arc::new(domain);
    let (mut house, sign_in) = house::open(config, &domain, false, clock, accounts).await?;
    say(&format!("replaying {rows} rows from {begins_at}"));
    if let Some(sign_in) = sign_in {
        let address = format!("http://127.0.0.1:{}", arguments.port);
        sign_in.lines(&address).iter().for_each(|line| say(line));
    }

    let door = house.door(REPLAY_SOURCE)?;
    let (log, clock) = (house.log.clone(), house.clock.clone());
    let (finished, ended) = oneshot::channel();
    house.feed("the replay", |stop| {
        Box::pin(async move {
            let replayed = replay.run(&door, stop).await?;
            if replayed.finished {
                clock.advance(clock.now() + settling);
                log.append(vec![Body::Tick]).await?;
                // Without --exit nobody waits for it.
                drop(finished.send(replayed));
            }
            Ok(())
        })
    });
    let done = {
        let settled = house.settled();
        async move {
            let Ok(replayed) = ended.await else {
                return std::future::pending().await;
            };
            settled.await;
            say(&format!(
                "replay finished: {} rows, {} observations, {} rejected",
                replayed.rows, replayed.accepted, replayed.rejected
            ));
            if !arguments.exit {
                std::future::pending::<()>().await;
            }
        }
    };
    house.live_until(done).await
}
