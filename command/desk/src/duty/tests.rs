use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use yiping_model::{
    Act, Alarm, AlarmBook, AlarmChange, AlarmEvent, AlarmId, Body, Decision, Duty, Finding, Level,
    Outcome, Part, Position, Record, RuleId, Seen, Timestamp, Zone,
};

use super::*;
use crate::calendar::{Calendar, CalendarSettings};
use crate::ledger::{Algorithm, Chain, Entry};

mod quiet;
mod world;

/// 2026-03-02 is a Monday; noon in Shanghai.
const NOON: i64 = 1_772_424_000;

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(NOON + secs)
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("valid")
}

fn pattern(settings: &DutySettings) -> Pattern {
    settings.check().expect("right");
    let zone = Zone::named("Asia/Shanghai").expect("built in");
    let calendar = Calendar::new(zone, &CalendarSettings::default()).expect("right");
    Pattern::new(calendar, settings)
}

fn house() -> House {
    let settings = DutySettings::default();
    House {
        pattern: pattern(&settings),
        escalation: settings.escalation,
        shelving: settings.shelving,
        facts: Facts::from([("rule a".to_owned(), "1".to_owned())]),
    }
}

fn record(position: u64, secs: i64, body: Body) -> Record {
    Record {
        position: Position(position),
        received_at: at(secs),
        body,
    }
}

fn decided(person: &str, act: Act) -> Body {
    Body::Decision(Decision {
        person: Some(person.into()),
        seat: "一号席".into(),
        act,
    })
}

fn id(number: u64) -> AlarmId {
    AlarmId::parse(&format!("{number:032x}")).expect("an id")
}

fn event(number: u64, level: Level, secs: i64, change: AlarmChange) -> AlarmEvent {
    let returned = matches!(change, AlarmChange::Returned);
    AlarmEvent {
        alarm: id(number),
        change,
        at: at(secs),
        rule: RuleId::new("cl2-high").expect("an id"),
        rule_version: None,
        subject: yiping_model::DatastreamId::parse("gas-1:cl2").expect("an id"),
        key: None,
        level,
        started: at(secs),
        ended: returned.then(|| at(secs)),
        value: 2.0,
        extreme: 2.0,
        threshold: 1.0,
        before: None,
        posture: None,
    }
}

fn said(event: AlarmEvent) -> Body {
    Body::Finding(Finding {
        cause: Position(1),
        ordinal: 0,
        outcome: Outcome::Alarm(event),
    })
}

fn acknowledged(person: &str, number: u64) -> Body {
    decided(
        person,
        Act::Acknowledge {
            alarm: id(number),
            note: String::new(),
            seen: None,
        },
    )
}

fn shelved(person: &str, number: u64, level: Level, until: i64) -> Body {
    decided(
        person,
        Act::Shelve {
            alarm: id(number),
            level,
            domain: None,
            until: at(until),
            reason: "筒体清淤".into(),
            seen: Seen {
                position: Position(1),
                digest: String::new(),
            },
        },
    )
}

fn takes(person: &str, seat: &str) -> Body {
    let of_seat = seat.into();
    decided(person, Act::TakeDuty { of_seat })
}

fn leaves(person: &str, seat: &str) -> Body {
    let of_seat = seat.into();
    decided(person, Act::LeaveDuty { of_seat })
}

fn signs(person: &str, part: Part, handover: &str, holding: u64, absent: bool) -> Body {
    decided(
        person,
        Act::SignHandover {
            handover: handover.into(),
            of_seat: "一号席".into(),
            holding: Position(holding),
            part,
            absent,
            document: "{}".into(),
        },
    )
}

/// A book that has taken these bodies, one a second.
fn told(bodies: Vec<Body>) -> DutyBook {
    let mut book = DutyBook::default();
    for (n, body) in (1..).zip(bodies) {
        book.take(&record(n, n.cast_signed(), body));
    }
    book
}

fn holder(book: &DutyBook) -> Option<&str> {
    book.holding("一号席").map(|held| held.person.as_str())
}

#[test]
fn shifts_follow_the_clock_of_the_city_over_midnight() {
    let pattern = pattern(&DutySettings::default());
    let name = |text: &str| pattern.shift_at(time(text)).map(|shift| shift.name);
    assert_eq!(name("2026-03-02T08:00:00+08:00").as_deref(), Some("白班"));
    assert_eq!(name("2026-03-02T19:59:59+08:00").as_deref(), Some("白班"));
    assert_eq!(name("2026-03-02T20:00:00+08:00").as_deref(), Some("夜班"));
    assert_eq!(name("2026-03-03T07:59:59+08:00").as_deref(), Some("夜班"));
    let night = pattern
        .next_after(time("2026-03-02T08:00:00+08:00"))
        .expect("there is one");
    assert_eq!(night.start, time("2026-03-02T20:00:00+08:00"));
    assert_eq!(night.end, time("2026-03-03T08:00:00+08:00"));
}

#[test]
fn a_shift_may_keep_to_working_days_or_to_days_of_the_week() {
    let mut settings = DutySettings::default();
    settings.shift.remove(1);
    let starts = |days: &str| {
        let mut settings = settings.clone();
        let line = format!(
            "name = \"x\"\nstart = \"08:00\"\nhours = 8\nseats = [\"一号席\"]\ndays = {days}"
        );
        settings.shift = vec![toml::from_str(&line).expect("a shift")];
        let next = pattern(&settings).next_after(time("2026-03-06T09:00:00+08:00"));
        next.map(|shift| shift.start.to_string())
    };
    // From a Friday morning.
    let day = |text: &str| Some(format!("{text}T00:00:00Z"));
    assert_eq!(starts("\"every\""), day("2026-03-07"));
    assert_eq!(starts("\"working\""), day("2026-03-09"));
    assert_eq!(starts("\"rest\""), day("2026-03-07"));
    assert_eq!(starts("[\"wed\"]"), day("2026-03-11"));
    settings.shift.clear();
    assert_eq!(pattern(&settings).next_after(at(0)), None);
}

#[test]
fn what_cannot_be_a_pattern_is_named() {
    let check = |change: &dyn Fn(&mut DutySettings)| {
        let mut settings = DutySettings::default();
        change(&mut settings);
        settings.check().expect_err("wrong").to_string()
    };
    for (said, change) in [
        (
            "at least 1",
            &(|s: &mut DutySettings| s.checkpoint_secs = 0) as &dyn Fn(&mut DutySettings),
        ),
        ("name of its own", &|s| s.seat[1].name = "值班长席".into()),
        ("is not on duty", &|s| {
            s.seat[0].role = crate::rights::Role::Auditor;
        }),
        ("1 to 24", &|s| s.shift[0].hours = 25),
        ("which no [[duty.seat]] has", &|s| {
            s.shift[0].seats = vec!["九号席".into()];
        }),
        ("names no seat", &|s| s.shift[0].seats.clear()),
        ("no day of the week", &|s| {
            s.shift[0].days = Days::Week(Vec::new());
        }),
        ("at level 2", &|s| s.escalation.commander_secs[1] = 1),
    ] {
        let error = check(change);
        assert!(error.contains(said), "{error}");
    }
    for wrong in ["8:00", "24:00", "morning"] {
        assert!(Start::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}

#[test]
fn the_first_who_takes_a_seat_has_it_until_it_is_left() {
    let mut book = told(vec![
        takes("zhang", "一号席"),
        takes("li", "一号席"),
        leaves("li", "一号席"),
    ]);
    assert_eq!(holder(&book), Some("zhang"));
    let pattern = pattern(&DutySettings::default());
    let standing = book.standing(&pattern, at(9));
    assert_eq!(standing.gaps(), ["值班长席", "二号席"]);
    assert_eq!(
        standing.seats[1].holding.as_ref().expect("held").since,
        at(1)
    );
    book.take(&record(4, 4, leaves("zhang", "一号席")));
    assert_eq!(holder(&book), None);
}

#[test]
fn a_closed_account_has_no_seat() {
    let act = Act::SetAccount {
        account: "zhang".into(),
        display: "张伟".into(),
        roles: Vec::new(),
        areas: Vec::new(),
        domains: Vec::new(),
        closed: true,
    };
    let book = told(vec![takes("zhang", "一号席"), decided("admin", act)]);
    assert_eq!(holder(&book), None);
    assert_eq!(book.name("zhang"), "张伟");
}

#[test]
fn a_seat_is_handed_over_by_two_signatures_or_without_an_absent_giver() {
    let taker = |absent| signs("li", Part::Taker, "d", 1, absent);
    // Not without the giver's, and not under another document.
    let book = told(vec![takes("zhang", "一号席"), taker(false)]);
    assert_eq!(holder(&book), Some("zhang"));
    let giver = || signs("zhang", Part::Giver, "d", 1, false);
    let book = told(vec![takes("zhang", "一号席"), giver(), taker(false)]);
    assert_eq!(holder(&book), Some("li"));
    let done = book.done().next().expect("one");
    assert_eq!(
        (done.absent, done.giver.as_str(), done.position),
        (false, "zhang", Position(3))
    );
    assert_eq!(book.done_of("一号席", Position(1)), Some(done));
    let book = told(vec![takes("zhang", "一号席"), taker(true)]);
    assert_eq!(holder(&book), Some("li"));
    assert!(book.done().next().expect("one").absent);
    // Nobody signs for somebody else, or for both.
    for wrong in [
        vec![
            takes("zhang", "一号席"),
            signs("li", Part::Giver, "d", 1, false),
            taker(false),
        ],
        vec![
            takes("zhang", "一号席"),
            giver(),
            signs("zhang", Part::Taker, "d", 1, false),
        ],
        vec![
            takes("zhang", "一号席"),
            giver(),
            signs("li", Part::Taker, "e", 1, false),
        ],
        // The seat was left meanwhile, and taken again: another holding.
        vec![
            takes("zhang", "一号席"),
            giver(),
            leaves("zhang", "一号席"),
            takes("zhang", "一号席"),
            taker(false),
        ],
        vec![
            takes("zhang", "一号席"),
            giver(),
            leaves("zhang", "一号席"),
            takes("zhang", "一号席"),
            taker(true),
        ],
    ] {
        assert_eq!(holder(&told(wrong)), Some("zhang"));
    }
}

#[test]
fn a_promise_is_open_until_an_entry_says_that_it_is_done_or_corrects_it() {
    let note = |promised, fulfils: Option<u64>, corrects: Option<u64>| {
        let act = Act::DutyNote {
            text: "回电".into(),
            of: None,
            alarms: Vec::new(),
            incidents: Vec::new(),
            promised,
            fulfils: fulfils.map(Position),
            corrects: corrects.map(Position),
        };
        decided("zhang", act)
    };
    let due = Some(at(600));
    let book = told(vec![
        note(due, None, None),
        note(due, None, None),
        note(None, Some(1), None),
    ]);
    assert_eq!(book.promises().keys().collect::<Vec<_>>(), [&Position(2)]);
    let book = told(vec![
        note(due, None, None),
        note(Some(at(900)), None, Some(1)),
    ]);
    assert_eq!(book.promises()[&Position(2)].due, at(900));
    assert_eq!(book.promises().len(), 1);
}

/// The records of a book as the ledger has them.
fn ledger(records: &[Record]) -> (Vec<Entry<'static>>, crate::ledger::Head) {
    let mut text = Vec::new();
    let mut chain =
        Chain::begin(Algorithm::Sha256, "0011223344556677".into(), &mut text).expect("JSON");
    for record in records {
        chain.take(record, &mut text).expect("JSON");
    }
    let lines = text.split_inclusive(|byte| *byte == b'\n').skip(1);
    let entries = lines.map(|line| Entry::read(line).expect("an entry").1);
    (entries.collect(), chain.head())
}

/// Three alarms, two people, a change of the rules and a promise.
fn a_shift() -> Vec<Record> {
    let raised = |number, level, secs| said(event(number, level, secs, AlarmChange::Raised));
    let changed = Duty::Changed {
        changes: vec![yiping_model::Changed {
            what: "rule".into(),
            id: "a".into(),
            before: Some("1".into()),
            after: Some("2".into()),
        }],
    };
    let promise = Act::DutyNote {
        text: "回电".into(),
        of: None,
        alarms: Vec::new(),
        incidents: Vec::new(),
        promised: Some(at(60)),
        fulfils: None,
        corrects: None,
    };
    let bodies = vec![
        (0, raised(9, Level::Blue, 0)),
        (10, takes("zhang", "一号席")),
        (20, raised(1, Level::Orange, 20)),
        (30, raised(2, Level::Red, 30)),
        (50, acknowledged("zhang", 1)),
        (50, acknowledged("li", 1)),
        (70, acknowledged("zhang", 9)),
        (80, Body::Duty(changed)),
        (90, decided("zhang", promise)),
    ];
    (1..)
        .zip(bodies)
        .map(|(n, (secs, body))| record(n, secs, body))
        .collect()
}

#[test]
fn a_document_says_what_is_open_promised_and_changed_and_its_digest_can_be_made_again() {
    let records = a_shift();
    let mut book = DutyBook::default();
    for record in &records {
        book.take(record);
    }
    let (entries, head) = ledger(&records);
    let holding = book.holding("一号席").expect("held").clone();
    let pattern = pattern(&DutySettings::default());
    let make = || {
        let mut tally = Tally::new(&book);
        let since = entries
            .iter()
            .filter(|entry| entry.position > holding.position);
        since.for_each(|entry| assert!(tally.take(entry)));
        let head = LedgerHead {
            n: head.n,
            digest: head.digest.to_string(),
        };
        Document::make(&book, &pattern, "一号席", &holding, head, tally)
    };
    let document = make();
    let open: Vec<_> = document
        .open
        .iter()
        .map(|one| (one.number, one.level))
        .collect();
    assert_eq!(
        open,
        [(3, Level::Red), (2, Level::Orange), (1, Level::Blue)]
    );
    assert_eq!(document.figures.raised, BTreeMap::from([(1, 1), (2, 1)]));
    // 30 s for the one, 70 s for the other; the second acknowledgement of the first is none.
    assert_eq!(document.figures.acknowledged, 2);
    assert_eq!(document.figures.to_acknowledge_median_secs, Some(30));
    assert_eq!(document.figures.to_acknowledge_p90_secs, Some(70));
    assert!(document.promised[0].overdue && document.promised_count == 1);
    assert_eq!(document.changed[0].id, "a");
    assert_eq!(document.ledger.n, 9);
    let canonical = document.canonical();
    assert_eq!(canonical, make().canonical(), "the same of the same");
    let read: Document = serde_json::from_str(&canonical).expect("a document");
    assert_eq!(read, document);
    assert_eq!(
        Document::digest(&read.canonical()),
        Document::digest(&canonical)
    );
    assert_eq!(
        Document::digest("abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
}

#[test]
fn the_duty_log_tells_what_people_wrote_and_what_the_ledger_knows() {
    let records = [
        record(1, 1, takes("zhang", "一号席")),
        record(2, 2, said(event(1, Level::Red, 2, AlarmChange::Raised))),
        record(3, 3, acknowledged("zhang", 1)),
        record(
            4,
            4,
            decided(
                "x",
                Act::SetPassword {
                    account: "x".into(),
                },
            ),
        ),
        record(5, 5, signs("zhang", Part::Giver, "d", 1, false)),
    ];
    let (entries, _) = ledger(&records);
    let lines: Vec<LogLine> = entries.iter().filter_map(LogLine::of).collect();
    let kinds: Vec<_> = lines.iter().map(|line| line.kind).collect();
    assert_eq!(
        kinds,
        [
            "took_seat",
            "alarm_raised",
            "acknowledged",
            "handover_given"
        ]
    );
    assert_eq!(lines[0].person.as_deref(), Some("zhang"));
    assert_eq!(lines[1].level, Some(1));
    assert_eq!(lines[2].alarms, [id(1)]);
}

#[test]
fn the_percentile_is_the_nearest_rank() {
    let ten: Vec<i64> = (1..=10).collect();
    assert_eq!(percentile(&ten, 50), Some(5));
    assert_eq!(percentile(&ten, 90), Some(9));
    assert_eq!(percentile(&[7], 90), Some(7));
    assert_eq!(percentile(&[], 50), None);
}

/// What two or three people do at once: any order of it may come into the log.
#[derive(Debug, Clone, Copy)]
enum Move {
    Give(u8),
    Take(u8, u8, bool),
    Leave(u8),
    Sit(u8),
}

const PEOPLE: [&str; 4] = ["zhang", "li", "wang", "zhao"];

/// What must come out, by going through the moves one after the other without a fold.
fn slow(moves: &[(Move, u64)]) -> (Option<u8>, Vec<(u64, u8)>) {
    let (mut held, mut given, mut done) = (Some((0_u8, 1_u64)), BTreeSet::new(), Vec::new());
    for (n, (step, holding)) in (2..).zip(moves) {
        let now = held.filter(|(_, since)| since == holding);
        match (*step, now) {
            (Move::Give(who), Some((has, _))) if who == has => {
                given.insert((who, *holding));
            }
            (Move::Take(who, of, absent), Some((has, _)))
                if who != has && (absent || given.contains(&(of, *holding))) =>
            {
                done.push((*holding, who));
                held = Some((who, n));
            }
            (Move::Leave(who), _) if held.is_some_and(|(has, _)| has == who) => held = None,
            (Move::Sit(who), _) if held.is_none() => held = Some((who, n)),
            _ => {}
        }
    }
    (held.map(|(who, _)| who), done)
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        4 => (0_u8..4).prop_map(Move::Give),
        6 => (0_u8..4, 0_u8..4, any::<bool>()).prop_map(|(who, of, absent)| Move::Take(who, of, absent)),
        1 => (0_u8..4).prop_map(Move::Leave),
        1 => (0_u8..4).prop_map(Move::Sit),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    /// Ten thousand races for one seat: each holding is handed over at most once, to the first who may.
    #[test]
    fn of_people_who_hand_over_at_once_one_does(moves in prop::collection::vec((a_move(), 1_u64..6), 1..12)) {
        let mut book = DutyBook::default();
        book.take(&record(1, 1, takes(PEOPLE[0], "一号席")));
        for (n, (step, holding)) in (2..).zip(&moves) {
            let name = |who: u8| PEOPLE[usize::from(who)];
            // Each holder's document has a digest of its own.
            let digest = |of: u8| format!("{of}-{holding}");
            let body = match *step {
                Move::Give(who) => signs(name(who), Part::Giver, &digest(who), *holding, false),
                Move::Take(who, of, absent) => signs(name(who), Part::Taker, &digest(of), *holding, absent),
                Move::Leave(who) => leaves(name(who), "一号席"),
                Move::Sit(who) => takes(name(who), "一号席"),
            };
            book.take(&record(n, n.cast_signed(), body));
        }
        let (has, done) = slow(&moves);
        prop_assert_eq!(holder(&book), has.map(|who| PEOPLE[usize::from(who)]));
        let found: Vec<_> = book.done().map(|done| (done.holding.0, done.taker.as_str())).collect();
        let expected: Vec<_> = done.iter().map(|(holding, who)| (*holding, PEOPLE[usize::from(*who)])).collect();
        prop_assert_eq!(&found, &expected);
        let once: BTreeSet<_> = found.iter().map(|(holding, _)| holding).collect();
        prop_assert_eq!(once.len(), found.len());
    }
}
