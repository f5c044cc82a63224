//! Command over HTTP: a city with 100,000 open alarms, 10,000 open tasks and 5,000 units, and people who acknowledge, dispatch, sign and ask who
//! can be there soonest, all at once. Alarms come through the door and the engine, tasks from a plan, people by links of the administrator.

use std::fmt::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Serialize;
use serde_json::{Value, json};

use crate::city::Random;
use crate::http::Caller;
use crate::machine::{self, quantile};
use crate::program::{Commanded, House};

pub(crate) const NAME: &str = "command-100k";
pub(crate) const ALARMS: usize = 100_000;
pub(crate) const UNITS: usize = 5_000;
/// Readings in one request.
const BATCH: usize = 1_000;
/// 28 incidents with 360 tasks each; an incident has room for 500.
const COMMANDERS: usize = 4;
const INCIDENTS_EACH: usize = 7;
pub(crate) const TASKS_EACH: usize = 360;
/// People in the field: each has one role of the plan.
pub(crate) const ROLES: usize = 8;
const OFFICERS: usize = 8;
/// Acts of each person.
const ACTS: usize = 120;
const PATIENCE: Duration = Duration::from_secs(90);
const PASSWORD: &str = "Bench-Password-1";

/// How long one sort of act took, of all people together.
#[derive(Debug, Serialize)]
struct Took {
    acts: usize,
    people: usize,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
}

/// What came out.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    case: &'static str,
    load_before: f64,
    alarms: usize,
    tasks: usize,
    units: usize,
    setup_secs: f64,
    acknowledge: Took,
    dispatch: Took,
    sign: Took,
    recommend: Took,
    /// The list of tasks that a phone asks for, while there are so many.
    my_tasks: Took,
    peak_mib: f64,
    cpu_secs: f64,
}

/// The plan of the bench: its tasks are many, and proven by a photograph.
pub(crate) fn plan() -> Result<String, fmt::Error> {
    let mut text = String::from(
        "[[plan]]\nid = \"many\"\ntitle = { zh = \"多任务\", en = \"Many tasks\" }\nclass = \"accident\"\nsource = \"the workload of command [ours]\"\n\
         [[plan.level]]\nlevel = 1\nwhen = { zh = \"总是\", en = \"always\" }\n",
    );
    for role in 0..ROLES {
        writeln!(
            text,
            "[[plan.role]]\nid = \"role-{role}\"\ntitle = {{ zh = \"组{role}\", en = \"Group {role}\" }}"
        )?;
    }
    for task in 0..TASKS_EACH {
        let role = task % ROLES;
        writeln!(
            text,
            "[[plan.task]]\nid = \"task-{task}\"\ntitle = {{ zh = \"任务{task}\", en = \"Task {task}\" }}\nrole = \"role-{role}\"\nlevels = [1]\n\
             sign_within = \"1h\"\ndone_within = \"2h\"\nremind_after = \"10m\"\nsupervise_after = \"30m\"\nproof = {{ photos = 1 }}"
        )?;
    }
    Ok(text)
}

/// Units all over a town of 40 km, each at home.
pub(crate) fn units(random: &mut Random) -> Result<String, fmt::Error> {
    let mut text = String::new();
    for unit in 0..UNITS {
        let (lon, lat) = (118.6 + 0.4 * random.next(), 28.8 + 0.36 * random.next());
        let skills = if unit % 3 == 0 {
            "\"fire\", \"hazmat\""
        } else {
            "\"fire\""
        };
        writeln!(
            text,
            "[[unit]]\nid = \"u-{unit:04}\"\nname = {{ zh = \"车{unit}\", en = \"Unit {unit}\" }}\nkind = \"vehicle\"\nskills = [{skills}]\n\
             home = [{lon:.5}, {lat:.5}]\ntracked = false"
        )?;
    }
    Ok(text)
}

/// Roads as a net of 100 by 100 crossings.
pub(crate) fn roads() -> Value {
    const SIDE: usize = 100;
    let point = |x: usize, y: usize| {
        let east = 118.6 + 0.4 * x as f64 / (SIDE - 1) as f64;
        let north = 28.8 + 0.36 * y as f64 / (SIDE - 1) as f64;
        json!([east, north])
    };
    let line = |points: Vec<Value>, kmh: u32| json!({ "type": "Feature", "properties": { "speed_kmh": kmh }, "geometry": { "type": "LineString", "coordinates": points } });
    let mut features = Vec::new();
    for at in 0..SIDE {
        let kmh = if at % 10 == 0 { 60 } else { 30 };
        features.push(line((0..SIDE).map(|x| point(x, at)).collect(), kmh));
        features.push(line((0..SIDE).map(|y| point(at, y)).collect(), kmh));
    }
    json!({ "type": "FeatureCollection", "features": features })
}

pub(crate) fn run(yiping: &Path, data: &Path) -> anyhow::Result<Outcome> {
    let load_before = machine::load_average();
    let begun = Instant::now();
    let (house, known) = House::open_commanded(yiping, data)?;
    let mut city = City::fill(&house, &known)?;
    let setup_secs = begun.elapsed().as_secs_f64();
    let before = house.program.usage();
    let acknowledge = city.acknowledge()?;
    let dispatch = city.dispatch()?;
    let sign = city.sign()?;
    let my_tasks = city.my_tasks()?;
    let recommend = city.recommend()?;
    let after = house.program.usage();
    Ok(Outcome {
        case: NAME,
        load_before,
        alarms: ALARMS,
        tasks: COMMANDERS * INCIDENTS_EACH * TASKS_EACH,
        units: UNITS,
        setup_secs,
        acknowledge,
        dispatch,
        sign,
        recommend,
        my_tasks,
        peak_mib: after.peak_mib,
        cpu_secs: after.cpu_secs - before.cpu_secs,
    })
}

/// The people of the bench, and what they have before them.
struct City {
    officers: Vec<Caller>,
    commanders: Vec<Caller>,
    field: Vec<Caller>,
    alarms: Vec<String>,
    /// Of each commander: incidents, each with its version.
    incidents: Vec<Vec<(String, u64)>>,
}

impl City {
    fn fill(house: &House, known: &Commanded) -> anyhow::Result<Self> {
        let server = house.server;
        let mut root = Caller::sign_in(server, "administrator", &known.password)?;
        let mut people = |kind: &str, role: &str, count: usize| -> anyhow::Result<Vec<Caller>> {
            let name = |at: usize| format!("{kind}-{at}");
            (0..count)
                .map(|at| person(&mut root, house, &name(at), role))
                .collect()
        };
        let officers = people("officer", "duty_officer", OFFICERS)?;
        let mut commanders = people("commander", "commander", COMMANDERS)?;
        let field = people("field", "field", ROLES)?;

        let mut source = Caller::new(server, &known.source)?;
        let now = machine::now_us() / 1_000;
        for batch in 0..ALARMS / BATCH {
            let readings: Vec<Value> = (batch * BATCH..(batch + 1) * BATCH)
                .map(|at| json!({ "id": format!("s-{at:06}"), "ts": now, "metrics": { "temp": 95.0 } }))
                .collect();
            source.done("POST", "/api/v1/observations", Some(&readings.into()))?;
        }
        let incidents = commanders
            .iter_mut()
            .enumerate()
            .map(|(at, commander)| respond(commander, at))
            .collect::<anyhow::Result<Vec<_>>>()?;
        let alarms = open_alarms(house, &mut commanders[0])?;
        Ok(Self {
            officers,
            commanders,
            field,
            alarms,
            incidents,
        })
    }

    fn acknowledge(&mut self) -> anyhow::Result<Took> {
        let alarms = self.alarms.chunks(ACTS);
        let people = self.officers.iter_mut().zip(alarms);
        at_once(people, |(officer, alarms)| {
            let mut took = Vec::new();
            for alarm in alarms {
                let path = format!("/api/v1/alarms/{alarm}");
                let shown = officer.done("GET", &format!("{path}/shown"), None)?.body;
                let seen = json!({ "position": shown["position"], "digest": shown["digest"] });
                let body = json!({ "note": "", "seen": seen });
                let answer = officer.done("POST", &format!("{path}/ack"), Some(&body))?;
                took.push(answer.took_ms);
            }
            Ok(took)
        })
    }

    fn dispatch(&mut self) -> anyhow::Result<Took> {
        let people = self.commanders.iter_mut().zip(&mut self.incidents);
        at_once(people.enumerate(), |(who, (commander, incidents))| {
            let mut took = Vec::new();
            for act in 0..ACTS {
                let at = act % incidents.len();
                let (id, version) = &mut incidents[at];
                let assignee = format!("field-{}", act % ROLES);
                let body = json!({
                    "key": format!("dispatch-{who}-{act}"), "seen": version,
                    "act": { "type": "add_task", "title": "x", "assignee": assignee,
                             "sign_within_secs": 3_600, "done_within_secs": 7_200, "proof": { "by": "evidence", "photos": 1 } },
                });
                let path = format!("/api/v1/incidents/{id}/orders");
                let answer = commander.done("POST", &path, Some(&body))?;
                *version = answer.body["incident"]["version"]
                    .as_u64()
                    .context("a version")?;
                took.push(answer.took_ms);
            }
            Ok(took)
        })
    }

    fn sign(&mut self) -> anyhow::Result<Took> {
        at_once(self.field.iter_mut(), |person| {
            let path = format!("/api/v1/tasks?mine=true&open=true&limit={ACTS}");
            let listed = person.done("GET", &path, None)?.body;
            let mut took = Vec::new();
            for task in listed["items"].as_array().into_iter().flatten() {
                let id = task["id"].as_str().context("an id")?;
                let body =
                    json!({ "key": format!("sign-{id}"), "seen": task["version"], "step": "sign" });
                let path = format!("/api/v1/tasks/{id}/steps");
                took.push(person.done("POST", &path, Some(&body))?.took_ms);
            }
            ensure!(took.len() == ACTS, "{} tasks instead of {ACTS}", took.len());
            Ok(took)
        })
    }

    fn my_tasks(&mut self) -> anyhow::Result<Took> {
        at_once(self.field.iter_mut(), |person| {
            (0..ACTS / 4)
                .map(|_| {
                    let path = "/api/v1/tasks?mine=true&open=true&limit=50";
                    Ok(person.done("GET", path, None)?.took_ms)
                })
                .collect()
        })
    }

    fn recommend(&mut self) -> anyhow::Result<Took> {
        at_once(
            self.officers.iter_mut().take(2).enumerate(),
            |(at, officer)| {
                let mut random = Random::new(7 + at as u64);
                (0..ACTS)
                    .map(|_| {
                        let (lon, lat) =
                            (118.65 + 0.3 * random.next(), 28.85 + 0.25 * random.next());
                        let path = format!(
                            "/api/v1/units/recommend?lon={lon:.5}&lat={lat:.5}&skills=hazmat"
                        );
                        Ok(officer.done("GET", &path, None)?.took_ms)
                    })
                    .collect()
            },
        )
    }
}

/// An account that the administrator makes, whose person sets the password by the link and signs in.
fn person(root: &mut Caller, house: &House, name: &str, role: &str) -> anyhow::Result<Caller> {
    let account = json!({ "name": name, "account": { "display": name, "roles": [role] } });
    let made = root.done("POST", "/api/v1/accounts", Some(&account))?.body;
    let token = &made["link"]["token"];
    let set = json!({ "token": token, "password": PASSWORD });
    Caller::new(house.server, "")?.done("PUT", "/api/v1/session/link", Some(&set))?;
    Caller::sign_in(house.server, name, PASSWORD)
}

/// The incidents of a commander, each with a response that makes its tasks.
fn respond(commander: &mut Caller, who: usize) -> anyhow::Result<Vec<(String, u64)>> {
    let roles: serde_json::Map<String, Value> = (0..ROLES)
        .map(|role| (format!("role-{role}"), json!(format!("field-{role}"))))
        .collect();
    let version = |answer: &Value| answer["incident"]["version"].as_u64().context("a version");
    (0..INCIDENTS_EACH)
        .map(|at| {
            let body = json!({
                "key": format!("open-{who}-{at}"), "title": format!("{who}-{at}"), "class": "accident",
            });
            let opened = commander.done("POST", "/api/v1/incidents", Some(&body))?.body;
            let id = opened["incident"]["id"].as_str().context("an id")?.to_owned();
            let body = json!({
                "key": format!("assess-{who}-{at}"), "seen": version(&opened)?, "act": { "type": "assess" },
            });
            let path = format!("/api/v1/incidents/{id}");
            let assessed = commander
                .done("POST", &format!("{path}/acts"), Some(&body))?
                .body;
            let body = json!({
                "key": format!("respond-{who}-{at}"), "seen": version(&assessed)?,
                "act": { "type": "respond", "plan": "many", "level": 1, "roles": roles },
            });
            let running = commander
                .done("POST", &format!("{path}/orders"), Some(&body))?
                .body;
            Ok((id, version(&running)?))
        })
        .collect()
}

/// The ids of some alarms, once all of them are open and history has caught up.
fn open_alarms(house: &House, person: &mut Caller) -> anyhow::Result<Vec<String>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let path = "/api/v1/alarms?state=unacknowledged&limit=10000";
        let listed = person.done("GET", path, None)?.body;
        let items = listed["items"].as_array().context("a list")?;
        let all = house.figure("yiping_runner_findings_total").unwrap_or(0.0) as usize;
        if items.len() == 10_000 && all >= ALARMS && house.is_ready() {
            let ids = items.iter().filter_map(|item| item["id"].as_str());
            return Ok(ids.map(str::to_owned).collect());
        }
        ensure!(
            Instant::now() < deadline,
            "{all} alarms are open, {} listed, after a minute and a half",
            items.len()
        );
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// Lets people act at once, and sums up how long their acts took.
fn at_once<P: Send>(
    people: impl Iterator<Item = P>,
    act: impl Fn(P) -> anyhow::Result<Vec<f64>> + Sync,
) -> anyhow::Result<Took> {
    let act = &act;
    let took = std::thread::scope(|scope| {
        let threads: Vec<_> = people
            .map(|person| scope.spawn(move || act(person)))
            .collect();
        let ended = threads.into_iter().map(|thread| {
            let ended = thread.join();
            ended.map_err(|_broke| anyhow::anyhow!("a person broke"))?
        });
        ended.collect::<anyhow::Result<Vec<_>>>()
    })?;
    let people = took.len();
    let mut took: Vec<f64> = took.into_iter().flatten().collect();
    Ok(Took {
        acts: took.len(),
        people,
        p50_ms: quantile(&mut took, 0.5),
        p99_ms: quantile(&mut took, 0.99),
        max_ms: quantile(&mut took, 1.0),
    })
}
