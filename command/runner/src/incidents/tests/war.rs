//! Peace and war over HTTP.

use super::*;

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn to_war_and_back_by_who_commands_and_who_stands_above() {
    let mut room = Room::open();
    let (id, _) = room.responding().await;
    let orders = format!("/api/v1/incidents/{id}/orders");
    let path = format!("/api/v1/incidents/{id}");
    let war = |key: &str, seen: u64, kind: &str, note: &str| json!({ "key": key, "seen": seen, "act": { "type": kind, "note": note } });
    let version = |whole: &Value| whole["incident"]["version"].as_u64().expect("a version");
    let seen = version(&room.get(&path).await);

    // Who is told why not, in the language that was asked for.
    let other = person("zhao", Role::ShiftLeader, &[]);
    let (status, answer) = room
        .ask(
            &other,
            "POST",
            &orders,
            &war("a", seen, "to_war", ""),
            "zh-CN",
        )
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("not_commander"))
    );
    assert!(
        answer["error"]["message"]
            .as_str()
            .is_some_and(|text| text.contains("指挥权"))
    );
    let elsewhere = person("qian", Role::Commander, &["330881"]);
    let (status, _) = room
        .ask(
            &elsewhere,
            "POST",
            &orders,
            &war("b", seen, "to_war", "n"),
            "",
        )
        .await;
    assert_eq!(status, StatusCode::FORBIDDEN, "outside the own area");
    let officer = person("sun", Role::Commander, &[]);
    let (status, answer) = room
        .ask(&officer, "POST", &orders, &war("c", seen, "to_war", ""), "")
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::BAD_REQUEST, &json!("needs_reason"))
    );

    // Who commands; then 指挥长, by rank and with a reason. What changes is the plan's.
    let answer = room
        .does(
            &leader(),
            &orders,
            json!({ "seen": seen, "act": { "type": "to_war", "walls": ["大厅"] } }),
        )
        .await;
    assert!(answer["incident"]["at_war_since"].is_string());
    let whole = room.get(&path).await;
    let form = &whole["incident"]["war"]["form"];
    assert_eq!(
        (&form["quiet"], &form["walls"]),
        (&json!(3), &json!(["大厅"]))
    );
    assert_eq!(form["thresholds"].as_array().map(Vec::len), Some(3));
    let (status, answer) = room.ask(&leader(), "POST", &orders, &json!({ "key": "e", "seen": version(&whole), "act": { "type": "move", "to": "ended", "note": "n" } }), "zh").await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("at_war"))
    );
    room.again(true).await;
    let seen = version(&room.get(&path).await);
    let answer = room
        .does(&officer, &orders, war("f", seen, "to_peace", "已得到控制"))
        .await;
    assert!(answer["incident"]["at_war_since"].is_null());
    room.until(|act| matches!(act, CommandAct::Deferred(_)))
        .await;
    let whole = room.get(&path).await;
    assert_eq!(whole["incident"]["wars_over"][0]["told"]["count"], 0);
    let acts = room.commands().await;
    let by_rank = acts.iter().find_map(|command| match &command.act {
        CommandAct::ToPeace(form) => Some(form.by_rank),
        _ => None,
    });
    assert_eq!(by_rank, Some(true), "it is on the record");
    // What leaks is estimated with the wind that is said; a calm carries no plume.
    let calm = json!({ "type": "estimate", "grams_a_sec": 500.0, "wind_from": 45.0, "wind_ms": 0.5, "stability": "D" });
    let (status, _) = room
        .ask(
            &leader(),
            "POST",
            &orders,
            &json!({ "key": "g", "act": calm }),
            "",
        )
        .await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let wind = json!({ "type": "estimate", "grams_a_sec": 500.0, "wind_from": 45.0, "wind_ms": 3.0, "stability": "D" });
    room.does(&leader(), &orders, json!({ "act": wind })).await;
    assert_eq!(
        room.get(&path).await["incident"]["estimate"]["form"]["stability"],
        "D"
    );
}
