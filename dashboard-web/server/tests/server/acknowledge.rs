//! Acknowledging: by whom, of what, and who is first.

use serde_json::json;
use tokio::task::JoinSet;
use yiping_desk::rights::Role;
use yiping_server::Settings;

use crate::house::{House, account, alarm, alarm_id};
use crate::http::{Answer, get, post_by};

fn path(number: i64) -> String {
    format!("/api/v1/alarms/{}/ack", alarm_id(number))
}

#[tokio::test]
async fn an_alarm_is_listed_and_acknowledged_once_by_a_person_at_a_seat() {
    let house = House::open(Settings::default()).await;
    house.tell(vec![alarm(1)]).await;
    let open = get(house.address, "/api/v1/alarms?state=unacknowledged").await;
    let open = open.json();
    let first = &open["items"][0];
    assert_eq!(first["id"], alarm_id(1).as_str());
    // sha256("{}"), its first six bytes.
    assert_eq!(first["raised_by"]["digest"], "44136fa355b3");
    let officer = house.officer().await;
    let first = post_by(house.address, &path(1), r#"{"note": "已派人"}"#, &officer).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.json()["state"], "acknowledged");
    assert_eq!(first.json()["acknowledged"]["person"], "officer");
    assert_eq!(first.json()["acknowledged"]["seat"], "1号席");
    assert_eq!(first.json()["acknowledged"]["note"], "已派人");
    account(&house.people, "second", &[Role::Commander], &[]).await;
    let other = house.sign_in("second", "2号席").await;
    let second = post_by(house.address, &path(1), "{}", &other).await;
    assert_eq!(second.status, 409);
    let (code, message) = second.error();
    assert_eq!(code, "already_acknowledged");
    assert!(message.contains("officer (1号席)"), "{message}");
    assert_eq!(second.json()["acknowledged"]["person"], "officer");
    house.stop().await;
}

/// Every alarm is acknowledged by two at once, ten thousand times: one of them is first, and the other is told who.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_acknowledge_at_once_one_is_first_ten_thousand_times() {
    const RACES: i64 = 10_000;
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
        house.tell(numbers.clone().map(alarm).collect()).await;
        let mut races = JoinSet::new();
        for number in numbers {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let mut pair = secrets.clone();
            pair.rotate_left(usize::from(random >> 63 == 1));
            let (address, path) = (house.address, path(number));
            races.spawn(async move {
                let [(one, first), (other, second)] = pair;
                let answers = tokio::join!(
                    post_by(address, &path, "{}", &first),
                    post_by(address, &path, "{}", &second)
                );
                (number, [(one, answers.0), (other, answers.1)])
            });
        }
        for (number, answers) in races.join_all().await {
            let (won, lost): (Vec<_>, Vec<_>) = answers
                .into_iter()
                .partition(|(_, answer)| answer.status == 200);
            let ([(winner, _)], [(_, told)]) = (&won[..], &lost[..]) else {
                panic!("race {number}: {} were first", won.len());
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
    for _ in 0..100 {
        let (address, officer) = (house.address, officer.clone());
        asking.spawn(async move { post_by(address, &path(1), "{}", &officer).await });
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
    let note = json!({ "note": "x".repeat(1_001) }).to_string();
    let wrong = ["", "{", r#"{"note": 1}"#, r#"{"seat": "2号席"}"#, &note];
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
        let answer = post_by(house.address, &path, "{}", &officer).await;
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
    let refused = post_by(house.address, &path(1), "{}", &county).await;
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
