//! `yiping sim`: only the simulator, towards a broker or standard output.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use yiping_log::CityClock;
use yiping_model::Timestamp;
use yiping_sim::{City, HttpTarget, Scenario, Settings};

use super::configuration;
use super::demo::target;
use crate::cli::Sim;
use crate::config::Config;
use crate::packs;

pub(crate) async fn sim(arguments: Sim) -> anyhow::Result<()> {
    let config = configuration(arguments.config.as_deref())?;
    let domain = packs::load(&config)?;
    let mut settings = config.sim.clone();
    settings.speed = arguments.speed;
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    settings.scenario = scenario(arguments.scenario, &settings);
    let start = match &arguments.from {
        Some(text) => Timestamp::parse(text).context("--from")?,
        None => CityClock::machine_now(),
    };
    let city = City::new(&domain.catalogue, &settings, start)?;
    if let Some(path) = &arguments.truth {
        write_truth(&city, &config, path)?;
    }
    if let Some(secs) = arguments.dump {
        let end = start + Duration::from_secs(secs.into());
        yiping_sim::dump(&city, start, end, &mut std::io::stdout().lock())?;
        return Ok(());
    }
    let clock = CityClock::at_speed(start, settings.speed);
    let stop = watch::Sender::new(false);
    let (tell, wishes) = watch::channel(Vec::new());
    if let Some(centre) = centre(&arguments)? {
        tokio::spawn(yiping_sim::listen(centre, tell, stop.subscribe()));
    }
    let run = yiping_sim::run(
        city,
        move |_ready| clock.now(),
        target(&arguments.mqtt)?,
        settings,
        wishes,
        stop.subscribe(),
    );
    tokio::pin!(run);
    let totals = tokio::select! {
        totals = &mut run => totals?,
        _interrupted = tokio::signal::ctrl_c() => {
            stop.send_replace(true);
            run.await?
        }
    };
    tracing::info!(
        published = totals.published,
        acknowledged = totals.acknowledged,
        "the city stops"
    );
    Ok(())
}

/// Who says how often to report, if anybody.
fn centre(arguments: &Sim) -> anyhow::Result<Option<HttpTarget>> {
    let (Some(address), Some(file)) = (&arguments.centre, &arguments.token_file) else {
        return Ok(None);
    };
    let token =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    Ok(Some(HttpTarget {
        address: address.trim_end_matches('/').to_owned(),
        token: token.trim().to_owned().into(),
        certificate: None,
    }))
}

/// What happens to the city: what was asked for, or what the configuration says, or the leak.
pub(crate) fn scenario(asked: Option<Scenario>, settings: &Settings) -> Scenario {
    asked.unwrap_or(match settings.scenario {
        Scenario::None => Scenario::Leak,
        chosen => chosen,
    })
}

/// Writes the alarms that the city's scenario must raise.
pub(crate) fn write_truth(city: &City, config: &Config, path: &Path) -> anyhow::Result<()> {
    let over = city.scenario_over().unwrap_or(city.start()) + Duration::from_mins(1);
    let truth = yiping_sim::truth(city, city.start(), over, &packs::truth(config)?);
    let mut file =
        std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    yiping_sim::write_truth(&truth, &mut file)
        .with_context(|| format!("cannot write {}", path.display()))
}
