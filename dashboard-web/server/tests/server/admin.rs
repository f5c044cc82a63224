//! What administrators do over HTTP: links, sessions, the register of units.

use serde_json::{Value, json};
use yiping_desk::rights::Role;
use yiping_server::Settings;

use crate::house::{House, account};
use crate::http::{Answer, ask, get_by, post, post_by, send_by};

const PASSWORD: &str = "New-Password-1";

async fn root(house: &House) -> String {
    account(&house.people, "root", &[Role::Administrator], &[]).await;
    house.sign_in("root", "").await
}

async fn accept(house: &House, token: &Value, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password }).to_string();
    let headers = [("content-type", "application/json")];
    ask(house.address, "PUT /api/v1/session/link", &headers, &body).await
}

async fn sign_in(house: &House, name: &str) -> Answer {
    let body = json!({ "name": name, "password": PASSWORD }).to_string();
    post(house.address, "/api/v1/session", &body).await
}

#[tokio::test]
async fn a_person_comes_in_by_a_link_once_and_no_answer_says_it_again() {
    let house = House::open(Settings::default()).await;
    let root = root(&house).await;
    let form = json!({ "name": "li", "account": { "display": "李", "roles": ["duty_officer"] } });
    let made = post_by(house.address, "/api/v1/accounts", &form.to_string(), &root).await;
    assert_eq!(made.status, 201, "{}", made.json());
    let token = made.json()["link"]["token"].clone();
    assert_eq!(sign_in(&house, "li").await.status, 401, "no password yet");
    let listed = get_by(house.address, "/api/v1/accounts", &root)
        .await
        .json();
    let row = &listed["items"][0];
    assert_eq!((&row["name"], &row["sessions"]), (&json!("li"), &json!(0)));
    assert!(row["link_until"].is_string() && row["last_seen"].is_null());
    assert!(!listed.to_string().contains(token.as_str().expect("a text")));

    let weak = accept(&house, &token, "short").await;
    assert_eq!(
        (weak.status, weak.error().0.as_str()),
        (400, "password_short")
    );
    let set = accept(&house, &token, PASSWORD).await;
    assert_eq!((set.status, &set.json()["name"]), (200, &json!("li")));
    let again = accept(&house, &token, "Other-Password-1").await;
    assert_eq!(again.status, 403, "it opens once");
    assert_eq!(sign_in(&house, "li").await.status, 200);

    // Who forgot it: another link, and nothing else lets in.
    let request = "/api/v1/accounts/li/link";
    let link = post_by(house.address, request, "{}", &root).await;
    assert_eq!(link.status, 201);
    assert_eq!(sign_in(&house, "li").await.status, 401);
    let set = accept(&house, &link.json()["token"], PASSWORD).await;
    assert_eq!(set.status, 200);
    house.stop().await;
}

#[tokio::test]
async fn sessions_are_ended_and_nobody_does_so_to_oneself() {
    let house = House::open(Settings::default()).await;
    let root = root(&house).await;
    let officer = house.officer().await;
    let end = async |name: &str| {
        let request = format!("DELETE /api/v1/accounts/{name}/sessions");
        send_by(house.address, &request, "", &root).await.status
    };
    assert_eq!(end("officer").await, 204);
    let gone = get_by(house.address, "/api/v1/session", &officer).await;
    assert_eq!(gone.status, 401);
    assert_eq!(end("root").await, 403);
    assert_eq!(end("nobody").await, 404);
    house.stop().await;
}

async fn import(house: &House, body: &Value, by: &str) -> Answer {
    post_by(
        house.address,
        "/api/v1/register/units",
        &body.to_string(),
        by,
    )
    .await
}

#[tokio::test]
async fn units_are_imported_and_every_row_that_is_not_taken_is_named() {
    let house = House::open(Settings::default()).await;
    let root = root(&house).await;
    let table = "id,name_zh,name_en,kind,lon,lat,area\n\
        new-1,新一,New 1,vehicle,118.87,28.97,330802\n\
        new-2,新二,New 2,castle,118.87,28.97,330802\n\
        new-3,新三,New 3,vehicle,28.97,118.87,330803\n\
        new-4,新四,New 4,vehicle,118.87,28.97,330803\n";
    let checked = import(&house, &json!({ "csv": table, "check": true }), &root).await;
    assert_eq!(checked.status, 200, "{}", checked.json());
    let said = checked.json();
    assert_eq!((&said["added"], &said["done"]), (&json!(2), &json!(false)));
    let lines = said["rejected"].as_array().expect("a list").iter();
    let lines: Vec<_> = lines.map(|row| (&row["line"], &row["id"])).collect();
    let expected = [(json!(3), json!("new-2")), (json!(4), json!("new-3"))];
    assert_eq!(lines, expected.each_ref().map(|(line, id)| (line, id)));
    let unit = async |id: &str| {
        let path = format!("/api/v1/units/{id}");
        let officer = house.sign_in("officer", "").await;
        get_by(house.address, &path, &officer).await.status
    };
    house.officer().await;
    assert_eq!(unit("new-1").await, 404, "it was only checked");
    let done = import(&house, &json!({ "csv": table }), &root).await.json();
    assert_eq!((&done["added"], &done["done"]), (&json!(2), &json!(true)));
    assert_eq!(unit("new-1").await, 200);
    let same = import(&house, &json!({ "csv": table }), &root).await.json();
    assert_eq!((&same["added"], &same["unchanged"]), (&json!(0), &json!(2)));

    let listed = get_by(house.address, "/api/v1/register/units", &root).await;
    let items = listed.json()["items"].clone();
    let row = items.as_array().expect("a list").iter();
    let row = row.clone().find(|row| row["unit"]["id"] == "new-1");
    let mut retired = row.expect("listed")["unit"].clone();
    retired["retired"] = json!(true);
    let gone = import(&house, &json!({ "units": [retired] }), &root).await;
    assert_eq!(gone.json()["changed"], 1);
    assert_eq!(unit("new-1").await, 404);
    assert!(!listed.json().to_string().contains("\"place\""));
    house.stop().await;
}

#[tokio::test]
async fn who_is_bound_to_an_area_changes_no_unit_of_another_one() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "county", &[Role::Administrator], &["330802"]).await;
    let county = house.sign_in("county", "").await;
    let unit = |id: &str, area: &str| json!({ "id": id, "name": { "zh": "x", "en": "x" }, "kind": "vehicle", "home": [118.0, 28.0], "area": area });
    let units = json!({ "units": [unit("own-1", "330802"), unit("other-1", "330803")] });
    let said = import(&house, &units, &county).await.json();
    assert_eq!(said["added"], 1);
    assert_eq!(said["rejected"][0]["id"], "other-1");
    // Nor is one taken away to another area.
    let away = json!({ "units": [unit("own-1", "330803")] });
    let said = import(&house, &away, &county).await.json();
    assert_eq!(said["rejected"][0]["id"], "own-1");
    let listed = get_by(house.address, "/api/v1/register/units", &county).await;
    for row in listed.json()["items"].as_array().expect("a list") {
        assert_eq!(row["unit"]["area"], "330802");
    }
    house.stop().await;
}
