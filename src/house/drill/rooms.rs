//! The rooms of one drill: engine, history, live scene, units, incidents and notices, each over the drill's log.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use anyhow::Context as _;
use axum::Router;
use metrics::{NoopRecorder, with_local_recorder};
use tokio::sync::watch;
use yiping_command::evidence::Evidence;
use yiping_command::incidents::{self, City, Incidents};
use yiping_command::report::Reports;
use yiping_desk::drill::OneDrill;
use yiping_desk::rights::Right;
use yiping_log::{DrillLog, Log};
use yiping_model::{DrillId, SourceId};
use yiping_notify::Notices;
use yiping_server::{Extra, LiveHandle, Need, NoticesView, ServerState, UnitsHandle};
use yiping_sources::Door;
use yiping_store::Backend;
use yiping_store::writer::Progress;

use super::{Inner, city, extras, head_of, reports};
use crate::house::tasks::Tasks;
use crate::house::{LEDGER, checkpoint};
use crate::past::StorePast;

/// The rooms of one drill.
pub(super) struct Rooms {
    pub(super) drill: DrillId,
    pub(super) router: Router,
    /// The engine and the city; `None` when they are silent.
    city: Option<Tasks>,
    readers: Tasks,
}

/// A task whose figures are not counted: those of the city are the city's.
struct Uncounted<F>(Pin<Box<F>>);

impl<F: Future> Future for Uncounted<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        with_local_recorder(&NoopRecorder, || self.0.as_mut().poll(context))
    }
}

/// Runs beside the city: what ends badly here is told, and ends nothing else.
fn spawn<E: std::fmt::Display>(
    tasks: &mut Tasks,
    name: &'static str,
    task: impl Future<Output = Result<(), E>> + Send + 'static,
) {
    let told = async move {
        if let Err(error) = task.await {
            tracing::error!(task = name, %error, "a room of the drill ended badly");
        }
        Ok(())
    };
    tasks.spawn(name, Uncounted(Box::pin(told)));
}

impl Rooms {
    pub(super) async fn open(house: &Inner, drill: &OneDrill) -> anyhow::Result<Self> {
        let (config, base) = (&house.config, &house.base);
        let folder = house.folder.join(drill.id.as_str());
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let log: Arc<dyn Log> = Arc::new(DrillLog::new(
            Arc::clone(&base.log),
            drill.id.clone(),
            drill.position,
        ));
        let mut store = config.store.clone();
        if store.backend != Backend::None {
            // A history of its own: that of the city is kept clean of it.
            store.backend = Backend::Sqlite;
        }
        let past = folder.join("history.sqlite");
        let opened = yiping_store::open(&past, &store, &base.catalogue.zone).await?;
        let kept = |name: &str| checkpoint(&folder, name, log.id());
        let mut readers = Tasks::new();
        let (moves, filling) = watch::channel(Progress::default());
        let stop = readers.stop.subscribe();
        let fill = yiping_store::writer::follow(
            Arc::clone(&log),
            Arc::clone(&opened.store),
            store,
            stop,
            moves,
        );
        spawn(&mut readers, "history", fill);
        let live = LiveHandle::open(
            house.script.facts.clone(),
            &config.server,
            log.as_ref(),
            &kept("wall"),
        )
        .await;
        let stopped = readers.stopped();
        let fold = yiping_server::follow(live.clone(), Arc::clone(&log), kept("wall"), stopped);
        spawn(&mut readers, "the live scene", fold);
        let clock = house.duty.clock().clone();
        let units = start_units(house, &log, &folder, &mut readers).await;
        let incidents = start_incidents(house, &log, &folder, &mut readers)?;
        let notices = start_notices(house, drill, &log, &folder, &mut readers)?;
        let source = SourceId::new(city::DOOR)?;
        let catalogue = Arc::clone(&base.catalogue);
        let door = Door::new(source, &config.ingest, catalogue, Arc::clone(&log), clock);
        let mut rooms = Self {
            drill: drill.id.clone(),
            router: Router::new(),
            city: None,
            readers,
        };
        let history = Arc::clone(&opened.history);
        if drill.runs() {
            rooms.start_city(house, drill, &log, &folder, history, door.clone())?;
        }
        let state = ServerState {
            log,
            history: opened.history,
            store: opened.store,
            filling: Some(filling),
            live,
            units,
            probes: Vec::new(),
            notices: Arc::new(NoticesView::default),
            ..base.clone()
        };
        rooms.router = served(house, drill, state, &incidents, &notices, door);
        Ok(rooms)
    }

    fn start_city(
        &mut self,
        house: &Inner,
        drill: &OneDrill,
        log: &Arc<dyn Log>,
        folder: &Path,
        history: Arc<dyn yiping_store::History>,
        door: Door,
    ) -> anyhow::Result<()> {
        let mut tasks = Tasks::new();
        let (moves, _engine) = watch::channel(yiping_runner::Progress::default());
        let run = yiping_runner::run(
            Arc::clone(log),
            Arc::new(StorePast(history)),
            house.script.engine.clone(),
            checkpoint(folder, "engine", log.id()),
            house.config.runner.clone(),
            tasks.stop.subscribe(),
            moves,
        );
        spawn(&mut tasks, "the engine", run);
        let city = city::of(&house.config, &house.base.catalogue, &drill.form)?;
        let clock = house.duty.clock().clone();
        let stop = tasks.stop.subscribe();
        let speak = async move {
            let spoken = city::speak(city, door, clock, stop).await;
            spoken.map_err(|error| format!("{error:#}"))
        };
        spawn(&mut tasks, "the city", speak);
        self.city = Some(tasks);
        Ok(())
    }

    /// The drill is over: its city says nothing more, and nothing more is found in it.
    pub(super) async fn silence(&mut self) {
        if let Some(city) = self.city.take() {
            city.finish().await;
        }
    }

    pub(super) async fn close(mut self) {
        self.silence().await;
        self.readers.finish().await;
    }
}

async fn start_units(
    house: &Inner,
    log: &Arc<dyn Log>,
    folder: &Path,
    readers: &mut Tasks,
) -> UnitsHandle {
    let kept = checkpoint(folder, "units", log.id());
    let (book, clock) = (house.script.units.clone(), house.duty.clock().clone());
    let units = UnitsHandle::open(book, log.as_ref(), &kept, clock).await;
    let stopped = readers.stopped();
    let fold = yiping_server::units::follow(units.clone(), Arc::clone(log), kept, stopped);
    spawn(readers, "the units", fold);
    units
}

fn start_incidents(
    house: &Inner,
    log: &Arc<dyn Log>,
    folder: &Path,
    readers: &mut Tasks,
) -> anyhow::Result<Incidents> {
    let known = City {
        catalogue: Arc::clone(&house.base.catalogue),
        plans: Arc::clone(&house.script.plans),
        calendar: Arc::clone(&house.script.calendar),
    };
    let clock = house.duty.clock().clone();
    let settings = house.config.command.clone();
    let photographs = house.config.evidence.clone();
    let evidence = Evidence::open(folder, Arc::clone(log), photographs)?;
    let incidents = Incidents::of_drill(Arc::clone(log), clock, known, evidence, settings);
    let (moves, _at) = watch::channel(incidents::Progress::default());
    let follow = incidents.clone().follow(
        checkpoint(folder, "incidents", log.id()),
        readers.stop.subscribe(),
        moves,
    );
    let follow = async move {
        follow.await;
        Ok::<(), String>(())
    };
    spawn(readers, "the incidents", follow);
    Ok(incidents)
}

/// Notices go by the channels that take part, and by no other.
fn start_notices(
    house: &Inner,
    drill: &OneDrill,
    log: &Arc<dyn Log>,
    folder: &Path,
    readers: &mut Tasks,
) -> anyhow::Result<Notices> {
    let settings = house.config.notify.clone().only(&drill.form.channels);
    let words = house.script.words.clone();
    let clock = house.duty.clock().clone();
    let notices = Notices::open(settings, words, Arc::clone(log), clock)?;
    if !drill.form.channels.is_empty() {
        let (moves, _at) = watch::channel(yiping_notify::Progress::default());
        let tell = notices.clone().follow(
            checkpoint(folder, "notices", log.id()),
            readers.stop.subscribe(),
            moves,
        );
        let tell = async move {
            tell.await;
            Ok::<(), String>(())
        };
        spawn(readers, "the notices", tell);
    }
    Ok(notices)
}

/// Everything that is served inside of a drill.
fn served(
    house: &Inner,
    drill: &OneDrill,
    state: ServerState,
    incidents: &Incidents,
    notices: &Notices,
    door: Door,
) -> Router {
    let mut all = super::super::incidents::extras(incidents);
    let ledger = house.config.data.dir.join(LEDGER);
    let head = head_of(house.ledger.clone());
    let id = Some(drill.id.clone());
    all.push(reports(&Reports::new(incidents.clone(), ledger, id, head)));
    if let Some(drills) = house.drills.get() {
        all.extend(extras(drills, true));
    }
    all.push(Extra {
        router: notices.list_router(),
        need: Need::Right(Right::Figures),
        document: yiping_notify::list_openapi(),
    });
    all.push(Extra {
        router: yiping_sources::http::router(door, house.config.ingest.http.clone()),
        need: Need::Right(Right::Send),
        document: yiping_sources::http::openapi(),
    });
    yiping_server::router(state, all)
}
