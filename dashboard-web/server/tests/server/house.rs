//! A running server with everything it needs, and the records to tell it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use yiping_desk::people::{AccountForm, Oidc, Policy, TokenForm, Who};
use yiping_desk::rights::{Role, Scope};
use yiping_desk::units::{Register, UnitBook};
use yiping_log::memory::MemoryLog;
use yiping_log::{Checkpoint, CityClock, Log};
use yiping_model::{
    AlarmChange, AlarmEvent, AlarmId, Body, Catalogue, DatastreamId, Disposition, Event, EventKey,
    EventKind, Finding, IndexKind, IndexResult, Level, Measured, Outcome, Position, Property,
    PropertyId, Quality, Reading, Reason, Reject, RuleId, RuleVersion, SourceId, Stage, Text,
    Thing, ThingId, Timestamp, WindowLength, WindowResult, WindowSpec, Zone,
};
use yiping_scene::SceneFacts;
use yiping_server::packs::{CheckedPack, PackView, PacksHandle, ReadPacks};
use yiping_server::{
    Extra, LedgerHead, LedgerView, LiveHandle, NoticesView, People, Probe, Provider, ServerState,
    Settings, UnitsHandle, follow, router, serve,
};
use yiping_store::writer::{Away, Progress};
use yiping_store::{SqliteStore, Store};

use crate::duty::OnDuty;
use crate::http;

/// More than anything here takes.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) live: LiveHandle,
    pub(crate) units: UnitsHandle,
    log: Arc<MemoryLog>,
    store: Arc<SqliteStore>,
    filling: watch::Sender<Progress>,
    /// Who is who; its decisions go to a log of their own, so that the tests can count records.
    pub(crate) people: People,
    clock: CityClock,
    on_duty: OnDuty,
    stops: Vec<oneshot::Sender<()>>,
    following: JoinHandle<Result<(), yiping_server::LiveError>>,
    serving: JoinHandle<std::io::Result<()>>,
    dir: Arc<TempDir>,
}

/// How far history is, while it is there.
fn filled_to(position: Position) -> watch::Sender<Progress> {
    let away = None;
    watch::Sender::new(Progress { position, away })
}

impl House {
    pub(crate) async fn open(settings: Settings) -> Self {
        Self::with(settings, Vec::new()).await
    }

    pub(crate) async fn with(settings: Settings, extras: Vec<Extra>) -> Self {
        let clock = CityClock::driven(at(1_000_000));
        let log = Arc::new(MemoryLog::new(clock.clone()));
        let dir = Arc::new(TempDir::new().expect("a folder"));
        Self::over(settings, extras, clock, log, dir, true, None).await
    }

    /// Stops, and opens again over the same log and folder.
    pub(crate) async fn again(self, settings: Settings, simulated: bool) -> Self {
        let (clock, log, dir) = (self.clock.clone(), self.log.clone(), self.dir.clone());
        let secret = Some(http::listener(self.address));
        self.stop().await;
        Self::over(settings, Vec::new(), clock, log, dir, simulated, secret).await
    }

    async fn over(
        settings: Settings,
        extras: Vec<Extra>,
        clock: CityClock,
        log: Arc<MemoryLog>,
        dir: Arc<TempDir>,
        simulated: bool,
        secret: Option<String>,
    ) -> Self {
        let checkpoint = Checkpoint::new(dir.path().join("wall.checkpoint"), log.id());
        let people = register(dir.path());
        let (units, stop_units) = units_of(&log, dir.path(), &clock).await;
        let live = LiveHandle::open(facts(simulated), &settings, &*log, &checkpoint).await;
        let on_duty = OnDuty::start(log.clone(), clock.clone(), dir.path()).await;
        let store = Arc::new(opened(dir.path()).await);
        let position = store.position().await.expect("readable");
        let filling = filled_to(position);
        let state = ServerState {
            log: log.clone(),
            history: store.clone(),
            store: store.clone(),
            filling: Some(filling.subscribe()),
            people: people.clone(),
            provider: Some(provider()),
            duty: on_duty.handle(),
            live: live.clone(),
            units: units.clone(),
            packs: PacksHandle(Arc::new(NoPacks)),
            catalogue: catalogue(),
            settings: Arc::new(settings),
            secure: false,
            render_metrics: Arc::new(|| "yiping_test 1\n".to_owned()),
            ledger: Arc::new(ledger),
            notices: Arc::new(NoticesView::default),
            probes: vec![engine(live.clone())],
            version: "1.2.3",
        };
        let (told, heard) = (live.clone(), filling.subscribe());
        tokio::spawn(async move { told.announce(heard).await });
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let (stop_following, follow_stopped) = oneshot::channel();
        let (stop_serving, serve_stopped) = oneshot::channel();
        let log_to_follow: Arc<dyn Log> = log.clone();
        let following = tokio::spawn(follow(live.clone(), log_to_follow, checkpoint, async {
            follow_stopped.await.ok();
        }));
        let serving = tokio::spawn(serve(
            listener,
            router(state, extras),
            live.clone(),
            64,
            None,
            async {
                serve_stopped.await.ok();
            },
        ));
        let secret = match secret {
            Some(known) => known,
            None => token(&people, "listener", Role::Listener).await,
        };
        http::knows(address, &secret);
        Self {
            people,
            address,
            live,
            log,
            store,
            filling,
            clock,
            stops: vec![stop_serving, stop_following, stop_units],
            units,
            on_duty,
            following,
            serving,
            dir,
        }
    }

    /// Appends these bodies one second later, and returns when history and the live scene have them.
    pub(crate) async fn tell(&self, bodies: Vec<Body>) -> Position {
        self.clock
            .advance(self.clock.now() + Duration::from_secs(1));
        let before = self.store.position().await.expect("readable");
        let last = self.log.append(bodies).await.expect("memory").last;
        let records = self.log.read(before, usize::MAX).await.expect("memory");
        self.store
            .apply(&records.joined())
            .await
            .expect("history takes them");
        self.filling
            .send_modify(|progress| progress.position = last);
        assert!(self.live.reaches(last, PATIENCE).await);
        assert!(self.units.reaches(last, PATIENCE).await);
        last
    }

    /// Signs an account in; what its requests carry.
    pub(crate) async fn sign_in(&self, name: &str, seat: &str) -> String {
        let body = serde_json::json!({ "name": name, "password": PASSWORD, "seat": seat });
        let answer = http::post(self.address, "/api/v1/session", &body.to_string()).await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let cookie = answer.header("set-cookie").expect("a cookie");
        let (pair, _) = cookie.split_once(';').expect("with attributes");
        pair.strip_prefix("yiping=").expect("its name").to_owned()
    }

    /// A duty officer of the whole city who is signed in.
    pub(crate) async fn officer(&self) -> String {
        account(&self.people, "officer", &[Role::DutyOfficer], &[]).await;
        self.sign_in("officer", " 1号席 ").await
    }

    /// Says that history cannot be filled.
    pub(crate) fn lose_history(&self, reason: &str) {
        let (since, reason) = (self.clock.now(), reason.to_owned());
        self.filling
            .send_modify(|progress| progress.away = Some(Away { since, reason }));
    }

    /// Says that history can be filled again.
    pub(crate) fn find_history(&self) {
        self.filling.send_modify(|progress| progress.away = None);
    }

    /// City time.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Appends, and lets nobody else know.
    pub(crate) async fn append(&self, bodies: Vec<Body>) {
        self.log.append(bodies).await.expect("memory");
    }

    /// Stops serving, then following; both end well.
    pub(crate) async fn stop(self) {
        for stop in self.stops {
            stop.send(()).ok();
        }
        self.serving.await.expect("no panic").expect("served");
        self.following.await.expect("no panic").expect("followed");
        self.on_duty.stop().await;
    }
}

/// Who is who; its decisions go to a log of their own.
fn register(dir: &Path) -> People {
    let log = Arc::new(MemoryLog::new(CityClock::driven(at(0))));
    People::open(dir.join("people.json"), log, policy()).expect("a register")
}

/// An engine that is as far as the live scene.
fn engine(live: LiveHandle) -> Probe {
    Probe {
        name: "engine",
        position: Arc::new(move || live.position()),
    }
}

/// A provider of sign-in that never answers.
fn provider() -> Provider {
    let settings = Oidc {
        issuer: "https://sso.example".into(),
        client_id: "yiping".into(),
        ..Oidc::default()
    };
    Provider::new(settings, Arc::new(|_request| Err("no route".into())))
}

fn ledger() -> LedgerView {
    LedgerView {
        head: Some(LedgerHead {
            n: 3,
            digest: "9f2c".into(),
        }),
        position: Position(7),
        trouble: None,
    }
}

/// Many sessions of one person, for the tests of races.
fn policy() -> Policy {
    Policy {
        sessions_max: 100,
        ..Policy::default()
    }
}

/// The password of every account of these tests.
pub(crate) const PASSWORD: &str = "Qujiang-2026";

/// A new account of this role.
pub(crate) async fn account(people: &People, name: &str, roles: &[Role], areas: &[&str]) {
    let form = AccountForm {
        name: name.into(),
        display: name.into(),
        roles: roles.iter().copied().collect(),
        scope: Scope {
            areas: areas.iter().map(|&area| area.to_owned()).collect(),
            domains: Vec::new(),
        },
        closed: false,
    };
    people
        .make_account(&Who::operator(), form, PASSWORD.into(), false)
        .await
        .expect("valid");
}

/// A new token of this role.
pub(crate) async fn token(people: &People, name: &str, role: Role) -> String {
    let form = TokenForm {
        name: name.into(),
        role,
        seat: "大厅".into(),
    };
    people
        .issue_token(&Who::operator(), form)
        .await
        .expect("valid")
}

async fn opened(dir: &Path) -> SqliteStore {
    let path = dir.join("history");
    let settings = yiping_store::Settings::default();
    let zone = Zone::named("Asia/Shanghai").expect("built in");
    SqliteStore::open(&path, &settings, &zone)
        .await
        .expect("opens")
}

pub(crate) fn at(secs: i64) -> Timestamp {
    Timestamp::from_secs(secs)
}

fn text(name: &str) -> Text {
    Text {
        zh: name.into(),
        en: name.into(),
    }
}

fn catalogue() -> Arc<Catalogue> {
    let property = Property {
        id: PropertyId::new("pm25").expect("valid"),
        title: text("细颗粒物"),
        symbol: "PM2.5".into(),
        unit: "µg/m³".into(),
        decimals: 0,
        valid: None,
        period_secs: 60,
        windows: vec![WindowSpec::parse("1m").expect("valid")],
        quantiles: Vec::new(),
        cells: None,
        early: None,
    };
    let thing = Thing {
        id: ThingId::new("a").expect("valid"),
        name: text("实验小学"),
        kind: "station".into(),
        lon: 118.87,
        lat: 28.94,
        area: None,
        properties: vec![property.id.clone()],
        period_secs: None,
        parent: None,
        neighbour: None,
        limits: std::collections::BTreeMap::new(),
    };
    Arc::new(Catalogue {
        city: text("衢州"),
        zone: Zone::named("Asia/Shanghai").expect("built in"),
        areas: Vec::new(),
        properties: [(property.id.clone(), property)].into(),
        things: [(thing.id.clone(), thing)].into(),
        events: std::collections::BTreeMap::new(),
    })
}

/// The units of this city: two fire engines, one of them heavy, a person who carries the account `field`, and a shelter.
const UNITS: &str = r#"{"unit": [
    { "id": "fire-1", "name": { "zh": "模拟消防一号", "en": "Simulated fire 1" }, "kind": "vehicle", "skills": ["fire"],
      "area": "330802", "home": [118.87, 28.97], "tracked": false },
    { "id": "fire-2", "name": { "zh": "模拟消防二号", "en": "Simulated fire 2" }, "kind": "vehicle", "skills": ["fire", "hazmat"],
      "area": "330803", "home": [118.90, 28.97], "pace": 150 },
    { "id": "man-1", "name": { "zh": "模拟队员一号", "en": "Simulated man 1" }, "kind": "person", "skills": ["medic"],
      "area": "330802", "home": [118.86, 28.96], "account": "field" },
    { "id": "shelter-1", "name": { "zh": "模拟避难所", "en": "Simulated shelter" }, "kind": "shelter",
      "area": "330802", "home": [118.88, 28.96], "capacity": { "places": 100 },
      "stock": [{ "item": "blankets", "name": { "zh": "毛毯", "en": "blankets" }, "unit": "条", "amount": 40 }] }
]}"#;

fn book() -> UnitBook {
    let register: Register = serde_json::from_str(UNITS).expect("a register");
    let zone = Zone::named("Asia/Shanghai").expect("built in");
    let settings = yiping_desk::units::Settings::default();
    let register = register.checked(settings.units_max).expect("sound");
    UnitBook::new(register, None, settings, zone)
}

/// The units, folded from the log until they are told to stop.
async fn units_of(
    log: &Arc<MemoryLog>,
    dir: &Path,
    clock: &CityClock,
) -> (UnitsHandle, oneshot::Sender<()>) {
    let kept = Checkpoint::new(dir.join("units.checkpoint"), log.id());
    let units = UnitsHandle::open(book(), &**log, &kept, clock.clone()).await;
    let (stop, stopped) = oneshot::channel();
    let log: Arc<dyn Log> = log.clone();
    let stopped = async {
        stopped.await.ok();
    };
    tokio::spawn(yiping_server::units::follow(
        units.clone(),
        log,
        kept,
        stopped,
    ));
    (units, stop)
}

fn facts(simulated: bool) -> SceneFacts {
    SceneFacts {
        catalogue: catalogue(),
        rules: Vec::new(),
        derived_steps: std::collections::BTreeMap::new(),
        simulated,
    }
}

pub(crate) fn reading(thing: &str, secs: i64, value: f64) -> Body {
    let quality = if value < 0.0 {
        Quality::OutOfRange
    } else {
        Quality::Good
    };
    Body::Reading(Reading {
        source: SourceId::new("http").expect("valid"),
        thing: ThingId::new(thing).expect("valid"),
        phenomenon_time: at(secs),
        values: [Measured {
            property: PropertyId::new("pm25").expect("valid"),
            value,
            quality,
        }]
        .into_iter()
        .collect(),
    })
}

/// An event of camera `a`, whose values are of `pm25`, the only property of this city.
pub(crate) fn event(key: &str, secs: i64, value: f64) -> Body {
    let Body::Reading(reading) = reading("a", secs, value) else {
        unreachable!("a reading")
    };
    Body::Event(Event {
        source: reading.source,
        thing: reading.thing,
        phenomenon_time: reading.phenomenon_time,
        kind: EventKind::new("crowd").expect("valid"),
        key: EventKey::new(key).ok(),
        part: None,
        values: reading.values,
    })
}

pub(crate) fn reject() -> Body {
    Body::Reject(Reject {
        source: SourceId::new("http").expect("valid"),
        disposition: Disposition::Rejected,
        reason: Reason::NotJson,
        detail: "payload is not JSON".into(),
        origin: "127.0.0.1:9".into(),
        offset: Some(0),
        size_bytes: 1,
        items: 1,
        sample: "{".into(),
    })
}

fn finding(ordinal: u32, outcome: Outcome) -> Body {
    Body::Finding(Finding {
        cause: Position(1),
        ordinal,
        outcome,
    })
}

pub(crate) fn window(start: i64, mean: f64) -> Body {
    let result = WindowResult {
        datastream: DatastreamId::parse("a:pm25").expect("valid"),
        start: at(start),
        length: WindowLength::from_secs(60).expect("divides a day"),
        hop: None,
        stage: Stage::Final,
        revision: 0,
        count: 1,
        expected: 1,
        mean,
        min: mean,
        max: mean,
        last: mean,
        std_dev: 0.0,
        quantiles: Vec::new(),
        before: None,
    };
    finding(1, Outcome::Window(result))
}

pub(crate) fn index(start: i64) -> Body {
    let result = IndexResult {
        thing: ThingId::new("a").expect("valid"),
        kind: IndexKind::AqiHourly,
        start: at(start),
        law: "HJ 633-2026".into(),
        revision: 0,
        value: Some(57),
        level: Some(2),
        primary: vec![PropertyId::new("pm25").expect("valid")],
        parts: Vec::new(),
        before: None,
    };
    finding(2, Outcome::Index(result))
}

pub(crate) fn alarm_id(number: i64) -> AlarmId {
    let rule = RuleId::new("pm25-high").expect("valid");
    let subject = DatastreamId::parse("a:pm25").expect("valid");
    let source = SourceId::new("http").expect("valid");
    AlarmId::of(&rule, &subject, &source, at(number), 1.0)
}

pub(crate) fn alarm(number: i64) -> Body {
    let event = AlarmEvent {
        alarm: alarm_id(number),
        change: AlarmChange::Raised,
        at: at(number),
        rule: RuleId::new("pm25-high").expect("valid"),
        rule_version: Some(RuleVersion {
            pack: "air".into(),
            version: "1.0.0".into(),
            digest: RuleVersion::digest_of("{}"),
        }),
        subject: DatastreamId::parse("a:pm25").expect("valid"),
        key: None,
        level: Level::Orange,
        started: at(number),
        ended: None,
        value: 160.0,
        extreme: 160.0,
        threshold: 150.0,
        before: None,
        posture: None,
    };
    finding(u32::try_from(number).expect("small"), Outcome::Alarm(event))
}

/// A program without packs.
struct NoPacks;

impl ReadPacks for NoPacks {
    fn loaded(&self) -> Vec<PackView> {
        Vec::new()
    }

    fn check(&self, _base: Option<&str>, _files: Vec<(String, String)>) -> Option<CheckedPack> {
        None
    }
}
