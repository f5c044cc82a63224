//! `yiping check`: is the configuration right, are the packs, and does a log still say what was made of it?

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, bail};
use yiping_engine::Engine;
use yiping_log::{CityClock, DiskLog, Log};
use yiping_model::{Body, Finding, Outcome, Position};

use super::{complain, configuration, say};
use crate::cli::Check;
use crate::config::Config;
use crate::packs::{self, Domain};

pub(crate) async fn check(arguments: &Check) -> anyhow::Result<()> {
    let mut config = configuration(arguments.config.as_deref())?;
    config.validate()?;
    let domain = match &arguments.map {
        Some(map) => packs::load_with_map(&mut config, map)?.0,
        None => packs::load(&config)?,
    };
    if arguments.print {
        say(toml::to_string(&config)?.trim_end());
        return Ok(());
    }
    check_cases(&domain)?;
    say(&format!(
        "configuration and packs are right: {} packs, {} properties, {} things, {} rules, {} plans, {} units",
        domain.packs.len(),
        domain.catalogue.properties.len(),
        domain.catalogue.things.len(),
        domain.rules.len(),
        domain.plans.len(),
        domain.fleet.len()
    ));
    if let Some(folder) = &arguments.log {
        let compared = recompute(&config, &domain, folder, arguments.batch).await?;
        say(&format!(
            "the log is whole; the engine says the same again: {compared} findings, to the byte"
        ));
    }
    Ok(())
}

fn check_cases(domain: &Domain) -> anyhow::Result<()> {
    let mut failed = 0;
    for pack in &domain.packs {
        for result in pack.check_cases().iter().filter(|result| !result.passed()) {
            complain(&format!("pack {}: {result}", pack.id));
            failed += 1;
        }
    }
    if failed > 0 {
        bail!("{failed} cases of rules fail");
    }
    Ok(())
}

/// Runs a log through a new engine and compares what it says with the findings that the log holds.
async fn recompute(
    config: &Config,
    domain: &Domain,
    folder: &Path,
    batch: usize,
) -> anyhow::Result<usize> {
    let log = DiskLog::open(folder, config.log.clone(), CityClock::driven)?;
    let mut engine = Engine::new(
        Arc::new(domain.catalogue.clone()),
        domain.rules.clone(),
        domain.laws.clone(),
        config.engine.clone(),
    )
    .deriving(domain.derived.clone(), domain.classes.clone());
    let mut recorded = Vec::new();
    let mut recomputed = Vec::new();
    let mut after = Position::START;
    loop {
        let records = log.read(after, batch).await?;
        let Some(last) = records.last() else { break };
        engine.handle(&records);
        recomputed.extend(engine.drain());
        recorded.extend(records.iter().filter_map(|record| match &record.body {
            Body::Finding(finding) => Some(finding.clone()),
            _ => None,
        }));
        after = last.position;
    }
    compare(&recorded, &recomputed)?;
    log.close().await;
    Ok(recorded.len())
}

/// The finding as if the text of the rule that spoke then had said it: whether the rules of today say the same is the question.
fn said_by(recorded: &Finding, recomputed: &Finding) -> Finding {
    let mut said = recomputed.clone();
    if let (Outcome::Alarm(then), Outcome::Alarm(now)) = (&recorded.outcome, &mut said.outcome) {
        now.rule_version.clone_from(&then.rule_version);
    }
    said
}

fn compare(recorded: &[Finding], recomputed: &[Finding]) -> anyhow::Result<()> {
    let bytes = |finding: &Finding| {
        let mut bytes = Vec::new();
        Body::Finding(finding.clone())
            .encode(&mut bytes)
            .map(|()| bytes)
            .context("a finding has no bytes")
    };
    for (one, other) in recorded.iter().zip(recomputed) {
        if bytes(one)? != bytes(&said_by(one, other))? {
            bail!(
                "the engine says something else about record {}: recorded {one:?}, recomputed {other:?}; were packs or settings changed, or old readings dropped?",
                one.cause
            );
        }
    }
    // The engine may have been stopped before it had said everything; it says the rest at the next start.
    if recomputed.len() < recorded.len() {
        bail!(
            "the log holds {} findings, the engine says {}",
            recorded.len(),
            recomputed.len()
        );
    }
    Ok(())
}
