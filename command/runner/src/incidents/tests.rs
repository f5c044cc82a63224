//! Incidents over a log: what is asked and answered, two at once, crashes.

mod war;

use std::collections::{BTreeMap, BTreeSet};

use axum::body::{Body as Bytes, to_bytes};
use axum::http::{Request, StatusCode};
use axum::{Extension, Router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use tower::ServiceExt;
use yiping_desk::people::{Standing, Who};
use yiping_desk::plan::{RoundTheClock, parse};
use yiping_desk::rights::{Role, Scope};
use yiping_log::Checkpoint;
use yiping_log::memory::MemoryLog;
use yiping_model::{
    CommandAct, Measured, Quality, Reading, SourceId, Text, Thing, Timestamp, Zone,
};

use super::*;
use crate::evidence::tests::photograph;

mod evidence;
mod outside;

mod sampling;
mod two;

const PLANS: &str = include_str!("../../../../analytics/packs/air/plans.toml");
const ALARM: &str = "0123456789abcdef0123456789abcdef";

struct Room {
    log: Arc<MemoryLog>,
    clock: CityClock,
    folder: TempDir,
    incidents: Incidents,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    keys: u32,
}

fn city() -> City {
    let text = |text: &str| Text {
        zh: text.into(),
        en: text.into(),
    };
    let thing = Thing {
        id: gas().thing,
        name: text("化工园 1 号"),
        kind: "gas".into(),
        lon: 118.9,
        lat: 28.9,
        area: Some("330802".into()),
        properties: vec![gas().property],
        period_secs: Some(5),
        parent: None,
        neighbour: None,
        limits: BTreeMap::new(),
    };
    let catalogue = Catalogue {
        city: text("衢州市"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: BTreeMap::new(),
        things: BTreeMap::from([(thing.id.clone(), thing)]),
        events: BTreeMap::new(),
    };
    City {
        catalogue: Arc::new(catalogue),
        plans: parse("air", PLANS).expect("plans").into(),
        calendar: Arc::new(RoundTheClock),
    }
}

fn gas() -> DatastreamId {
    DatastreamId::parse("gas-1:cl2").expect("valid")
}

fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn person(name: &str, role: Role, areas: &[&str]) -> Who {
    Who {
        person: Some(name.into()),
        display: name.into(),
        roles: BTreeSet::from([role]),
        scope: Scope {
            areas: areas.iter().map(|&area| area.to_owned()).collect(),
            domains: Vec::new(),
        },
        seat: "1号席".into(),
        must_change: false,
        second: Standing::Off,
    }
}

fn leader() -> Who {
    person("wang", Role::ShiftLeader, &[])
}

fn start(
    log: &Arc<MemoryLog>,
    clock: &CityClock,
    folder: &TempDir,
) -> (Incidents, watch::Sender<bool>, JoinHandle<()>) {
    let settings = Settings {
        wait_ms: 20_000,
        ..Settings::default()
    };
    let log_of = || Arc::clone(log) as Arc<dyn Log>;
    let evidence = Evidence::open(
        folder.path(),
        log_of(),
        crate::evidence::Settings::default(),
    );
    let evidence = evidence.expect("a folder");
    let incidents = Incidents::new(log_of(), clock.clone(), city(), evidence, settings);
    let checkpoint = Checkpoint::new(folder.path().join("incidents.checkpoint"), log.id());
    let (stop, stopped) = watch::channel(false);
    let (moves, _) = watch::channel(Progress::default());
    let task = tokio::spawn(incidents.clone().follow(checkpoint, stopped, moves));
    (incidents, stop, task)
}

impl Room {
    fn open() -> Self {
        let clock = CityClock::driven(at(1_000));
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let folder = tempfile::tempdir().expect("a folder");
        let (incidents, stop, task) = start(&log, &clock, &folder);
        Self {
            log,
            clock,
            folder,
            incidents,
            stop,
            task,
            keys: 0,
        }
    }

    /// Ends, in order or as if killed, and starts again over the same log.
    async fn again(&mut self, killed: bool) {
        if killed {
            self.task.abort();
        } else {
            self.stop.send_replace(true);
        }
        drop((&mut self.task).await);
        (self.incidents, self.stop, self.task) = start(&self.log, &self.clock, &self.folder);
        self.caught_up().await;
    }

    async fn caught_up(&self) {
        let end = *self.log.end().borrow();
        let mut position = self.incidents.0.position.subscribe();
        position
            .wait_for(|position| *position >= end)
            .await
            .expect("it follows");
    }

    fn router(&self, who: Who) -> Router {
        let incidents = &self.incidents;
        let all = incidents.watch_router().merge(incidents.report_router());
        let all = all
            .merge(incidents.command_router())
            .merge(incidents.tasks_router())
            .merge(incidents.bring_router())
            .merge(incidents.evidence_router())
            .merge(incidents.send_router())
            .merge(incidents.sampling_router());
        all.layer(Extension(who))
    }

    async fn ask(
        &self,
        who: &Who,
        method: &str,
        path: &str,
        body: &Value,
        language: &str,
    ) -> (StatusCode, Value) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json")
            .header("accept-language", language)
            .body(Bytes::from(body.to_string()))
            .expect("a request");
        let answer = self
            .router(who.clone())
            .oneshot(request)
            .await
            .expect("an answer");
        let status = answer.status();
        let bytes = to_bytes(answer.into_body(), 8 << 20).await.expect("a body");
        (status, serde_json::from_slice(&bytes).expect("JSON"))
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.ask(&leader(), "GET", path, &Value::Null, "").await;
        assert_eq!(status, StatusCode::OK, "{path}: {answer}");
        answer
    }

    /// Does something that must count; the answer.
    async fn does(&mut self, who: &Who, path: &str, mut body: Value) -> Value {
        self.keys += 1;
        body["key"] = json!(format!("k{}", self.keys));
        let (status, answer) = self.ask(who, "POST", path, &body, "").await;
        assert_eq!(status, StatusCode::OK, "{path} {body}: {answer}");
        answer
    }

    async fn opened(&mut self) -> String {
        let body = json!({
            "title": "氯气泄漏", "class": "accident", "event_level": 2,
            "origins": [{ "type": "alarm", "alarm": ALARM, "subject": "gas-1:cl2" }],
        });
        let answer = self.does(&leader(), "/api/v1/incidents", body).await;
        let id = answer["incident"]["id"].as_str().expect("an id").to_owned();
        assert_eq!(
            answer["incident"]["area"], "330802",
            "where its thing stands"
        );
        id
    }

    /// Opens one and starts the response of level two; its id, and its tasks by template.
    async fn responding(&mut self) -> (String, BTreeMap<String, String>) {
        let id = self.opened().await;
        let acts = format!("/api/v1/incidents/{id}/acts");
        self.does(
            &leader(),
            &acts,
            json!({ "seen": 1, "act": { "type": "assess" } }),
        )
        .await;
        let orders = format!("/api/v1/incidents/{id}/orders");
        let respond = json!({ "type": "respond", "plan": "hazardous-gas", "level": 2 });
        let answer = self
            .does(&leader(), &orders, json!({ "seen": 2, "act": respond }))
            .await;
        assert_eq!(answer["incident"]["open_tasks"], 6);
        let whole = self.get(&format!("/api/v1/incidents/{id}")).await;
        let tasks = whole["incident"]["tasks"].as_array().expect("tasks");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let tasks = tasks
            .iter()
            .map(|task| (text(&task["template"]), text(&task["id"])));
        (id, tasks.collect())
    }

    async fn step(&mut self, who: &Who, task: &str, step: &str) -> Value {
        let path = format!("/api/v1/tasks/{task}/steps");
        let mut photos = Vec::new();
        for number in 0..if step == "finish" { 2 } else { 0 } {
            let (_, kept) = self.bring(who, photograph(number)).await;
            photos.push(json!({ "digest": kept["digest"], "taken_at": self.clock.now() }));
        }
        self.does(who, &path, json!({ "step": step, "photos": photos }))
            .await
    }

    async fn reading(&self, secs: i64, value: f64) {
        let measured = Measured {
            property: gas().property,
            value,
            quality: Quality::Good,
        };
        let reading = Reading {
            source: SourceId::new("mqtt").expect("valid"),
            thing: gas().thing,
            phenomenon_time: at(secs),
            values: [measured].into_iter().collect(),
        };
        self.log
            .append(vec![Body::Reading(reading)])
            .await
            .expect("kept");
    }

    /// Waits until the log holds what is looked for.
    async fn until(&self, found: impl Fn(&CommandAct) -> bool) {
        let mut after = Position::START;
        let mut end = self.log.end();
        loop {
            end.wait_for(|end| *end > after).await.expect("a log");
            let records = self.log.read(after, 10_000).await.expect("readable");
            for record in &records {
                if let Body::Command(command) = &record.body
                    && found(&command.act)
                {
                    return self.caught_up().await;
                }
                after = record.position;
            }
        }
    }

    async fn commands(&self) -> Vec<Command> {
        let records = self
            .log
            .read(Position::START, 100_000)
            .await
            .expect("readable");
        let commands = records.iter().filter_map(|record| match &record.body {
            Body::Command(command) => Some(command.clone()),
            _ => None,
        });
        commands.collect()
    }
}

fn is_step(act: &CommandAct, step: yiping_model::command::Step) -> bool {
    matches!(act, CommandAct::Task(act) if act.step == step)
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story")]
async fn a_leak_from_the_alarm_to_the_evaluation() {
    use yiping_model::command::Step;
    let mut room = Room::open();
    let (id, tasks) = room.responding().await;
    let li = person("li", Role::Field, &["330802"]);
    let orders = format!("/api/v1/incidents/{id}/orders");
    for (template, task) in &tasks {
        for step in ["sign", "set_out", "arrive", "begin", "finish"] {
            room.step(&li, task, step).await;
        }
        if template == "stop-leak" {
            continue;
        }
        // Killed in the middle, it goes on.
        room.again(template == "set-cordon").await;
        for step in ["verify", "close"] {
            let path = format!("/api/v1/tasks/{task}/orders");
            room.does(&leader(), &path, json!({ "step": step })).await;
        }
    }
    let gas = &tasks["stop-leak"];
    let end =
        json!({ "seen": 3, "key": "e", "act": { "type": "move", "to": "ended", "note": "完成" } });
    let (status, answer) = room
        .ask(&leader(), "POST", &orders, &end, "zh-CN,zh;q=0.9")
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("open_tasks"))
    );
    assert!(
        answer["error"]["message"]
            .as_str()
            .expect("text")
            .contains("任务未关闭")
    );
    for secs in (0..=620).step_by(20) {
        room.clock.advance(at(2_000 + secs));
        room.reading(2_000 + secs, 0.1).await;
    }
    room.until(|act| is_step(act, Step::Prove)).await;
    let path = format!("/api/v1/tasks/{gas}/orders");
    room.does(&leader(), &path, json!({ "step": "close" }))
        .await;
    room.clock.advance(at(2_640));
    room.reading(2_640, 3.0).await;
    room.until(|act| is_step(act, Step::Relapse)).await;
    room.step(&li, gas, "finish").await;
    for secs in (0..=620).step_by(20) {
        room.clock.advance(at(3_000 + secs));
        room.reading(3_000 + secs, 0.1).await;
    }
    let proved = std::sync::atomic::AtomicU32::new(0);
    room.until(|act| {
        is_step(act, Step::Prove) && proved.fetch_add(1, std::sync::atomic::Ordering::Relaxed) == 1
    })
    .await;
    room.does(&leader(), &path, json!({ "step": "close" }))
        .await;
    let answer = room
        .does(
            &leader(),
            &orders,
            json!({ "seen": 3, "act": { "type": "move", "to": "ended", "note": "完成" } }),
        )
        .await;
    assert_eq!(answer["incident"]["stage"], "ended");
    let evaluated =
        json!({ "seen": 4, "act": { "type": "move", "to": "evaluated", "note": "复盘" } });
    room.does(&leader(), &orders, evaluated).await;
    let whole = room.get(&format!("/api/v1/incidents/{id}")).await;
    let reports: Vec<&Value> = whole["incident"]["reports"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|report| &report["report"])
        .collect();
    assert_eq!(reports, ["first-2h", "followup", "result"]);
}

#[tokio::test]
async fn two_at_once_make_one() {
    let mut room = Room::open();
    let (id, tasks) = room.responding().await;
    let folk = [
        person("li", Role::DutyOfficer, &[]),
        person("zhao", Role::DutyOfficer, &[]),
    ];
    let body = |key: &str, alarm: u32| {
        json!({
            "key": key, "title": "x", "class": "accident",
            "origins": [{ "type": "alarm", "alarm": format!("{alarm:032x}"), "subject": "gas-1:cl2" }],
        })
    };
    for round in 0..200 {
        let (one, two) = (body("a", round), body("b", round));
        let (one, two) = (with_key(&one, round), with_key(&two, round));
        let path = "/api/v1/incidents";
        let answers = tokio::join!(
            room.ask(&folk[0], "POST", path, &one, ""),
            room.ask(&folk[1], "POST", path, &two, ""),
        );
        let mut statuses = [answers.0.0.as_u16(), answers.1.0.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{answers:?}");
    }
    for task in tasks.values() {
        let path = format!("/api/v1/tasks/{task}/steps");
        let (one, two) = (
            json!({ "key": "one", "step": "sign" }),
            json!({ "key": "two", "step": "sign" }),
        );
        let answers = tokio::join!(
            room.ask(&folk[0], "POST", &path, &one, ""),
            room.ask(&folk[1], "POST", &path, &two, ""),
        );
        let won = [&answers.0, &answers.1]
            .iter()
            .filter(|answer| answer.0 == StatusCode::OK)
            .count();
        assert_eq!(won, 1, "{answers:?}");
    }
    assert_eq!(room.incidents.0.folded().desk.book().open(), 201);
    assert_eq!(
        room.get(&format!("/api/v1/tasks?incident={id}")).await["items"]
            .as_array()
            .expect("a list")
            .len(),
        6
    );
}

fn with_key(body: &Value, round: u32) -> Value {
    let mut body = body.clone();
    body["key"] = json!(format!("{}-{round}", body["key"].as_str().expect("text")));
    body
}

#[tokio::test]
async fn a_queue_that_is_sent_twice_counts_once() {
    let mut room = Room::open();
    let (_, tasks) = room.responding().await;
    let li = person("li", Role::Field, &["330802"]);
    let path = format!("/api/v1/tasks/{}/steps", tasks["set-cordon"]);
    for (round, again) in [(0, false), (1, true)] {
        for step in ["sign", "set_out", "arrive"] {
            let body =
                json!({ "key": format!("phone-{step}"), "step": step, "done_at": at(1_000) });
            let (status, answer) = room.ask(&li, "POST", &path, &body, "").await;
            assert_eq!(
                (status, &answer["again"]),
                (StatusCode::OK, &json!(again)),
                "{round} {answer}"
            );
        }
    }
    let steps = room.commands().await;
    assert_eq!(
        steps
            .iter()
            .filter(|command| matches!(command.act, CommandAct::Task(_)))
            .count(),
        3
    );
}

#[tokio::test]
async fn what_is_overdue_is_said_once_over_restarts() {
    use yiping_model::command::Step;
    let mut room = Room::open();
    room.responding().await;
    for (secs, step) in [
        (400, Step::Overdue),
        (700, Step::Remind),
        (2_200, Step::Supervise),
    ] {
        room.clock.advance(at(1_000 + secs));
        room.log.append(vec![Body::Tick]).await.expect("kept");
        room.again(secs == 700).await;
        room.until(|act| is_step(act, step)).await;
        room.again(secs != 700).await;
    }
    let mut said = BTreeMap::new();
    for command in room.commands().await {
        if command.act.is_automatic() {
            let of = match &command.act {
                CommandAct::Task(act) => act.task.to_string(),
                _ => String::new(),
            };
            *said.entry((of, command.key)).or_insert(0) += 1;
        }
    }
    assert!(
        said.len() >= 15 && said.values().all(|count| *count == 1),
        "{said:?}"
    );
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let mut room = Room::open();
    let (id, tasks) = room.responding().await;
    let elsewhere = person("qian", Role::ShiftLeader, &["330881"]);
    let orders = format!("/api/v1/incidents/{id}/orders");
    let end =
        json!({ "key": "x", "seen": 3, "act": { "type": "move", "to": "ended", "note": "n" } });
    let (status, answer) = room.ask(&elsewhere, "POST", &orders, &end, "").await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::FORBIDDEN, &json!("not_allowed"))
    );
    let seen = room
        .ask(&elsewhere, "GET", "/api/v1/tasks", &Value::Null, "")
        .await;
    assert_eq!(seen.1["items"].as_array().expect("a list").len(), 0);
    // What only the program says, and what only who commands says, is no step.
    let steps = format!("/api/v1/tasks/{}/steps", tasks["stop-leak"]);
    for step in ["prove", "overdue", "verify", "close"] {
        let (status, _) = room
            .ask(
                &leader(),
                "POST",
                &steps,
                &json!({ "key": "y", "step": step }),
                "",
            )
            .await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{step}");
    }
    let cases = [
        (
            orders.as_str(),
            json!({ "key": "z", "act": { "type": "respond", "plan": "nothing", "level": 2 } }),
            404,
        ),
        (
            orders.as_str(),
            json!({ "key": "z", "act": { "type": "respond", "plan": "hazardous-gas", "level": 5 } }),
            400,
        ),
        (
            orders.as_str(),
            json!({ "key": "z", "act": { "type": "propose", "what": { "type": "adjust", "level": 3, "note": "n" } } }),
            400,
        ),
        (
            orders.as_str(),
            json!({ "key": "z", "seen": 9, "act": { "type": "propose", "what": { "type": "adjust", "level": 3, "note": "n" } } }),
            409,
        ),
        (
            "/api/v1/incidents/x/acts",
            json!({ "key": "z", "act": { "type": "assess" } }),
            404,
        ),
        ("/api/v1/incidents", json!({ "key": "z" }), 400),
    ];
    for (path, body, expected) in cases {
        let (status, answer) = room.ask(&leader(), "POST", path, &body, "").await;
        assert_eq!(status.as_u16(), expected, "{path} {body}: {answer}");
        assert!(answer["error"]["message"].is_string());
    }
    assert_eq!(
        room.get("/api/v1/plans")
            .await
            .as_array()
            .expect("a list")
            .len(),
        1
    );
}
