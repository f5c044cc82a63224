//! Signing in and out.

use futures_util::StreamExt;
use serde_json::json;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use yiping_desk::people::Who;
use yiping_desk::rights::Role;
use yiping_server::Settings;

use crate::house::{House, PASSWORD, PATIENCE, account, token};
use crate::http::{Answer, ask, get_by, post, post_by, send_by};

async fn sign_in(house: &House, name: &str, password: &str) -> Answer {
    let body = json!({ "name": name, "password": password }).to_string();
    post(house.address, "/api/v1/session", &body).await
}

#[tokio::test]
async fn a_person_signs_in_is_known_by_the_cookie_and_signs_out() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "li", &[Role::DutyOfficer], &["3308"]).await;
    let answer = sign_in(&house, "li", PASSWORD).await;
    assert_eq!(
        answer.json()["acts"],
        json!([
            "watch",
            "history",
            "acknowledge",
            "shelve",
            "figures",
            "sampling",
            "units",
            "dispatch",
            "incidents",
            "tasks",
            "evidence",
            "duty"
        ])
    );
    let cookie = answer.header("set-cookie").expect("a cookie").to_owned();
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=50400"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    let pair = cookie.split(';').next().expect("a pair");
    let carried = [("cookie", pair)];
    let known = ask(house.address, "GET /api/v1/session", &carried, "").await;
    assert_eq!(known.json()["name"], "li");
    assert_eq!(known.json()["areas"], json!(["3308"]));
    let gone = ask(house.address, "DELETE /api/v1/session", &carried, "").await;
    assert_eq!(gone.status, 204);
    assert!(
        gone.header("set-cookie")
            .expect("taken back")
            .contains("Max-Age=0")
    );
    let after = ask(house.address, "GET /api/v1/session", &carried, "").await;
    assert_eq!(
        (after.status, after.error().0.as_str()),
        (401, "not_signed_in")
    );
    house.stop().await;
}

#[tokio::test]
async fn a_provider_that_does_not_answer_leads_back_to_the_app() {
    let house = House::open(Settings::default()).await;
    let ways = async || {
        let answer = ask(house.address, "GET /api/v1/session/ways", &[], "").await;
        answer.json()["oidc"]["available"].clone()
    };
    assert_eq!(ways().await, json!(true), "nobody asked yet");
    for (path, told) in [
        ("/api/v1/session/oidc?seat=1", "/#oidc=away"),
        ("/api/v1/session/oidc/answer", "/#oidc=state"),
        ("/api/v1/session/oidc/answer?code=x&state=y", "/#oidc=state"),
        (
            "/api/v1/session/oidc/answer?error=access_denied",
            "/#oidc=state",
        ),
    ] {
        let answer = ask(house.address, &format!("GET {path}"), &[], "").await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (303, Some(told)),
            "{path}"
        );
        assert_eq!(answer.header("set-cookie"), None, "{path}");
    }
    assert_eq!(ways().await, json!(false));
    house.stop().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_told_alike_and_made_to_wait() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "li", &[Role::Viewer], &[]).await;
    let known = sign_in(&house, "li", "wrong").await;
    let unknown = sign_in(&house, "nobody", "wrong").await;
    assert_eq!((known.status, unknown.status), (401, 401));
    assert_eq!(known.error(), unknown.error());
    for _ in 1..5 {
        assert_eq!(sign_in(&house, "li", "wrong").await.status, 401);
    }
    let held = sign_in(&house, "li", PASSWORD).await;
    assert_eq!(
        (held.status, held.error().0.as_str()),
        (429, "too_many_tries")
    );
    let secs: u64 = held
        .header("retry-after")
        .expect("a time")
        .parse()
        .expect("seconds");
    assert!((1..=900).contains(&secs), "{secs}");
    house.stop().await;
}

#[tokio::test]
async fn a_first_password_must_be_changed_before_anything_else() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "root", &[Role::Administrator], &[]).await;
    let root = house.sign_in("root", "").await;
    let made = json!({ "name": "li", "account": { "display": "李", "roles": ["viewer"], "password": PASSWORD } });
    let made = post_by(house.address, "/api/v1/accounts", &made.to_string(), &root).await;
    assert_eq!(made.status, 201);
    let li = house.sign_in("li", "").await;
    let refused = get_by(house.address, "/api/v1/things", &li).await;
    assert_eq!(
        (refused.status, refused.error().0.as_str()),
        (403, "not_allowed")
    );
    let change = async |old: &str, new: &str| {
        let body = json!({ "old": old, "new": new }).to_string();
        let put = "PUT /api/v1/session/password";
        send_by(house.address, put, &body, &li).await
    };
    assert_eq!(change("other", "Longyou-2026").await.status, 401);
    assert_eq!(change(PASSWORD, PASSWORD).await.status, 400);
    let short = change(PASSWORD, "Ab1-").await;
    assert!(
        short.error().1.contains("at least 10"),
        "{}",
        short.error().1
    );
    assert_eq!(change(PASSWORD, "Longyou-2026").await.status, 204);
    assert_eq!(
        get_by(house.address, "/api/v1/things", &li).await.status,
        200
    );
    assert_eq!(sign_in(&house, "li", PASSWORD).await.status, 401);
    house.stop().await;
}

#[tokio::test]
async fn a_wall_stays_until_its_token_is_revoked_and_its_screen_is_told() {
    let house = House::open(Settings::default()).await;
    let secret = token(&house.people, "hall", Role::Wall).await;
    let body = json!({ "token": secret }).to_string();
    let entered = post(house.address, "/api/v1/session", &body).await;
    assert_eq!(entered.json()["device"], true);
    assert_eq!(entered.json()["seat"], "大厅");
    let url = format!("ws://{}/api/v1/live?token={secret}", house.address);
    let (mut screen, _) = connect_async(url.clone()).await.expect("it answers");
    let first = timeout(PATIENCE, screen.next()).await.expect("in time");
    assert!(matches!(first, Some(Ok(Message::Text(_)))));
    house
        .people
        .revoke_token(&Who::operator(), "hall")
        .await
        .expect("known");
    let closed = async {
        while let Some(message) = screen.next().await {
            if let Ok(Message::Close(Some(frame))) = message {
                return u16::from(frame.code);
            }
        }
        0
    };
    assert_eq!(timeout(PATIENCE, closed).await, Ok(4_401));
    assert!(connect_async(url).await.is_err());
    let again = post(house.address, "/api/v1/session", &body).await;
    assert_eq!(again.status, 401);
    house.stop().await;
}

#[tokio::test]
async fn a_token_in_the_address_opens_only_a_websocket() {
    let house = House::open(Settings::default()).await;
    let secret = token(&house.people, "hall", Role::Wall).await;
    let path = format!("GET /api/v1/things?token={secret}");
    assert_eq!(ask(house.address, &path, &[], "").await.status, 401);
    house.stop().await;
}

#[tokio::test]
async fn only_a_wall_signs_in_by_its_token() {
    let house = House::open(Settings::default()).await;
    for (name, role) in [("s", Role::Source), ("l", Role::Listener)] {
        let secret = token(&house.people, name, role).await;
        let body = json!({ "token": secret }).to_string();
        assert_eq!(
            post(house.address, "/api/v1/session", &body).await.status,
            401
        );
    }
    for body in [
        "{}",
        r#"{"name": "li"}"#,
        r#"{"name": "li", "password": "x", "token": "y"}"#,
    ] {
        assert_eq!(
            post(house.address, "/api/v1/session", body).await.status,
            400,
            "{body}"
        );
    }
    house.stop().await;
}

#[tokio::test]
async fn the_first_administrator_is_made_once_by_the_newest_link() {
    let house = House::open(Settings::default()).await;
    // A token is no account: nobody has one yet.
    let old = house
        .people
        .offer_first()
        .expect("random")
        .expect("nobody yet");
    let new = house
        .people
        .offer_first()
        .expect("random")
        .expect("nobody yet");
    let first = async |token: &str, password: &str| {
        let body =
            json!({ "token": token, "name": "root", "display": "管理员", "password": password });
        post(house.address, "/api/v1/session/first", &body.to_string()).await
    };
    assert_eq!(first(&old, PASSWORD).await.status, 403);
    assert_eq!(first(&new, "short").await.status, 400);
    let made = first(&new, PASSWORD).await;
    assert_eq!(
        (made.status, &made.json()["roles"]),
        (200, &json!(["administrator"]))
    );
    assert_eq!(first(&new, PASSWORD).await.status, 403);
    assert!(house.people.offer_first().expect("random").is_none());
    house.stop().await;
}
