//! `yiping demo`: a simulated city and the whole centre in one process.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::sync::watch;
use yiping_log::CityClock;
use yiping_model::Timestamp;
use yiping_protocols::Unknown;
use yiping_server::People;
use yiping_sim::{City, HttpTarget, MqttTarget, SPEED_MAX, Scenario, Settings, Town, Wish};
use yiping_sources::settings::{Form, MqttSettings, MqttdSettings, Route, Subscription};

use super::sim::{scenario, write_truth};
use super::{configuration, say};
use crate::cli::Demo;
use crate::config::Config;
use crate::house::{self, House};
use crate::packs;
use crate::sign_in::{self, SignIn};
use crate::tls;

const HOUR_SECS: u64 = 3_600;
const PORTS_TRIED: u16 = 50;
/// The source of the city's readings, whichever way they come.
const DOOR: &str = "mqtt";

pub(crate) async fn demo(arguments: Demo) -> anyhow::Result<()> {
    let mut config = configuration(arguments.config.as_deref())?;
    config.data.dir.clone_from(&arguments.data_dir);
    config.server.listen = SocketAddr::from((arguments.listen, arguments.port));
    if !arguments.listen.is_loopback() && !config.tls.is_set() {
        config.tls = tls::self_signed(&config.data.dir.join("tls"), arguments.listen)?;
    }
    config.ingest.unknown = Unknown::Accept;
    let speed = arguments.speed.factor();
    config.sim.speed = speed.unwrap_or(SPEED_MAX);
    config.sim.seed = arguments.seed.unwrap_or(config.sim.seed);
    config.sim.scenario = scenario(arguments.scenario, &config.sim);
    let mut domain = packs::load(&config)?;
    let town = Town::new(&domain.catalogue, config.sim.seed);
    let invented = !arguments.no_sim && config.units.register.as_os_str().is_empty();
    if invented {
        domain.fleet = domain.fleet.or_of(&town, &config.units)?;
    }

    let target = open_a_way(&mut config, &arguments.mqtt)?;
    let simulated = !arguments.no_sim;
    ensure!(
        simulated || speed.is_some(),
        "--speed max waits for the simulated city, and --no-sim has none: give a number"
    );
    let mut log_end = Timestamp::MIN;
    let clock = |end: Timestamp| {
        log_end = end;
        let origin = end.max(CityClock::machine_now());
        speed.map_or_else(
            || CityClock::driven(origin),
            |speed| CityClock::at_speed(origin, speed),
        )
    };
    let accounts =
        async |people: &People| sign_in::for_demonstration(people, &arguments.data_dir).await;
    let domain = Arc::new(domain);
    let (mut house, sign_in) =
        house::open(config.clone(), &domain, simulated, clock, accounts).await?;
    house.open_mqtt().await?;
    let own = sign_in.as_ref().map(|sign_in| own_api(&config, sign_in));
    let own = own.transpose()?;
    if simulated {
        let wishes = start_listening(&mut house, own.clone());
        let waited_for = speed.is_none();
        start_city(&mut house, &config, log_end, &target, wishes, waited_for)?;
    }
    if let Some(own) = own.filter(|_| invented) {
        start_trackers(&mut house, town, own);
    }
    announce(&arguments, &config, &target, simulated, sign_in.as_ref());
    house.live_until(std::future::pending()).await
}

/// Sees to a door for the city, and says where the city is to publish: to the demo's own door, or to the broker that was named.
fn open_a_way(config: &mut Config, mqtt: &str) -> anyhow::Result<MqttTarget> {
    let Ok(port) = mqtt.parse::<u16>() else {
        let target = target(mqtt)?;
        if config.ingest.mqtt.is_empty() {
            config.ingest.mqtt = vec![broker_door(config, &target)];
        }
        return Ok(target);
    };
    if config.ingest.mqttd.is_empty() {
        let listen = SocketAddr::from((
            Ipv4Addr::LOCALHOST,
            free_port(port, config.server.listen.port())?,
        ));
        config.ingest.mqttd = vec![own_door(config, listen)];
    }
    let listen = config.ingest.mqttd[0].listen;
    Ok(MqttTarget {
        host: listen.ip().to_string(),
        port: listen.port(),
    })
}

/// The first free port from `first` on that the wall does not want.
fn free_port(first: u16, wall: u16) -> anyhow::Result<u16> {
    let last = first.saturating_add(PORTS_TRIED);
    (first..=last)
        .find(|&port| port != wall && TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .with_context(|| format!("no free port from {first} to {last}; choose another with --mqtt"))
}

/// `HOST:PORT` of a broker.
pub(crate) fn target(text: &str) -> anyhow::Result<MqttTarget> {
    let parts = text
        .rsplit_once(':')
        .and_then(|(host, port)| Some((host.to_owned(), port.parse::<u16>().ok()?)));
    let (host, port) =
        parts.with_context(|| format!("--mqtt {text} is neither a port nor HOST:PORT"))?;
    Ok(MqttTarget { host, port })
}

/// The topics of the simulator, and what is told on them.
fn forms(config: &Config) -> [(String, Form); 3] {
    let prefix = &config.sim.topic_prefix;
    [
        (format!("{prefix}/video/detections/#"), Form::Detection),
        (format!("{prefix}/hall/tickets/#"), Form::Ticket),
        (format!("{prefix}/#"), Form::Observation),
    ]
}

fn own_door(config: &Config, listen: SocketAddr) -> MqttdSettings {
    MqttdSettings {
        name: DOOR.to_owned(),
        listen,
        routes: forms(config)
            .map(|(topic, form)| Route {
                topic,
                form,
                ..Route::default()
            })
            .into(),
        ..MqttdSettings::default()
    }
}

fn broker_door(config: &Config, target: &MqttTarget) -> MqttSettings {
    MqttSettings {
        name: DOOR.to_owned(),
        url: format!("mqtt://{}:{}", target.host, target.port),
        client_id: "yiping-demo".into(),
        subscriptions: forms(config)
            .map(|(topic, form)| Subscription {
                topic,
                form,
                ..Subscription::default()
            })
            .into(),
        ..MqttSettings::default()
    }
}

fn start_city(
    house: &mut House,
    config: &Config,
    log_end: Timestamp,
    target: &MqttTarget,
    wishes: watch::Receiver<Vec<Wish>>,
    waited_for: bool,
) -> anyhow::Result<()> {
    let mut settings = config.sim.clone();
    let start = house.clock.now();
    // A city that went on while nobody listened: what the log already holds is not told again.
    let missed = Duration::from_micros(
        u64::try_from(start.micros_since(log_end).max(0)).unwrap_or(u64::MAX),
    );
    let missed_hours = u32::try_from(missed.as_secs().div_ceil(HOUR_SECS)).unwrap_or(u32::MAX);
    settings.history_hours = settings.history_hours.min(missed_hours.saturating_sub(1));
    let city = City::new(&house.catalogue, &settings, start)?;
    let truth = config.data.dir.join("truth.json");
    write_truth(&city, config, &truth)?;
    let (clock, target) = (house.clock.clone(), target.clone());
    let keeps_up = house.keeps_up();
    let now = move |ready| {
        if waited_for && keeps_up() {
            clock.advance(ready)
        } else {
            clock.now()
        }
    };
    house.feed("the simulated city", |stop| {
        Box::pin(async move {
            let totals = yiping_sim::run(city, now, target, settings, wishes, stop).await?;
            tracing::info!(
                published = totals.published,
                acknowledged = totals.acknowledged,
                "the city stops"
            );
            Ok(())
        })
    });
    Ok(())
}

/// The program's own API, to which the city speaks as a source.
fn own_api(config: &Config, sign_in: &SignIn) -> anyhow::Result<HttpTarget> {
    let tls = config.tls.is_set();
    let mut address = config.server.listen;
    if address.ip().is_unspecified() {
        address.set_ip(Ipv4Addr::LOCALHOST.into());
    }
    // The certificate of the demonstration is made for this name.
    let address = if tls && config.server.listen.ip().is_unspecified() {
        format!("https://localhost:{}", address.port())
    } else {
        format!("{}://{address}", if tls { "https" } else { "http" })
    };
    let certificate = tls.then(|| std::fs::read(&config.tls.certificate));
    Ok(HttpTarget {
        address,
        token: sign_in.source.clone().into(),
        certificate: certificate.transpose()?,
    })
}

/// Lets the city hear how often it is asked to report; without a token it hears nothing.
fn start_listening(house: &mut House, own: Option<HttpTarget>) -> watch::Receiver<Vec<Wish>> {
    let (tell, wishes) = watch::channel(Vec::new());
    let Some(own) = own else {
        tracing::info!("the city has no token of its own: it reports as it always does");
        return wishes;
    };
    house.feed("what the city is asked", |stop| {
        Box::pin(async move {
            yiping_sim::listen(own, tell, stop).await;
            Ok(())
        })
    });
    wishes
}

/// Sends where the invented units are to the program's own door.
fn start_trackers(house: &mut House, town: Town, own: HttpTarget) {
    let clock = house.clock.clone();
    house.feed("the trackers", |stop| {
        Box::pin(async move {
            yiping_sim::track(town, move || clock.now(), own, stop).await;
            Ok(())
        })
    });
}

/// What is going to happen, for people.
fn happening(sim: &Settings) -> String {
    let what = match sim.scenario {
        Scenario::None => return "an ordinary day".to_owned(),
        Scenario::Leak => "chlorine leaks upwind of a school",
        Scenario::Flood => {
            "a storm begins over the upper basin; its wave takes a day down the river"
        }
        Scenario::Crowd => "a square fills beyond its capacity",
        Scenario::HallBreakdown => "the windows of a full hall stop",
        Scenario::GatewayDying => "a gateway begins to die",
        Scenario::SensorDrifting => "a thermometer begins to drift",
        Scenario::Discharge => "waste water runs into a river",
        Scenario::Fire => "somebody climbs a fence, and later it burns behind it",
        Scenario::StationFailing => "an air station begins to fail",
    };
    let minutes = sim.scenario_after_secs.div_ceil(60);
    format!("in about {minutes} min of city time {what}")
}

fn announce(
    arguments: &Demo,
    config: &Config,
    target: &MqttTarget,
    simulated: bool,
    sign_in: Option<&SignIn>,
) {
    let address = super::address(config);
    say("");
    match sign_in {
        Some(sign_in) => sign_in.lines(&address).iter().for_each(|line| say(line)),
        None => say(&format!("  wall     {address}/")),
    }
    say(&format!("  English  {address}/?lang=en"));
    say(&format!("  API      {address}/api/openapi.json"));
    say(&format!(
        "  send     POST {address}/api/v1/observations, or MQTT {}:{} city/#",
        target.host, target.port
    ));
    say(&format!("  data     {}", arguments.data_dir.display()));
    if simulated {
        say(&format!("  city     simulated; {}", happening(&config.sim)));
    }
    if config.tls.is_set() {
        say(
            "  Nobody but this program vouches for its certificate: a browser asks once. Ctrl-C ends it.",
        );
    } else {
        say("  This machine only; --listen 0.0.0.0 lets others in, over TLS. Ctrl-C ends it.");
    }
    say("");
}
