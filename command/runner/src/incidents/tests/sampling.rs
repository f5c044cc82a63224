//! What sources are asked, over HTTP: by whoever polls, in peace, in war and after a crash.

use axum::http::HeaderMap;

use super::*;

impl Room {
    async fn sampling(&self, known: Option<&str>) -> (StatusCode, HeaderMap, Option<Value>) {
        let mut request = Request::builder().uri("/api/v1/sampling");
        if let Some(known) = known {
            request = request.header("if-none-match", known);
        }
        let request = request.body(Bytes::empty()).expect("a request");
        let router = self.incidents.sampling_router();
        let answer = router.oneshot(request).await.expect("an answer");
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = to_bytes(answer.into_body(), 8 << 20).await.expect("a body");
        (status, headers, serde_json::from_slice(&bytes).ok())
    }
}

fn tag(headers: &HeaderMap) -> String {
    assert_eq!(headers["cache-control"], "private, max-age=5");
    headers["etag"].to_str().expect("text").to_owned()
}

#[tokio::test]
async fn a_gateway_that_polls_hears_of_war_and_of_peace_and_else_304() {
    let mut room = Room::open();
    let (id, _) = room.responding().await;
    let orders = format!("/api/v1/incidents/{id}/orders");
    let (status, headers, answer) = room.sampling(None).await;
    let peace = tag(&headers);
    let answer = answer.expect("JSON");
    assert_eq!(
        (status, answer),
        (
            StatusCode::OK,
            json!({ "version": 0, "poll_secs": 5, "items": [], "left_out": 0 })
        )
    );
    let (status, headers, answer) = room.sampling(Some(&peace)).await;
    assert_eq!((status, answer), (StatusCode::NOT_MODIFIED, None));
    assert_eq!(tag(&headers), peace);

    let seen = room.get(&format!("/api/v1/incidents/{id}")).await["incident"]["version"].clone();
    let war = json!({ "seen": seen, "act": { "type": "to_war" } });
    let answer = room.does(&leader(), &orders, war).await;
    let (position, since) = (
        &answer["position"],
        &answer["incident"]["at_war_since"].clone(),
    );
    let (status, headers, asked) = room.sampling(Some(&peace)).await;
    let at_war = tag(&headers);
    let asked = asked.expect("JSON");
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        asked["items"],
        json!([{
            "property": "cl2", "area": "330802", "every_secs": 1, "incident": id, "since": since,
            "datastreams": ["gas-1:cl2"], "more": false,
        }])
    );
    assert!(asked["version"].as_u64() <= position.as_u64() && asked["version"] != 0);
    // Any of several tags, also as a proxy weakens it.
    for known in [at_war.clone(), format!("\"x\", W/{at_war}"), "*".to_owned()] {
        assert_eq!(
            room.sampling(Some(&known)).await.0,
            StatusCode::NOT_MODIFIED
        );
    }
    // Readings and steps change nothing of it, nor does a crash.
    room.reading(1_001, 0.2).await;
    room.again(true).await;
    assert_eq!(
        room.sampling(Some(&at_war)).await.0,
        StatusCode::NOT_MODIFIED
    );

    let seen = room.get(&format!("/api/v1/incidents/{id}")).await["incident"]["version"].clone();
    let peace_again = json!({ "seen": seen, "act": { "type": "to_peace" } });
    room.does(&leader(), &orders, peace_again).await;
    let (status, headers, over) = room.sampling(Some(&at_war)).await;
    let over = over.expect("JSON");
    assert_eq!((status, &over["items"]), (StatusCode::OK, &json!([])));
    assert!(over["version"].as_u64() > asked["version"].as_u64());
    assert_ne!(tag(&headers), at_war);
}

#[tokio::test]
async fn nobody_is_told_of_peace_before_the_log_is_read() {
    let clock = CityClock::driven(at(1_000));
    let log = Arc::new(MemoryLog::new(clock.clone()));
    let reading = Reading {
        source: SourceId::new("mqtt").expect("valid"),
        thing: gas().thing,
        phenomenon_time: at(1_000),
        values: std::iter::empty().collect(),
    };
    log.append(vec![Body::Reading(reading)])
        .await
        .expect("kept");
    let folder = tempfile::tempdir().expect("a folder");
    let log_of = || Arc::clone(&log) as Arc<dyn Log>;
    let settings = crate::evidence::Settings::default();
    let evidence = Evidence::open(folder.path(), log_of(), settings).expect("a folder");
    // Nobody follows the log.
    let incidents = Incidents::new(log_of(), clock, city(), evidence, Settings::default());
    let request = Request::builder().uri("/api/v1/sampling");
    let request = request.body(Bytes::empty()).expect("a request");
    let answer = incidents.sampling_router().oneshot(request).await;
    assert_eq!(
        answer.expect("an answer").status(),
        StatusCode::SERVICE_UNAVAILABLE
    );
}
