//! The house: every room opened, connected to the log, and closed again in order.
//!
//! Opening goes from the spine outwards (log, history, engine, face, doors); closing goes the other way, so that what a door has taken is
//! still written. A task that ends with an error ends the program: a centre that only seems to work is worse than one that is restarted.

mod drill;
mod duty;
mod incidents;
mod notices;
mod provider;
mod tasks;
mod units;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::sync::watch;
use yiping_command::incidents::Incidents;
use yiping_command::{DutyDesk, DutyProgress};
use yiping_desk::rights::Right;
use yiping_engine::Engine;
use yiping_log::{Checkpoint, CityClock, DiskLog, Log, LogId};
use yiping_model::{Catalogue, Position, SourceId, Timestamp};
use yiping_notify::Notices;
use yiping_server::{
    Extra, LedgerHead, LedgerView, LiveHandle, Need, PacksHandle, People, Probe, ServerState,
    UnitsHandle,
};
use yiping_sources::{Door, MqttDoor, Mqttd, Threads};
use yiping_store::writer::Progress;
use yiping_store::{Backend, History, Opened, Store};

use crate::config::Config;
use crate::drafts::Packs;
use crate::explain::facts;
use crate::packs::Domain;
use crate::past::StorePast;
use crate::tls::Certificate;
use tasks::Tasks;

/// How long closing may take before the program ends anyway.
const CLOSE_TIMEOUT: Duration = Duration::from_millis(4_500);
const TICK: Duration = Duration::from_secs(1);
/// The ledger's folder, in the data folder.
pub(crate) const LEDGER: &str = "ledger";
/// The register of people, in the data folder.
pub(crate) const PEOPLE: &str = "people.json";
const UPKEEP: Duration = Duration::from_secs(5);
/// How many records engine and history may be behind a city that waits for them.
const RECORDS_BEHIND_MAX: u64 = 10_000;

/// The running program.
pub(crate) struct House {
    /// The log.
    pub(crate) log: Arc<DiskLog>,
    /// The city clock.
    pub(crate) clock: CityClock,
    /// Things and properties.
    pub(crate) catalogue: Arc<Catalogue>,
    config: Config,
    doors: Tasks,
    /// Where the live way runs: MQTT doors and engine.
    threads: Threads,
    readers: Tasks,
    face: Tasks,
    engine: watch::Receiver<yiping_runner::Progress>,
    /// `None` when no history is kept.
    history: Option<watch::Receiver<Progress>>,
    ledger: watch::Receiver<yiping_command::Progress>,
    incidents: Incidents,
    /// How far the incidents are.
    commanded: watch::Receiver<yiping_command::incidents::Progress>,
    /// Who is on duty.
    duty: DutyDesk,
    escalated: watch::Receiver<DutyProgress>,
    drilling: Option<drill::Drilling>,
    notices: Notices,
    /// `None` when nobody is to be told anything.
    told: Option<watch::Receiver<yiping_notify::Progress>>,
    /// Who is who.
    pub(crate) people: People,
    /// `None` when only this machine is answered.
    certificate: Option<Arc<Certificate>>,
    live: LiveHandle,
    units: UnitsHandle,
    packs: PacksHandle,
}

/// Listens at the address of the face.
async fn bound(listen: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(listen).await;
    listener.with_context(|| format!("cannot listen on {listen}; is it taken? choose another port"))
}

/// Opens everything but the MQTT doors: log, history, engine, live scene, HTTP. Nobody is answered before `accounts` has seen to the register
/// of people; what it gives is handed on.
pub(crate) async fn open<Accounts>(
    config: Config,
    domain: &Arc<Domain>,
    simulated: bool,
    clock: impl FnOnce(Timestamp) -> CityClock,
    accounts: impl AsyncFnOnce(&People) -> anyhow::Result<Accounts>,
) -> anyhow::Result<(House, Accounts)> {
    config.validate()?;
    let render = PrometheusBuilder::new().install_recorder();
    let render = render.context("the figures cannot be collected")?;
    let figures = render.clone();
    let folder = config.data.dir.clone();
    let made = std::fs::create_dir_all(&folder);
    made.with_context(|| format!("cannot make data.dir {}", folder.display()))?;
    let listener = bound(config.server.listen).await?;
    let log = DiskLog::open(&folder.join("log"), config.log.clone(), clock)?;
    let log = Arc::new(log);
    let catalogue = Arc::new(domain.catalogue.clone());
    let file = folder.join("history.sqlite");
    let opened = yiping_store::open(&file, &config.store, &catalogue.zone).await?;
    let live = LiveHandle::open(
        facts(domain, &catalogue, simulated),
        &config.server,
        log.as_ref(),
        &checkpoint(&folder, "wall", log.id()),
    )
    .await;
    let units = units::open(&config, domain, &log).await;
    let people = People::open(
        folder.join(PEOPLE),
        Arc::clone(&log) as Arc<dyn Log>,
        config.people.clone(),
    )?;
    let accounts = accounts(&people).await?;
    let certificate = Certificate::of(&config.tls)?;
    let duty = duty::open(&config, domain, &log, &folder)?;
    let notices = notices::open(&config, domain, simulated, &log)?;
    let incidents = incidents::open(&config, domain, &log)?;
    let threads = Threads::start(&config.ingest);
    let threads = threads.context("the threads of the live way cannot start")?;
    let packs = PacksHandle(Arc::new(Packs::new(config.clone(), Arc::clone(domain))));
    let mut house = House {
        clock: log.clock().clone(),
        log,
        catalogue,
        config,
        doors: Tasks::new(),
        threads,
        readers: Tasks::new(),
        face: Tasks::new(),
        engine: watch::channel(yiping_runner::Progress::default()).1,
        history: None,
        ledger: watch::channel(yiping_command::Progress::default()).1,
        incidents,
        commanded: watch::channel(yiping_command::incidents::Progress::default()).1,
        duty,
        escalated: watch::channel(DutyProgress::default()).1,
        drilling: None,
        notices,
        told: None,
        people,
        certificate,
        live,
        units,
        packs,
    };
    house.start_readers(domain, &folder, &opened);
    let script = drill::script(&house.config, domain)?;
    house.start_face(listener, opened, script, Arc::new(move || render.render()))?;
    house.start_people();
    house.start_clock();
    house.start_upkeep(figures);
    Ok((house, accounts))
}

fn checkpoint(folder: &Path, name: &str, log: LogId) -> Checkpoint {
    Checkpoint::new(folder.join(format!("{name}.checkpoint")), log)
}

impl House {
    fn log(&self) -> Arc<dyn Log> {
        Arc::clone(&self.log) as Arc<dyn Log>
    }

    /// The log for what runs on the threads of the live way.
    fn log_at_hand(&self) -> Arc<dyn Log> {
        Arc::new(self.log.at_hand())
    }

    /// Whoever reads the log.
    fn start_readers(&mut self, domain: &Domain, folder: &Path, opened: &Opened) {
        self.start_engine(domain, folder, Arc::clone(&opened.history));
        self.start_history(Arc::clone(&opened.store));
        self.start_ledger(folder);
        self.start_incidents(folder);
        self.start_notices(folder);
        self.start_scene(folder);
        self.start_units(folder);
        self.start_duty(folder);
        self.start_heartbeat();
    }

    fn start_engine(&mut self, domain: &Domain, folder: &Path, history: Arc<dyn History>) {
        let mut settings = self.config.engine.clone();
        if self.config.store.backend == Backend::None {
            // There is nobody to ask what late data belong to.
            settings.revise_hours = 0;
        }
        let engine = Engine::new(
            Arc::clone(&self.catalogue),
            domain.rules.clone(),
            domain.laws.clone(),
            settings,
        )
        .deriving(domain.derived.clone(), domain.classes.clone());
        let (engine_moves, engine_at) = watch::channel(yiping_runner::Progress::default());
        let run = yiping_runner::run(
            self.log_at_hand(),
            Arc::new(StorePast(history)),
            engine,
            checkpoint(folder, "engine", self.log.id()),
            self.config.runner.clone(),
            self.readers.stop.subscribe(),
            engine_moves,
        );
        let run = async move { Ok(run.await?) };
        self.readers
            .spawn_on(self.threads.handle(), "the engine", run);
        self.engine = engine_at;
    }

    fn start_history(&mut self, store: Arc<dyn Store>) {
        if self.config.store.backend == Backend::None {
            return;
        }
        let (moves, at) = watch::channel(Progress::default());
        let fill = yiping_store::writer::follow(
            self.log(),
            store,
            self.config.store.clone(),
            self.readers.stop.subscribe(),
            moves,
        );
        self.readers
            .spawn("history", async move { Ok(fill.await?) });
        let (live, filling) = (self.live.clone(), at.clone());
        self.readers.spawn("the word on history", async move {
            live.announce(filling).await;
            Ok(())
        });
        self.history = Some(at);
    }

    fn start_ledger(&mut self, folder: &Path) {
        let (moves, at) = watch::channel(yiping_command::Progress::default());
        let keep = yiping_command::follow(
            self.log(),
            folder.join(LEDGER),
            self.config.ledger.clone(),
            self.readers.stop.subscribe(),
            moves,
        );
        self.readers.spawn("the ledger", async move {
            keep.await;
            Ok(())
        });
        self.ledger = at;
    }

    fn start_scene(&mut self, folder: &Path) {
        let stop = self.readers.stopped();
        let fold = yiping_server::follow(
            self.live.clone(),
            self.log(),
            checkpoint(folder, "wall", self.log.id()),
            stop,
        );
        self.readers
            .spawn("the live scene", async move { Ok(fold.await?) });
    }

    fn start_face(
        &mut self,
        listener: TcpListener,
        opened: Opened,
        script: drill::Script,
        render_metrics: Arc<dyn Fn() -> String + Send + Sync>,
    ) -> anyhow::Result<()> {
        let engine = self.engine.clone();
        let probe = Probe {
            name: "engine",
            position: Arc::new(move || engine.borrow().position),
        };
        let state = ServerState {
            log: self.log(),
            history: opened.history,
            store: opened.store,
            filling: self.history.clone(),
            people: self.people.clone(),
            provider: provider::open(&self.config)?,
            duty: self.duty_handle(),
            live: self.live.clone(),
            units: self.units.clone(),
            packs: self.packs.clone(),
            catalogue: Arc::clone(&self.catalogue),
            settings: Arc::new(self.config.server.clone()),
            secure: self.certificate.is_some(),
            render_metrics,
            ledger: self.ledger_view(),
            notices: self.notices_view(),
            probes: vec![probe, self.incidents_probe()],
            version: env!("CARGO_PKG_VERSION"),
        };
        let door = self.door(&self.config.ingest.http.name)?;
        let mut extras = self.notices_extras();
        extras.extend(incidents::extras(&self.incidents));
        extras.push(self.reports_extra());
        extras.extend(self.start_drills(script, state.clone()));
        extras.push(Extra {
            router: yiping_sources::http::router(door, self.config.ingest.http.clone()),
            need: Need::Right(Right::Send),
            document: yiping_sources::http::openapi(),
        });
        let router = yiping_server::router(state, extras);
        let tls = self
            .certificate
            .as_ref()
            .map(|certificate| certificate.acceptor(None))
            .transpose()?;
        let serve = yiping_server::serve(
            listener,
            router,
            self.live.clone(),
            self.config.server.connections_max,
            tls,
            self.face.stopped(),
        );
        if let Some(certificate) = self.certificate.clone() {
            let stopped = self.face.stopped();
            self.face.spawn("the certificate", async move {
                tokio::select! {
                    () = certificate.keep() => {}
                    () = stopped => {}
                }
                Ok(())
            });
        }
        self.face
            .spawn("the server", async move { serve.await.context("HTTP") });
        Ok(())
    }

    /// What `/healthz` says of the ledger.
    fn ledger_view(&self) -> Arc<dyn Fn() -> LedgerView + Send + Sync> {
        let ledger = self.ledger.clone();
        Arc::new(move || {
            let progress = ledger.borrow();
            LedgerView {
                head: progress.head.map(|head| LedgerHead {
                    n: head.n,
                    digest: head.digest.to_string(),
                }),
                position: progress.position,
                trouble: progress.trouble.clone(),
            }
        })
    }

    /// Ends sessions when their time is over.
    fn start_people(&mut self) {
        let (people, stop) = (self.people.clone(), self.face.stopped());
        self.face.spawn("the register of people", async move {
            people.keep(stop).await;
            Ok(())
        });
    }

    fn start_clock(&mut self) {
        let log = self.log();
        let stop = self.doors.stopped();
        self.doors.spawn("the clock", async move {
            Ok(yiping_log::ticker::tick(log, TICK, stop).await?)
        });
        self.start_retention();
    }

    /// Sums up the figures again and again; without it each value of a distribution stays in memory until somebody asks for it.
    fn start_upkeep(&mut self, figures: PrometheusHandle) {
        let stopped = self.readers.stopped();
        self.readers.spawn("upkeep of the figures", async move {
            let mut beat = tokio::time::interval(UPKEEP);
            let upkeep = async {
                loop {
                    beat.tick().await;
                    figures.run_upkeep();
                }
            };
            tokio::select! {
                () = stopped => Ok(()),
                never = upkeep => never,
            }
        });
    }

    /// Looks at the log again and again, and drops what is no longer kept and every reader has passed.
    fn start_retention(&mut self) {
        let (log, live, units) = (Arc::clone(&self.log), self.live.clone(), self.units.clone());
        let (history, ledger) = (self.history.clone(), self.ledger.clone());
        let commanded = self.commanded.clone();
        let drilling = self.drilling.clone();
        let (told, escalated) = (self.told.clone(), self.escalated.clone());
        let engine = checkpoint(&self.config.data.dir, "engine", self.log.id());
        let archive = self.config.archive.open(&self.config.data.dir);
        let every = Duration::from_secs(self.config.data.retention_check_secs);
        let mut stop = self.readers.stop.subscribe();
        self.readers.spawn("retention", async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep(every) => {}
                    _stopped = stop.wait_for(|stop| *stop) => return Ok(()),
                }
                let checkpoint = engine.clone();
                let kept = tokio::task::spawn_blocking(move || checkpoint.load()).await??;
                let engine_kept = kept.map_or(Position::START, |(position, _)| position);
                let mut slowest = engine_kept.min(live.keep_from()).min(units.keep_from());
                slowest = slowest.min(ledger.borrow().position);
                slowest = slowest.min(commanded.borrow().position);
                slowest = slowest.min(escalated.borrow().position);
                let drills = drilling.as_ref().map(drill::Drilling::keep_from);
                slowest = drills.map_or(slowest, |kept| slowest.min(kept));
                if let Some(told) = &told {
                    slowest = slowest.min(told.borrow().position);
                }
                if let Some(history) = &history {
                    slowest = slowest.min(history.borrow().position);
                }
                if let Err(error) = log.retain(slowest, archive.clone()).await {
                    tracing::error!(%error, "old segments of the log cannot be thinned");
                }
            }
        });
    }

    /// A door of this name into the log.
    pub(crate) fn door(&self, name: &str) -> anyhow::Result<Door> {
        self.door_into(self.log(), name)
    }

    fn door_into(&self, log: Arc<dyn Log>, name: &str) -> anyhow::Result<Door> {
        let source = SourceId::new(name)
            .with_context(|| format!("`{name}` cannot be the name of a door"))?;
        let catalogue = Arc::clone(&self.catalogue);
        Ok(Door::new(
            source,
            &self.config.ingest,
            catalogue,
            log,
            self.clock.clone(),
        ))
    }

    /// Opens the MQTT doors of the configuration: those to brokers, and those to which devices connect.
    pub(crate) async fn open_mqtt(&mut self) -> anyhow::Result<()> {
        for settings in self.config.ingest.mqtt.clone() {
            let door = self.door_into(self.log_at_hand(), &settings.name)?;
            let door = MqttDoor::new(settings, door)?;
            let run = door.run(self.doors.stop.subscribe());
            let run = async move {
                run.await;
                Ok(())
            };
            self.doors
                .spawn_on(self.threads.handle(), "an MQTT door", run);
        }
        for settings in self.config.ingest.mqttd.clone() {
            let door = self.door_into(self.log_at_hand(), &settings.name)?;
            let tls = self.certificate.as_ref().filter(|_| settings.tls);
            let tls = tls.map(|certificate| certificate.acceptor(settings.client_ca.as_deref()));
            let tls = tls.transpose()?;
            let door = self
                .threads
                .handle()
                .spawn(Mqttd::bind(settings, door, tls))
                .await??;
            let run = door.run(self.doors.stop.subscribe());
            let run = async move {
                run.await;
                Ok(())
            };
            let name = "an MQTT door for devices";
            self.doors.spawn_on(self.threads.handle(), name, run);
        }
        Ok(())
    }

    /// Runs something that feeds the house, until it ends or the house closes.
    pub(crate) fn feed(
        &mut self,
        name: &'static str,
        start: impl FnOnce(
            watch::Receiver<bool>,
        )
            -> std::pin::Pin<Box<dyn Future<Output = anyhow::Result<()>> + Send>>,
    ) {
        let task = start(self.doors.stop.subscribe());
        self.doors.spawn(name, task);
    }

    /// Says whether engine and history have taken the log but for its last records: whoever drives the clock waits for them.
    pub(crate) fn keeps_up(&self) -> impl Fn() -> bool + Send + 'static {
        let (end, engine) = (self.log.end(), self.engine.clone());
        let history = self.history.clone();
        move || {
            let end = end.borrow().0;
            let behind = |position: Position| end.saturating_sub(position.0);
            let stored = history.as_ref().map(|at| behind(at.borrow().position));
            behind(engine.borrow().position).max(stored.unwrap_or(0)) <= RECORDS_BEHIND_MAX
        }
    }

    /// Resolves when engine, history and live scene have taken everything, and the engine has nothing more to say or to ask.
    pub(crate) fn settled(&self) -> impl Future<Output = ()> + Send + 'static {
        let (mut engine, mut history) = (self.engine.clone(), self.history.clone());
        let (mut end, live) = (self.log.end(), self.live.clone());
        async move {
            loop {
                let target = *end.borrow_and_update();
                let reached = engine.wait_for(|at| at.position >= target && !at.asks);
                if reached.await.is_err() {
                    return;
                }
                if let Some(history) = &mut history
                    && history.wait_for(|at| at.position >= target).await.is_err()
                {
                    return;
                }
                if *end.borrow() == target && live.position() >= target {
                    return;
                }
                if end.changed().await.is_err() {
                    return;
                }
            }
        }
    }

    /// Runs until SIGTERM or SIGINT, a failure, or `done`; then closes everything in order.
    pub(crate) async fn live_until(mut self, done: impl Future<Output = ()>) -> anyhow::Result<()> {
        let outcome = tokio::select! {
            signal = signal() => signal,
            () = done => Ok(()),
            error = self.doors.failure() => Err(error),
            error = self.readers.failure() => Err(error),
            error = self.face.failure() => Err(error),
        };
        if let Err(error) = &outcome {
            tracing::error!(error = format!("{error:#}"), "stopping after a failure");
        }
        if tokio::time::timeout(CLOSE_TIMEOUT, self.close())
            .await
            .is_err()
        {
            tracing::warn!(
                "not everything closed in time; what was acknowledged is on disk all the same"
            );
        }
        outcome
    }

    async fn close(self) {
        self.face.finish().await;
        self.doors.finish().await;
        self.readers.finish().await;
        if let Some(drilling) = &self.drilling {
            drilling.close().await;
        }
        self.log.close().await;
        tracing::info!("closed");
    }
}

async fn signal() -> anyhow::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tokio::select! {
        _ = terminate.recv() => tracing::info!("SIGTERM: closing"),
        _ = interrupt.recv() => tracing::info!("SIGINT: closing"),
    }
    Ok(())
}
