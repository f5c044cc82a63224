//! `yiping sim`: only the simulator, towards a broker or standard output.

use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use tokio::sync::watch;
use yiping_engine::{Direction, Operator};
use yiping_log::CityClock;
use yiping_model::Timestamp;
use yiping_sim::{City, Scenario, TruthRule};

use super::configuration;
use super::demo::target;
use crate::cli::Sim;
use crate::packs::{self, Domain};

pub(crate) async fn sim(arguments: Sim) -> anyhow::Result<()> {
    let config = configuration(arguments.config.as_deref())?;
    let domain = packs::load(&config)?;
    let mut settings = config.sim.clone();
    settings.speed = arguments.speed;
    settings.seed = arguments.seed.unwrap_or(settings.seed);
    if settings.scenario == Scenario::None {
        settings.scenario = Scenario::Leak;
    }
    let start = match &arguments.from {
        Some(text) => Timestamp::parse(text).context("--from")?,
        None => CityClock::machine_now(),
    };
    let city = City::new(&domain.catalogue, &settings, start)?;
    if let Some(path) = &arguments.truth {
        write_truth(&city, &domain, path)?;
    }
    if let Some(secs) = arguments.dump {
        let end = start + Duration::from_secs(secs.into());
        yiping_sim::dump(&city, start, end, &mut std::io::stdout().lock())?;
        return Ok(());
    }
    let clock = CityClock::at_speed(start, settings.speed);
    let stop = watch::Sender::new(false);
    let run = yiping_sim::run(
        city,
        move || clock.now(),
        target(&arguments.mqtt)?,
        settings,
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

/// Writes the alarms that the city's scenario must raise.
pub(crate) fn write_truth(city: &City, domain: &Domain, path: &Path) -> anyhow::Result<()> {
    let over = city.scenario_over().unwrap_or(city.start()) + Duration::from_mins(1);
    let truth = yiping_sim::truth(city, city.start(), over, &truth_rules(domain));
    let mut file =
        std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    yiping_sim::write_truth(&truth, &mut file)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// The rules of the packs, as far as the truth of a scenario needs them.
fn truth_rules(domain: &Domain) -> Vec<TruthRule> {
    // Those whose limits are the same for all things, and that raise at once and above.
    let above = domain.rules.iter().filter_map(|rule| match &rule.operator {
        Operator::Threshold(limits)
            if limits.direction == Direction::Above && limits.delay.is_none() =>
        {
            let property = rule.properties.first()?;
            Some((rule, property, limits.raise.value()?, limits.clear.value()?))
        }
        _ => None,
    });
    above
        .map(|(rule, property, raise, clear)| TruthRule {
            id: rule.id.clone(),
            property: property.clone(),
            level: rule.level.into(),
            raise,
            clear,
        })
        .collect()
}
