//! Plans: those of the packs, and mistakes.

use yiping_model::command::{IncidentForm, Origin, Proof, ResponseLevel, Stage, Step};
use yiping_model::time::Zone;
use yiping_model::{AlarmId, Body, Command, CommandAct, IncidentId, Position, Record};

use super::*;
use crate::calendar::{Calendar, CalendarSettings};
use crate::command::{Counts, Desk};
use crate::task::TaskStage;

const GAS: &str = include_str!("../../../../analytics/packs/air/plans.toml");
const FLOOD: &str = include_str!("../../../../analytics/packs/water/plans.toml");

fn level(number: u8) -> ResponseLevel {
    ResponseLevel::try_from(number).expect("1 to 4")
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn plan(text: &str) -> Plan {
    let plans = parse("air", text).expect("a plan");
    plans.into_iter().next().expect("one")
}

#[test]
fn the_plans_of_the_packs_are_whole() {
    for text in [GAS, FLOOD] {
        let plan = plan(text);
        assert_eq!(plan.levels.len(), 4);
        assert_eq!(plan.gbt35561_code, None, "codes were not obtained");
        for level in ResponseLevel::ALL {
            let of = |levels: &[ResponseLevel]| levels.contains(&level);
            assert!(plan.tasks.iter().any(|task| of(&task.levels)), "{level:?}");
            assert!(
                plan.reports.iter().any(|report| of(&report.levels)),
                "{level:?}"
            );
        }
        for role in &plan.roles {
            let has_task = plan.tasks.iter().any(|task| task.role == role.id);
            assert!(has_task || role.id == "headquarters", "{}", role.id);
        }
    }
}

/// A mistake, the line on which it stands, and what is said of it.
#[test]
fn mistakes_say_where_and_what_to_do() {
    let cases = [
        (
            "role = \"monitoring\"",
            "role = \"monitors\"",
            "no role `monitors`",
        ),
        (
            "proof = { photos = 2 }",
            "proof = { photos = 0 }",
            "at least one photograph",
        ),
        ("gap = \"1m\" }", "gap = \"soon\" }", "no length of time"),
        ("gap = \"1m\" }", "}", "a proof is"),
        (
            "done_within = \"30m\"",
            "done_within = \"xwd\"",
            "no working time",
        ),
        (
            "done_within = \"30m\"",
            "done_by = \"30m\"",
            "unknown field `done_by`",
        ),
        (
            "levels = [1, 2, 3, 4]",
            "levels = [1, 5]",
            "response level 5",
        ),
        ("levels = [1, 2, 3, 4]", "levels = []", "for no level"),
        (
            "id = \"medical-post\"",
            "id = \"stop-leak\"",
            "two of the task `stop-leak`",
        ),
        (
            "id = \"medical-post\"",
            "id = \"Medical Post\"",
            "a-z, 0-9, -",
        ),
        ("level = 4\n", "level = 3\n", "stands twice"),
        (
            "within 2 h of knowing [S:2]",
            "within 2 h of knowing",
            "how sure it is",
        ),
        (
            "step = \"first\"",
            "step = \"first\"\nevery = \"1h\"",
            "only a followup",
        ),
        ("quiet = 3", "quiet = 1", "never wait"),
        ("quiet = 3", "quiet = 5", "level 5"),
        ("quiet = 3", "loud = 3", "unknown field `loud`"),
        ("value = 0.5", "value = -0.5", "above 0"),
        ("every = \"1s\"", "every = \"often\"", "no length of time"),
    ];
    for (right, wrong, said) in cases {
        let text = GAS.replacen(right, wrong, 1);
        let place = GAS.find(right).expect(right);
        let line = GAS[..place].matches('\n').count() + 1;
        let problems = parse("air", &text).expect_err(wrong);
        let found = problems
            .iter()
            .find(|problem| problem.message.contains(said));
        let found = found.unwrap_or_else(|| panic!("{wrong}: {problems:?}"));
        assert_eq!(found.file, "plans.toml");
        assert!(found.line.abs_diff(line) <= 12, "{wrong}: {found}");
    }
}

#[test]
fn a_property_that_no_pack_has_is_told() {
    let plan = plan(GAS);
    assert!(
        plan.unknown_properties(|property| property.as_str() == "cl2")
            .is_empty()
    );
    let problems = plan.unknown_properties(|_| false);
    assert!(problems[0].line > 1 && problems[0].message.contains("cl2"));
}

#[test]
fn what_a_plan_says_of_war_goes_into_the_act_and_thresholds_stand_in_order() {
    let known = plan(GAS);
    let form = known.war(vec!["w".into()], "n".into(), false);
    assert_eq!(form.quiet, Some(Level::Yellow));
    let decides: Vec<f64> = form
        .thresholds
        .iter()
        .filter(|one| one.decides)
        .map(|one| one.value)
        .collect();
    assert_eq!((form.thresholds.len(), decides), (3, vec![2.0]));
    assert_eq!(form.sampling[0].every_secs, 1);
    let wrong = [
        ("value = 20.0", "value = 1.0", "stand in order"),
        (
            "Life-threatening, AEGL-3\" }",
            "Life-threatening, AEGL-3\" }\ndecides = true",
            "one threshold of a property decides",
        ),
        (
            "that it decides [ours]",
            "that it decides",
            "how sure it is",
        ),
    ];
    for (right, wrong, said) in wrong {
        let text = GAS.replacen(right, wrong, 1);
        let text = text.replacen(
            "60 min [M] confirm before duty; that it decides\"",
            "60 min\"",
            1,
        );
        let problems = parse("air", &text).expect_err(wrong);
        assert!(
            problems.iter().any(|one| one.message.contains(said)),
            "{problems:?}"
        );
    }
    // A plan without it changes only what the wall shows.
    let (mute, _) = GAS.split_once("[plan.war]").expect("it has");
    assert_eq!(plan(mute).war, PlanWar::default());
}

#[test]
fn a_term_is_elapsed_or_worked() {
    let text = GAS.replacen("done_within = \"30m\"", "done_within = \"5wd\"", 1);
    let text = text.replacen("done_within = \"2h\"", "done_within = \"8wh\"", 1);
    let plan = plan(&text);
    assert_eq!(plan.tasks[0].done_within, Some(Term::WorkingDays(5)));
    assert_eq!(plan.tasks[1].done_within, Some(Term::WorkingHours(8)));
    assert_eq!(RoundTheClock.after(at(0), Term::WorkingDays(1)), at(86_400));
    // Monday 2026-11-23, 09:00 in Quzhou; 09:00-12:00 and 13:30-17:30 are worked, and not the Saturday after.
    let zone = Zone::named("Asia/Shanghai").expect("built in");
    let worked = Calendar::new(zone, &CalendarSettings::default()).expect("right");
    let monday = at(1_795_395_600);
    let after = |term| worked.after(monday, term).micros_since(monday) / 3_600_000_000;
    assert_eq!(after(Term::WorkingHours(8)), 25);
    assert_eq!(after(Term::Elapsed(7_200)), 2);
    assert_eq!(
        worked
            .after(monday, Term::WorkingDays(5))
            .micros_since(monday)
            / 60_000_000,
        7 * 1_440 + 510
    );
}

/// A desk with an incident of an alarm of this datastream.
struct Table {
    desk: Desk,
    log: u64,
    id: IncidentId,
}

impl Table {
    fn new(subject: &str) -> Self {
        let mut table = Self {
            desk: Desk::default(),
            log: 0,
            id: IncidentId::of(&["i"]),
        };
        let subject = DatastreamId::parse(subject).expect("valid");
        let alarm = AlarmId::parse(&"0".repeat(32)).expect("valid");
        table.act(CommandAct::Open(Box::new(IncidentForm {
            title: "x".into(),
            class: IncidentClass::Accident,
            event_level: EventLevel::try_from(3).ok(),
            warning: None,
            origins: vec![Origin::Alarm { alarm, subject }],
            place: None,
            area: None,
            domain: None,
            affected: Vec::new(),
            note: String::new(),
        })));
        table.act(CommandAct::Move(Box::new(yiping_model::command::Move {
            to: Stage::Assessing,
            note: String::new(),
            reports: Vec::new(),
        })));
        table
    }

    fn incident(&self) -> &Incident {
        self.desk.book().incident(&self.id).expect("open")
    }

    fn act(&mut self, act: CommandAct) {
        self.log += 1;
        let version = self
            .desk
            .book()
            .incident(&self.id)
            .map(|incident| incident.version);
        let command = Command {
            person: Some("wang".into()),
            seat: String::new(),
            key: format!("k{}", self.log).into(),
            incident: self.id.clone(),
            seen: version.filter(|_| !matches!(act, CommandAct::Task(_))),
            act,
        };
        let record = Record {
            position: Position(self.log),
            received_at: at(100),
            body: Body::Command(command),
        };
        let outcome = self.desk.take(&record).expect("an act");
        assert_eq!(outcome.verdict, Ok(Counts::New));
    }
}

use crate::incident::Incident;

fn ground<'a>(
    choice: &'a Choice,
    now: i64,
    limit: &'a dyn Fn(&DatastreamId, &str) -> Option<f64>,
) -> Ground<'a> {
    Ground {
        choice,
        now: at(now),
        calendar: &RoundTheClock,
        limit,
    }
}

fn limits(_: &DatastreamId, name: &str) -> Option<f64> {
    (name == "warning").then_some(61.2)
}

#[test]
fn a_response_is_one_act_with_all_it_creates() {
    let plan = plan(GAS);
    let mut table = Table::new("gas-1:cl2");
    let choice = Choice {
        roles: BTreeMap::from([("monitoring".into(), "li".into())]),
        ..Choice::default()
    };
    let response = plan
        .respond(table.incident(), level(2), &ground(&choice, 160, &limits))
        .expect("fits");
    let templates: Vec<&str> = response
        .tasks
        .iter()
        .filter_map(|task| task.template.as_deref())
        .collect();
    assert_eq!(
        templates,
        [
            "set-cordon",
            "stop-leak",
            "measure-downwind",
            "evacuate-downwind",
            "medical-post",
            "tell-the-public"
        ]
    );
    assert_eq!(response.tasks[2].assignee.as_deref(), Some("li"));
    assert_eq!(
        (response.tasks[0].sign_by, response.tasks[0].done_by),
        (Some(at(460)), Some(at(1_960)))
    );
    let Proof::Reading(proof) = &response.tasks[1].proof else {
        panic!("by readings");
    };
    assert_eq!(
        (proof.datastream.to_string(), proof.at_most, proof.for_secs),
        ("gas-1:cl2".into(), Some(0.4), 600)
    );
    // The event is of level three: it has four hours from when it was reported, not from the response.
    let reports: Vec<(&str, Option<Timestamp>)> = response
        .reports
        .iter()
        .map(|report| (report.report.as_str(), report.due))
        .collect();
    assert_eq!(
        reports,
        [("first-4h", Some(at(100 + 4 * 3_600))), ("followup", None)]
    );
    table.act(CommandAct::Respond(Box::new(response)));
    assert_eq!(table.incident().tasks.len(), 6);
    let end = plan.reports_at_end(table.incident(), at(9_000), &RoundTheClock);
    assert_eq!(end.len(), 1);
    let other = plan
        .respond(
            table.incident(),
            level(2),
            &ground(&Choice::default(), 160, &limits),
        )
        .expect("fits");
    assert!(
        other
            .tasks
            .iter()
            .all(|task| table.desk.book().task(&task.task).is_none()),
        "another round, other ids"
    );
}

#[test]
fn a_lower_level_withdraws_what_it_has_not_and_keeps_what_it_has() {
    let plan = plan(GAS);
    let mut table = Table::new("gas-1:cl2");
    let response = plan.respond(
        table.incident(),
        level(2),
        &ground(&Choice::default(), 160, &limits),
    );
    table.act(CommandAct::Respond(Box::new(response.expect("fits"))));
    // One of those that go is under way already.
    let evacuate = table.incident().tasks[3].clone();
    table.act(CommandAct::Task(Box::new(yiping_model::command::TaskAct {
        task: evacuate.clone(),
        step: Step::Sign,
        done_at: None,
        place: None,
        note: String::new(),
        photos: Vec::new(),
        to: None,
        units: Vec::new(),
        reading: None,
    })));
    let choice = Choice {
        note: "浓度下降".into(),
        ..Choice::default()
    };
    let adjusted = plan
        .adjust(
            table.desk.book(),
            table.incident(),
            level(3),
            &ground(&choice, 500, &limits),
        )
        .expect("fits");
    let names = |forms: &[yiping_model::command::TaskForm]| {
        forms
            .iter()
            .filter_map(|form| form.template.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&adjusted.added), ["shelter-indoors"]);
    assert_eq!((adjusted.kept.len(), adjusted.withdrawn.len()), (4, 2));
    assert!(adjusted.withdrawn.contains(&evacuate));
    assert_eq!(adjusted.items_withdrawn, ["education"]);
    table.act(CommandAct::Adjust(Box::new(adjusted)));
    assert_eq!(
        table.desk.book().task(&evacuate).map(|task| task.stage),
        Some(TaskStage::Withdrawn)
    );
    // And up again: what was withdrawn comes anew.
    let up = plan
        .adjust(
            table.desk.book(),
            table.incident(),
            level(1),
            &ground(&choice, 900, &limits),
        )
        .expect("fits");
    assert_eq!(names(&up.added), ["evacuate-downwind", "tell-the-public"]);
    assert_eq!(up.items_added.len(), 1);
    table.act(CommandAct::Adjust(Box::new(up)));
}

#[test]
fn a_plan_that_does_not_fit_says_why() {
    let gas = plan(GAS);
    let table = Table::new("rain-1:rain_5m");
    let said = |level, choice: &Choice| {
        gas.respond(table.incident(), level, &ground(choice, 160, &limits))
            .expect_err("does not fit")
    };
    let property = PropertyId::new("cl2").expect("valid");
    assert_eq!(
        said(level(2), &Choice::default()),
        Unplanned::NoDatastream(property)
    );
    let choice = Choice {
        roles: BTreeMap::from([("cook".into(), "li".into())]),
        ..Choice::default()
    };
    assert_eq!(said(level(2), &choice), Unplanned::NoRole("cook".into()));
    // A flood is bounded by the limit of its gauge.
    let flood = plan(FLOOD);
    let table = Table::new("stage-1:stage");
    let fits = flood
        .respond(
            table.incident(),
            level(3),
            &ground(&Choice::default(), 160, &limits),
        )
        .expect("fits");
    let bounds = fits.tasks.iter().filter_map(|task| match &task.proof {
        Proof::Reading(proof) => proof.at_most,
        Proof::Evidence { .. } => None,
    });
    assert_eq!(bounds.collect::<Vec<_>>(), [61.2]);
    let none = flood.respond(
        table.incident(),
        level(3),
        &ground(&Choice::default(), 160, &|_, _| None),
    );
    assert!(matches!(none, Err(Unplanned::NoLimit(..))));
}
