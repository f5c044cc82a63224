use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use tokio::time::Instant;
use utoipa::OpenApi;
use yiping_desk::rights::{Right, Role};
use yiping_server::{Extra, Need, Settings};

use crate::house::{House, PASSWORD, account, alarm_id, token};
use crate::http::{ask, get, get_by};

#[tokio::test]
async fn another_name_or_another_origin_is_refused_on_every_path() {
    let house = House::open(Settings::default()).await;
    for path in [
        "/",
        "/api/v1/things",
        "/api/v1/live",
        "/metrics",
        "/nowhere",
    ] {
        let request = format!("GET {path}");
        let answer = ask(house.address, &request, &[("host", "evil.example")], "").await;
        assert_eq!(
            (answer.status, answer.error().0.as_str()),
            (403, "forbidden")
        );
    }
    let path = format!("POST /api/v1/alarms/{}/ack", alarm_id(1));
    let headers = [
        ("content-type", "application/json"),
        ("origin", "http://evil.example"),
    ];
    assert_eq!(ask(house.address, &path, &headers, "{}").await.status, 403);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(ask(house.address, &path, &form, "a=b").await.status, 415);
    house.stop().await;
}

#[tokio::test]
async fn a_refusal_is_said_in_the_language_of_who_asks() {
    let house = House::open(Settings::default()).await;
    let language = |asked| [("accept-language", asked)];
    let told = ask(house.address, "GET /api/v1/things", &language("zh-CN"), "").await;
    assert_eq!(told.status, 401);
    let (code, message) = told.error();
    assert_eq!(code, "not_signed_in");
    assert!(message.starts_with("请先登录"), "{message}");
    let detail = told.json()["error"]["detail"].clone();
    assert!(
        detail
            .as_str()
            .is_some_and(|text| text.starts_with("sign in first"))
    );
    assert_eq!(told.header("content-language"), Some("zh-CN"));
    // What the guard refuses before all else, too.
    let elsewhere = [("host", "evil.example"), ("accept-language", "zh")];
    let told = ask(house.address, "GET /", &elsewhere, "").await;
    assert_eq!(told.error().1, "不接受来自此地址或此页面的请求");
    for asked in ["", "en-US,en;q=0.9,zh;q=0.5"] {
        let told = ask(house.address, "GET /api/v1/things", &language(asked), "").await;
        assert!(told.error().1.starts_with("sign in first"));
        assert!(told.json()["error"]["detail"].is_null());
    }
    house.stop().await;
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let house = House::open(Settings::default()).await;
    for path in ["/", "/api/v1/things", "/api/v1/nowhere"] {
        let answer = get(house.address, path).await;
        let policy = answer.header("content-security-policy").expect("present");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
    house.stop().await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_and_an_unknown_path_are_json_errors() {
    let settings = Settings {
        body_bytes_max: 100,
        ..Settings::default()
    };
    let house = House::open(settings).await;
    let path = format!("/api/v1/alarms/{}/ack", alarm_id(1));
    let long = format!(r#"{{"note": "{}"}}"#, "x".repeat(200));
    let officer = token(&house.people, "wall", Role::Wall).await;
    let answer = crate::http::post_by(house.address, "/api/v1/session", &long, &officer).await;
    assert_eq!(
        (answer.status, answer.error().0.as_str()),
        (413, "too_large")
    );
    let answer = get(house.address, "/api/v1/nowhere").await;
    assert_eq!(
        (answer.status, answer.error().0.as_str()),
        (404, "not_found")
    );
    let answer = get(house.address, &path).await;
    assert_eq!(
        (answer.status, answer.error().0.as_str()),
        (405, "method_not_allowed")
    );
    house.stop().await;
}

/// Takes what a door would take.
#[utoipa::path(post, path = "/api/v1/extra", responses((status = 202)))]
async fn extra(body: String) -> String {
    body.len().to_string()
}

#[derive(OpenApi)]
#[openapi(paths(extra))]
struct ExtraDocument;

#[tokio::test]
async fn what_another_room_serves_stands_behind_the_same_guard_with_its_own_limit() {
    let settings = Settings {
        body_bytes_max: 10,
        ..Settings::default()
    };
    let room = Extra {
        router: Router::new().route("/api/v1/extra", post(extra)),
        need: Need::Right(Right::Send),
        document: ExtraDocument::openapi(),
    };
    let house = House::with(settings, vec![room]).await;
    let source = token(&house.people, "source", Role::Source).await;
    let long = "x".repeat(50);
    let answer = crate::http::post_by(house.address, "/api/v1/extra", &long, &source).await;
    assert_eq!((answer.status, answer.body.as_slice()), (200, &b"50"[..]));
    let evil = [
        ("host", "evil.example"),
        ("content-type", "application/json"),
    ];
    let answer = ask(house.address, "POST /api/v1/extra", &evil, "x").await;
    assert_eq!(answer.status, 403);
    let document = get(house.address, "/api/openapi.json").await.json();
    assert!(document["paths"]["/api/v1/extra"]["post"].is_object());
    assert!(document["paths"]["/api/v1/things"]["get"].is_object());
    house.stop().await;
}

#[tokio::test]
async fn what_a_room_says_in_the_language_of_who_asks_stays_as_it_says_it() {
    let said = async || {
        let refusal =
            serde_json::json!({ "error": { "code": "not_found", "message": "没有这项任务" } });
        let language = [("content-language", "zh-CN")];
        (StatusCode::NOT_FOUND, language, Json(refusal))
    };
    let room = Extra {
        router: Router::new().route("/api/v1/extra", post(said)),
        need: Need::Nothing,
        document: ExtraDocument::openapi(),
    };
    let house = House::with(Settings::default(), vec![room]).await;
    let chinese = [
        ("accept-language", "zh-CN"),
        ("content-type", "application/json"),
    ];
    let told = ask(house.address, "POST /api/v1/extra", &chinese, "{}").await;
    assert_eq!(told.error(), ("not_found".into(), "没有这项任务".into()));
    house.stop().await;
}

#[tokio::test]
async fn who_asks_too_often_waits_and_holds_nobody_else_up() {
    let settings = Settings {
        requests_per_second: 1,
        requests_burst: 20,
        ..Settings::default()
    };
    let house = House::open(settings).await;
    account(&house.people, "li", &[Role::Viewer], &[]).await;
    let li = house.sign_in("li", "").await;
    let (began, mut seen) = (Instant::now(), Vec::new());
    for _ in 0..40 {
        seen.push(get_by(house.address, "/api/v1/session", &li).await);
    }
    // Twenty at once, one for each second since, and what signing in took of the time before.
    let at_most = 25 + began.elapsed().as_secs() as usize;
    let (good, refused): (Vec<_>, Vec<_>) = seen.into_iter().partition(|one| one.status == 200);
    assert!((20..=at_most).contains(&good.len()), "{}", good.len());
    assert!(refused.iter().all(|one| one.status == 429));
    assert_eq!(refused[0].error().0, "too_many_requests");
    assert_eq!(refused[0].header("retry-after"), Some("1"));
    // Another token is another bucket, and what opens nothing counts for its address.
    assert_eq!(get(house.address, "/api/v1/things").await.status, 200);
    let mut statuses = Vec::new();
    for n in 0..40 {
        let made_up = format!("{n:064}");
        statuses.push(
            get_by(house.address, "/api/v1/session", &made_up)
                .await
                .status,
        );
    }
    assert!(
        statuses.contains(&401) && statuses.last() == Some(&429),
        "{statuses:?}"
    );
    house.stop().await;
}

#[tokio::test]
async fn behind_a_trusted_proxy_each_address_is_one_and_elsewhere_nobody_is_believed() {
    for (proxies, waits_apart) in [(vec!["127.0.0.0/8"], true), (vec![], false)] {
        let settings = Settings {
            proxies: proxies
                .iter()
                .map(|one| one.parse().expect("a network"))
                .collect(),
            ..Settings::default()
        };
        let house = House::open(settings).await;
        account(&house.people, "li", &[Role::Viewer], &[]).await;
        let sign_in = async |from: &str, password: &str| {
            let body = format!(r#"{{"name": "li", "password": "{password}"}}"#);
            let headers = [
                ("content-type", "application/json"),
                ("x-forwarded-for", from),
            ];
            ask(house.address, "POST /api/v1/session", &headers, &body)
                .await
                .status
        };
        for _ in 0..5 {
            assert_eq!(sign_in("192.0.2.1", "wrong").await, 401);
        }
        assert_eq!(sign_in("192.0.2.1", PASSWORD).await, 429);
        let other = sign_in("192.0.2.1, 192.0.2.2", PASSWORD).await;
        assert_eq!(other, if waits_apart { 200 } else { 429 });
        house.stop().await;
    }
}
