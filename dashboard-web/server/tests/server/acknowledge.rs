//! Acknowledging: by whom, of what, and who is first.

use serde_json::json;
use tokio::task::JoinSet;
use yiping_desk::rights::Role;
use yiping_model::{Act, Body, Decision};
use yiping_server::Settings;

use crate::house::{House, account, alarm, alarm_id};
use crate::http::{Answer, get, post_by};

fn path(number: i64) -> String {
    format!("/api/v1/alarms/{}/ack", alarm_id(number))
}

/// An acknowledgement of what the scene shows of the alarm now.
async fn body(house: &House, number: i64, note: &str) -> String {
    let path = format!("/api/v1/alarms/{}/shown", alarm_id(number));
    let shown = get(house.address, &path).await.json();
    let seen = json!({ "position": shown["position"], "digest": shown["digest"] });
    json!({ "note": note, "seen": seen }).to_string()
}

fn decided(act: Act) -> Body {
    Body::Decision(Decision {
        person: None,
        seat: String::new(),
        act,
    })
}

#[tokio::test]
async fn an_alarm_is_listed_and_acknowledged_once_by_a_person_at_a_seat() {
    let house = House::open(Settings::default()).await;
    let called = Act::SetAccount {
        account: "officer".into(),
        display: "值班员甲".into(),
        roles: Vec::new(),
        areas: Vec::new(),
        domains: Vec::new(),
        closed: false,
    };
    house.tell(vec![decided(called), alarm(1)]).await;
    let open = get(house.address, "/api/v1/alarms?state=unacknowledged").await;
    let open = open.json();
    let first = &open["items"][0];
    assert_eq!(first["id"], alarm_id(1).as_str());
    // sha256("{}"), its first six bytes.
    assert_eq!(first["raised_by"]["digest"], "44136fa355b3");
    let officer = house.officer().await;
    let seen = body(&house, 1, "已派人").await;
    let first = post_by(house.address, &path(1), &seen, &officer).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.json()["state"], "acknowledged");
    assert_eq!(first.json()["acknowledged"]["person"], "officer");
    assert_eq!(first.json()["acknowledged"]["seat"], "1号席");
    assert_eq!(first.json()["acknowledged"]["note"], "已派人");
    account(&house.people, "second", &[Role::Commander], &[]).await;
    let other = house.sign_in("second", "2号席").await;
    let second = post_by(house.address, &path(1), &seen, &other).await;
    assert_eq!(second.status, 409);
    let (code, message) = second.error();
    assert_eq!(code, "already_acknowledged");
    assert!(message.contains("值班员甲 (1号席)"), "{message}");
    assert_eq!(second.json()["acknowledged"]["person"], "officer");
    assert_eq!(second.json()["acknowledged"]["display"], "值班员甲");
    house.stop().await;
}

/// Every alarm is acknowledged by two at once, ten thousand times: one of them is first, and the other is told who.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_acknowledge_at_once_one_is_first_ten_thousand_times() {
    const RACES: i64 = 10_000;
    const AT_ONCE: i64 = 100;
    // Each of the two asks ten thousand times, as fast as the machine lets them: how often one may ask is not what is raced for.
    let unlimited = Settings {
        requests_per_second: 1_000_000,
        ack_wait_ms: 20_000,
        ..Settings::default()
    };
    let house = House::open(unlimited).await;
    account(&house.people, "li", &[Role::DutyOfficer], &[]).await;
    account(&house.people, "wu", &[Role::ShiftLeader], &[]).await;
    let secrets = [
        ("li", house.sign_in("li", "同席").await),
        ("wu", house.sign_in("wu", "同席").await),
    ];
    let (mut random, mut won_by_li) = (7_u64, 0);
    for begin in (0..RACES).step_by(AT_ONCE as usize) {
        let numbers = begin + 1..=begin + AT_ONCE;
        house.tell(numbers.clone().map(alarm).collect()).await;
        let mut races = JoinSet::new();
        for number in numbers {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let mut pair = secrets.clone();
            pair.rotate_left(usize::from(random >> 63 == 1));
            let (address, path, body) =
                (house.address, path(number), body(&house, number, "").await);
            races.spawn(async move {
                let [(one, first), (other, second)] = pair;
                let answers = tokio::join!(
                    post_by(address, &path, &body, &first),
                    post_by(address, &path, &body, &second)
                );
                (number, [(one, answers.0), (other, answers.1)])
            });
        }
        for (number, answers) in races.join_all().await {
            let told = answers.each_ref().map(|(_, answer)| answer.status);
            let (won, lost): (Vec<_>, Vec<_>) = answers
                .into_iter()
                .partition(|(_, answer)| answer.status == 200);
            let ([(winner, _)], [(_, told)]) = (&won[..], &lost[..]) else {
                panic!("race {number}: {} were first, answers {told:?}", won.len());
            };
            assert_eq!(told.status, 409, "race {number}");
            assert_eq!(
                told.json()["acknowledged"]["person"],
                *winner,
                "race {number}"
            );
            won_by_li += u32::from(*winner == "li");
        }
    }
    assert!((100..9_900).contains(&won_by_li), "no race: {won_by_li}");
    house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_with_one_name_exactly_one_is_first() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let officer = house.officer().await;
    let mut asking = JoinSet::new();
    let seen = body(&house, 1, "").await;
    for _ in 0..100 {
        let (address, officer, seen) = (house.address, officer.clone(), seen.clone());
        asking.spawn(async move { post_by(address, &path(1), &seen, &officer).await });
    }
    let answers: Vec<Answer> = asking.join_all().await;
    let first = answers.iter().filter(|answer| answer.status == 200).count();
    let told = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!((first, told), (1, 99));
    house.stop().await;
}

#[tokio::test]
async fn an_acknowledgement_must_name_an_alarm_and_hold_nothing_else() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let officer = house.officer().await;
    let note = body(&house, 1, &"x".repeat(1_001)).await;
    let good = body(&house, 1, "").await;
    let by = good.replacen('{', r#"{"seat": "2号席", "#, 1);
    let wrong = ["", "{", "{}", r#"{"note": 1}"#, &by, &note];
    for body in wrong {
        let answer = post_by(house.address, &path(1), body, &officer).await;
        assert_eq!(
            (answer.status, answer.error().0.as_str()),
            (400, "bad_body"),
            "{body}"
        );
    }
    for id in [alarm_id(2).to_string(), "nonsense".to_owned()] {
        let path = format!("/api/v1/alarms/{id}/ack");
        let answer = post_by(house.address, &path, &good, &officer).await;
        assert_eq!(answer.status, 404, "{id}");
    }
    house.stop().await;
}

#[tokio::test]
async fn an_alarm_outside_the_own_areas_is_not_acknowledged() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    // The thing of this city has no area, so it lies in none that an account names.
    account(&house.people, "county", &[Role::DutyOfficer], &["330802"]).await;
    let county = house.sign_in("county", "").await;
    let seen = body(&house, 1, "").await;
    let refused = post_by(house.address, &path(1), &seen, &county).await;
    assert_eq!(
        (refused.status, refused.error().0.as_str()),
        (403, "not_allowed")
    );
    let still = get(house.address, "/api/v1/alarms?state=unacknowledged")
        .await
        .json();
    assert_eq!(still["items"].as_array().expect("a list").len(), 1);
    house.stop().await;
}

#[tokio::test]
async fn what_the_screen_showed_must_be_what_the_alarm_is() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let officer = house.officer().await;
    let seen = body(&house, 1, "").await;
    let told = async |seen: &str| {
        let answer = post_by(house.address, &path(1), seen, &officer).await;
        (answer.status, answer.error())
    };
    // Another digest, as of a screen that was changed on its way.
    let shown: serde_json::Value = serde_json::from_str(&seen).expect("JSON");
    let digest = shown["seen"]["digest"].as_str().expect("a digest");
    let (status, (code, _)) = told(&seen.replace(digest, &"0".repeat(64))).await;
    assert_eq!((status, code.as_str()), (409, "shown_otherwise"));
    // A position that the scene has not reached.
    let position = shown["seen"]["position"].to_string();
    let (status, (code, _)) = told(&seen.replace(&position, "999999")).await;
    assert_eq!((status, code.as_str()), (400, "bad_body"));
    // The alarm is told anew: what was seen before is no evidence any more.
    house.tell(vec![alarm(1)]).await;
    let (status, (code, message)) = told(&seen).await;
    assert_eq!((status, code.as_str()), (409, "shown_otherwise"));
    assert!(message.contains("look at it again"), "{message}");
    let again = body(&house, 1, "").await;
    assert_eq!(
        post_by(house.address, &path(1), &again, &officer)
            .await
            .status,
        200
    );
    house.stop().await;
}
