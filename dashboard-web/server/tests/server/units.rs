//! Units over HTTP: seen, sent, heard, recommended.

use serde_json::{Value, json};
use yiping_desk::rights::Role;
use yiping_server::Settings;

use crate::house::{House, account, token};
use crate::http::{Answer, ask, get_by, listener, post_by, send_by};

async fn put(house: &House, path: &str, body: &Value, by: &str) -> Answer {
    let request = format!("PUT /api/v1/units/{path}");
    send_by(house.address, &request, &body.to_string(), by).await
}

async fn unit(house: &House, id: &str, by: &str) -> Value {
    let path = format!("/api/v1/units/{id}");
    get_by(house.address, &path, by).await.json()
}

fn message(answer: &Answer) -> String {
    answer.json()["error"]["message"].to_string()
}

fn fix(house: &House, unit: &str, lon: f64) -> Value {
    json!({ "unit": unit, "ts": house.now().as_millis(), "lon": lon, "lat": 28.97, "accuracy_m": 8 })
}

#[tokio::test]
async fn a_unit_is_sent_and_its_illegal_moves_are_refused_with_what_may_follow() {
    let house = House::open(Settings::default()).await;
    let officer = house.officer().await;
    let sent = put(
        &house,
        "fire-1/status",
        &json!({ "status": "assigned", "seen": 0, "note": "氯气" }),
        &officer,
    )
    .await;
    assert_eq!(sent.status, 200, "{}", sent.json());
    let said = sent.json();
    assert_eq!(said["status"], "assigned");
    assert_eq!(
        (&said["by"], &said["note"]),
        (&json!("officer"), &json!("氯气"))
    );
    assert_eq!(
        said["place"],
        Value::Null,
        "it has no tracker, and has left its home"
    );

    let again = put(
        &house,
        "fire-1/status",
        &json!({ "status": "assigned" }),
        &officer,
    )
    .await;
    assert_eq!(again.status, 409);
    assert!(
        message(&again).contains("next may be en_route"),
        "{}",
        message(&again)
    );
    let late = put(
        &house,
        "fire-1/status",
        &json!({ "status": "en_route", "seen": 0 }),
        &officer,
    )
    .await;
    assert_eq!(late.status, 409);
    assert!(
        message(&late).contains("it is assigned, said by officer"),
        "{}",
        message(&late)
    );
    let nobody = put(
        &house,
        "fire-9/status",
        &json!({ "status": "assigned" }),
        &officer,
    )
    .await;
    assert_eq!(nobody.status, 404);
    let wrong = put(
        &house,
        "fire-1/status",
        &json!({ "status": "lost" }),
        &officer,
    )
    .await;
    assert_eq!(wrong.status, 400);
    house.stop().await;
}

#[tokio::test]
async fn fifty_at_once_send_one_unit_once() {
    let house = House::open(Settings::default()).await;
    let officer = house.officer().await;
    let body = json!({ "status": "assigned" });
    let answers = (0..50).map(|_| put(&house, "fire-2/status", &body, &officer));
    let answers = futures_util::future::join_all(answers).await;
    let with = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!((with(200), with(409)), (1, 49));
    house.stop().await;
}

#[tokio::test]
async fn who_acts_outside_speaks_for_the_own_unit_and_an_officer_for_the_own_area() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "field", &[Role::Field], &[]).await;
    account(&house.people, "county", &[Role::DutyOfficer], &["330803"]).await;
    let (field, county) = (
        house.sign_in("field", "").await,
        house.sign_in("county", "").await,
    );
    let assigned = json!({ "status": "assigned" });
    assert_eq!(
        put(&house, "fire-1/status", &assigned, &field).await.status,
        403
    );
    assert_eq!(
        put(&house, "man-1/status", &assigned, &field).await.status,
        200
    );
    assert_eq!(
        put(&house, "fire-1/status", &assigned, &county)
            .await
            .status,
        403
    );
    assert_eq!(
        put(&house, "fire-2/status", &assigned, &county)
            .await
            .status,
        200
    );
    let mine = get_by(house.address, "/api/v1/units/mine", &field)
        .await
        .json();
    assert_eq!(mine["unit"]["id"], "man-1");
    assert_eq!(
        get_by(house.address, "/api/v1/units/mine", &county)
            .await
            .status,
        404
    );
    assert_eq!(
        get_by(house.address, "/api/v1/units", &field).await.status,
        403
    );

    let scene = json!({ "status": "on_scene" });
    assert_eq!(
        put(&house, "man-1/status", &scene, &field).await.json()["check_in"],
        "green"
    );
    let well = post_by(
        house.address,
        "/api/v1/units/man-1/check-in",
        r#"{"note": "安全"}"#,
        &field,
    )
    .await;
    assert_eq!(well.status, 200);
    let idle = post_by(
        house.address,
        "/api/v1/units/fire-2/check-in",
        "{}",
        &county,
    )
    .await;
    assert_eq!(idle.status, 409);
    house.stop().await;
}

#[tokio::test]
async fn positions_move_units_and_what_is_wrong_is_named_and_counted() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![yiping_model::Body::Tick]).await;
    account(&house.people, "field", &[Role::Field], &[]).await;
    let (field, officer) = (house.sign_in("field", "").await, house.officer().await);
    let tracker = token(&house.people, "tracker", Role::Source).await;
    let body = json!([
        fix(&house, "fire-2", 118.88),
        fix(&house, "fire-9", 118.88),
        fix(&house, "man-1", 100.0)
    ]);
    let taken = post_by(
        house.address,
        "/api/v1/positions",
        &body.to_string(),
        &tracker,
    )
    .await;
    assert_eq!(taken.status, 202, "{}", taken.json());
    let said = taken.json();
    assert_eq!(
        (&said["accepted"], &said["quarantined"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(said["rejected"][0]["reason"], "out_of_bounds");
    let other = fix(&house, "fire-2", 118.8).to_string();
    let others = post_by(house.address, "/api/v1/positions", &other, &field).await;
    assert_eq!(others.status, 400);
    assert!(message(&others).contains("not your unit"));
    let own = fix(&house, "man-1", 118.861).to_string();
    assert_eq!(
        post_by(house.address, "/api/v1/positions", &own, &field)
            .await
            .status,
        202
    );

    house.tell(vec![yiping_model::Body::Tick]).await;
    let moved = unit(&house, "fire-2", &officer).await;
    assert_eq!(moved["unit"]["place"]["at"], json!([118.88, 28.97]));
    assert_eq!(moved["unit"]["place"]["age_secs"], 1.0);
    assert_eq!(moved["trail"].as_array().map(Vec::len), Some(1));
    let rejects = get_by(house.address, "/api/v1/rejects?source=positions", &officer)
        .await
        .json();
    let rows = rejects["items"].as_array().expect("a list");
    let reasons: Vec<&Value> = rows.iter().map(|row| &row["reason"]).collect();
    assert_eq!(rows.len(), 3, "{reasons:?}");
    assert!(
        rows.iter().all(|row| row["sample"] == ""),
        "a dead letter does not say where anybody was"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_recommendation_says_who_and_why_not_others() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![yiping_model::Body::Tick]).await;
    let officer = house.officer().await;
    let tracker = token(&house.people, "tracker", Role::Source).await;
    let near = fix(&house, "fire-2", 118.875).to_string();
    assert_eq!(
        post_by(house.address, "/api/v1/positions", &near, &tracker)
            .await
            .status,
        202
    );
    house.tell(vec![yiping_model::Body::Tick]).await;
    let path = "/api/v1/units/recommend?lon=118.874&lat=28.97&skills=hazmat";
    let answer = get_by(house.address, path, &officer).await.json();
    assert_eq!(
        answer["basis"],
        json!({ "basis": "straight", "factor": 1.4, "kmh": 40.0 })
    );
    assert_eq!(answer["chosen"][0]["unit"], "fire-2");
    assert_eq!(answer["chosen"][0]["cover"]["after_secs"], Value::Null);
    let passed = &answer["passed_over"][0];
    assert_eq!(
        (&passed["unit"], &passed["why"][0]["why"]),
        (&json!("fire-1"), &json!("lacks_skill"))
    );
    assert_eq!(passed["why"][0]["text"]["zh"], "缺少能力：hazmat");
    for wrong in [
        "lat=28.97",
        "lon=118.8&lat=28.9&avoid=xyz",
        "lon=500&lat=28.9",
        "lon=118&lat=28&kinds=boat",
    ] {
        let path = format!("/api/v1/units/recommend?{wrong}");
        assert_eq!(
            get_by(house.address, &path, &officer).await.status,
            400,
            "{wrong}"
        );
    }
    house.stop().await;
}

#[tokio::test]
async fn a_leak_becomes_cells_that_a_recommendation_leads_round() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![yiping_model::Body::Tick]).await;
    let officer = house.officer().await;
    // The wind blows from the east, over the engine that stands west of the leak.
    let leak = "/api/v1/units/plume?lon=118.885&lat=28.97&rate=900&limit=5&wind_from=90&wind=2";
    let answer = get_by(house.address, leak, &officer).await.json();
    let cells = answer["cells"].as_array().expect("a list");
    assert!(
        cells.len() > 7 && answer["reach_m"].as_f64() > Some(1_500.0),
        "{answer}"
    );
    let cells: Vec<&str> = cells.iter().filter_map(Value::as_str).collect();
    let path = format!(
        "/api/v1/units/recommend?lon=118.9&lat=28.97&avoid={}",
        cells.join(",")
    );
    let advice = get_by(house.address, &path, &officer).await.json();
    assert_eq!(advice["chosen"], json!([]));
    let passed = &advice["passed_over"][0];
    assert_eq!(
        (&passed["unit"], &passed["why"][0]["why"]),
        (&json!("fire-1"), &json!("cut_off"))
    );
    let still = leak.replace("wind=2", "wind=0.2");
    assert_eq!(get_by(house.address, &still, &officer).await.status, 400);
    house.stop().await;
}

#[tokio::test]
async fn stock_and_status_survive_a_restart() {
    let house = House::open(Settings::default()).await;
    let officer = house.officer().await;
    let blankets = json!({ "item": "blankets", "amount": 12 });
    let counted = put(&house, "shelter-1/stock", &blankets, &officer)
        .await
        .json();
    assert_eq!(counted["stock"][0]["amount"], 12);
    let taken = json!({ "item": "taken", "amount": 101 });
    assert_eq!(
        put(&house, "shelter-1/stock", &taken, &officer)
            .await
            .status,
        409
    );
    assert_eq!(
        put(
            &house,
            "fire-1/status",
            &json!({ "status": "out_of_service" }),
            &officer
        )
        .await
        .status,
        200
    );
    let house = house.again(Settings::default(), true).await;
    house.tell(vec![yiping_model::Body::Tick]).await;
    let officer = house.sign_in("officer", "").await;
    assert_eq!(
        unit(&house, "shelter-1", &officer).await["unit"]["stock"][0]["amount"],
        12
    );
    assert_eq!(
        unit(&house, "fire-1", &officer).await["unit"]["status"],
        "out_of_service"
    );
    house.stop().await;
}

#[tokio::test]
async fn a_map_that_has_the_roads_is_not_sent_them_again() {
    let house = House::open(Settings::default()).await;
    let bearer = format!("Bearer {}", listener(house.address));
    let path = "/api/v1/roads?within=118.8,28.8,119.0,29.0";
    let first = get_by(house.address, path, &listener(house.address)).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.json()["type"], "FeatureCollection");
    let tag = first.header("etag").expect("a tag").to_owned();
    let request = format!("GET {path}");
    let headers = [
        ("authorization", bearer.as_str()),
        ("if-none-match", tag.as_str()),
    ];
    let again = ask(house.address, &request, &headers, "").await;
    assert_eq!((again.status, again.body.len()), (304, 0));
    let headers = [
        ("authorization", bearer.as_str()),
        ("if-none-match", "W/\"0\""),
    ];
    let other = ask(house.address, &request, &headers, "").await;
    assert_eq!((other.status, other.body), (200, first.body));
    let wrong = get_by(
        house.address,
        "/api/v1/roads?within=here",
        &listener(house.address),
    )
    .await;
    assert_eq!(wrong.status, 400);
    house.stop().await;
}

#[tokio::test]
async fn a_phone_is_told_its_way_round_a_hazard_and_nobody_elses() {
    let house = House::open(Settings::default()).await;
    account(&house.people, "field", &[Role::Field], &[]).await;
    let (field, officer) = (house.sign_in("field", "").await, house.officer().await);
    let path = "/api/v1/units/mine/route?lon=118.87&lat=28.97";
    let by = async |path: &str, who: &str| get_by(house.address, path, who).await;
    let way = by(&format!("{path}&from=118.86,28.97"), &field)
        .await
        .json();
    // 0.01° of longitude are 973 m; × 1.4 at 40 km/h, as there are no roads.
    assert_eq!(
        (&way["metres"], &way["time_secs"]),
        (&json!(1_362), &json!(123)),
        "{way}"
    );
    assert_eq!(way["way"], json!([[118.86, 28.97], [118.87, 28.97]]));
    assert_eq!(way["basis"]["basis"], "straight");

    // A leak of next to nothing: the cells around its source.
    let cells = async |lon: f64| {
        let leak = "rate=0.001&limit=1000&wind_from=0&wind=2";
        let plume = format!("/api/v1/units/plume?lon={lon}&lat=28.97&{leak}");
        let plume = by(&plume, &officer).await.json();
        let cells = plume["cells"].as_array().expect("cells").clone();
        let cells: Vec<&str> = cells.iter().filter_map(Value::as_str).collect();
        cells.join(",")
    };
    let cut = by(
        &format!("{path}&from=118.84,28.97&avoid={}", cells(118.855).await),
        &field,
    )
    .await;
    let cut = cut.json();
    assert_eq!((&cut["time_secs"], &cut["way"]), (&Value::Null, &json!([])));
    assert_eq!(cut["open_secs"], 368);
    let inside = by(
        &format!("{path}&from=118.86,28.97&avoid={}", cells(118.87).await),
        &field,
    )
    .await;
    assert!(inside.json()["assembly"].is_array(), "{}", inside.json());

    let unknown = by(path, &field).await;
    assert_eq!(unknown.status, 404, "it has a phone, and was not heard yet");
    assert_eq!(
        by(&format!("{path}&from=118.86,28.97"), &officer)
            .await
            .status,
        404
    );
    let wrong = by(&format!("{path}&from=118.86"), &field).await;
    assert_eq!(wrong.status, 400);
    assert!(!message(&wrong).contains("118.86"), "{}", message(&wrong));
    house.stop().await;
}
