//! The positions of a simulated town on their way to the door: `POST /api/v1/positions`, as phones and trackers send them.

use std::time::Duration;

use tokio::sync::watch;
use tracing::{debug, warn};
use ureq::Agent;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use yiping_model::{Secret, Timestamp};

use crate::city::Town;
use crate::figures::Figure;

/// Each tracker speaks so often, in city time.
const EVERY_SECS: i64 = 10;
/// The longest time without a look at the city clock, which others may set.
const LOOK_AT_CLOCK: Duration = Duration::from_millis(250);
const PATIENCE: Duration = Duration::from_secs(5);

/// Where positions go.
#[derive(Debug, Clone)]
pub struct PositionTarget {
    /// The address of the program, for example `http://127.0.0.1:8080`.
    pub address: String,
    /// The token of a source.
    pub token: Secret,
    /// The certificate of the program, PEM, where it is its own.
    pub certificate: Option<Vec<u8>>,
}

/// Sends where units are, until `shutdown` says stop or its sender is gone. A door that does not answer is told once, and asked again.
///
/// At a speed at which ten city seconds are less than a request takes, positions between are left out: only the newest is of use.
pub async fn track(
    town: Town,
    now: impl Fn() -> Timestamp + Send,
    target: PositionTarget,
    mut shutdown: watch::Receiver<bool>,
) {
    let agent = agent(&target);
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

fn agent(target: &PositionTarget) -> Agent {
    let mut tls = TlsConfig::builder();
    if let Some(pem) = &target.certificate
        && let Ok(certificate) = Certificate::from_pem(pem)
    {
        tls = tls.root_certs(RootCerts::new_with_certs(&[certificate]));
    }
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .timeout_global(Some(PATIENCE))
        .tls_config(tls.build())
        .build();
    config.new_agent()
}

fn post(agent: &Agent, target: &PositionTarget, body: &[u8]) -> Result<(), String> {
    let answer = agent
        .post(format!("{}/api/v1/positions", target.address))
        .header("authorization", format!("Bearer {}", target.token.reveal()))
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
