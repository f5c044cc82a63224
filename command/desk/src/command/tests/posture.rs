//! Peace and war: the table of who may switch what, what waits, several incidents at once, and random acts against a slow oracle.

mod random;
mod sampling;

use std::collections::{BTreeMap, BTreeSet};

use yiping_model::{
    Act, AlarmChange, AlarmEvent, Decision, Finding, Level, Outcome as Found, Posture, RuleId,
    ThingId,
};

use super::super::book::Book;
use super::*;
use crate::incident::Incident;

/// Things, and where they lie.
const AREAS: [(&str, Option<&str>); 4] = [
    ("a", Some("330803")),
    ("b", Some("330802")),
    ("c", Some("330881")),
    ("lost", None),
];

fn area(thing: &ThingId) -> Option<&'static str> {
    let mut areas = AREAS.iter();
    areas.find(|(name, _)| *name == thing.as_str())?.1
}

fn alarm_id(number: usize) -> AlarmId {
    AlarmId::parse(&format!("{number:032x}")).expect("valid")
}

/// A log, and the book that reads it.
#[derive(Default)]
struct City {
    log: Vec<Record>,
    book: Book,
    keys: u32,
}

impl City {
    fn append(&mut self, body: Body) -> Option<Outcome> {
        let record = Record {
            position: Position(self.log.len() as u64 + 1),
            received_at: at(self.log.len() as i64),
            body,
        };
        self.log.push(record);
        self.book
            .take_at(self.log.last().expect("just pushed"), area)
    }

    fn act(&mut self, person: &str, of: &IncidentId, act: CommandAct) -> Result<Counts, Refusal> {
        self.keys += 1;
        let seen = self.book.incident(of).map(|incident| incident.version);
        let act = command(Some(person), format!("k{}", self.keys), of, seen, act);
        self.append(Body::Command(act)).expect("an act").verdict
    }

    /// An incident of an area, to which a response of a level was started.
    fn responding(&mut self, number: usize, area: Option<&str>, response: u8) -> IncidentId {
        let id = incident(number);
        let CommandAct::Open(mut form) = open(Vec::new()) else {
            unreachable!("an opening")
        };
        form.area = area.map(str::to_owned);
        assert_eq!(self.act("li", &id, CommandAct::Open(form)), Ok(Counts::New));
        assert_eq!(self.act("li", &id, go(Stage::Assessing)), Ok(Counts::New));
        let CommandAct::Respond(mut act) = respond(&id, 0, 0) else {
            unreachable!("a response")
        };
        act.level = level(response);
        assert_eq!(
            self.act("li", &id, CommandAct::Respond(act)),
            Ok(Counts::New)
        );
        id
    }

    fn alarm(&mut self, number: usize, thing: &str, level: Level, change: AlarmChange) {
        self.alarm_of(number, thing, level, change, None);
    }

    /// An alarm of a rule of war; the engine says where the thing lies.
    fn of_war(&mut self, number: usize, thing: &str, change: AlarmChange) {
        let named = ThingId::new(thing).expect("valid");
        let area = area(&named).map(Into::into);
        let posture = Some(Posture::War { area });
        self.alarm_of(number, thing, Level::Orange, change, posture);
    }

    fn alarm_of(
        &mut self,
        number: usize,
        thing: &str,
        level: Level,
        change: AlarmChange,
        posture: Option<Posture>,
    ) {
        let ended = (change == AlarmChange::Returned).then(|| at(1));
        let event = AlarmEvent {
            alarm: alarm_id(number),
            change,
            at: at(self.log.len() as i64),
            rule: RuleId::new("r").expect("valid"),
            rule_version: None,
            subject: DatastreamId::parse(&format!("{thing}:x")).expect("valid"),
            key: None,
            level,
            started: at(0),
            ended,
            value: 1.0,
            extreme: 1.0,
            threshold: 1.0,
            before: None,
            posture,
        };
        self.append(Body::Finding(Finding {
            cause: Position(0),
            ordinal: 0,
            outcome: Found::Alarm(event),
        }));
    }

    fn raise(&mut self, number: usize, thing: &str, level: Level) -> bool {
        self.alarm(number, thing, level, AlarmChange::Raised);
        self.book.waiting().contains_key(&alarm_id(number))
    }

    fn acknowledge(&mut self, number: usize) {
        self.append(Body::Decision(Decision {
            person: Some("li".into()),
            seat: String::new(),
            act: Act::Acknowledge {
                alarm: alarm_id(number),
                note: String::new(),
                seen: None,
            },
        }));
    }

    /// Whatever the program has to say of wars that are over is said.
    fn tell(&mut self) -> Vec<DeferredForm> {
        let owed = self.book.owed(10);
        let said = owed.into_iter().map(|command| {
            let CommandAct::Deferred(told) = command.act.clone() else {
                panic!("{command:?}")
            };
            let outcome = self.append(Body::Command(command)).expect("an act");
            assert_eq!(outcome.verdict, Ok(Counts::New), "what is owed counts");
            *told
        });
        said.collect()
    }

    fn posture(&self) -> Switched {
        let wars = self.book.wars();
        (
            wars.iter()
                .map(|one| (one.id.clone(), form_of(one)))
                .collect(),
            self.book.waiting().clone(),
        )
    }

    /// A book that reads the log again, and one that goes on from where this one was kept.
    fn read_again(&self) {
        let mut again = Book::default();
        let mut kept = Book::default();
        for (place, record) in self.log.iter().enumerate() {
            again.take_at(record, area);
            kept.take_at(record, area);
            if place % 7 == 0 {
                let text = serde_json::to_string(&kept).expect("JSON");
                kept = serde_json::from_str(&text).expect("as it was kept");
                kept.reindex();
            }
        }
        assert_eq!(again, self.book);
        assert_eq!(kept, self.book);
    }
}

type Switched = (Vec<(IncidentId, WarForm)>, BTreeMap<AlarmId, IncidentId>);

fn form_of(incident: &Incident) -> WarForm {
    incident.war.as_ref().expect("at war").form.clone()
}

fn to_war(quiet: Option<Level>) -> CommandAct {
    CommandAct::ToWar(Box::new(WarForm {
        quiet,
        ..WarForm::default()
    }))
}

fn to_peace() -> CommandAct {
    CommandAct::ToPeace(PeaceForm::default())
}

fn by_rank(note: &str) -> [CommandAct; 2] {
    let war = WarForm {
        note: note.into(),
        by_rank: true,
        ..WarForm::default()
    };
    let peace = PeaceForm {
        note: note.into(),
        by_rank: true,
    };
    [CommandAct::ToWar(Box::new(war)), CommandAct::ToPeace(peace)]
}

/// Who does what where, and what comes of it: at peace, and at war.
#[test]
fn who_commands_switches_and_who_stands_above_with_a_reason() {
    let [above, above_back] = by_rank("城区受影响");
    let [mute, mute_back] = by_rank(" ");
    let others = || Err(Refusal::NotCommander("li".into()));
    let cases = [
        ("li", to_war(None), Ok(Counts::New), Ok(Counts::Again)),
        ("li", to_peace(), Ok(Counts::Again), Ok(Counts::New)),
        ("zhao", to_war(None), others(), others()),
        ("zhao", to_peace(), others(), others()),
        ("zhao", above, Ok(Counts::New), Ok(Counts::Again)),
        ("zhao", above_back, Ok(Counts::Again), Ok(Counts::New)),
        (
            "zhao",
            mute,
            Err(Refusal::NeedsReason),
            Err(Refusal::NeedsReason),
        ),
        (
            "zhao",
            mute_back,
            Err(Refusal::NeedsReason),
            Err(Refusal::NeedsReason),
        ),
        (
            "li",
            to_war(Some(Level::Red)),
            Err(Refusal::Form("alarms of the gravest level never wait")),
            Err(Refusal::Form("alarms of the gravest level never wait")),
        ),
        (
            "li",
            go(Stage::Ended),
            Err(Refusal::OpenTasks(vec![1, 2])),
            Err(Refusal::AtWar),
        ),
    ];
    for (person, act, at_peace, at_war) in cases {
        for (war, expected) in [(false, at_peace), (true, at_war)] {
            let mut city = City::default();
            let id = city.responding(0, Some("330803"), 2);
            if war {
                assert_eq!(city.act("li", &id, to_war(None)), Ok(Counts::New));
            }
            let said = city.act(person, &id, act.clone());
            assert_eq!(said, expected, "{person} {act:?}, at war: {war}");
        }
    }
}

#[test]
fn only_a_response_goes_to_war_and_only_the_program_says_what_waited() {
    let mut city = City::default();
    let id = incident(0);
    assert_eq!(city.act("li", &id, to_war(None)), Err(Refusal::NoIncident));
    assert_eq!(city.act("li", &id, open(Vec::new())), Ok(Counts::New));
    assert_eq!(city.act("li", &id, to_war(None)), Err(Refusal::NoResponse));
    let told = DeferredForm {
        since: at(0),
        until: at(1),
        count: 0,
        open: 0,
        alarms: Vec::new(),
        asleep: Vec::new(),
    };
    let told = CommandAct::Deferred(Box::new(told));
    assert_eq!(
        city.act("li", &id, told.clone()),
        Err(Refusal::OnlyAutomatic)
    );
    let by_program = command(None, "p", &id, None, told);
    let said = city.append(Body::Command(by_program)).expect("an act");
    assert_eq!(said.verdict, Err(Refusal::NotDue));
    let nobody = command(None, "q", &id, Some(1), to_war(None));
    let said = city.append(Body::Command(nobody)).expect("an act");
    assert_eq!(said.verdict, Err(Refusal::NobodyActs));
}

#[test]
fn alarms_wait_that_are_not_grave_and_lie_elsewhere() {
    let cases = [
        (false, "b", Level::Blue, false),
        (true, "b", Level::Red, false),
        (true, "b", Level::Orange, false),
        (true, "b", Level::Yellow, true),
        (true, "b", Level::Blue, true),
        // In the area of the incident, and where the area is not known.
        (true, "a", Level::Blue, false),
        (true, "lost", Level::Blue, false),
    ];
    for (war, thing, level, waits) in cases {
        let mut city = City::default();
        let id = city.responding(0, Some("330803"), 2);
        if war {
            let said = city.act("li", &id, to_war(Some(Level::Yellow)));
            assert_eq!(said, Ok(Counts::New));
        }
        assert_eq!(city.raise(1, thing, level), waits, "{thing} {level:?}");
    }
    for (own, quiet) in [(None, Some(Level::Yellow)), (Some("330803"), None)] {
        let mut city = City::default();
        let id = city.responding(0, own, 2);
        assert_eq!(city.act("li", &id, to_war(quiet)), Ok(Counts::New));
        assert!(!city.raise(1, "b", Level::Blue));
    }
}

#[test]
fn the_gravest_never_waits_however_the_forms_are() {
    let mut city = City::default();
    for (number, quiet) in [(0, Level::Orange), (1, Level::Blue)] {
        let id = city.responding(number, Some("330803"), 1);
        assert_eq!(city.act("li", &id, to_war(Some(quiet))), Ok(Counts::New));
    }
    for (number, (thing, _)) in AREAS.iter().enumerate() {
        assert!(!city.raise(number, thing, Level::Red), "{thing}");
    }
}

#[test]
fn peace_lists_what_waited_and_what_is_still_open() {
    let mut city = City::default();
    let id = city.responding(0, Some("330803"), 2);
    assert!(!city.raise(1, "b", Level::Blue), "before it");
    assert_eq!(
        city.act("li", &id, to_war(Some(Level::Yellow))),
        Ok(Counts::New)
    );
    assert!(city.raise(2, "b", Level::Blue));
    assert!(city.raise(3, "c", Level::Yellow));
    assert!(city.raise(4, "c", Level::Blue));
    assert!(city.raise(5, "b", Level::Blue));
    city.alarm(3, "c", Level::Yellow, AlarmChange::Returned);
    city.alarm(4, "c", Level::Blue, AlarmChange::Returned);
    city.acknowledge(4);
    let withdrawn = AlarmChange::Withdrawn { merged_into: None };
    city.alarm(5, "b", Level::Blue, withdrawn);
    let waiting: Vec<_> = city.book.waiting().keys().cloned().collect();
    assert_eq!(
        waiting,
        [alarm_id(2), alarm_id(3)],
        "over and acknowledged is closed"
    );
    assert!(city.tell().is_empty(), "nothing is owed while it lasts");
    assert_eq!(city.act("li", &id, to_peace()), Ok(Counts::New));
    assert!(city.book.waiting().is_empty());
    let told = city.tell();
    assert_eq!((told[0].count, told[0].open), (4, 2));
    let listed: Vec<_> = told[0]
        .alarms
        .iter()
        .map(|one| (one.alarm.clone(), one.open))
        .collect();
    let expected = [(3, true), (2, true), (5, false), (4, false)];
    assert_eq!(
        BTreeSet::from_iter(listed.clone()),
        BTreeSet::from(expected.map(|(number, open)| (alarm_id(number), open)))
    );
    assert!(listed[0].1 && listed[1].1, "open ones first");
    assert!(city.tell().is_empty(), "it is told once");
    let known = city.book.incident(&id).expect("known");
    assert_eq!(known.wars_over[0].told.as_deref(), Some(&told[0]));
    assert!(known.wars_over[0].deferred.is_empty());
    city.read_again();
}

#[test]
fn two_wars_are_told_of_each_though_the_second_came_before_the_first_was_told() {
    let mut city = City::default();
    let id = city.responding(0, Some("330803"), 2);
    for number in 1..=2 {
        assert_eq!(
            city.act("li", &id, to_war(Some(Level::Blue))),
            Ok(Counts::New)
        );
        assert!(city.raise(number, "b", Level::Blue));
        assert_eq!(city.act("li", &id, to_peace()), Ok(Counts::New));
    }
    let [first, second] = [city.tell(), city.tell()];
    assert_eq!(first[0].alarms[0].alarm, alarm_id(1));
    assert_eq!(second[0].alarms[0].alarm, alarm_id(2));
}

#[test]
fn the_gravest_incident_comes_first_and_the_others_are_named() {
    let mut city = City::default();
    let [low, high, late] = [(0, 3), (1, 1), (2, 3)]
        .map(|(number, response)| city.responding(number, Some("330803"), response));
    for id in [&low, &high, &late] {
        assert_eq!(city.act("li", id, to_war(None)), Ok(Counts::New));
    }
    let order = |city: &City| -> Vec<IncidentId> {
        city.book.wars().iter().map(|one| one.id.clone()).collect()
    };
    assert_eq!(order(&city), [high.clone(), low.clone(), late.clone()]);
    // An event of which the level is known counts less than one of which it is not.
    let known = CommandAct::Amend(Box::new(Amendment {
        event_level: EventLevel::try_from(4).ok(),
        ..Amendment::default()
    }));
    assert_eq!(city.act("li", &low, known), Ok(Counts::New));
    assert_eq!(order(&city), [high.clone(), late.clone(), low.clone()]);
    let graver = adjust(3, 1, Vec::new(), Vec::new());
    assert_eq!(city.act("li", &low, graver), Ok(Counts::New));
    assert_eq!(order(&city), [high.clone(), low.clone(), late.clone()]);
    assert_eq!(city.act("li", &high, to_peace()), Ok(Counts::New));
    assert_eq!(order(&city), [low, late]);
}

#[test]
fn an_alarm_that_concerns_any_incident_at_war_does_not_wait_for_another() {
    let mut city = City::default();
    let one = city.responding(0, Some("330803"), 2);
    let other = city.responding(1, Some("330802"), 1);
    assert_eq!(
        city.act("li", &one, to_war(Some(Level::Blue))),
        Ok(Counts::New)
    );
    assert!(city.raise(1, "b", Level::Blue));
    assert_eq!(city.act("li", &other, to_war(None)), Ok(Counts::New));
    assert!(
        city.book.waiting().is_empty(),
        "it lies in the other's area"
    );
    assert!(!city.raise(2, "b", Level::Blue));
    assert_eq!(city.act("li", &other, to_peace()), Ok(Counts::New));
    let waiting: Vec<_> = city.book.waiting().keys().cloned().collect();
    assert_eq!(
        waiting,
        [alarm_id(1)],
        "as before; what was told meanwhile was told"
    );
    let origin = Origin::Alarm {
        alarm: alarm_id(1),
        subject: DatastreamId::parse("b:x").expect("valid"),
    };
    let attach = CommandAct::Attach(Attached {
        origins: vec![origin],
        note: String::new(),
    });
    assert_eq!(city.act("li", &other, attach), Ok(Counts::New));
    assert!(city.book.waiting().is_empty());
}

#[test]
fn what_still_waits_for_another_incident_goes_over_to_it() {
    let mut city = City::default();
    let one = city.responding(0, Some("330803"), 1);
    let other = city.responding(1, Some("330802"), 2);
    for id in [&one, &other] {
        assert_eq!(
            city.act("li", id, to_war(Some(Level::Blue))),
            Ok(Counts::New)
        );
    }
    assert!(city.raise(1, "c", Level::Blue));
    assert_eq!(city.book.waiting()[&alarm_id(1)], one);
    assert_eq!(city.act("li", &one, to_peace()), Ok(Counts::New));
    assert_eq!(city.book.waiting()[&alarm_id(1)], other);
    assert_eq!(city.tell()[0].alarms[0].alarm, alarm_id(1));
    assert_eq!(city.act("li", &other, to_peace()), Ok(Counts::New));
    assert!(city.book.waiting().is_empty());
    assert_eq!(city.tell()[0].count, 1);
}

#[test]
fn alarms_of_war_never_wait_and_those_that_fall_asleep_are_told_at_peace() {
    let mut city = City::default();
    let one = city.responding(0, Some("330803"), 1);
    let county = city.responding(1, Some("3308"), 2);
    city.of_war(1, "a", AlarmChange::Raised);
    city.of_war(2, "a", AlarmChange::Raised);
    city.of_war(3, "b", AlarmChange::Raised);
    city.of_war(4, "lost", AlarmChange::Raised);
    assert_eq!(
        city.act("li", &one, to_war(Some(Level::Blue))),
        Ok(Counts::New)
    );
    let areas = |city: &City| -> Vec<String> {
        let areas = city.book.areas_at_war();
        areas.iter().map(ToString::to_string).collect()
    };
    assert_eq!(areas(&city), ["330803"]);
    city.of_war(5, "c", AlarmChange::Raised);
    assert!(city.book.waiting().is_empty());
    city.of_war(2, "a", AlarmChange::Returned);
    // While another one at war holds the thing, nothing falls asleep.
    assert_eq!(city.act("li", &county, to_war(None)), Ok(Counts::New));
    assert_eq!(areas(&city), ["3308", "330803"]);
    assert_eq!(city.act("li", &one, to_peace()), Ok(Counts::New));
    assert!(city.tell()[0].asleep.is_empty());
    assert_eq!(city.act("li", &county, to_peace()), Ok(Counts::New));
    let told = city.tell();
    let asleep: Vec<_> = told[0].asleep.iter().map(|slept| &slept.alarm).collect();
    assert_eq!(asleep, [&alarm_id(1), &alarm_id(3), &alarm_id(5)]);
    assert_eq!(told[0].count, 0, "they did not wait");
    assert!(areas(&city).is_empty());
    city.read_again();
}

#[test]
fn the_command_handed_over_keeps_the_war_and_then_the_other_one_switches() {
    let mut city = City::default();
    let id = city.responding(0, Some("330803"), 2);
    assert_eq!(
        city.act("li", &id, to_war(Some(Level::Blue))),
        Ok(Counts::New)
    );
    let before = city.posture();
    let offer = CommandAct::OfferCommand(Offer {
        to: "zhao".into(),
        note: String::new(),
    });
    assert_eq!(city.act("li", &id, offer), Ok(Counts::New));
    let take = CommandAct::TakeCommand(Note {
        note: String::new(),
    });
    assert_eq!(city.act("zhao", &id, take), Ok(Counts::New));
    assert_eq!(city.posture(), before);
    let refused = Err(Refusal::NotCommander("zhao".into()));
    assert_eq!(city.act("li", &id, to_peace()), refused);
    assert_eq!(city.act("zhao", &id, to_peace()), Ok(Counts::New));
}

#[test]
fn an_incident_at_war_is_not_merged_away() {
    let mut city = City::default();
    let one = city.responding(0, None, 2);
    let other = city.responding(1, None, 2);
    assert_eq!(city.act("li", &other, to_war(None)), Ok(Counts::New));
    let merge = CommandAct::Merge(Joined {
        other,
        note: "同一泄漏".into(),
    });
    assert_eq!(city.act("li", &one, merge), Err(Refusal::AtWar));
}
