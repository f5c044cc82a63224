//! The city of a drill: the simulator, which speaks through a door of its own.

use std::time::Duration;

use anyhow::{Context as _, anyhow, ensure};
use tokio::sync::watch;
use yiping_command::drills::Wish;
use yiping_log::CityClock;
use yiping_model::{Catalogue, DrillForm, DrillTruth, Timestamp};
use yiping_protocols::Format;
use yiping_sim::{City, Faults, Scenario, Settings};
use yiping_sources::door::Payload;
use yiping_sources::settings::{Form, Route};
use yiping_sources::{Batch, Door};

use crate::config::Config;
use crate::packs;

/// The name of its door.
pub(super) const DOOR: &str = "drill";
/// What has been said is brought in this often.
const BEAT: Duration = Duration::from_millis(100);
/// After a restart it tells so much again: what stands twice in a log counts once.
const AGAIN: Duration = Duration::from_mins(10);

/// What a drill would be.
pub(super) fn prepare(
    config: &Config,
    catalogue: &Catalogue,
    wish: &Wish,
    begins: Timestamp,
) -> anyhow::Result<DrillForm> {
    let scenario: Scenario = wish.scenario.parse()?;
    ensure!(scenario != Scenario::None, "in `none` nothing happens");
    let mut form = DrillForm {
        person: wish.person.clone(),
        scenario: scenario.to_string(),
        seed: wish.seed.unwrap_or(config.sim.seed),
        begins,
        after_secs: wish.after_secs,
        area: wish.area.clone(),
        participants: wish.participants.clone(),
        channels: wish.channels.clone(),
        note: wish.note.clone(),
        truth: Vec::new(),
    };
    let city = of(config, catalogue, &form)?;
    let over = city.scenario_over().unwrap_or(begins) + Duration::from_mins(1);
    let truth = yiping_sim::truth(&city, begins, over, &packs::truth(config)?);
    let alarms = truth.alarms.into_iter().map(|alarm| DrillTruth {
        rule: alarm.rule,
        thing: alarm.thing,
        property: alarm.property,
        level: alarm.level,
        started: alarm.started,
    });
    form.truth = alarms.collect();
    Ok(form)
}

/// The city of this drill.
pub(super) fn of(config: &Config, catalogue: &Catalogue, form: &DrillForm) -> anyhow::Result<City> {
    let settings = Settings {
        seed: form.seed,
        scenario: form.scenario.parse()?,
        scenario_after_secs: form.after_secs,
        history_hours: 0,
        quick_history_mins: 0,
        faults: Faults::default(),
        ..config.sim.clone()
    };
    let mut catalogue = catalogue.clone();
    if let Some(area) = &form.area {
        catalogue.things.retain(|_, thing| {
            let of = thing.area.as_ref();
            of.is_some_and(|of| of.starts_with(area.as_str()))
        });
        ensure!(
            !catalogue.things.is_empty(),
            "nothing stands in the area {area}"
        );
    }
    Ok(City::new(&catalogue, &settings, form.begins)?)
}

/// How what it says is read, by the part of its topics that tells.
struct Formats {
    detections: Format,
    tickets: Format,
    observations: Format,
}

impl Formats {
    fn new() -> Self {
        let format = |form| {
            let route = Route {
                form,
                ..Route::default()
            };
            route.format(None)
        };
        Self {
            detections: format(Form::Detection),
            tickets: format(Form::Ticket),
            observations: format(Form::Observation),
        }
    }

    fn of(&self, topic: &str) -> &Format {
        let mut levels = topic.split('/').skip(1);
        match (levels.next(), levels.next()) {
            (Some("video"), Some("detections")) => &self.detections,
            (Some("hall"), Some("tickets")) => &self.tickets,
            _ => &self.observations,
        }
    }
}

/// Lets the city speak until it is told to stop.
pub(super) async fn speak(
    city: City,
    door: Door,
    clock: CityClock,
    mut stop: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let formats = Formats::new();
    let mut told = city.start().max(clock.now() - AGAIN);
    while !*stop.borrow() {
        let now = clock.now();
        if now > told {
            let mut batch = Batch::default();
            for message in city.messages(told, now) {
                let payload = Payload::whole(&message.topic, &message.payload);
                let format = formats.of(&message.topic);
                door.read(&mut batch, format, payload, Some(&message.topic));
                if batch.is_full() {
                    keep(&door, std::mem::take(&mut batch), &mut stop).await?;
                }
            }
            keep(&door, batch, &mut stop).await?;
            told = now;
        }
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            _stopped = stop.wait_for(|stop| *stop) => {}
        }
    }
    Ok(())
}

/// Appends; a log that has no room is waited for.
async fn keep(door: &Door, batch: Batch, stop: &mut watch::Receiver<bool>) -> anyhow::Result<()> {
    while !*stop.borrow() {
        match door.keep(batch.clone()).await {
            Ok(_taken) => return Ok(()),
            Err(error) if error.is_retryable() => tokio::time::sleep(BEAT).await,
            Err(error) => return Err(anyhow!(error)).context("the city of the drill"),
        }
    }
    Ok(())
}
