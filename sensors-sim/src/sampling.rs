//! Hears how often the centre asks for reports, as a gateway would: `GET /api/v1/sampling`, with the tag of the last answer.

use std::time::Duration;

use serde::Deserialize;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{debug, info, warn};
use ureq::Agent;

use crate::city::Wish;
use crate::figures::Figure;
use crate::http::HttpTarget;

/// More often than the centre suggests: a simulated city may run faster than life.
const EVERY: Duration = Duration::from_secs(1);
/// After so long without an answer nothing is asked for.
const FORGOTTEN_AFTER: Duration = Duration::from_mins(1);
const ANSWER_BYTES_MAX: u64 = 4 * 1_024 * 1_024;

#[derive(Deserialize)]
struct Answer {
    version: u64,
    items: Vec<Wish>,
}

/// What came of asking.
enum Heard {
    /// It is as it was.
    Same,
    Other {
        answer: Answer,
        tag: Option<String>,
    },
}

/// Asks every second what is asked for, and tells it on, until `shutdown` says stop or its sender is gone. A centre that does not answer is told once; a minute
/// later nothing is asked for.
pub async fn listen(
    target: HttpTarget,
    wishes: watch::Sender<Vec<Wish>>,
    mut shutdown: watch::Receiver<bool>,
) {
    let agent = target.agent();
    let mut tag: Option<String> = None;
    let mut heard_at = Instant::now();
    let mut failing = false;
    loop {
        let (agent, to, known) = (agent.clone(), target.clone(), tag.clone());
        let asked = tokio::task::spawn_blocking(move || ask(&agent, &to, known.as_deref())).await;
        match asked.unwrap_or_else(|broken| Err(broken.to_string())) {
            Ok(heard) => {
                failing = false;
                heard_at = Instant::now();
                if let Heard::Other { answer, tag: of_it } = heard {
                    let count = answer.items.len();
                    debug!(version = answer.version, count, "what the centre asks for");
                    tag = of_it;
                    tell(&wishes, answer.items);
                }
            }
            Err(reason) => {
                if failing {
                    debug!(reason, "the centre does not say what it asks for");
                } else {
                    warn!(reason, "the centre does not say what it asks for");
                }
                failing = true;
                Figure::SamplingFailed.add(1);
                if heard_at.elapsed() >= FORGOTTEN_AFTER {
                    tag = None;
                    tell(&wishes, Vec::new());
                }
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            _stop = shutdown.wait_for(|stop| *stop) => return,
        }
    }
}

fn tell(wishes: &watch::Sender<Vec<Wish>>, items: Vec<Wish>) {
    let count = items.len();
    let changed = wishes.send_if_modified(|known| {
        let changed = *known != items;
        *known = items;
        changed
    });
    if changed {
        info!(count, "the city is asked to report more often");
    }
}

fn ask(agent: &Agent, target: &HttpTarget, known: Option<&str>) -> Result<Heard, String> {
    let mut request = agent
        .get(format!("{}/api/v1/sampling", target.address))
        .header("authorization", target.bearer());
    if let Some(known) = known {
        request = request.header("if-none-match", known);
    }
    let mut answer = request.call().map_err(|error| error.to_string())?;
    match answer.status().as_u16() {
        304 => Ok(Heard::Same),
        200 => {
            let tag = answer.headers().get("etag");
            let tag = tag.and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            let body = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX);
            let body = body.read_to_vec().map_err(|error| error.to_string())?;
            let answer = serde_json::from_slice(&body).map_err(|error| error.to_string())?;
            Ok(Heard::Other { answer, tag })
        }
        status => Err(format!("HTTP {status}")),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader, Write as _};
    use std::net::TcpListener;
    use std::thread::JoinHandle;

    use super::*;

    /// A centre that gives these answers, one after the other, and says what it was asked.
    fn centre(answers: Vec<String>) -> (HttpTarget, JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let served = std::thread::spawn(move || {
            let serve = |answer: String| {
                let (mut stream, _) = listener.accept().unwrap();
                let lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let lines = lines.map_while(Result::ok).take_while(|l| !l.is_empty());
                let head: Vec<String> = lines.collect();
                stream.write_all(answer.as_bytes()).unwrap();
                head.join("\n")
            };
            answers.into_iter().map(serve).collect()
        });
        let token = "secret".to_owned().into();
        let target = HttpTarget {
            address,
            token,
            certificate: None,
        };
        (target, served)
    }

    fn answer(head: &str, body: &str) -> String {
        let bytes = body.len();
        format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {bytes}\r\n\r\n{body}")
    }

    #[tokio::test]
    async fn a_wish_is_told_on_and_asked_for_again_by_its_tag() {
        let body = r#"{"version":7,"poll_secs":5,"items":[{"property":"cl2","area":"330802","every_secs":1,"incident":"x","since":"2026-06-03T02:00:00Z","datastreams":["gas-1:cl2"],"more":false}],"left_out":0}"#;
        let (target, served) = centre(vec![
            answer("200 OK\r\netag: \"t1\"", body),
            answer("304 Not Modified", ""),
            answer("200 OK\r\netag: \"t2\"", r#"{"version":9,"items":[]}"#),
        ]);
        let (wishes, mut told) = watch::channel(Vec::new());
        let (stop, shutdown) = watch::channel(false);
        let task = tokio::spawn(listen(target, wishes, shutdown));
        let asked = told.wait_for(|wishes| !wishes.is_empty()).await;
        let asked = asked.unwrap().clone();
        assert_eq!((asked.len(), asked[0].every_secs), (1, 1));
        assert_eq!(asked[0].area.as_deref(), Some("330802"));
        assert_eq!(asked[0].datastreams[0].to_string(), "gas-1:cl2");
        told.wait_for(Vec::is_empty).await.unwrap();
        stop.send_replace(true);
        task.await.unwrap();
        let heads = served.join().unwrap();
        assert!(heads.iter().all(|head| head.contains("Bearer secret")));
        assert!(!heads[0].contains("if-none-match"));
        let known = |head: &String| head.contains("if-none-match: \"t1\"");
        assert!(heads[1..].iter().all(known), "{heads:?}");
    }
}
