//! The table of rights, walked over every route and every role; and attempts to get more than one's own.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use yiping_desk::rights::{ROLES, Reach, Right, Role, reach};
use yiping_server::Settings;

use crate::house::{House, account, alarm, alarm_id, token};
use crate::http::{ask, get, get_by, post_by, send_by};

/// What each route of the document asks: a right, to be signed in, or nothing. A route that is not here fails the test.
const ROUTES: &[(&str, &str, Asks)] = &[
    ("post", "/api/v1/session", Asks::Nothing),
    ("get", "/api/v1/session", Asks::SignedIn),
    ("delete", "/api/v1/session", Asks::SignedIn),
    ("post", "/api/v1/session/first", Asks::Nothing),
    ("put", "/api/v1/session/link", Asks::Nothing),
    ("put", "/api/v1/session/password", Asks::SignedIn),
    ("get", "/api/v1/session/ways", Asks::Nothing),
    ("get", "/api/v1/session/oidc", Asks::Nothing),
    ("get", "/api/v1/session/oidc/answer", Asks::Nothing),
    ("post", "/api/v1/session/totp", Asks::SignedIn),
    ("put", "/api/v1/session/totp", Asks::SignedIn),
    ("post", "/api/v1/session/totp/removal", Asks::SignedIn),
    ("get", "/api/v1/accounts", Asks::Right(Right::Accounts)),
    ("post", "/api/v1/accounts", Asks::Right(Right::Accounts)),
    (
        "put",
        "/api/v1/accounts/{name}",
        Asks::Right(Right::Accounts),
    ),
    (
        "post",
        "/api/v1/accounts/{name}/link",
        Asks::Right(Right::Accounts),
    ),
    (
        "delete",
        "/api/v1/accounts/{name}/sessions",
        Asks::Right(Right::Accounts),
    ),
    ("get", "/api/v1/tokens", Asks::Right(Right::Accounts)),
    ("post", "/api/v1/tokens", Asks::Right(Right::Accounts)),
    (
        "delete",
        "/api/v1/tokens/{name}",
        Asks::Right(Right::Accounts),
    ),
    ("get", "/api/v1/things", Asks::Right(Right::Watch)),
    ("get", "/api/v1/datastreams", Asks::Right(Right::Watch)),
    (
        "get",
        "/api/v1/datastreams/{id}/observations",
        Asks::Right(Right::History),
    ),
    ("get", "/api/v1/series", Asks::Right(Right::History)),
    ("get", "/api/v1/latest", Asks::Right(Right::Watch)),
    ("get", "/api/v1/aggregates", Asks::Right(Right::History)),
    ("get", "/api/v1/windows", Asks::Right(Right::History)),
    ("get", "/api/v1/indices", Asks::Right(Right::History)),
    ("get", "/api/v1/events", Asks::Right(Right::History)),
    ("get", "/api/v1/alarms", Asks::Right(Right::Watch)),
    (
        "get",
        "/api/v1/alarms/{id}/shown",
        Asks::Right(Right::Watch),
    ),
    (
        "post",
        "/api/v1/alarms/{id}/ack",
        Asks::Right(Right::Acknowledge),
    ),
    (
        "post",
        "/api/v1/alarms/{id}/shelve",
        Asks::Right(Right::Shelve),
    ),
    (
        "post",
        "/api/v1/alarms/{id}/false-alarm",
        Asks::Right(Right::Shelve),
    ),
    (
        "post",
        "/api/v1/alarms/{id}/false-alarm/withdrawal",
        Asks::Right(Right::Shelve),
    ),
    (
        "post",
        "/api/v1/alarms/{id}/out-of-service",
        Asks::Right(Right::Shelve),
    ),
    ("get", "/api/v1/shelved", Asks::Right(Right::Watch)),
    (
        "post",
        "/api/v1/shelved/{id}/return",
        Asks::Right(Right::Shelve),
    ),
    (
        "post",
        "/api/v1/out-of-service/{id}/approval",
        Asks::Right(Right::Approve),
    ),
    (
        "post",
        "/api/v1/out-of-service/{id}/return",
        Asks::Right(Right::Shelve),
    ),
    ("get", "/api/v1/units", Asks::Right(Right::Units)),
    ("get", "/api/v1/units/recommend", Asks::Right(Right::Units)),
    ("get", "/api/v1/units/plume", Asks::Right(Right::Units)),
    ("get", "/api/v1/roads", Asks::Right(Right::Watch)),
    ("get", "/api/v1/units/mine", Asks::Right(Right::Dispatch)),
    (
        "get",
        "/api/v1/units/mine/route",
        Asks::Right(Right::Dispatch),
    ),
    ("get", "/api/v1/units/{id}", Asks::Right(Right::Units)),
    (
        "put",
        "/api/v1/units/{id}/status",
        Asks::Right(Right::Dispatch),
    ),
    (
        "post",
        "/api/v1/units/{id}/check-in",
        Asks::Right(Right::Dispatch),
    ),
    (
        "put",
        "/api/v1/units/{id}/stock",
        Asks::Right(Right::Dispatch),
    ),
    (
        "get",
        "/api/v1/register/units",
        Asks::Right(Right::Registers),
    ),
    (
        "post",
        "/api/v1/register/units",
        Asks::Right(Right::Registers),
    ),
    ("get", "/api/v1/packs", Asks::Right(Right::Registers)),
    ("post", "/api/v1/packs/check", Asks::Right(Right::Registers)),
    ("post", "/api/v1/positions", Asks::Right(Right::Locate)),
    ("get", "/api/v1/duty", Asks::Right(Right::Watch)),
    ("post", "/api/v1/duty/take", Asks::Right(Right::Duty)),
    ("post", "/api/v1/duty/leave", Asks::Right(Right::Duty)),
    ("get", "/api/v1/duty/log", Asks::Right(Right::Watch)),
    ("post", "/api/v1/duty/log", Asks::Right(Right::Duty)),
    ("post", "/api/v1/duty/handover", Asks::Right(Right::Duty)),
    (
        "get",
        "/api/v1/duty/handover/{digest}",
        Asks::Right(Right::Watch),
    ),
    (
        "post",
        "/api/v1/duty/handover/{digest}/sign",
        Asks::Right(Right::Duty),
    ),
    ("get", "/api/v1/rejects", Asks::Right(Right::Figures)),
    ("get", "/api/v1/sources", Asks::Right(Right::Figures)),
    ("get", "/api/v1/live", Asks::Right(Right::Watch)),
    ("get", "/api/v1/feed", Asks::Right(Right::Records)),
    ("get", "/api/openapi.json", Asks::Nothing),
    ("get", "/healthz", Asks::Nothing),
    ("get", "/readyz", Asks::Nothing),
    ("get", "/metrics", Asks::Right(Right::Metrics)),
];

#[derive(Debug, Clone, Copy)]
enum Asks {
    Nothing,
    SignedIn,
    Right(Right),
}

/// Somebody of each role, of the whole city, and what they carry.
async fn everybody(house: &House) -> Vec<(Role, String)> {
    let mut all = Vec::new();
    for role in ROLES {
        let secret = if role.is_of_people() {
            account(&house.people, role.name(), &[role], &[]).await;
            house.sign_in(role.name(), "").await
        } else {
            let name = format!("token-{role}");
            token(&house.people, &name, role).await
        };
        all.push((role, secret));
    }
    all
}

/// What was asked, and whether it was let through; a live route is asked as a WebSocket would.
async fn passes(house: &House, method: &str, path: &str, secret: Option<&str>) -> (bool, u16) {
    let path = path
        .replace("{id}", alarm_id(9).as_str())
        .replace("{name}", "nobody")
        .replace("{digest}", &"0".repeat(64));
    let request = format!("{} {path}", method.to_uppercase());
    let bearer = format!("Bearer {}", secret.unwrap_or_default());
    let mut headers = vec![("content-type", "application/json")];
    if secret.is_some() {
        headers.push(("authorization", bearer.as_str()));
    }
    let status = ask(house.address, &request, &headers, "{}").await.status;
    (!matches!(status, 401 | 403), status)
}

#[tokio::test]
async fn every_route_lets_through_whom_the_table_lets_and_nobody_else() {
    let house = House::open(Settings::default()).await;
    let document = get(house.address, "/api/openapi.json").await.json();
    let listed: BTreeMap<(&str, &str), Asks> = ROUTES
        .iter()
        .map(|(method, path, asks)| ((*method, *path), *asks))
        .collect();
    let everybody = everybody(&house).await;
    let mut walked = 0;
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let asks = listed.get(&(method.as_str(), path.as_str()));
            let asks = asks.unwrap_or_else(|| panic!("{method} {path} is not listed"));
            let (open, status) = passes(&house, method, path, None).await;
            // A sign-in without a name is refused by its route, not at the door.
            let expected = matches!(asks, Asks::Nothing);
            assert_eq!(open, expected, "nobody: {method} {path} {status}");
            for (role, secret) in &everybody {
                // Signing out would end the walk; it is asked last of all, below.
                if (method.as_str(), path.as_str()) == ("delete", "/api/v1/session") {
                    continue;
                }
                let expected = match asks {
                    Asks::Nothing | Asks::SignedIn => true,
                    Asks::Right(right) => reach(*role, *right) > Reach::None,
                };
                let (open, status) = passes(&house, method, path, Some(secret)).await;
                assert_eq!(open, expected, "{role}: {method} {path} {status}");
            }
            walked += 1;
        }
    }
    assert_eq!(walked, ROUTES.len());
    for (role, secret) in &everybody {
        let (open, _) = passes(&house, "delete", "/api/v1/session", Some(secret)).await;
        assert!(open, "{role}");
        let (open, _) = passes(&house, "get", "/api/v1/session", Some(secret)).await;
        assert_eq!(
            open,
            !role.is_of_people(),
            "{role}: a token is not signed out"
        );
    }
    house.stop().await;
}

#[tokio::test]
async fn what_is_carried_must_open() {
    let house = House::open(Settings::default()).await;
    let wrong = ["", "x", &"0".repeat(64), "../../people.json"];
    for secret in wrong {
        assert_eq!(
            passes(&house, "get", "/api/v1/things", Some(secret))
                .await
                .1,
            401
        );
    }
    let headers = [("authorization", "Basic cm9vdDpyb290")];
    assert_eq!(
        ask(house.address, "GET /api/v1/things", &headers, "")
            .await
            .status,
        401
    );
    house.stop().await;
}

fn form(roles: &[&str], areas: &[&str]) -> Value {
    json!({ "display": "x", "roles": roles, "areas": areas })
}

#[tokio::test]
async fn nobody_gets_more_rights_or_areas_than_one_can_give() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "city", &[Role::Administrator], &["3308"]).await;
    account(&house.people, "county", &[Role::Administrator], &["330802"]).await;
    account(&house.people, "officer", &[Role::DutyOfficer], &["330802"]).await;
    account(&house.people, "audit", &[Role::Auditor], &[]).await;
    let put = async |by: &str, name: &str, form: Value| {
        let request = format!("PUT /api/v1/accounts/{name}");
        send_by(house.address, &request, &form.to_string(), by)
            .await
            .status
    };
    let (city, county) = (
        house.sign_in("city", "").await,
        house.sign_in("county", "").await,
    );
    let officer = house.sign_in("officer", "").await;
    let refused = [
        // Upwards: without the right, of oneself, of who reaches farther, to a wider area.
        (&officer, "officer", "commander", "330802"),
        (&county, "county", "administrator", "3308"),
        (&county, "city", "viewer", "330802"),
        (&county, "officer", "duty_officer", "3308"),
        (&county, "audit", "viewer", "330802"),
        // Sideways: another county's.
        (&county, "officer", "duty_officer", "330803"),
        // An administrator never makes another one an auditor.
        (&city, "county", "auditor", "330802"),
    ];
    for (by, name, role, area) in refused {
        let status = put(by, name, form(&[role], &[area])).await;
        assert_eq!(status, 403, "{name} as {role} of {area}");
    }
    // A part of the city issues no token: a wall shows all of it.
    let wall = json!({ "name": "w", "role": "wall", "seat": "x" }).to_string();
    assert_eq!(
        post_by(house.address, "/api/v1/tokens", &wall, &city)
            .await
            .status,
        403
    );
    // Only what lies within is seen.
    let seen = get_by(house.address, "/api/v1/accounts", &county)
        .await
        .json();
    let names: Vec<_> = seen["items"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, ["county", "officer"]);
    // What is within is given, and takes effect at once: the old session ends.
    assert_eq!(
        put(&county, "officer", form(&["viewer"], &["330802"])).await,
        200
    );
    assert_eq!(
        get_by(house.address, "/api/v1/session", &officer)
            .await
            .status,
        401
    );
    house.stop().await;
}

#[tokio::test]
async fn one_who_only_watches_cannot_acknowledge_by_any_way() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    account(&house.people, "viewer", &[Role::Viewer], &[]).await;
    let viewer = house.sign_in("viewer", "").await;
    let path = format!("/api/v1/alarms/{}/ack", alarm_id(1));
    for (request, body) in [
        (format!("POST {path}"), "{}"),
        (format!("POST {path}?role=commander"), "{}"),
        (format!("POST {path}"), r#"{"person": "officer"}"#),
        (format!("POST {path}/"), "{}"),
        (format!("POST /{path}"), "{}"),
    ] {
        let answer = send_by(house.address, &request, body, &viewer).await;
        assert!(
            matches!(answer.status, 403..=405),
            "{request}: {}",
            answer.status
        );
    }
    let open = get(house.address, "/api/v1/alarms?state=unacknowledged")
        .await
        .json();
    assert_eq!(open["items"].as_array().expect("a list").len(), 1);
    house.stop().await;
}
