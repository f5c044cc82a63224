//! Shelving, false alarms, out of service: by whom, of what, and who is first.

use serde_json::json;
use tokio::task::JoinSet;
use yiping_desk::rights::Role;
use yiping_model::{AlarmChange, Body, EventKey, Level, Outcome};
use yiping_server::Settings;

use crate::house::{House, account, alarm, alarm_id};
use crate::http::{get, post_by};

fn path(number: i64, what: &str) -> String {
    format!("/api/v1/alarms/{}/{what}", alarm_id(number))
}

/// What the scene shows of the alarm now, and what is said of it.
async fn body(house: &House, number: i64, said: serde_json::Value) -> String {
    let path = format!("/api/v1/alarms/{}/shown", alarm_id(number));
    let shown = get(house.address, &path).await.json();
    let mut body = said;
    body["seen"] = json!({ "position": shown["position"], "digest": shown["digest"] });
    body.to_string()
}

fn hour() -> serde_json::Value {
    json!({ "minutes": 60, "reason": "筒体清淤" })
}

/// The same as [`alarm`], of another level and with another change.
fn told(number: i64, level: Level, change: AlarmChange) -> Body {
    let Body::Finding(mut finding) = alarm(number) else {
        panic!("a finding");
    };
    let Outcome::Alarm(event) = &mut finding.outcome else {
        panic!("an alarm");
    };
    (event.level, event.change) = (level, change);
    Body::Finding(finding)
}

#[tokio::test]
async fn an_alarm_is_shelved_listed_and_brought_back() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let officer = house.officer().await;
    let seen = body(&house, 1, hour()).await;
    let first = post_by(house.address, &path(1, "shelve"), &seen, &officer).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let record = first.json()["record"].as_u64().expect("a record");
    let listed = get(house.address, "/api/v1/shelved").await.json();
    let shelf = &listed["shelved"][0];
    assert_eq!(shelf["record"], record);
    assert_eq!(shelf["by"]["person"], "officer");
    assert_eq!(shelf["by"]["note"], "筒体清淤");
    account(&house.people, "second", &[Role::Commander], &[]).await;
    let other = house.sign_in("second", "2号席").await;
    let second = post_by(house.address, &path(1, "shelve"), &seen, &other).await;
    assert_eq!(second.status, 409);
    assert_eq!(second.error().0, "already_shelved");
    assert_eq!(second.json()["acknowledged"]["person"], "officer");
    let back = format!("/api/v1/shelved/{record}/return");
    let nothing = post_by(house.address, &back, r#"{"reason": " "}"#, &other).await;
    assert_eq!(nothing.error().0, "bad_body");
    let reason = r#"{"reason": "已清淤"}"#;
    let done = post_by(house.address, &back, reason, &other).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let again = post_by(house.address, &back, reason, &officer).await;
    assert_eq!(again.status, 404);
    let listed = get(house.address, "/api/v1/shelved").await.json();
    assert_eq!(listed["shelved"], json!([]));
    house.stop().await;
}

#[tokio::test]
async fn what_must_not_be_shelved_is_refused_with_a_reason() {
    let house = House::open(Settings::default()).await;
    let red = told(2, Level::Red, AlarmChange::Raised);
    house.tell(vec![alarm(1), red]).await;
    let officer = house.officer().await;
    let refused = async |number, said: serde_json::Value| {
        let said = body(&house, number, said).await;
        let answer = post_by(house.address, &path(number, "shelve"), &said, &officer).await;
        (answer.status, answer.error().0)
    };
    let reason = "筒体清淤";
    let long = json!({ "minutes": 721, "reason": reason });
    assert_eq!(refused(1, long).await, (400, "shelved_too_long".into()));
    let none = json!({ "minutes": 60, "reason": "" });
    assert_eq!(refused(1, none).await, (400, "bad_body".into()));
    assert_eq!(refused(2, hour()).await, (403, "top_priority".into()));
    // The alarm got graver than the screen showed.
    let seen = body(&house, 1, hour()).await;
    house
        .tell(vec![told(1, Level::Red, AlarmChange::Amended)])
        .await;
    let late = post_by(house.address, &path(1, "shelve"), &seen, &officer).await;
    assert_eq!(late.error().0, "top_priority");
    // The county's officer has no right to it: its thing has no area.
    account(&house.people, "county", &[Role::DutyOfficer], &["330802"]).await;
    let county = house.sign_in("county", "").await;
    let other = post_by(house.address, &path(1, "shelve"), &seen, &county).await;
    assert_eq!(other.error().0, "not_allowed");
    house.stop().await;
}

#[tokio::test]
async fn a_false_alarm_is_marked_once_and_the_mark_is_withdrawn() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let officer = house.officer().await;
    let said = body(&house, 1, json!({ "reason": "邻站 0" })).await;
    let mark = path(1, "false-alarm");
    let first = post_by(house.address, &mark, &said, &officer).await;
    assert_eq!(first.status, 200, "{}", first.json());
    let second = post_by(house.address, &mark, &said, &officer).await;
    assert_eq!(second.error().0, "already_false");
    house.tell(Vec::new()).await;
    let listed = get(house.address, "/api/v1/alarms").await.json();
    let alarm = &listed["items"][0];
    assert_eq!(alarm["false_alarm"]["note"], "邻站 0");
    assert_eq!(alarm["state"], "unacknowledged", "it acknowledges nothing");
    let withdraw = path(1, "false-alarm/withdrawal");
    let reason = r#"{"reason": "现场证实"}"#;
    let done = post_by(house.address, &withdraw, reason, &officer).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let again = post_by(house.address, &withdraw, reason, &officer).await;
    assert_eq!(again.status, 404);
    house.stop().await;
}

#[tokio::test]
async fn out_of_service_needs_another_person_of_a_higher_role() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let officer = house.officer().await;
    account(&house.people, "leader", &[Role::ShiftLeader], &[]).await;
    account(&house.people, "chief", &[Role::Commander], &[]).await;
    let leader = house.sign_in("leader", "").await;
    let chief = house.sign_in("chief", "").await;
    let said = body(&house, 1, json!({ "reason": "返厂" })).await;
    let ask = path(1, "out-of-service");
    let asked = post_by(house.address, &ask, &said, &leader).await;
    assert_eq!(asked.status, 200, "{}", asked.json());
    let twice = post_by(house.address, &ask, &said, &officer).await;
    assert_eq!(twice.error().0, "already_out_of_service");
    let record = asked.json()["record"].as_u64().expect("a record");
    let approval = format!("/api/v1/out-of-service/{record}/approval");
    let by = async |who: &str| {
        let answer = post_by(house.address, &approval, "{}", who).await;
        (answer.status, answer.json())
    };
    assert_eq!(by(&officer).await.0, 403);
    let (status, own) = by(&leader).await;
    assert_eq!(
        (status, &own["error"]["code"]),
        (403, &json!("same_person"))
    );
    assert_eq!(by(&chief).await.0, 200);
    assert_eq!(by(&chief).await.1["error"]["code"], "already_approved");
    let listed = get(house.address, "/api/v1/shelved").await.json();
    let out = &listed["out_of_service"][0];
    assert_eq!(out["asked"]["person"], "leader");
    assert_eq!(out["approved"]["person"], "chief");
    let shown = get(house.address, &path(1, "shown")).await.json();
    assert_eq!(shown["alarm"]["quiet"], "out_of_service");
    let back = format!("/api/v1/out-of-service/{record}/return");
    let reason = r#"{"reason": "已修复"}"#;
    let officers = post_by(house.address, &back, reason, &officer).await;
    assert_eq!(officers.status, 403);
    let done = post_by(house.address, &back, reason, &leader).await;
    assert_eq!(done.status, 200, "{}", done.json());
    let shown = get(house.address, &path(1, "shown")).await.json();
    assert_eq!(shown["alarm"]["quiet"], json!(null));
    house.stop().await;
}

/// An alarm of a track of its own: a point for itself.
fn tracked(number: i64, change: AlarmChange) -> Body {
    let Body::Finding(mut finding) = told(number, Level::Orange, change) else {
        panic!("a finding");
    };
    if let Outcome::Alarm(event) = &mut finding.outcome {
        event.key = EventKey::new(format!("t-{number}")).ok();
    }
    Body::Finding(finding)
}

/// Every alarm is shelved by two at once, a thousand times: one of them is first, and the other is told who.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_shelve_at_once_one_is_first_a_thousand_times() {
    const RACES: i64 = 1_000;
    const AT_ONCE: i64 = 100;
    let house = House::open(Settings::default()).await;
    account(&house.people, "li", &[Role::DutyOfficer], &[]).await;
    account(&house.people, "wu", &[Role::ShiftLeader], &[]).await;
    let secrets = [
        ("li", house.sign_in("li", "同席").await),
        ("wu", house.sign_in("wu", "同席").await),
    ];
    let (mut random, mut won_by_li) = (7_u64, 0);
    for begin in (0..RACES).step_by(AT_ONCE as usize) {
        let numbers = begin + 1..=begin + AT_ONCE;
        let tell = |change: AlarmChange| {
            let all = numbers.clone();
            all.map(move |number| tracked(number, change.clone()))
                .collect::<Vec<_>>()
        };
        house.tell(tell(AlarmChange::Raised)).await;
        let mut races = JoinSet::new();
        for number in numbers.clone() {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let mut pair = secrets.clone();
            pair.rotate_left(usize::from(random >> 63 == 1));
            let (address, seen) = (house.address, body(&house, number, hour()).await);
            races.spawn(async move {
                let [(one, first), (other, second)] = pair;
                let path = path(number, "shelve");
                let answers = tokio::join!(
                    post_by(address, &path, &seen, &first),
                    post_by(address, &path, &seen, &second)
                );
                let answers = [(one, answers.0), (other, answers.1)];
                let (won, lost): (Vec<_>, Vec<_>) = answers
                    .into_iter()
                    .partition(|(_, answer)| answer.status == 200);
                let ([(winner, answer)], [(_, told)]) = (&won[..], &lost[..]) else {
                    panic!("race {number}: {} were first", won.len());
                };
                assert_eq!(told.status, 409, "race {number}");
                assert_eq!(told.error().0, "already_shelved", "race {number}");
                let named = &told.json()["acknowledged"]["person"];
                assert_eq!(named, *winner, "race {number}");
                // And brought back by two at once: so there is room for the next ones.
                let back = format!("/api/v1/shelved/{}/return", answer.json()["record"]);
                let reason = r#"{"reason": "已清淤"}"#;
                let answers = tokio::join!(
                    post_by(address, &back, reason, &first),
                    post_by(address, &back, reason, &second)
                );
                let mut ended = [answers.0.status, answers.1.status];
                ended.sort_unstable();
                assert_eq!(ended, [200, 404], "race {number}");
                *winner == "li"
            });
        }
        let won = races.join_all().await;
        won_by_li += won.into_iter().filter(|by_li| *by_li).count();
        let over = AlarmChange::Withdrawn { merged_into: None };
        house.tell(tell(over)).await;
    }
    assert!((10..990).contains(&won_by_li), "no race: {won_by_li}");
    house.stop().await;
}
