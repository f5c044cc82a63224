use proptest::prelude::*;
use serde_json::json;
use yiping_model::{Disposition, Reason};

use super::super::{Judged, Sender, judge};
use super::*;

fn book() -> UnitBook {
    let officer = Unit {
        kind: UnitKind::Person,
        account: Some("wang".into()),
        tracked: true,
        shift: Some("08:00-20:00".to_owned().try_into().expect("hours")),
        ..unit("p-1", [118.86, 28.96])
    };
    Teller::new(vec![officer, unit("v-1", [118.87, 28.97])], None).book
}

fn said(account: Option<&str>, body: &serde_json::Value, now: i64) -> Judged {
    said_to(&book(), account, body, now)
}

fn said_to(book: &UnitBook, account: Option<&str>, body: &serde_json::Value, now: i64) -> Judged {
    judge(
        book,
        &sender(account),
        body.to_string().as_bytes(),
        Timestamp::from_secs(now),
    )
}

fn sender(account: Option<&str>) -> Sender<'_> {
    Sender {
        source: SourceId::new("positions").expect("an id"),
        account,
        origin: "127.0.0.1".into(),
    }
}

fn reasons(judged: &Judged) -> Vec<Reason> {
    judged
        .refused
        .iter()
        .map(|refused| refused.reason)
        .collect()
}

fn fix(unit: &str, secs: i64) -> serde_json::Value {
    json!({ "unit": unit, "ts": secs * 1_000, "lon": 118.86, "lat": 28.96, "accuracy_m": 7.2, "battery": 80 })
}

#[test]
fn what_is_right_counts_and_what_is_wrong_is_named_one_by_one() {
    let mut text_time = fix("v-1", NOON);
    text_time["ts"] = json!("2026-03-01T12:00:00+08:00");
    let judged = said(
        None,
        &json!([
            fix("p-1", NOON),
            fix("v-9", NOON),
            { "unit": "v-1", "ts": NOON * 1000, "lon": 118.9 },
            { "unit": "v-1", "ts": NOON * 1000, "lon": "118.9", "lat": 28.9 },
            { "unit": "v-1", "ts": "yesterday", "lon": 118.9, "lat": 28.9 },
            { "unit": "v 1", "ts": NOON * 1000, "lon": 118.9, "lat": 28.9 },
            { "unit": "v-1", "ts": NOON * 1000, "lon": 28.9, "lat": 118.9 },
            { "unit": "v-1", "ts": NOON * 1000, "lon": 116.4, "lat": 39.9 },
            { "unit": "v-1", "ts": NOON * 1000, "lon": 118.9, "lat": 28.9, "accuracy_m": 1e9 },
            fix("v-1", NOON + 3_600),
            fix("v-1", NOON - 86_400),
            7,
            text_time,
        ]),
        NOON,
    );
    assert_eq!(
        reasons(&judged),
        [
            Reason::UnknownUnit,
            Reason::MissingField,
            Reason::WrongType,
            Reason::BadTime,
            Reason::BadId,
            Reason::OutOfBounds,
            Reason::OutOfBounds,
            Reason::Inaccurate,
            Reason::TimeAhead,
            Reason::TimeBehind,
            Reason::WrongType
        ]
    );
    let positions = judged.positions.as_ref().expect("two count");
    let units: Vec<&str> = positions
        .fixes
        .iter()
        .map(|fix| fix.unit.as_str())
        .collect();
    assert_eq!(units, ["p-1", "v-1"]);
    assert_eq!(positions.fixes[0].accuracy_metres, Some(8));
    assert_eq!(positions.fixes[1].time, Timestamp::from_secs(NOON));
    let letters = judged.letters(&sender(None));
    assert_eq!(letters.iter().map(|letter| letter.items).sum::<u32>(), 11);
    let quarantined = letters
        .iter()
        .filter(|letter| letter.disposition == Disposition::Quarantined);
    assert_eq!(quarantined.count(), 1);
}

#[test]
fn no_dead_letter_says_where_anybody_was() {
    let judged = said(
        Some("wang"),
        &json!([fix("v-1", NOON), fix("p-1", NOON + 999), { "unit": "p-1", "ts": NOON * 1000, "lon": 117.123_4, "lat": 28.9 }]),
        NOON,
    );
    assert_eq!(
        reasons(&judged),
        [Reason::NotOwn, Reason::TimeAhead, Reason::OutOfBounds]
    );
    for letter in judged.letters(&sender(None)) {
        assert_eq!((letter.sample.as_str(), letter.size_bytes), ("", 0));
        assert!(
            !letter.detail.contains("118.86") && !letter.detail.contains("117.12"),
            "{}",
            letter.detail
        );
    }
}

#[test]
fn a_person_is_followed_on_duty_and_when_deployed_and_else_not() {
    let evening = NOON + 10 * 3_600;
    let off = said(Some("wang"), &fix("p-1", evening), evening);
    assert_eq!(reasons(&off), [Reason::OffDuty]);
    let mut teller = Teller {
        book: book(),
        next: 1,
    };
    assert!(teller.status(evening, "p-1", UnitStatus::Assigned));
    let deployed = said_to(&teller.book, Some("wang"), &fix("p-1", evening), evening);
    assert!(deployed.positions.is_some());
    let vehicle = said(None, &fix("v-1", evening), evening);
    assert!(vehicle.positions.is_some(), "a vehicle is no person");
}

#[test]
fn what_is_no_json_and_what_is_too_much_is_refused_whole() {
    let judged = judge(&book(), &sender(None), b"{", Timestamp::from_secs(NOON));
    assert_eq!(reasons(&judged), [Reason::NotJson]);
    let many = vec![fix("v-1", NOON); 1_001];
    assert_eq!(
        reasons(&said(None, &json!(many), NOON)),
        [Reason::TooManyValues]
    );
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let judged = judge(&book(), &sender(None), &bytes, Timestamp::from_secs(NOON));
        prop_assert!(judged.positions.is_none());
    }
}
