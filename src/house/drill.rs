//! Drills in the house: the same rooms a second time, over the log of one drill, behind `/drill/`.
//!
//! Nothing of the city's own rooms knows of it. The rooms of the last drill stay open when it is over, for its report and its lessons, until another
//! one begins; its engine and its city stop with it.

mod city;
mod rooms;

use std::convert::Infallible;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use axum::Router;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use tokio::sync::watch;
use tower::{ServiceExt as _, service_fn};
use yiping_command::drills::{Drills, Progress, RealAlarm, Stage, Wish};
use yiping_command::report::Reports;
use yiping_command::{DutyDesk, drills};
use yiping_desk::drill::OneDrill;
use yiping_desk::ledger::Head;
use yiping_desk::people::Who;
use yiping_desk::rights::Right;
use yiping_desk::units::UnitBook;
use yiping_engine::Engine;
use yiping_log::Log;
use yiping_model::{DrillForm, Position, Text};
use yiping_scene::SceneFacts;
use yiping_server::{Extra, Need, ServerState};

use super::{House, LEDGER, checkpoint};
use crate::config::Config;
use crate::explain::rule_view;
use crate::packs::Domain;
use rooms::Rooms;

/// Where the rooms of a drill are served.
const PLACE: &str = "/drill/";
/// What may be done inside of a drill. Everything else that changes something is real, and is done outside.
const ACTS: [&str; 13] = [
    "/api/v1/alarms/",
    "/api/v1/incidents",
    "/api/v1/tasks/",
    "/api/v1/units/",
    "/api/v1/observations",
    "/api/v1/detections",
    "/api/v1/tickets",
    "/api/v1/session",
    "/api/v1/evidence",
    "/api/v1/orders",
    "/api/v1/out-of-service/",
    "/api/v1/proposals/",
    "/api/v1/shelved/",
];

/// What the packs say, as a drill needs it.
pub(super) struct Script {
    engine: Engine,
    facts: SceneFacts,
    units: UnitBook,
    words: yiping_desk::notices::Words,
    plans: Arc<[yiping_desk::plan::Plan]>,
    calendar: Arc<dyn yiping_desk::plan::Terms + Send + Sync>,
    titles: std::collections::BTreeMap<yiping_model::RuleId, Text>,
}

/// The drills of the house; clones are the same.
#[derive(Clone)]
pub(super) struct Drilling(Arc<Inner>);

struct Inner {
    config: Config,
    script: Script,
    duty: DutyDesk,
    folder: PathBuf,
    ledger: watch::Receiver<yiping_command::Progress>,
    base: ServerState,
    rooms: tokio::sync::Mutex<Option<Rooms>>,
    /// What is served at the moment.
    shown: Mutex<Option<(OneDrill, Router)>>,
    drills: std::sync::OnceLock<Drills>,
    /// How far they are.
    at: watch::Receiver<Progress>,
}

/// The script of these packs.
pub(super) fn script(config: &Config, domain: &Domain) -> anyhow::Result<Script> {
    let catalogue = Arc::new(domain.catalogue.clone());
    let mut settings = config.engine.clone();
    if config.store.backend == yiping_store::Backend::None {
        settings.revise_hours = 0;
    }
    let engine = Engine::new(
        Arc::clone(&catalogue),
        domain.rules.clone(),
        domain.laws.clone(),
        settings,
    )
    .deriving(domain.derived.clone(), domain.classes.clone());
    let marked = domain.rules.iter().map(|rule| {
        let mut rule = rule.clone();
        rule.title = Text {
            zh: format!("【演练】{}", rule.title.zh),
            en: format!("[DRILL] {}", rule.title.en),
        };
        rule_view(&rule)
    });
    Ok(Script {
        engine,
        facts: SceneFacts {
            catalogue: Arc::clone(&catalogue),
            rules: marked.collect(),
            derived_steps: domain.derived_steps(),
            simulated: true,
        },
        units: domain.fleet.book(&config.units, &domain.catalogue),
        words: yiping_desk::notices::Words {
            catalogue,
            rules: domain.rule_words(),
            link: config.notify.link.clone(),
            simulated: true,
            drill: true,
        },
        plans: domain.plans.clone().into(),
        calendar: Arc::new(config.calendar()?),
        titles: domain
            .rules
            .iter()
            .map(|rule| (rule.id.clone(), rule.title.clone()))
            .collect(),
    })
}

impl House {
    /// Opens the drills beside this state: what they serve.
    pub(super) fn start_drills(&mut self, script: Script, base: ServerState) -> Vec<Extra> {
        let folder = self.config.data.dir.clone();
        let (moves, at) = watch::channel(Progress::default());
        let drilling = Drilling(Arc::new(Inner {
            config: self.config.clone(),
            script,
            duty: self.duty.clone(),
            folder: folder.join("drills"),
            ledger: self.ledger.clone(),
            base,
            rooms: tokio::sync::Mutex::new(None),
            shown: Mutex::new(None),
            drills: std::sync::OnceLock::new(),
            at,
        }));
        let stage = Arc::new(drilling.clone());
        let ledger = folder.join(LEDGER);
        let drills = Drills::new(self.log(), self.clock.clone(), ledger, stage);
        drilling.0.drills.get_or_init(|| drills.clone());
        let follow = drills.clone().follow(
            checkpoint(&folder, "drills", self.log.id()),
            self.readers.stop.subscribe(),
            moves,
        );
        self.readers.spawn("the drills", async move {
            follow.await;
            Ok(())
        });
        let mut extras = extras(&drills, false);
        extras.push(Extra {
            router: drills.begin_router(),
            need: Need::Right(Right::Drill),
            document: drills::begin_openapi(),
        });
        extras.push(Extra {
            router: drilling.router(),
            need: Need::Nothing,
            document: drills::inside_openapi(),
        });
        self.drilling = Some(drilling);
        extras
    }

    /// The reports of real incidents.
    pub(super) fn reports_extra(&self) -> Extra {
        let ledger = self.config.data.dir.join(LEDGER);
        let head = head_of(self.ledger.clone());
        reports(&Reports::new(self.incidents.clone(), ledger, None, head))
    }
}

fn head_of(
    ledger: watch::Receiver<yiping_command::Progress>,
) -> Arc<dyn Fn() -> Option<Head> + Send + Sync> {
    Arc::new(move || ledger.borrow().head)
}

fn reports(reports: &Reports) -> Extra {
    Extra {
        router: reports.router(),
        need: Need::Right(Right::History),
        document: Reports::openapi(),
    }
}

/// What can be asked of drills, outside of one or inside.
fn extras(drills: &Drills, inside: bool) -> Vec<Extra> {
    vec![
        Extra {
            router: drills.known_router(inside),
            need: Need::SignedIn,
            document: drills::known_openapi(),
        },
        Extra {
            router: drills.watch_router(),
            need: Need::Right(Right::Watch),
            document: drills::watch_openapi(),
        },
        Extra {
            router: drills.score_router(),
            need: Need::Right(Right::History),
            document: drills::score_openapi(),
        },
    ]
}

#[async_trait]
impl Stage for Drilling {
    async fn prepare(&self, wish: &Wish) -> Result<DrillForm, Text> {
        let config = &self.0.config;
        let channels = config.notify.channel_names();
        if let Some(unknown) = wish
            .channels
            .iter()
            .find(|name| !channels.contains(&name.as_str()))
        {
            return Err(Text {
                zh: format!("没有通知通道「{unknown}」"),
                en: format!("there is no channel `{unknown}` in notify.channel"),
            });
        }
        let (config, wish) = (config.clone(), wish.clone());
        let catalogue = Arc::clone(&self.0.base.catalogue);
        let begins = self.0.duty.clock().now();
        let made =
            tokio::task::spawn_blocking(move || city::prepare(&config, &catalogue, &wish, begins));
        let made = made.await.map_err(anyhow::Error::from).flatten();
        made.map_err(|error| Text {
            zh: format!("这个场景无法演练：{error:#}"),
            en: format!("{error:#}"),
        })
    }

    async fn show(&self, drill: &OneDrill) -> Result<(), String> {
        let mut rooms = self.0.rooms.lock().await;
        let same = rooms.as_ref().is_some_and(|rooms| rooms.drill == drill.id);
        if !same {
            self.set_shown(None);
            if let Some(before) = rooms.take() {
                before.close().await;
            }
            let opened = Rooms::open(&self.0, drill).await;
            let opened = opened.map_err(|error| format!("{error:#}"))?;
            *rooms = Some(opened);
        }
        let Some(rooms) = rooms.as_mut() else {
            return Ok(());
        };
        if drill.stopped.is_some() {
            rooms.silence().await;
        }
        self.set_shown(Some((drill.clone(), rooms.router.clone())));
        Ok(())
    }

    fn zone(&self) -> String {
        self.0.base.catalogue.zone.name().to_owned()
    }

    fn real(&self) -> (usize, Option<RealAlarm>) {
        let book = self.0.duty.book();
        let waiting = book.alarms().open().values();
        let waiting = waiting.filter(|alarm| alarm.acknowledgement.is_none());
        let gravest =
            waiting.min_by_key(|alarm| (alarm.event.level, alarm.raised_at, alarm.number));
        let real = gravest.map(|alarm| {
            let (rule, thing) = (&alarm.event.rule, &alarm.event.subject.thing);
            let named = |id: &str| Text {
                zh: id.to_owned(),
                en: id.to_owned(),
            };
            let title = self.0.script.titles.get(rule).cloned();
            let place = self.0.base.catalogue.things.get(thing);
            RealAlarm {
                alarm: alarm.event.alarm.to_string(),
                number: alarm.number,
                level: alarm.event.level.into(),
                title: title.unwrap_or_else(|| named(rule.as_str())),
                place: place.map_or_else(|| named(thing.as_str()), |thing| thing.name.clone()),
            }
        });
        (book.unacknowledged(), real)
    }
}

impl Drilling {
    fn set_shown(&self, shown: Option<(OneDrill, Router)>) {
        *self.0.shown.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    fn shown(&self) -> Option<(OneDrill, Router)> {
        let shown = self.0.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.clone()
    }

    /// Retention keeps what is not yet read, and all of a drill while it runs.
    pub(super) fn keep_from(&self) -> Position {
        let read = self.0.at.borrow().position;
        match self.shown() {
            Some((drill, _)) if drill.runs() => read.min(drill.position),
            _ => read,
        }
    }

    /// Ends the rooms, before the log closes.
    pub(super) async fn close(&self) {
        self.set_shown(None);
        if let Some(rooms) = self.0.rooms.lock().await.take() {
            rooms.close().await;
        }
    }

    fn router(&self) -> Router {
        let drilling = self.clone();
        // Nested, so that the routes inside meet their own parameters only.
        let rooms = service_fn(move |request: Request| {
            let drilling = drilling.clone();
            async move { Ok::<_, Infallible>(inside(&drilling, request).await) }
        });
        Router::new()
            .route("/drill", get(async || Redirect::temporary(PLACE)))
            .nest_service(PLACE, rooms)
    }
}

/// A request to the rooms of the drill.
async fn inside(drilling: &Drilling, request: Request) -> Response {
    let chinese = request
        .headers()
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|said| said.to_str().ok())
        .is_some_and(|said| said.trim_start().starts_with("zh"));
    let refuse = |status: StatusCode, code: &str, zh: &str, en: &str| {
        let message = if chinese { zh } else { en };
        let body = serde_json::json!({ "error": { "code": code, "message": message } });
        let json = [(header::CONTENT_TYPE, "application/json")];
        (status, json, body.to_string()).into_response()
    };
    let Some((drill, router)) = drilling.shown() else {
        return refuse(
            StatusCode::NOT_FOUND,
            "no_drill",
            "没有演练",
            "there is no drill",
        );
    };
    let within = request.uri().path();
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    if changes && !ACTS.iter().any(|path| within.starts_with(path)) {
        return refuse(
            StatusCode::FORBIDDEN,
            "not_in_a_drill",
            "此项操作不属于演练，请在实时系统中办理",
            "that is no part of a drill: do it in the real system",
        );
    }
    let is_session = within.starts_with("/api/v1/session");
    let who = request.extensions().get::<Who>();
    if changes
        && !is_session
        && let Some(person) = who.and_then(|who| who.person.as_ref())
        && !drill.takes_part(person)
    {
        return refuse(
            StatusCode::FORBIDDEN,
            "not_a_participant",
            "您不在本次演练的参演人员中",
            "you are not among the participants of this drill",
        );
    }
    match router.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}
