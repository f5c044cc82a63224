//! What is kept quiet: on the document of a handover, and within its limits.

use super::*;

#[test]
fn a_document_lists_what_is_shelved_and_out_of_service_apart() {
    let ask = Act::AskOutOfService {
        alarm: id(1),
        rule: RuleId::new("cl2-high").expect("an id"),
        thing: yiping_model::ThingId::new("gas-1").expect("an id"),
        domain: None,
        reason: "返厂".into(),
    };
    let approve = Act::ApproveOutOfService {
        request: Position(4),
        note: String::new(),
    };
    let mark = Act::MarkFalse {
        alarm: id(1),
        reason: "邻站 0".into(),
        seen: None,
    };
    let records: Vec<Record> = (1..)
        .zip([
            takes("zhang", "一号席"),
            said(event(1, Level::Orange, 2, AlarmChange::Raised)),
            shelved("li", 1, Level::Orange, 600),
            decided("li", ask),
            decided("wang", approve),
            decided("li", mark),
        ])
        .map(|(position, body)| record(position, position.cast_signed(), body))
        .collect();
    let mut book = DutyBook::default();
    for one in &records {
        book.take(one);
    }
    let holding = book.holding("一号席").expect("held").clone();
    let (entries, head) = ledger(&records);
    let mut tally = Tally::new(&book);
    for entry in &entries {
        assert!(tally.take(entry));
    }
    let head = LedgerHead {
        n: head.n,
        digest: head.digest.to_string(),
    };
    let pattern = pattern(&DutySettings::default());
    let document = Document::make(&book, &pattern, "一号席", &holding, head, tally);
    let shelf = &document.shelved[0];
    assert_eq!(
        (shelf.person.as_str(), shelf.reason.as_str(), shelf.until),
        ("li", "筒体清淤", at(600))
    );
    let out = &document.out_of_service[0];
    let approver = out.approved.as_ref().map(|(person, _)| person.as_str());
    assert_eq!((out.asked.0.as_str(), approver), ("li", Some("wang")));
    assert_eq!(document.open[0].quiet.as_deref(), Some("out_of_service"));
    assert_eq!(document.figures.false_alarms, 1);
    let kinds: Vec<_> = entries
        .iter()
        .filter_map(LogLine::of)
        .map(|line| line.kind)
        .collect();
    let expected = [
        "shelved",
        "out_of_service_asked",
        "out_of_service_approved",
        "false_alarm",
    ];
    assert_eq!(kinds[2..], expected);
    // A document of the first form, in which nothing was shelved, is read all the same.
    let mut old = serde_json::to_value(&document).expect("JSON");
    let fields = old.as_object_mut().expect("an object");
    fields.remove("out_of_service");
    fields.insert("shelved".into(), serde_json::json!([]));
    serde_json::from_value::<Document>(old).expect("a document");
}

#[test]
fn what_may_be_shelved_has_limits() {
    let book = told(vec![
        said(event(1, Level::Red, 1, AlarmChange::Raised)),
        said(event(2, Level::Blue, 2, AlarmChange::Raised)),
    ]);
    let (red, blue) = (&book.alarms().open()[&id(1)], &book.alarms().open()[&id(2)]);
    let settings = ShelvingSettings::default();
    let held = book.alarms().shelving();
    let until = |alarm, minutes| settings.until(alarm, held, minutes, at(0));
    assert_eq!(until(blue, 720), Ok(at(43_200)));
    assert_eq!(until(blue, 721), Err(NoShelving::Minutes(720)));
    assert_eq!(until(blue, 0), Err(NoShelving::Minutes(720)));
    assert_eq!(until(red, 1), Err(NoShelving::TopPriority));
    assert_eq!(settings.may_ask(red, held), Err(NoShelving::TopPriority));
    assert_eq!(settings.may_ask(blue, held), Ok(()));
    let loose = ShelvingSettings {
        top_priority: true,
        shelves_max: 0,
        ..settings
    };
    assert_eq!(loose.may_ask(red, held), Ok(()));
    assert_eq!(loose.until(red, held, 1, at(0)), Err(NoShelving::Full(0)));
}

/// An incident of the county, its response, and its war and peace: one act each.
fn acts() -> [Body; 5] {
    use yiping_model::command::{
        IncidentClass, IncidentForm, Move, PeaceForm, Response, ResponseLevel, Stage,
    };
    use yiping_model::{Command, CommandAct, IncidentId, Text};
    let nothing = || Text {
        zh: "n".into(),
        en: "n".into(),
    };
    let all = [
        CommandAct::Open(Box::new(IncidentForm {
            title: "泄漏".into(),
            class: IncidentClass::Accident,
            event_level: None,
            warning: None,
            origins: Vec::new(),
            place: None,
            area: Some("330803".into()),
            domain: None,
            affected: Vec::new(),
            note: String::new(),
        })),
        CommandAct::Move(Box::new(Move {
            to: Stage::Assessing,
            note: String::new(),
            reports: Vec::new(),
        })),
        CommandAct::Respond(Box::new(Response {
            plan: "leak".into(),
            pack: "air".into(),
            digest: "0".into(),
            title: nothing(),
            level: ResponseLevel::ALL[1],
            note: String::new(),
            roles: Vec::new(),
            tasks: Vec::new(),
            reports: Vec::new(),
            items: Vec::new(),
        })),
        CommandAct::ToWar(Box::default()),
        CommandAct::ToPeace(PeaceForm::default()),
    ];
    let mut version = 0_u32;
    all.map(|act| {
        let seen = (version > 0).then_some(version);
        version += 1;
        Body::Command(Command {
            person: Some("li".into()),
            seat: String::new(),
            key: format!("k{version}").into(),
            incident: IncidentId::of(&["i"]),
            seen,
            act,
        })
    })
}

#[test]
fn an_alarm_of_war_is_escalated_from_the_war_on() {
    let [opens, assesses, responds, war, peace] = acts();
    let raised = AlarmEvent {
        posture: Some(yiping_model::Posture::War {
            area: Some("330803".into()),
        }),
        ..event(1, Level::Orange, 0, AlarmChange::Raised)
    };
    let house = house();
    let stages = |book: &mut DutyBook, secs: i64| -> Vec<u8> {
        let said = book.unsaid(at(secs), &house).into_iter();
        let said = said.filter_map(|duty| match duty {
            Duty::Escalated(one) => Some(one.stage),
            Duty::Missed { stage, .. } => Some(stage),
            _ => None,
        });
        said.collect()
    };
    let mut book = DutyBook::default();
    for (n, body) in (1..).zip([said(raised), opens, assesses, responds]) {
        book.take(&record(n, 0, body));
    }
    assert_eq!((book.unacknowledged(), book.alarms().open().len()), (0, 0));
    assert_eq!(stages(&mut book, 5_000), Vec::<u8>::new());
    // As after a restart: what was kept knows the incident.
    let kept = serde_json::to_string(&book).expect("JSON");
    let mut book: DutyBook = serde_json::from_str(&kept).expect("as it was kept");
    book.reindex();
    book.take(&record(5, 5_000, war));
    assert_eq!(book.unacknowledged(), 1);
    assert_eq!(stages(&mut book, 5_179), Vec::<u8>::new());
    assert_eq!(stages(&mut book, 5_180), [1]);
    book.take(&record(6, 5_200, peace));
    assert_eq!(
        (book.unacknowledged(), stages(&mut book, 9_000)),
        (0, vec![])
    );
}
