use std::collections::BTreeSet;

use serde_json::json;
use yiping_desk::rights::Role;
use yiping_model::Body;
use yiping_server::Settings;

use crate::house::{House, account, alarm, alarm_id, event, index, reading, reject, window};
use crate::http::{get, get_by};

async fn told() -> House {
    let house = House::open(Settings::default()).await;
    house
        .tell(vec![
            reading("a", 999_880, 40.0),
            reading("a", 999_940, 42.5),
            reading("x", 990_000, -1.0),
            reading("a", 999_940, 42.5),
            reject(),
            window(999_900, 41.0),
            index(999_000),
            alarm(1),
        ])
        .await;
    house
}

#[tokio::test]
async fn things_and_datastreams_come_from_the_live_city_with_age_and_quality() {
    let house = told().await;
    let things = get(house.address, "/api/v1/things").await.json();
    assert_eq!(things["now"], "1970-01-12T13:46:41Z");
    assert_eq!(things["items"][0]["name"]["zh"], "实验小学");
    assert_eq!(things["items"][1]["datastreams"], json!(["x:pm25"]));
    let streams = get(house.address, "/api/v1/datastreams").await.json();
    let (known, unknown) = (&streams["items"][0], &streams["items"][1]);
    assert_eq!(known["last"]["value"], 42.5);
    assert_eq!(known["last"]["age_secs"], 61.0);
    assert_eq!(known["last"]["quality"], "good");
    assert_eq!(known["stale"], false);
    assert_eq!(known["unit"], "µg/m³");
    assert_eq!(unknown["last"]["quality"], "out_of_range");
    assert_eq!(unknown["stale"], true);
    let one = get(house.address, "/api/v1/datastreams?thing=x")
        .await
        .json();
    assert_eq!(one["items"].as_array().expect("a list").len(), 1);
    house.stop().await;
}

#[tokio::test]
async fn history_answers_with_each_observation_once() {
    let house = told().await;
    let path = "/api/v1/datastreams/a:pm25/observations";
    let rows = get(house.address, path).await.json();
    assert_eq!(rows["truncated"], false);
    let values: Vec<_> = rows["items"].as_array().expect("a list").iter().collect();
    assert_eq!(values.len(), 2);
    assert_eq!(values[0]["phenomenon_time"], "1970-01-12T13:44:40Z");
    assert_eq!(values[0]["value"], 40.0);
    let rows = get(house.address, &format!("{path}?limit=1")).await.json();
    assert_eq!(rows["truncated"], true);
    assert_eq!(rows["items"].as_array().expect("a list").len(), 1);
    let later = format!("{path}?from=1970-01-12T21:45:40+08:00&to=");
    let rows = get(house.address, &later).await.json();
    assert_eq!(rows["items"].as_array().expect("a list").len(), 1);
    house.stop().await;
}

#[tokio::test]
async fn a_series_is_times_and_values_up_to_a_limit_of_its_own() {
    let house = told().await;
    let series = get(house.address, "/api/v1/series?datastream=a:pm25").await;
    assert_eq!(
        series.json(),
        json!({"datastream": "a:pm25", "times_us": [999_880_000_000_i64, 999_940_000_000_i64], "values": [40.0, 42.5], "truncated": false})
    );
    let first = "/api/v1/series?datastream=a:pm25&limit=1";
    let first = get(house.address, first).await.json();
    assert_eq!(first["values"], json!([40.0]));
    assert_eq!(first["truncated"], true);
    let rest = "/api/v1/series?datastream=a:pm25&from=1970-01-12T13:45:00Z&limit=600000";
    let rest = get(house.address, rest).await.json();
    assert_eq!(rest["values"], json!([42.5]));
    house.stop().await;
}

#[tokio::test]
async fn last_values_come_in_the_order_asked_for_and_null_for_the_unknown() {
    let house = told().await;
    let latest = "/api/v1/latest?datastreams=x:pm25,nobody:pm25,a:pm25";
    let latest = get(house.address, latest).await.json();
    let items = latest["items"].as_array().expect("a list");
    assert_eq!(items[0]["datastream"], "x:pm25");
    assert_eq!(items[0]["last"]["quality"], "out_of_range");
    assert_eq!(items[1]["last"], json!(null));
    assert_eq!(items[2]["last"]["value"], 42.5);
    assert_eq!(items[2]["last"]["phenomenon_time"], "1970-01-12T13:45:40Z");
    let many = vec!["a:pm25"; 1_001].join(",");
    let refused = get(house.address, &format!("/api/v1/latest?datastreams={many}")).await;
    assert_eq!(refused.status, 400);
    assert!(refused.error().1.contains("1000"));
    house.stop().await;
}

#[tokio::test]
async fn hours_and_days_begin_by_the_clock_of_the_city() {
    let house = told().await;
    for (length, start) in [
        ("1h", "1970-01-12T13:00:00Z"),
        ("1d", "1970-01-11T16:00:00Z"),
    ] {
        let path = format!("/api/v1/aggregates?datastream=a:pm25&length={length}");
        let rows = get(house.address, &path).await.json();
        assert_eq!(
            rows["items"],
            json!([{"start": start, "count": 1, "mean": 41.0, "min": 41.0, "max": 41.0}])
        );
        assert_eq!(rows["truncated"], false);
    }
    house.stop().await;
}

#[tokio::test]
async fn windows_indices_rejects_and_figures_are_listed() {
    let house = told().await;
    let windows = "/api/v1/windows?thing=a&metric=pm25&length=1m";
    let windows = get(house.address, windows).await.json();
    assert_eq!(windows["items"][0]["mean"], 41.0);
    assert_eq!(windows["items"][0]["length"], "1m");
    assert_eq!(windows["items"][0]["early"], false);
    for (hop, count) in [("none", 1), ("5m", 0)] {
        let path = format!("/api/v1/windows?thing=a&hop={hop}");
        let windows = get(house.address, &path).await.json();
        assert_eq!(windows["items"].as_array().map(Vec::len), Some(count));
    }
    let indices = get(house.address, "/api/v1/indices?kind=aqi_hourly")
        .await
        .json();
    assert_eq!(indices["items"][0]["value"], 57);
    assert_eq!(indices["items"][0]["primary"], json!(["pm25"]));
    let rejects = "/api/v1/rejects?source=http&reason=not_json";
    let rejects = get(house.address, rejects).await.json();
    assert_eq!(rejects["items"][0]["sample"], "{");
    assert_eq!(rejects["items"][0]["reason"], "not_json");
    let sources = get(house.address, "/api/v1/sources").await.json();
    let door = &sources["items"][0];
    assert_eq!(door["received"], 5);
    assert_eq!(
        (&door["accepted"], &door["duplicate"], &door["rejected"]),
        (&json!(3), &json!(1), &json!(1))
    );
    house.stop().await;
}

#[tokio::test]
async fn a_wrong_query_is_answered_with_the_parameter_and_an_example() {
    let house = told().await;
    let wrong = [
        (
            "/api/v1/datastreams/a:pm25/observations?from=yesterday",
            "from",
        ),
        ("/api/v1/datastreams/a:pm25/observations?limit=0", "limit"),
        (
            "/api/v1/datastreams/a:pm25/observations?limit=10001",
            "limit",
        ),
        ("/api/v1/datastreams/apm25/observations", "thing:property"),
        ("/api/v1/series", "datastream=qz-air-001:pm25"),
        ("/api/v1/series?datastream=apm25", "datastream"),
        ("/api/v1/series?datastream=a:pm25&limit=600001", "limit"),
        ("/api/v1/latest?datastreams=a:pm25,b", "datastreams"),
        ("/api/v1/latest", "datastreams=qz-air-001:pm25"),
        ("/api/v1/aggregates?datastream=a:pm25", "length=1h"),
        ("/api/v1/aggregates?datastream=a:pm25&length=2h", "length"),
        ("/api/v1/windows?length=7h", "length"),
        ("/api/v1/windows?hop=7h", "hop"),
        (
            "/api/v1/windows?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z",
            "from",
        ),
        ("/api/v1/indices?kind=aqi", "kind"),
        ("/api/v1/events?kind=a%20b", "kind"),
        ("/api/v1/events?after=x", "after"),
        ("/api/v1/alarms?state=open", "state"),
        ("/api/v1/rejects?reason=bad", "reason"),
        ("/api/v1/rejects?before=x", "before"),
        ("/api/v1/things?id=a", "id"),
        ("/api/v1/sources?x=", "x"),
        ("/api/v1/live?scene=wall&from=1", "from"),
        ("/api/v1/live?after=x", "after"),
    ];
    for (path, name) in wrong {
        let answer = get(house.address, path).await;
        let (code, message) = answer.error();
        assert_eq!((answer.status, code.as_str()), (400, "bad_query"), "{path}");
        assert!(message.contains(name), "{path}: {message}");
    }
    house.stop().await;
}

#[tokio::test]
async fn health_readiness_and_figures_are_told() {
    let house = told().await;
    let health = get(house.address, "/healthz").await;
    let notices = json!({"waiting": 0, "failing_since": null, "given_up": 0, "trouble": null});
    let ledger = json!({"head": {"n": 3, "digest": "9f2c"}, "position": 7, "trouble": null});
    assert_eq!(
        health.json(),
        json!({"status": "ok", "version": "1.2.3", "ledger": ledger, "notices": notices})
    );
    let ready = get(house.address, "/readyz").await;
    assert_eq!((ready.status, &ready.json()["ready"]), (200, &json!(true)));
    let figures = get(house.address, "/metrics").await;
    assert_eq!(figures.body, b"yiping_test 1\n");
    house.stop().await;
    let settings = Settings {
        ready_lag_records: 2,
        ..Settings::default()
    };
    let house = House::open(settings).await;
    house.append(vec![Body::Tick; 9]).await;
    let ready = get(house.address, "/readyz").await;
    assert_eq!(ready.status, 503);
    assert_eq!(ready.json()["behind"], json!(["store: 9 records behind"]));
    house.stop().await;
}

#[tokio::test]
async fn a_reader_that_stands_still_is_not_ready_however_little_it_is_behind() {
    let settings = Settings {
        ready_silence_secs: 1,
        ..Settings::default()
    };
    let house = House::open(settings).await;
    house.append(vec![Body::Tick]).await;
    let ready = get(house.address, "/readyz").await;
    assert_eq!(ready.status, 503);
    let behind = &ready.json()["behind"];
    assert_eq!(behind, &json!(["store: stands still at record 0"]));
    house.stop().await;
}

#[tokio::test]
async fn history_that_is_away_is_shown_and_does_not_stop_the_rest() {
    let house = told().await;
    house.append(vec![Body::Tick; 9]).await;
    house.lose_history("the database is asleep");
    let ready = get(house.address, "/readyz").await;
    assert_eq!(ready.status, 200);
    let history = &ready.json()["history"];
    assert_eq!(history["lag"], json!(9));
    assert_eq!(history["away"]["reason"], json!("the database is asleep"));
    house.stop().await;
}

#[tokio::test]
async fn an_error_does_not_echo_what_is_long() {
    let house = told().await;
    let long = "x".repeat(20_000);
    for path in [
        format!("/{long}"),
        format!("/api/v1/datastreams/{long}/observations"),
        format!("/api/v1/live?scene={long}"),
    ] {
        let answer = get(house.address, &path).await;
        assert!((400..500).contains(&answer.status), "{}", answer.status);
        assert!(answer.body.len() < 2_000, "{} bytes", answer.body.len());
    }
    house.stop().await;
}

#[tokio::test]
async fn every_path_of_the_document_answers_and_its_references_resolve() {
    let house = told().await;
    account(&house.people, "root", &[Role::Administrator], &[]).await;
    let administrator = house.sign_in("root", "").await;
    // An officer who carries the phone of a unit.
    account(&house.people, "field", &[Role::DutyOfficer], &[]).await;
    let officer = house.sign_in("field", "").await;
    let document = get(house.address, "/api/openapi.json").await.json();
    assert!(
        document["openapi"]
            .as_str()
            .expect("a version")
            .starts_with("3.1")
    );
    assert_eq!(document["info"]["version"], "1.2.3");
    let schemas = document["components"]["schemas"]
        .as_object()
        .expect("schemas");
    let text = document.to_string();
    let referred: BTreeSet<_> = text
        .split("#/components/schemas/")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    for name in referred {
        assert!(
            schemas.contains_key(name),
            "{name} is referred to, but not there"
        );
    }
    for (path, item) in document["paths"].as_object().expect("paths") {
        let alarm = format!("alarms/{}", alarm_id(1));
        let path = path
            .replace("alarms/{id}", &alarm)
            .replace("units/{id}", "units/fire-1")
            .replace("{id}", "a:pm25");
        if item["get"].is_object() {
            // What a question must say is said as the document's example does.
            let parameters = item["get"]["parameters"].as_array();
            let needed = parameters
                .into_iter()
                .flatten()
                .filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
            let needed = needed.map(|parameter| {
                let example = match &parameter["example"] {
                    serde_json::Value::String(text) => text.clone(),
                    serde_json::Value::Number(number) => number.to_string(),
                    other => panic!("{}: no example but {other}", parameter["name"]),
                };
                format!("{}={example}", parameter["name"].as_str().expect("a name"))
            });
            let query = needed.collect::<Vec<_>>().join("&");
            let path = format!("{path}?{query}");
            let mut status = get(house.address, &path).await.status;
            for other in [&administrator, &officer] {
                if status == 403 {
                    status = get_by(house.address, &path, other).await.status;
                }
            }
            // No handover was drafted, and no unit was heard; duty.rs and units.rs show them.
            let shown_elsewhere = path.contains("{digest}") || path.contains("/mine/route");
            let unknown = shown_elsewhere && status == 404;
            assert!(
                matches!(status, 200 | 303 | 426) || unknown,
                "{path}: {status}"
            );
        }
    }
    house.stop().await;
}

#[tokio::test]
async fn events_are_listed_once_narrowed_and_paged() {
    let house = House::open(Settings::default()).await;
    house
        .tell(vec![
            event("t-1", 999_900, 3.0),
            event("t-2", 999_900, -1.0),
            event("t-1", 999_900, 3.0),
            event("t-3", 999_880, 5.0),
        ])
        .await;
    let keys = |rows: &serde_json::Value| -> Vec<String> {
        let items = rows["items"].as_array().expect("a list").iter();
        items.map(|row| row["key"].to_string()).collect()
    };
    let all = get(house.address, "/api/v1/events?kind=crowd").await.json();
    assert_eq!(keys(&all), [r#""t-3""#, r#""t-1""#, r#""t-2""#]);
    assert_eq!(all["items"][1]["values"], json!({"pm25": 3.0}));
    assert_eq!(all["items"][2]["out_of_range"], json!(["pm25"]));
    let one = get(house.address, "/api/v1/events?thing=a&key=t-2").await;
    assert_eq!(keys(&one.json()), [r#""t-2""#]);
    let mut path = "/api/v1/events?limit=1".to_owned();
    let mut paged = Vec::new();
    loop {
        let page = get(house.address, &path).await.json();
        paged.extend(keys(&page));
        let last = &page["items"][0];
        let (at, position) = (last["phenomenon_time"].as_str(), &last["position"]);
        if page["truncated"] == false {
            break;
        }
        let at = at.expect("a time");
        path = format!("/api/v1/events?limit=1&from={at}&after={position}");
    }
    assert_eq!(paged, keys(&all));
    house.stop().await;
}
