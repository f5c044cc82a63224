//! One-time codes as the second factor of a person.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use yiping_desk::people::TotpSecret;
use yiping_desk::rights::Role;
use yiping_log::CityClock;
use yiping_server::Settings;

use crate::house::{House, PASSWORD, account, token};
use crate::http::{Answer, get_by, post, post_by, send_by};

/// A code of the step at hand, or of so many after it. Only what is not refused as too early stays right while the test runs: take each
/// step once, in order.
fn code(secret: &str, steps_ahead: u64) -> String {
    let secret: TotpSecret = serde_json::from_value(json!(secret)).expect("base32");
    secret.code_at(CityClock::machine_now() + Duration::from_secs(30 * steps_ahead))
}

async fn sign_in(house: &House, code: Option<&str>) -> Answer {
    let mut body = json!({ "name": "li", "password": PASSWORD });
    if let Some(code) = code {
        body["code"] = json!(code);
    }
    post(house.address, "/api/v1/session", &body.to_string()).await
}

async fn confirm(house: &House, li: &str, code: &str) -> Answer {
    let body = json!({ "code": code }).to_string();
    send_by(house.address, "PUT /api/v1/session/totp", &body, li).await
}

async fn offer(house: &House, li: &str, password: &str) -> Answer {
    let body = json!({ "password": password }).to_string();
    post_by(house.address, "/api/v1/session/totp", &body, li).await
}

/// Sets the second factor of `li` up, with a code of now; the secret and the codes on paper.
async fn set_up(house: &House) -> (String, Vec<String>) {
    account(&house.people, "li", &[Role::DutyOfficer], &[]).await;
    let li = house.sign_in("li", "").await;
    let offered = offer(house, &li, PASSWORD).await.json();
    let secret = offered["secret"].as_str().expect("base32").to_owned();
    let set = confirm(house, &li, &code(&secret, 0)).await;
    assert_eq!(set.status, 200);
    let codes = serde_json::from_value(set.json()["recovery_codes"].clone());
    (secret, codes.expect("a list"))
}

fn told(answer: &Answer) -> (u16, String) {
    (answer.status, answer.error().0)
}

#[tokio::test]
async fn a_person_sets_it_up_and_signs_in_with_a_code_that_opens_once() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "li", &[Role::DutyOfficer], &[]).await;
    let li = house.sign_in("li", "").await;
    let nothing_offered = confirm(&house, &li, "123456").await;
    assert_eq!(nothing_offered.status, 400);
    assert_eq!(offer(&house, &li, "wrong").await.status, 401);
    let offered = offer(&house, &li, PASSWORD).await.json();
    let secret = offered["secret"].as_str().expect("base32").to_owned();
    let uri = offered["uri"].as_str().expect("an address");
    assert!(uri.starts_with("otpauth://totp/Yiping:li?secret="), "{uri}");
    assert_eq!(confirm(&house, &li, "000000").await.status, 400);
    // It does not count yet.
    assert_eq!(sign_in(&house, None).await.status, 200);
    let first = code(&secret, 0);
    assert_eq!(confirm(&house, &li, &first).await.status, 200);
    assert_eq!(
        told(&sign_in(&house, None).await),
        (401, "second_factor".into())
    );
    let used = sign_in(&house, Some(&first)).await;
    assert_eq!(told(&used), (401, "second_factor".into()));
    let second = code(&secret, 1);
    let entered = sign_in(&house, Some(&second)).await;
    assert_eq!(
        (entered.status, &entered.json()["second_factor"]),
        (200, &json!("set"))
    );
    let replayed = sign_in(&house, Some(&second)).await;
    assert_eq!(told(&replayed), (401, "second_factor".into()));
    // Whoever does not know the password learns nothing of a second factor.
    let guess = json!({ "name": "li", "password": "guess", "code": "000000" }).to_string();
    let guessed = post(house.address, "/api/v1/session", &guess).await;
    assert_eq!(told(&guessed), (401, "not_signed_in".into()));
    assert_eq!(
        told(&offer(&house, &li, PASSWORD).await),
        (409, "conflict".into())
    );
    house.stop().await;
}

#[tokio::test]
async fn wrong_codes_make_the_address_wait_and_missing_ones_forgive_nothing() {
    let house = House::open(Settings::default()).await;
    let (_, paper) = set_up(&house).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&house, None).await.status, 401);
        assert_eq!(sign_in(&house, Some("000000")).await.status, 401);
    }
    let held = sign_in(&house, Some(&paper[0])).await;
    assert_eq!(told(&held), (429, "too_many_tries".into()));
    house.stop().await;
}

#[tokio::test]
async fn one_code_lets_one_of_many_in() {
    let house = House::open(Settings::default()).await;
    let (_, paper) = set_up(&house).await;
    // Fewer than make the address wait.
    let tries = (0..4).map(|_| sign_in(&house, Some(&paper[0])));
    let mut seen = BTreeMap::new();
    for answer in futures_util::future::join_all(tries).await {
        *seen.entry(answer.status).or_insert(0) += 1;
    }
    assert_eq!(seen, BTreeMap::from([(200, 1), (401, 3)]));
    house.stop().await;
}

#[tokio::test]
async fn it_is_taken_away_with_password_and_code_or_by_an_administrator() {
    let house = House::open(Settings::default()).await;
    let (_, paper) = set_up(&house).await;
    let cookie = sign_in(&house, Some(&paper[0])).await;
    let cookie = cookie.header("set-cookie").expect("a cookie").to_owned();
    let pair = cookie.split(';').next().expect("a pair");
    let li = pair.strip_prefix("yiping=").expect("its name");
    let remove = async |password: &str, code: &str| {
        let body = json!({ "password": password, "code": code }).to_string();
        let path = "/api/v1/session/totp/removal";
        post_by(house.address, path, &body, li).await
    };
    assert_eq!(remove("wrong", &paper[1]).await.status, 401);
    assert_eq!(
        told(&remove(PASSWORD, &paper[0]).await),
        (401, "second_factor".into())
    );
    assert_eq!(remove(PASSWORD, &paper[1]).await.status, 204);
    assert_eq!(
        told(&remove(PASSWORD, &paper[2]).await),
        (409, "conflict".into())
    );
    assert_eq!(sign_in(&house, None).await.status, 200);
    // Set up again, and the phone lost.
    let offered = offer(&house, li, PASSWORD).await.json();
    let secret = offered["secret"].as_str().expect("base32");
    assert_eq!(confirm(&house, li, &code(secret, 0)).await.status, 200);
    account(&house.people, "root", &[Role::Administrator], &[]).await;
    let root = house.sign_in("root", "").await;
    let form = |reset: bool| json!({ "display": "李", "roles": ["duty_officer"], "reset_second_factor": reset });
    let put = async |form: Value| {
        let put = "PUT /api/v1/accounts/li";
        send_by(house.address, put, &form.to_string(), &root).await
    };
    assert_eq!(put(form(false)).await.json()["second_factor"], true);
    assert_eq!(put(form(true)).await.json()["second_factor"], false);
    assert_eq!(
        get_by(house.address, "/api/v1/session", li).await.status,
        401
    );
    assert_eq!(sign_in(&house, None).await.status, 200);
    house.stop().await;
}

#[tokio::test]
async fn a_wall_has_none() {
    let house = House::open(Settings::default()).await;
    let wall = token(&house.people, "hall", Role::Wall).await;
    assert_eq!(offer(&house, &wall, "x").await.status, 401);
    assert_eq!(confirm(&house, &wall, "123456").await.status, 400);
    let shown = get_by(house.address, "/api/v1/session", &wall).await;
    assert_eq!(shown.json()["second_factor"], "off");
    house.stop().await;
}
