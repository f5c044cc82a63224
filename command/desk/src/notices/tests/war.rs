//! While an incident is at war: what is held, what is told afterwards, and by which routes.

use yiping_model::command::{
    IncidentClass, IncidentForm, Move, PeaceForm, Response, ResponseLevel, Stage, WarForm,
};
use yiping_model::{Command, CommandAct, IncidentId, Posture};

use super::*;

/// An outbox, and a log in which an incident of another county has a response.
struct Room {
    outbox: Outbox,
    plan: Plan,
    next: u64,
    version: u32,
}

impl Room {
    fn new(routes: &[Route]) -> Self {
        let mut room = Self {
            outbox: Outbox::begin(Position::START),
            plan: plan(routes),
            next: 1,
            version: 0,
        };
        room.act(CommandAct::Open(Box::new(IncidentForm {
            title: "洪水".into(),
            class: IncidentClass::Natural,
            event_level: None,
            warning: None,
            origins: Vec::new(),
            place: None,
            area: Some("330881".into()),
            domain: None,
            affected: Vec::new(),
            note: String::new(),
        })));
        room.act(CommandAct::Move(Box::new(Move {
            to: Stage::Assessing,
            note: String::new(),
            reports: Vec::new(),
        })));
        room.act(CommandAct::Respond(Box::new(Response {
            plan: "flood".into(),
            pack: "water".into(),
            digest: "0".into(),
            title: super::text("防汛", "flood"),
            level: ResponseLevel::ALL[1],
            note: String::new(),
            roles: Vec::new(),
            tasks: Vec::new(),
            reports: Vec::new(),
            items: Vec::new(),
        })));
        room
    }

    fn take(&mut self, record: &Record) {
        self.outbox.take(record, &self.plan);
        self.next += 1;
    }

    fn act(&mut self, act: CommandAct) {
        let command = Command {
            person: Some("li".into()),
            seat: String::new(),
            key: format!("k{}", self.next).into(),
            incident: IncidentId::of(&["i"]),
            seen: (self.version > 0).then_some(self.version),
            act,
        };
        self.version += 1;
        self.take(&record(self.next, NOON, Body::Command(command)));
    }

    fn goes_to_war(&mut self) {
        self.act(CommandAct::ToWar(Box::new(WarForm {
            quiet: Some(Level::Yellow),
            ..WarForm::default()
        })));
    }

    fn makes_peace(&mut self) {
        self.act(CommandAct::ToPeace(PeaceForm::default()));
    }

    fn alarm(&mut self, number: u64, change: &AlarmChange, level: Level) {
        let mut event = raised(self.next, number, change.clone(), level, NOON);
        if let Body::Finding(Finding {
            outcome: Outcome::Alarm(event),
            ..
        }) = &mut event.body
        {
            event.ended = (*change == AlarmChange::Returned).then(|| Timestamp::from_secs(NOON));
        }
        self.take(&event);
    }

    /// An alarm of a rule of war, in the county of the incident or in another.
    fn of_war(&mut self, number: u64, change: &AlarmChange, area: &str) {
        let mut said = raised(self.next, number, change.clone(), Level::Orange, NOON);
        if let Body::Finding(Finding {
            outcome: Outcome::Alarm(event),
            ..
        }) = &mut said.body
        {
            event.ended = (*change == AlarmChange::Returned).then(|| Timestamp::from_secs(NOON));
            event.posture = Some(Posture::War {
                area: Some(area.into()),
            });
        }
        self.take(&said);
    }

    /// What is queued: the route and the title of each, which the log then holds.
    fn said(&mut self) -> Vec<String> {
        let now = Timestamp::from_secs(NOON + 3_600);
        let said = self
            .outbox
            .unsaid(now, &Patience::default(), 100, &self.plan);
        let mut titles = Vec::new();
        for notice in said {
            if let NoticeStep::Queued(message) = &notice.step {
                let route = message.cause.route().unwrap_or_default();
                titles.push(format!("{route} {}", message.title));
            }
            let body = Body::Notice(notice);
            self.take(&record(self.next, NOON, body));
        }
        titles
    }
}

#[test]
fn what_waits_is_held_and_told_at_peace_if_it_lasts() {
    let mut room = Room::new(&[route("")]);
    room.goes_to_war();
    room.alarm(1, &AlarmChange::Raised, Level::Yellow);
    room.alarm(2, &AlarmChange::Raised, Level::Yellow);
    room.alarm(2, &AlarmChange::Returned, Level::Yellow);
    assert_eq!(room.said(), Vec::<String>::new());
    assert_eq!(room.outbox.standing(Timestamp::from_secs(NOON)).waiting, 3);
    // The gravest is told at once.
    room.alarm(3, &AlarmChange::Raised, Level::Red);
    assert_eq!(room.said().len(), 1);
    // As after a crash: what was kept knows the same.
    let kept = serde_json::to_string(&room.outbox).expect("JSON");
    room.outbox = serde_json::from_str(&kept).expect("as it was kept");
    room.outbox.reindex();
    room.makes_peace();
    let said = room.said();
    assert_eq!(
        said.len(),
        1,
        "of what is over the list of the war tells: {said:?}"
    );
    assert!(said[0].contains("报警"), "{said:?}");
    assert_eq!(room.said(), Vec::<String>::new(), "once");
    room.alarm(1, &AlarmChange::Returned, Level::Yellow);
    assert_eq!(room.said().len(), 1, "and so is its end");
}

#[test]
fn quiet_hours_hold_what_peace_lets_go() {
    let mut room = Room::new(&[route(r#","quiet":"11:00-13:00""#)]);
    room.goes_to_war();
    room.alarm(1, &AlarmChange::Raised, Level::Yellow);
    room.makes_peace();
    assert_eq!(room.said().len(), 1);
    let row = &room.outbox.rows()[0];
    assert_eq!(row.at, Timestamp::from_secs(NOON + 3_600));
}

#[test]
fn routes_speak_in_their_posture() {
    let routes = [
        Route {
            name: "always".into(),
            ..route("")
        },
        Route {
            name: "war".into(),
            ..route(r#","posture":"war""#)
        },
        Route {
            name: "peace".into(),
            ..route(r#","posture":"peace""#)
        },
    ];
    let mut room = Room::new(&routes);
    let mut number = 0;
    let mut speak = |room: &mut Room| {
        number += 1;
        room.alarm(number, &AlarmChange::Raised, Level::Red);
        let mut said: Vec<String> = room
            .said()
            .iter()
            .filter_map(|title| Some(title.split_once(' ')?.0.to_owned()))
            .collect();
        said.sort();
        said
    };
    assert_eq!(speak(&mut room), ["always", "peace"]);
    room.goes_to_war();
    assert_eq!(speak(&mut room), ["always", "war"]);
    room.makes_peace();
    assert_eq!(speak(&mut room), ["always", "peace"]);
}

#[test]
fn an_alarm_of_war_is_told_at_war_only() {
    let mut room = Room::new(&[route("")]);
    let kept = |room: &mut Room| {
        let text = serde_json::to_string(&room.outbox).expect("JSON");
        room.outbox = serde_json::from_str(&text).expect("as it was kept");
        room.outbox.reindex();
    };
    let nothing = Vec::<String>::new();
    room.of_war(1, &AlarmChange::Raised, "330881");
    room.of_war(2, &AlarmChange::Raised, "330802");
    room.of_war(3, &AlarmChange::Raised, "330881");
    room.of_war(3, &AlarmChange::Returned, "330881");
    assert_eq!(room.said(), nothing, "neither begin nor end at peace");
    kept(&mut room);
    room.goes_to_war();
    assert_eq!(
        room.said().len(),
        1,
        "what lasts in its area, as raised now"
    );
    kept(&mut room);
    room.of_war(4, &AlarmChange::Raised, "330881");
    room.of_war(5, &AlarmChange::Raised, "330802");
    assert_eq!(room.said().len(), 1);
    // What is not told yet is not told at peace.
    room.of_war(6, &AlarmChange::Raised, "330881");
    room.makes_peace();
    room.of_war(1, &AlarmChange::Returned, "330881");
    assert_eq!(room.said(), nothing);
}
