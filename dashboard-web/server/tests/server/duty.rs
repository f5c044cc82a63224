//! Duty: seats, the duty log, and the handover with two signatures, also when several hand over at once.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use yiping_command::{DutyDesk, DutyProgress, Keeping, Progress};
use yiping_desk::calendar::{Calendar, CalendarSettings};
use yiping_desk::duty::{
    Document, DutyBook, DutySettings, EscalationSettings, Facts, House as Rules, LedgerHead,
    Pattern,
};
use yiping_desk::ledger::{Entry, Place};
use yiping_desk::rights::Role;
use yiping_log::{Checkpoint, CityClock, Log};
use yiping_model::{Position, Timestamp, Zone};
use yiping_server::{DutyHandle, DutyRoom, Settings};

use crate::house::{House, PASSWORD, PATIENCE, account, alarm, alarm_id};
use crate::http::{Answer, get, get_by, post_by};

/// Duty over the log of a house, and its ledger.
pub(crate) struct OnDuty {
    desk: DutyDesk,
    ledger: watch::Receiver<Progress>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl OnDuty {
    pub(crate) async fn start(log: Arc<dyn Log>, clock: CityClock, folder: &Path) -> Self {
        let settings = DutySettings::default();
        let zone = Zone::named("Asia/Shanghai").expect("built in");
        let calendar = Calendar::new(zone, &CalendarSettings::default()).expect("right");
        // Nothing is known of this house, and nothing is escalated: it says nothing of itself, and the tests count records.
        let rules = Rules {
            pattern: Pattern::new(calendar, &settings),
            escalation: EscalationSettings {
                leader_secs: [0; 4],
                commander_secs: [0; 4],
                ..EscalationSettings::default()
            },
            shelving: settings.shelving.clone(),
            facts: Facts::new(),
        };
        let keeping = Keeping {
            batch_records_max: 1_000,
            checkpoint_secs: 60,
        };
        let place: PathBuf = folder.join("ledger");
        let desk = DutyDesk::new(rules, keeping, Arc::clone(&log), clock, place.clone());
        let (stop, stopped) = watch::channel(false);
        let (moves, ledger) = watch::channel(Progress::default());
        let checkpoint = Checkpoint::new(folder.join("duty.checkpoint"), log.id());
        let progress = watch::channel(DutyProgress::default()).0;
        let settings = yiping_command::Settings {
            gather_ms: 1,
            ..yiping_command::Settings::default()
        };
        let end = *log.end().borrow();
        let follow = desk.clone().follow(checkpoint, stopped.clone(), progress);
        let keep = yiping_command::follow(log, place, settings, stopped, moves);
        let tasks = vec![tokio::spawn(follow), tokio::spawn(keep)];
        assert!(desk.reaches(end, PATIENCE).await);
        Self {
            desk,
            ledger,
            stop,
            tasks,
        }
    }

    pub(crate) fn handle(&self) -> DutyHandle {
        DutyHandle::new(Arc::new(Room(self.desk.clone(), self.ledger.clone())))
    }

    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        for task in self.tasks {
            task.await.expect("no panic");
        }
    }
}

struct Room(DutyDesk, watch::Receiver<Progress>);

#[async_trait]
impl DutyRoom for Room {
    fn house(&self) -> &Rules {
        self.0.house()
    }

    fn now(&self) -> Timestamp {
        self.0.clock().now()
    }

    fn look(&self, look: &mut dyn FnMut(&DutyBook)) {
        look(&self.0.book());
    }

    async fn reaches(&self, position: Position, patience: Duration) -> bool {
        self.0.reaches(position, patience).await
    }

    async fn ledger(&self, position: Position, patience: Duration) -> Option<LedgerHead> {
        let mut ledger = self.1.clone();
        let looked = ledger.wait_for(|progress| progress.position >= position);
        let progress = tokio::time::timeout(patience, looked).await;
        let head = progress.ok()?.ok()?.head?;
        Some(LedgerHead {
            n: head.n,
            digest: head.digest.to_string(),
        })
    }

    fn entries(
        &self,
        from: Place,
        each: &mut dyn FnMut(Entry<'static>) -> bool,
    ) -> Result<(), String> {
        self.0
            .entries(from, each)
            .map_err(|error| error.to_string())
    }
}

/// So much patience that a busy machine is not told to be behind.
fn patient() -> Settings {
    Settings {
        ack_wait_ms: 20_000,
        ..Settings::default()
    }
}

const SEAT: &str = "一号席";

/// A house with people who are signed in: two officers, and a viewer.
async fn people(house: &House) -> [String; 3] {
    let mut secrets = Vec::new();
    for (name, role) in [
        ("zhang", Role::DutyOfficer),
        ("li", Role::DutyOfficer),
        ("viewer", Role::Viewer),
    ] {
        account(&house.people, name, &[role], &[]).await;
        secrets.push(house.sign_in(name, SEAT).await);
    }
    secrets.try_into().expect("three")
}

async fn post(house: &House, path: &str, body: Value, secret: &str) -> Answer {
    post_by(house.address, path, &body.to_string(), secret).await
}

async fn take(house: &House, secret: &str) -> Answer {
    post(house, "/api/v1/duty/take", json!({ "seat": SEAT }), secret).await
}

async fn sign(house: &House, handover: &str, body: Value, secret: &str) -> Answer {
    let path = format!("/api/v1/duty/handover/{handover}/sign");
    post(house, &path, body, secret).await
}

async fn draft(house: &House, secret: &str) -> Value {
    let answer = post(
        house,
        "/api/v1/duty/handover",
        json!({ "seat": SEAT }),
        secret,
    )
    .await;
    assert_eq!(answer.status, 200, "{}", answer.json());
    answer.json()
}

fn as_giver() -> Value {
    json!({ "part": "giver", "password": PASSWORD })
}

fn as_taker(name: &str) -> Value {
    json!({ "part": "taker", "name": name, "password": PASSWORD })
}

async fn holder(house: &House) -> Value {
    let duty = get(house.address, "/api/v1/duty").await.json();
    duty["seats"][1]["person"].clone()
}

#[tokio::test]
async fn a_seat_is_taken_once_and_its_gap_is_shown() {
    let house = House::open(patient()).await;
    let [zhang, li, viewer] = people(&house).await;
    let duty = get_by(house.address, "/api/v1/duty", &viewer).await.json();
    assert_eq!(duty["gaps"], json!(["值班长席", SEAT, "二号席"]));
    assert!(duty["shift"]["name"].is_string() && duty["next"]["start"].is_string());
    let taken = take(&house, &zhang).await;
    assert_eq!(
        (taken.status, &taken.json()["person"]),
        (200, &json!("zhang"))
    );
    let second = take(&house, &li).await;
    assert_eq!(second.status, 409);
    assert!(
        second.error().1.contains("zhang has the seat"),
        "{}",
        second.error().1
    );
    // The leader's seat is not for an officer, and a seat must be there.
    for (seat, status) in [("值班长席", 403), ("九号席", 404)] {
        let answer = post(&house, "/api/v1/duty/take", json!({ "seat": seat }), &li).await;
        assert_eq!(answer.status, status, "{seat}");
    }
    let leave = json!({ "seat": SEAT });
    let other = post(&house, "/api/v1/duty/leave", leave.clone(), &li).await;
    assert_eq!(other.status, 409);
    assert_eq!(
        post(&house, "/api/v1/duty/leave", leave, &zhang)
            .await
            .status,
        200
    );
    assert_eq!(holder(&house).await, Value::Null);
    house.stop().await;
}

#[tokio::test]
async fn the_duty_log_holds_what_people_wrote_and_what_happened() {
    let house = House::open(patient()).await;
    let [zhang, _, _] = people(&house).await;
    house.tell(vec![alarm(1)]).await;
    let write = async |body: Value| post(&house, "/api/v1/duty/log", body, &zhang).await;
    let promise = json!({
        "text": " 向环保局回电 ",
        "alarms": [alarm_id(1).as_str()],
        "promised": "2026-03-01T10:00:00Z",
    });
    let written = write(promise).await;
    assert_eq!(written.status, 201);
    let entry = written.json()["entry"].as_u64().expect("a record");
    let corrected =
        json!({ "text": "更正", "corrects": entry, "promised": "2026-03-01T11:00:00Z" });
    let corrected = write(corrected).await;
    assert_eq!(corrected.status, 201, "{}", corrected.json());
    let open = get(house.address, "/api/v1/duty").await.json()["promises"].take();
    assert_eq!(open[0]["text"], "更正");
    assert_eq!(open[1], Value::Null);
    let done = json!({ "text": "已回电", "fulfils": open[0]["entry"] });
    assert_eq!(write(done.clone()).await.status, 201);
    for wrong in [
        done,
        json!({ "text": " " }),
        json!({ "text": "x".repeat(2_001) }),
        json!({ "text": "x", "alarms": ["x"] }),
        json!({ "text": "x", "corrects": 1 }),
        json!({ "text": "x", "corrects": 9_999 }),
        json!({ "text": "x", "incidents": [""] }),
    ] {
        assert_eq!(write(wrong.clone()).await.status, 400, "{wrong}");
    }
    // The ledger is written a moment after the log: a correction waits for it, and so does this.
    draft_waits(&house, &zhang).await;
    let path = "/api/v1/duty/log?from=1970-01-01T00:00:00Z";
    let log = get(house.address, path).await.json();
    let kinds: Vec<_> = log["items"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| line["kind"].as_str().expect("a kind"))
        .collect();
    assert_eq!(
        kinds,
        ["alarm_raised", "entry", "entry", "entry", "took_seat"]
    );
    assert_eq!(log["items"][1]["text"], "向环保局回电");
    assert_eq!(log["items"][2]["corrects"], json!(entry));
    let last = get(house.address, &format!("{path}&limit=2&entries=only"))
        .await
        .json();
    assert_eq!(
        (
            last["items"].as_array().expect("lines").len(),
            &last["more"]
        ),
        (2, &json!(true))
    );
    assert_eq!(
        get(house.address, &format!("{path}&entries=all"))
            .await
            .status,
        400
    );
    house.stop().await;
}

/// A draft is made when the ledger has everything.
async fn draft_waits(house: &House, secret: &str) {
    assert_eq!(take(house, secret).await.status, 200);
    draft(house, secret).await;
}

#[tokio::test]
async fn two_people_hand_a_seat_over_and_the_digest_is_that_of_the_document() {
    let house = House::open(patient()).await;
    let [zhang, li, viewer] = people(&house).await;
    house.tell(vec![alarm(1)]).await;
    let nobody = post(
        &house,
        "/api/v1/duty/handover",
        json!({ "seat": SEAT }),
        &zhang,
    )
    .await;
    assert_eq!(nobody.status, 409);
    take(&house, &zhang).await;
    let made = draft(&house, &zhang).await;
    let handover = made["handover"].as_str().expect("a digest").to_owned();
    assert_eq!(made["document"]["open_count"], 1);
    assert_eq!(made["document"]["giver"]["person"], "zhang");
    let document: Document = serde_json::from_value(made["document"].clone()).expect("its form");
    assert_eq!(Document::digest(&document.canonical()), handover);
    // The taker waits for the giver; a wrong password, another's seat and a viewer sign nothing.
    let early = sign(&house, &handover, as_taker("li"), &zhang).await;
    assert_eq!(early.status, 409);
    assert!(early.error().1.contains("zhang has not signed"));
    let wrong = json!({ "part": "giver", "password": "wrong" });
    assert_eq!(sign(&house, &handover, wrong, &zhang).await.status, 401);
    assert_eq!(sign(&house, &handover, as_giver(), &li).await.status, 403);
    assert_eq!(
        sign(&house, &handover, as_taker("viewer"), &li)
            .await
            .status,
        403
    );
    assert_eq!(
        sign(&house, &handover, as_giver(), &viewer).await.status,
        403
    );
    assert_eq!(
        sign(&house, &"0".repeat(64), as_giver(), &zhang)
            .await
            .status,
        404
    );
    let given = sign(&house, &handover, as_giver(), &zhang).await;
    assert_eq!((given.status, &given.json()["given"]), (200, &json!(true)));
    assert_eq!(
        sign(&house, &handover, as_taker("zhang"), &zhang)
            .await
            .status,
        403
    );
    // At the giver's desk.
    let taken = sign(&house, &handover, as_taker("li"), &zhang).await;
    assert_eq!(taken.status, 200, "{}", taken.json());
    assert_eq!(taken.json()["done"]["taker"], "li");
    assert_eq!(taken.json()["done"]["absent"], false);
    assert_eq!(holder(&house).await, "li");
    let again = sign(&house, &handover, as_giver(), &zhang).await;
    assert_eq!(again.status, 409);
    assert!(
        again.error().1.contains("li took the seat"),
        "{}",
        again.error().1
    );
    // It is on the ledger: a server that has forgotten its drafts shows it.
    let house = house.again(patient(), true).await;
    let path = format!("/api/v1/duty/handover/{handover}");
    let shown = get(house.address, &path).await.json();
    assert_eq!(shown["document"], made["document"]);
    assert_eq!(
        (&shown["given"], &shown["done"]["taker"]),
        (&json!(true), &json!("li"))
    );
    house.stop().await;
}

#[tokio::test]
async fn a_seat_is_taken_over_from_who_is_absent_and_that_is_said() {
    let house = House::open(patient()).await;
    let [zhang, li, _] = people(&house).await;
    take(&house, &zhang).await;
    let made = draft(&house, &li).await;
    let handover = made["handover"].as_str().expect("a digest");
    let absent = json!({ "part": "taker", "password": PASSWORD, "absent": true });
    let taken = sign(&house, handover, absent, &li).await;
    assert_eq!(taken.status, 200);
    assert_eq!(taken.json()["done"]["absent"], true);
    assert_eq!(taken.json()["given"], false);
    assert_eq!(holder(&house).await, "li");
    house.stop().await;
}

/// Three want the same seat of the same giver at once, hundreds of times: one gets it, the others are told who.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_those_who_take_over_at_once_one_does() {
    const RACES: usize = 100;
    let house = Arc::new(House::open(patient()).await);
    for name in ["w1", "w2", "w3", "w4"] {
        account(&house.people, name, &[Role::DutyOfficer], &[]).await;
    }
    let desk = house.sign_in("w1", SEAT).await;
    assert_eq!(take(&house, &desk).await.status, 200);
    for _ in 0..RACES {
        let giver = holder(&house).await;
        let giver = giver.as_str().expect("somebody").to_owned();
        let made = draft(&house, &desk).await;
        let handover = made["handover"].as_str().expect("a digest").to_owned();
        let mut signature = as_giver();
        signature["name"] = json!(giver);
        assert_eq!(sign(&house, &handover, signature, &desk).await.status, 200);
        let mut tries = JoinSet::new();
        for (n, name) in ["w1", "w2", "w3", "w4"]
            .into_iter()
            .filter(|name| *name != giver)
            .enumerate()
        {
            let (house, desk, handover) = (Arc::clone(&house), desk.clone(), handover.clone());
            // One of them says that the giver is absent.
            let mut body = as_taker(name);
            body["absent"] = json!(n == 1);
            tries.spawn(async move { (name, sign(&house, &handover, body, &desk).await) });
        }
        let answers = tries.join_all().await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|(_, one)| one.status == 200);
        assert_eq!((won.len(), lost.len()), (1, 2));
        let winner = won[0].0;
        assert_eq!(holder(&house).await, winner);
        for (_, answer) in lost {
            assert_eq!(answer.status, 409);
            let (_, message) = answer.error();
            assert!(
                message.starts_with(&format!("{winner} took the seat")),
                "{message}"
            );
        }
    }
    let house = Arc::into_inner(house).expect("nobody else");
    house.stop().await;
}
