//! The positions of a simulated town on their way to the door: `POST /api/v1/positions`, as phones and trackers send them.

use std::time::Duration;

use tokio::sync::watch;
use tracing::{debug, warn};
use ureq::Agent;
use yiping_model::Timestamp;

use crate::city::Town;
use crate::figures::Figure;
use crate::http::HttpTarget;

/// Each tracker speaks so often, in city time.
const EVERY_SECS: i64 = 10;
/// The longest time without a look at the city clock, which others may set.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(250);

/// Sends where units are, until `shutdown` says stop or its sender is gone. A door that does not answer is told once, and asked again.
///
/// At a speed at which ten city seconds are less than a request takes, positions between are left out: only the newest is of use.
pub async fn track(
    town: Town,
    now: impl Fn() -> Timestamp + Send,
    target: HttpTarget,
    mut shutdown: watch::Receiver<bool>,
) {
    let agent = target.agent();
    let mut told = i64::MIN;
    let mut failing = false;
    loop {
        let due = now().as_secs().div_euclid(EVERY_SECS) * EVERY_SECS;
        if due > told
            && let Some(body) = town.positions(Timestamp::from_secs(due))
        {
            told = due;
            let (agent, target) = (agent.clone(), target.clone());
            let sent = tokio::task::spawn_blocking(move || post(&agent, &target, &body)).await;
            match sent.unwrap_or_else(|broken| Err(broken.to_string())) {
                Ok(()) => {
                    failing = false;
                    Figure::PositionsSent.add(1);
                }
                Err(reason) => {
                    if failing {
                        debug!(reason, "positions are not taken");
                    } else {
                        warn!(reason, "positions are not taken");
                    }
                    failing = true;
                    Figure::PositionsFailed.add(1);
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_AT_CLOCK) => {}
            _stop = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

fn post(agent: &Agent, target: &HttpTarget, body: &[u8]) -> Result<(), String> {
    let answer = agent
        .post(format!("{}/api/v1/positions", target.address))
        .header("authorization", target.bearer())
        .header("content-type", "application/json")
        .send(body)
        .map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    if status == 202 {
        Ok(())
    } else {
        Err(format!("HTTP {status}"))
    }
}
