use std::sync::Arc;

use axum::http::StatusCode;
use serde_json::{Value, json};
use tower::ServiceExt as _;
use yiping_protocols::Unknown;

use super::*;
use crate::testing::{Mood, TestLog, clock, door, message, rejects, things};

struct Fixture {
    log: Arc<TestLog>,
    router: Router,
}

fn fixture(unknown: Unknown, settings: HttpSettings) -> Fixture {
    let clock = clock();
    let log = TestLog::new(&clock);
    let router = router(door("http", unknown, &log, &clock), settings);
    Fixture { log, router }
}

fn accepting() -> Fixture {
    fixture(Unknown::Accept, HttpSettings::default())
}

fn request(body: impl Into<Body>) -> Request {
    Request::post(PATH)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .body(body.into())
        .expect("a request")
}

impl Fixture {
    async fn send(&self, request: Request) -> (StatusCode, HeaderMap, Value) {
        let response = self
            .router
            .clone()
            .oneshot(request)
            .await
            .expect("infallible");
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX)
            .await
            .expect("in memory");
        let value = serde_json::from_slice(&bytes).expect("every answer is JSON");
        (head.status, head.headers, value)
    }
}

#[tokio::test]
async fn one_message_or_an_array_is_accepted_after_it_is_durable() {
    let http = accepting();
    let (status, _, answer) = http.send(request(message("a", 1.0))).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(
        answer,
        json!({"accepted": 1, "rejected": [], "quarantined": 0})
    );
    let both = format!("[{},{}]", message("b", 1.0), message("c", 2.0));
    let (_, _, answer) = http.send(request(both)).await;
    assert_eq!(answer["accepted"], 2);
    assert_eq!(things(&http.log.now().await), ["a", "b", "c"]);
}

#[tokio::test]
async fn the_bad_part_is_told_and_is_a_dead_letter() {
    let http = accepting();
    let body = format!("[{},{{\"id\":7}},{}]", message("a", 1.0), message("b", 2.0));
    let (status, _, answer) = http.send(request(body)).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(answer["accepted"], 2);
    assert_eq!(answer["rejected"][0]["index"], 1);
    assert_eq!(answer["rejected"][0]["reason"], "missing_field");
    let bodies = http.log.now().await;
    assert_eq!(rejects(&bodies).len(), 1);
    assert_eq!(rejects(&bodies)[0].origin, "http");
}

#[tokio::test]
async fn what_nobody_knows_is_set_aside_under_quarantine() {
    let http = fixture(Unknown::Quarantine, HttpSettings::default());
    let (status, _, answer) = http.send(request(message("stranger", 1.0))).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    assert_eq!(
        answer,
        json!({"accepted": 0, "rejected": [], "quarantined": 1})
    );
}

#[tokio::test]
async fn a_body_that_is_not_json_is_a_bad_request() {
    let http = accepting();
    for body in [&b"{"[..], b"", b"\xff\xfe", b"{\"id\":NaN}"] {
        let (status, _, answer) = http.send(request(body)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert_eq!(answer["error"]["code"], "not_json");
    }
    assert_eq!(rejects(&http.log.now().await).len(), 4);
}

#[tokio::test]
async fn a_body_of_which_nothing_is_usable_is_unprocessable() {
    let http = accepting();
    for body in [
        "{}",
        "[]",
        "7",
        "[1,2]",
        r#"{"id":"a","ts":0,"metrics":{"x":null}}"#,
    ] {
        let (status, _, answer) = http.send(request(body)).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        assert_eq!(answer["error"]["code"], "nothing_usable");
        assert!(answer["rejected"][0]["detail"].is_string());
    }
    let far = message("a", 1.0).replace("1772323200000", "1");
    let (_, _, answer) = http.send(request(far)).await;
    assert_eq!(answer["rejected"][0]["reason"], "time_behind");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_a_dead_letter() {
    let settings = HttpSettings {
        payload_bytes_max: 1_000,
        ..HttpSettings::default()
    };
    let http = fixture(Unknown::Accept, settings);
    let (status, _, answer) = http.send(request(" ".repeat(1_001))).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(answer["error"]["code"], "too_large");
    let (status, ..) = http
        .send(request(message("a", 1.0) + &" ".repeat(900)))
        .await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let bodies = http.log.now().await;
    assert_eq!(rejects(&bodies)[0].reason, Reason::TooLarge);
    assert_eq!(rejects(&bodies)[0].size_bytes, 1_001);
}

#[tokio::test]
async fn another_content_type_is_refused() {
    let http = accepting();
    for kind in [None, Some("text/plain"), Some("application/jsonp")] {
        let mut request = request(message("a", 1.0));
        request.headers_mut().remove(header::CONTENT_TYPE);
        if let Some(kind) = kind {
            request
                .headers_mut()
                .insert(header::CONTENT_TYPE, kind.parse().expect("a header"));
        }
        let (status, ..) = http.send(request).await;
        assert_eq!(status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
    assert_eq!(rejects(&http.log.now().await).len(), 3);
}

#[tokio::test]
async fn a_log_that_cannot_take_it_is_a_reason_to_send_again() {
    let http = accepting();
    http.log.set(Mood::Refuses);
    let (status, headers, answer) = http.send(request(message("a", 1.0))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(headers[header::RETRY_AFTER], "2");
    assert_eq!(answer["error"]["code"], "log");
    assert!(http.log.now().await.is_empty());
}

#[tokio::test]
async fn more_requests_than_the_limit_are_turned_away() {
    let settings = HttpSettings {
        requests_max: 1,
        ..HttpSettings::default()
    };
    let http = fixture(Unknown::Accept, settings);
    http.log.set(Mood::Holds);
    let first = tokio::spawn(http.router.clone().oneshot(request(message("a", 1.0))));
    http.log.attempted(1).await;
    let (status, headers, answer) = http.send(request(message("b", 1.0))).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(headers.contains_key(header::RETRY_AFTER));
    assert_eq!(answer["error"]["code"], "busy");
    http.log.set(Mood::Takes);
    let response = first.await.expect("no panic").expect("infallible");
    assert_eq!(response.status(), StatusCode::ACCEPTED);
}

#[test]
fn the_description_names_every_answer() {
    let description = serde_json::to_value(openapi()).expect("has a JSON form");
    for path in [PATH, events::DETECTIONS, events::TICKETS] {
        let operation = &description["paths"][path]["post"];
        for status in ["202", "400", "408", "413", "415", "422", "503"] {
            let answer = &operation["responses"][status];
            assert!(answer["content"].is_object(), "{path} {status}");
        }
    }
    assert!(
        description["components"]["schemas"]["ObservationsOutcome"]["properties"]["accepted"]
            .is_object()
    );
}

#[tokio::test]
async fn detections_and_tickets_are_events_in_the_log() {
    let http = accepting();
    let millis = crate::testing::NOW.as_millis();
    for (path, accepted, body) in [
        (
            events::DETECTIONS,
            2,
            json!([
                {"id": "cam-1", "ts": millis, "kind": "crowd", "track": "t-9", "values": {"people": 132}},
                {"id": "cam-1", "ts": millis}
            ]),
        ),
        (
            events::TICKETS,
            1,
            json!({"id": "hall-1", "ts": millis, "event": "taken", "ticket": "A023"}),
        ),
    ] {
        let mut request = request(body.to_string());
        *request.uri_mut() = path.parse().expect("a path");
        let (status, _, answer) = http.send(request).await;
        assert_eq!(status, StatusCode::ACCEPTED, "{answer}");
        assert_eq!(answer["accepted"], accepted);
    }
    let bodies = http.log.now().await;
    let told: Vec<String> = bodies
        .iter()
        .filter_map(|body| match body {
            yiping_model::Body::Event(event) => {
                Some(format!("{} {} {:?}", event.thing, event.kind, event.key))
            }
            _ => None,
        })
        .collect();
    assert_eq!(
        told,
        [r#"cam-1 crowd Some("t-9")"#, r#"hall-1 taken Some("A023")"#]
    );
    assert_eq!(rejects(&bodies)[0].reason, Reason::MissingField);
}
