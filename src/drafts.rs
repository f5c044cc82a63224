//! What administrators see of the packs, and drafts that are checked as packs are at the start. Nothing is applied.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use yiping_command::incidents::plan_view;
use yiping_desk::plan::{Plan, PlanProblem};
use yiping_engine::pack::{Pack, PackFile, PackProblem};
use yiping_server::packs::{CheckedPack, DraftProblem, PackView, ReadPacks, RuleRow};

use crate::config::Config;
use crate::packs::{self, Domain, Drafted};

/// The packs of this program.
pub(crate) struct Packs {
    config: Config,
    domain: Arc<Domain>,
    /// Cases run once: what is loaded does not change.
    shown: OnceLock<Vec<PackView>>,
}

impl Packs {
    pub(crate) fn new(config: Config, domain: Arc<Domain>) -> Self {
        Self {
            config,
            domain,
            shown: OnceLock::new(),
        }
    }
}

impl ReadPacks for Packs {
    fn loaded(&self) -> Vec<PackView> {
        let shown = self.shown.get_or_init(|| {
            let places = packs::places(&self.config);
            let packs = self.domain.packs.iter().zip(places);
            packs
                .map(|(pack, place)| view(pack, place, &self.domain.plans))
                .collect()
        });
        shown.clone()
    }

    fn check(&self, base: Option<&str>, files: Vec<(String, String)>) -> Option<CheckedPack> {
        let files = files.into_iter();
        let files = files.map(|(name, text)| PackFile { name, text }).collect();
        let at = match base {
            Some(base) => Some(self.domain.packs.iter().position(|pack| pack.id == base)?),
            None => None,
        };
        Some(match packs::draft(&self.config, at, files) {
            Drafted::Wrong(in_pack, in_plans) => CheckedPack {
                problems: problems(in_pack, in_plans),
                pack: None,
            },
            Drafted::Apart(error) => of_whole(&error),
            Drafted::Right(pack, plans, error) => CheckedPack {
                pack: Some(view(&pack, "draft".to_owned(), &plans)),
                ..error.map_or_else(CheckedPack::default, |error| of_whole(&error))
            },
        })
    }
}

/// What is wrong with the pack as a whole, or beside the others.
fn of_whole(error: &anyhow::Error) -> CheckedPack {
    CheckedPack {
        problems: vec![DraftProblem {
            file: String::new(),
            line: 1,
            message: format!("{error:#}"),
        }],
        pack: None,
    }
}

fn problems(in_pack: Vec<PackProblem>, in_plans: Vec<PlanProblem>) -> Vec<DraftProblem> {
    let in_pack = in_pack.into_iter().map(
        |PackProblem {
             file,
             line,
             message,
         }| DraftProblem {
            file,
            line,
            message,
        },
    );
    let in_plans = in_plans.into_iter().map(
        |PlanProblem {
             file,
             line,
             message,
         }| DraftProblem {
            file,
            line,
            message,
        },
    );
    in_pack.chain(in_plans).collect()
}

fn view(pack: &Pack, place: String, plans: &[Plan]) -> PackView {
    let mut cases: BTreeMap<String, (usize, Vec<String>)> = BTreeMap::new();
    for result in pack.check_cases() {
        let (count, failed) = cases.entry(result.case.rule.to_string()).or_default();
        *count += 1;
        if !result.passed() {
            failed.push(result.to_string());
        }
    }
    let rules = pack.rules.iter().map(|rule| {
        let id = rule.id.to_string();
        let (cases, failed) = cases.remove(&id).unwrap_or_default();
        RuleRow {
            title: rule.title.clone(),
            digest: rule
                .version
                .as_ref()
                .map(|version| version.digest.to_string()),
            id,
            cases,
            failed,
        }
    });
    PackView {
        rules: rules.collect(),
        id: pack.id.clone(),
        title: pack.title.clone(),
        version: pack.version.clone(),
        description: pack.description.clone(),
        place,
        properties: pack
            .properties
            .iter()
            .map(|property| property.id.to_string())
            .collect(),
        things: pack.things.len(),
        derived: pack.derived.len(),
        events: pack.events.len(),
        plans: plans
            .iter()
            .filter(|plan| *plan.pack == *pack.id)
            .map(plan_view)
            .collect(),
    }
}
