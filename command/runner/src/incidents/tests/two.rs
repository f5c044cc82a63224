//! What takes two people, and what a hotline sends, over a log.

use super::*;

fn chief() -> Who {
    person("zhao", Role::Commander, &[])
}

fn warn() -> Value {
    json!({ "type": "warn", "level": 2, "reach": "湖东村", "text": "关窗", "note": "风转西" })
}

impl Room {
    /// Proposes something; its key, and the version that is there then.
    async fn proposed(&mut self, id: &str, what: &Value) -> (String, Value) {
        let orders = format!("/api/v1/incidents/{id}/orders");
        let whole = self.get(&format!("/api/v1/incidents/{id}")).await;
        let seen = &whole["incident"]["version"];
        let act = json!({ "type": "propose", "what": what });
        let answer = self
            .does(&leader(), &orders, json!({ "seen": seen, "act": act }))
            .await;
        let version = answer["incident"]["version"].clone();
        (format!("k{}", self.keys), version)
    }
}

#[tokio::test]
async fn another_level_takes_two_and_survives_a_crash_in_between() {
    let mut room = Room::open();
    let (id, _) = room.responding().await;
    let orders = format!("/api/v1/incidents/{id}/orders");
    let what = json!({ "type": "adjust", "level": 1, "note": "风转向居民区" });
    let (key, _) = room.proposed(&id, &what).await;
    let path = format!("/api/v1/incidents/{id}");
    let whole = room.get(&path).await;
    assert_eq!(whole["incident"]["response"]["level"], 2, "it waits");
    assert_eq!(whole["incident"]["pending"]["by"], "wang");
    room.again(true).await;
    let confirm = json!({ "key": "c1", "act": { "type": "confirm", "proposal": key } });
    let (status, answer) = room
        .ask(&leader(), "POST", &orders, &confirm, "zh-CN")
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("needs_another_person"))
    );
    for again in [false, true] {
        let (status, answer) = room.ask(&chief(), "POST", &orders, &confirm, "").await;
        assert_eq!(
            (status, &answer["again"]),
            (StatusCode::OK, &json!(again)),
            "{answer}"
        );
    }
    let whole = room.get(&path).await;
    assert_eq!(whole["incident"]["response"]["level"], 1);
    let last = whole["incident"]["history"]
        .as_array()
        .expect("a list")
        .last()
        .expect("one");
    assert_eq!(
        (&last["act"], &last["person"], &last["second"]),
        (&json!("adjust"), &json!("wang"), &json!("zhao"))
    );
}

#[tokio::test]
async fn a_minute_later_it_is_too_late_and_of_two_at_once_one_counts() {
    let mut room = Room::open();
    let (id, _) = room.responding().await;
    let orders = format!("/api/v1/incidents/{id}/orders");
    let (key, _) = room.proposed(&id, &warn()).await;
    room.clock
        .advance(room.clock.now() + Duration::from_secs(61));
    let confirm = |name: &str, key: &str| json!({ "key": name, "act": { "type": "confirm", "proposal": key } });
    let (status, answer) = room
        .ask(&chief(), "POST", &orders, &confirm("c", &key), "")
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("too_late"))
    );
    for round in 0..20 {
        let (key, _) = room.proposed(&id, &warn()).await;
        let (one, two) = (
            confirm(&format!("a{round}"), &key),
            confirm(&format!("b{round}"), &key),
        );
        let (zhao, qian) = (chief(), person("qian", Role::Commander, &[]));
        let (one, two) = tokio::join!(
            room.ask(&zhao, "POST", &orders, &one, ""),
            room.ask(&qian, "POST", &orders, &two, ""),
        );
        let counted = [&one, &two]
            .iter()
            .filter(|(status, _)| *status == StatusCode::OK)
            .count();
        assert_eq!(counted, 1, "{one:?} {two:?}");
    }
    let whole = room.get(&format!("/api/v1/incidents/{id}")).await;
    assert_eq!(
        whole["incident"]["warnings"].as_array().map(Vec::len),
        Some(20)
    );
    assert_eq!(whole["incident"]["warning"], 2);
}

#[tokio::test]
async fn an_order_of_a_hotline_becomes_a_proposal_and_holds_nobody() {
    let room = Room::open();
    let send = |order: &str, text: &str| {
        json!({
            "order": order, "ts": room.clock.now(), "text": text, "lon": 118.901, "lat": 28.901,
            "domain": "air", "caller": "张三", "phone": "13812345678",
        })
    };
    let source = person("hotline", Role::Source, &[]);
    let post = |body: Value| {
        let (room, source) = (&room, &source);
        async move { room.ask(source, "POST", "/api/v1/orders", &body, "").await }
    };
    let both = json!([send("A-1", "刺鼻，回电13812345678"), { "order": "A-2" }]);
    let (status, answer) = post(both).await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(
        (&answer["accepted"], &answer["hidden"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(answer["rejected"][0]["reason"], "missing_field");
    let (_, again) = post(send("A-1", "刺鼻，回电13812345678")).await;
    assert_eq!(
        (&again["accepted"], &again["again"]),
        (&json!(0), &json!(1))
    );
    let (status, _) = post(send("A-1", "别的事")).await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "nothing was usable");
    let proposals = room.get("/api/v1/proposals").await;
    let group = &proposals[0]["candidate"]["group"];
    assert_eq!(group[0]["order"], "A-1", "{proposals}");
    let aside = json!({ "key": "s", "origins": group, "note": "重复投诉" });
    let (status, _) = room
        .ask(&leader(), "POST", "/api/v1/proposals/aside", &aside, "")
        .await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(room.get("/api/v1/proposals").await, json!([]));
    let records = room
        .log
        .read(Position::START, 1_000)
        .await
        .expect("readable");
    let written = format!("{records:?}");
    for gone in ["13812345678", "张三"] {
        assert!(!written.contains(gone), "{gone}");
    }
    let letters = records
        .iter()
        .filter(|record| matches!(record.body, Body::Reject(_)));
    assert_eq!(letters.count(), 2, "each refusal is counted");
}

#[tokio::test]
async fn a_task_is_sent_with_its_units() {
    let mut room = Room::open();
    let (id, _) = room.responding().await;
    let orders = format!("/api/v1/incidents/{id}/orders");
    let task = |note: &str| {
        json!({
            "type": "add_task", "title": "转移师生", "note": note, "proof": { "by": "evidence", "photos": 0 },
            "units": [{ "unit": "bus-1", "advised": true, "eta_secs": 120 }, { "unit": "bus-2", "advised": false }],
        })
    };
    let body = json!({ "key": "u", "seen": 3, "act": task("") });
    let (status, answer) = room.ask(&leader(), "POST", &orders, &body, "").await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("needs_reason")),
        "against the advice"
    );
    room.does(
        &leader(),
        &orders,
        json!({ "seen": 3, "act": task("司机熟路") }),
    )
    .await;
    let whole = room.get(&format!("/api/v1/incidents/{id}")).await;
    let tasks = whole["incident"]["tasks"].as_array().expect("tasks");
    assert_eq!(tasks.last().expect("one")["units"][1]["unit"], "bus-2");
}
