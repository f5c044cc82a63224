//! What a phone is told of a task, what it tells in between, and how it calls for help.

use super::*;

fn hazard() -> Value {
    json!({
        "cells": ["8941aca4d4bffff"], "label": "2 ppm", "isolate_metres": 300,
        "wind": { "from_degrees": 225.0, "speed_ms": 1.9 },
        "approach": [[118.89, 28.89], [118.9, 28.9]], "lines": ["只从上风侧进出"],
    })
}

#[tokio::test]
async fn a_phone_is_told_the_hazard_as_it_was_drawn_last() {
    let mut room = Room::open();
    let (id, tasks) = room.responding().await;
    let li = person("li", Role::Field, &["330802"]);
    let path = format!("/api/v1/tasks/{}", tasks["set-cordon"]);
    let (status, answer) = room.ask(&li, "GET", &path, &Value::Null, "").await;
    assert_eq!((status, &answer["hazard"]), (StatusCode::OK, &Value::Null));
    assert_eq!(answer["incident"]["place"]["lon"], 118.9);
    let far = person("far", Role::Field, &["330881"]);
    assert_eq!(
        room.ask(&far, "GET", &path, &Value::Null, "").await.0,
        StatusCode::FORBIDDEN
    );

    let acts = format!("/api/v1/incidents/{id}/acts");
    let amend = |seen: u32, hazard: Value| json!({ "seen": seen, "act": { "type": "amend", "hazard": hazard } });
    room.does(&leader(), &acts, amend(3, hazard())).await;
    let (_, answer) = room.ask(&li, "GET", &path, &Value::Null, "").await;
    let told = &answer["hazard"];
    assert_eq!(
        (&told["label"], &told["by"], &told["isolate_metres"]),
        (&json!("2 ppm"), &json!("wang"), &json!(300))
    );
    assert_eq!(told["polygons"][0].as_array().expect("corners").len(), 6);
    assert_eq!(told["cells"], json!(["8941aca4d4bffff"]));
    assert_eq!(told["lines"], json!(["只从上风侧进出"]));
    // What is known otherwise stays as it is, and another hazard takes the place of the first.
    assert_eq!(answer["incident"]["title"], "氯气泄漏");
    room.again(true).await;
    let lifted = json!({ "cells": [] });
    room.does(&leader(), &acts, amend(4, lifted)).await;
    let (_, answer) = room.ask(&li, "GET", &path, &Value::Null, "").await;
    assert_eq!(answer["hazard"], Value::Null);

    let wrong = |change: &dyn Fn(&mut Value)| {
        let mut hazard = hazard();
        change(&mut hazard);
        hazard
    };
    for hazard in [
        wrong(&|hazard| hazard["cells"] = json!(["x"])),
        wrong(&|hazard| hazard["cells"] = json!(vec!["8941aca4d4bffff"; 1_001])),
        wrong(&|hazard| hazard["lines"] = json!(["1", "2", "3", "4"])),
        wrong(&|hazard| hazard["lines"] = json!(["长".repeat(41)])),
        wrong(&|hazard| hazard["wind"]["from_degrees"] = json!(361.0)),
        wrong(&|hazard| hazard["approach"] = json!([[200.0, 0.0]])),
        wrong(&|hazard| hazard["isolate_metres"] = json!(20_001)),
    ] {
        let mut body = amend(5, hazard);
        body["key"] = json!("wrong");
        let (status, answer) = room.ask(&leader(), "POST", &acts, &body, "").await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (StatusCode::BAD_REQUEST, &json!("bad_form"))
        );
    }
}

#[tokio::test]
async fn a_call_for_help_lasts_until_somebody_says_that_it_was_heard() {
    let mut room = Room::open();
    let (_, tasks) = room.responding().await;
    let (li, zhao) = (
        person("li", Role::Field, &["330802"]),
        person("zhao", Role::Field, &["330802"]),
    );
    let task = &tasks["set-cordon"];
    let steps = format!("/api/v1/tasks/{task}/steps");
    let call = json!({ "key": "sos", "step": "call_help", "note": "空呼不足" });
    assert_eq!(
        room.ask(&li, "POST", &steps, &call, "").await.0,
        StatusCode::CONFLICT,
        "nobody is at it"
    );
    room.step(&li, task, "sign").await;
    let hear = json!({ "key": "heard", "step": "hear_call" });
    let orders = format!("/api/v1/tasks/{task}/orders");
    assert_eq!(
        room.ask(&leader(), "POST", &orders, &hear, "").await.0,
        StatusCode::CONFLICT,
        "nobody calls"
    );
    assert_eq!(
        room.ask(&zhao, "POST", &steps, &call, "").await.0,
        StatusCode::FORBIDDEN
    );
    for again in [false, true] {
        let (status, answer) = room.ask(&li, "POST", &steps, &call, "").await;
        assert_eq!((status, &answer["again"]), (StatusCode::OK, &json!(again)));
        assert_eq!(answer["task"]["stage"], "signed");
        assert_ne!(answer["task"]["calling"], Value::Null);
    }
    room.again(true).await;
    let calls = room.get("/api/v1/tasks?calling=true").await;
    assert_eq!(calls["items"].as_array().expect("a list").len(), 1);
    let (status, answer) = room.ask(&leader(), "POST", &orders, &hear, "").await;
    assert_eq!(
        (status, &answer["task"]["calling"]),
        (StatusCode::OK, &Value::Null)
    );
}

#[tokio::test]
async fn what_is_told_in_between_is_evidence_of_the_work() {
    let mut room = Room::open();
    let (_, tasks) = room.responding().await;
    let li = person("li", Role::Field, &["330802"]);
    let task = &tasks["set-cordon"];
    let steps = format!("/api/v1/tasks/{task}/steps");
    for step in ["sign", "set_out", "arrive", "begin"] {
        room.step(&li, task, step).await;
    }
    for number in [1, 2] {
        let (_, kept) = room.bring(&li, photograph(number)).await;
        let photos = json!([{ "digest": kept["digest"], "taken_at": room.clock.now() }]);
        let answer = room
            .does(
                &li,
                &steps,
                json!({ "step": "tell", "note": "1 路已出水", "photos": photos }),
            )
            .await;
        assert_eq!(
            (&answer["task"]["stage"], &answer["task"]["photos"]),
            (&json!("working"), &json!(number))
        );
    }
    let answer = room.does(&li, &steps, json!({ "step": "finish" })).await;
    assert_eq!(answer["task"]["stage"], "done");
}
