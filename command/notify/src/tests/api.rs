use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::Value;
use tower::ServiceExt as _;
use yiping_desk::people::Who;
use yiping_model::{NoticeCause, NoticeStep};

use super::side::{Mood, Side};
use super::{City, those};
use crate::Notices;

async fn ask(notices: &Notices, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
    let who = Who {
        person: Some("zhang.wei".into()),
        ..Who::operator()
    };
    let router = notices.list_router().merge(notices.test_router());
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("content-type", "application/json")
        .body(Body::from(body.to_owned()))
        .expect("a request");
    let answer = router.layer(Extension(who)).oneshot(request).await;
    let answer = answer.expect("an answer");
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (status, serde_json::from_slice(&bytes).expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_button_tries_a_channel_and_the_log_says_who_pressed_it() {
    let side = Side::up().await;
    let city = City::new(&format!(
        "[[channel]]\nkind = \"webhook\"\nname = \"duty\"\nurl = \"http://127.0.0.1:{}/\"\n",
        side.port
    ));
    let running = city.tell().await;
    let notices = &running.notices;
    side.be(Mood::Broken);
    let press = r#"{"channel":"duty"}"#;
    let (status, answer) = ask(notices, "POST", "/api/v1/notices/test", press).await;
    assert_eq!(status, StatusCode::ACCEPTED);
    let id = answer["notice"].as_str().expect("an id").to_owned();
    city.until(|steps| !those(steps, "failed").is_empty()).await;
    let (_, waiting) = ask(notices, "GET", "/api/v1/notices?state=waiting", "").await;
    assert_eq!(waiting["items"][0]["notice"], id.as_str());
    side.be(Mood::Well);
    let steps = city
        .until(|steps| !those(steps, "delivered").is_empty())
        .await;
    let NoticeStep::Queued(message) = &steps[0].step else {
        panic!("{steps:?}");
    };
    let NoticeCause::Test { person, seat } = &message.cause else {
        panic!("{message:?}");
    };
    assert_eq!(person.as_deref(), Some("zhang.wei"));
    assert_eq!(seat, "command line");
    assert!(side.taken()[0].body.contains("测试"));
    let (_, second) = ask(notices, "POST", "/api/v1/notices/test", press).await;
    assert_ne!(second["notice"], id.as_str(), "each press is a notice");
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_is_refused_with_a_name() {
    let city = City::new(
        "[[channel]]\nkind = \"webhook\"\nname = \"duty\"\nurl = \"http://127.0.0.1:1/\"\n",
    );
    let notices = city.notices();
    for (method, path, body, status, code) in [
        (
            "POST",
            "/api/v1/notices/test",
            r#"{"channel":"x"}"#,
            404,
            "not_found",
        ),
        (
            "POST",
            "/api/v1/notices/test",
            r#"{"chanel":"x"}"#,
            400,
            "bad_body",
        ),
        ("POST", "/api/v1/notices/test", "{", 400, "bad_body"),
        ("GET", "/api/v1/notices?state=lost", "", 400, "bad_query"),
        ("GET", "/api/v1/notices?stat=waiting", "", 400, "bad_query"),
    ] {
        let (found, answer) = ask(&notices, method, path, body).await;
        assert_eq!(found.as_u16(), status, "{method} {path} {body}");
        assert_eq!(answer["error"]["code"], code);
    }
    let large = format!(r#"{{"channel":"{}"}}"#, "x".repeat(5_000));
    let (found, _) = ask(&notices, "POST", "/api/v1/notices/test", &large).await;
    assert_eq!(found, StatusCode::PAYLOAD_TOO_LARGE);
    let (found, all) = ask(&notices, "GET", "/api/v1/notices", "").await;
    assert_eq!(
        (found, &all["items"]),
        (StatusCode::OK, &serde_json::json!([]))
    );
}
