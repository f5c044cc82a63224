//! Where packs come from: those inside the program, and folders named in the configuration. They are put together into one catalogue.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::path::Path;

use anyhow::{Context, bail};
use rust_embed::RustEmbed;
use yiping_desk::notices::{Measure, RuleWords};
use yiping_desk::plan::{self, Plan, PlanProblem};
use yiping_engine::Rule;
use yiping_engine::derive::{ClassLaw, Derived};
use yiping_engine::indices::AqiLaws;
use yiping_engine::pack::{Pack, PackFile, PackProblem};
use yiping_engine::rule::Operator;
use yiping_model::{Catalogue, PropertyId, RuleId, Thing, Zone};
use yiping_protocols::TableMap;
use yiping_sim::TruthPack;

use crate::config::Config;
use crate::units::Fleet;

#[derive(RustEmbed)]
#[folder = "analytics/packs"]
#[include = "*/*.toml"]
struct Builtin;

/// The file of a pack that holds its plans.
const PLANS: &str = "plans.toml";

/// What all packs together say.
pub(crate) struct Domain {
    /// Things and properties.
    pub(crate) catalogue: Catalogue,
    /// Rules of all packs.
    pub(crate) rules: Vec<Rule>,
    /// The laws of the air quality index.
    pub(crate) laws: AqiLaws,
    /// What all packs derive.
    pub(crate) derived: Vec<Derived>,
    /// The laws by which classes are told.
    pub(crate) classes: Vec<ClassLaw>,
    /// The packs themselves, for their cases.
    pub(crate) packs: Vec<Pack>,
    /// The units, and the roads on which they go.
    pub(crate) fleet: Fleet,
    /// The plans of all packs.
    pub(crate) plans: Vec<Plan>,
}

impl Domain {
    /// The rules for the words of notices.
    pub(crate) fn rule_words(&self) -> BTreeMap<RuleId, RuleWords> {
        let words = |rule: &Rule| RuleWords {
            title: rule.title.clone(),
            measure: match &rule.operator {
                Operator::Threshold(_) => Measure::Value,
                Operator::Rate(_) => Measure::PerHour,
                Operator::NoData(_) | Operator::Stuck(_) => Measure::Seconds,
                Operator::Event(event) => Measure::OfEvent(event.min.keys().next().cloned()),
            },
        };
        let rules = self.rules.iter();
        rules.map(|rule| (rule.id.clone(), words(rule))).collect()
    }

    /// Seconds between two values of each derived property.
    pub(crate) fn derived_steps(&self) -> BTreeMap<PropertyId, u32> {
        let derived = self.derived.iter();
        derived
            .map(|one| (one.id.clone(), one.every.secs()))
            .collect()
    }
}

/// Reads the packs that the configuration names.
pub(crate) fn load(config: &Config) -> anyhow::Result<Domain> {
    combine(config, parse_all(config)?, Vec::new())
}

/// The same for a replay: the things of its map are the city's things, the packs say what their readings mean.
pub(crate) fn load_with_map(
    config: &mut Config,
    path: &Path,
) -> anyhow::Result<(Domain, TableMap)> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let map = TableMap::parse(&text).with_context(|| path.display().to_string())?;
    config.packs.things = false;
    let domain = combine(config, parse_all(config)?, map.things())?;
    Ok((domain, map))
}

/// A pack, and the plans that lie beside what the engine reads.
struct Whole {
    pack: Pack,
    plans: Vec<Plan>,
    place: String,
}

fn parse_all(config: &Config) -> anyhow::Result<Vec<Whole>> {
    let mut packs = Vec::new();
    for name in &config.packs.builtin {
        packs.push(parse_whole(&builtin(name)?, name.clone())?);
    }
    for folder in &config.packs.dirs {
        let place = folder.display().to_string();
        packs.push(parse_whole(&from_folder(folder)?, place)?);
    }
    Ok(packs)
}

fn parse_whole(files: &[PackFile], place: String) -> anyhow::Result<Whole> {
    let pack = parse(files, &place)?;
    let mut plans = Vec::new();
    for file in files.iter().filter(|file| file.name == PLANS) {
        let read = plan::parse(&pack.id, &file.text);
        plans.extend(read.map_err(|problems| wrong(&place, &problems))?);
    }
    Ok(Whole { pack, plans, place })
}

/// Where each pack of the configuration lies, in its order.
pub(crate) fn places(config: &Config) -> Vec<String> {
    let builtin = config.packs.builtin.iter();
    let builtin = builtin.map(|name| format!("built in: {name}"));
    let folders = config.packs.dirs.iter();
    builtin
        .chain(folders.map(|folder| folder.display().to_string()))
        .collect()
}

/// What a draft is.
pub(crate) enum Drafted {
    /// Wrong in these places of its own files, and in these of its plans.
    Wrong(Vec<PackProblem>, Vec<PlanProblem>),
    /// Nothing that can be read beside the packs that lie where the configuration says.
    Apart(anyhow::Error),
    /// Right in itself, with its plans; the error is what the other packs have against it.
    Right(Box<Pack>, Vec<Plan>, Option<anyhow::Error>),
}

/// Checks a draft as packs are checked at the start: alone, or with its files in the place of those of the pack that stands at `base` in the configuration.
pub(crate) fn draft(config: &Config, base: Option<usize>, files: Vec<PackFile>) -> Drafted {
    let read = || {
        let mut all = Vec::new();
        for name in &config.packs.builtin {
            all.push((name.clone(), builtin(name)?));
        }
        for folder in &config.packs.dirs {
            all.push((folder.display().to_string(), from_folder(folder)?));
        }
        anyhow::Ok(all)
    };
    let mut all = match read() {
        Ok(all) => all,
        Err(error) => return Drafted::Apart(error),
    };
    let mut whole = base.map_or_else(Vec::new, |at| all.swap_remove(at).1);
    whole.retain(|known| files.iter().all(|file| file.name != known.name));
    whole.extend(files);
    let pack = Pack::parse(&whole);
    let id = pack.as_ref().map_or("draft", |pack| pack.id.as_str());
    let plans = whole.iter().filter(|file| file.name == PLANS);
    let mut plans: Vec<Result<Vec<Plan>, _>> =
        plans.map(|file| plan::parse(id, &file.text)).collect();
    let plans = plans.pop().unwrap_or_else(|| Ok(Vec::new()));
    let (pack, plans) = match (pack, plans) {
        (Ok(pack), Ok(plans)) => (pack, plans),
        (pack, plans) => {
            let (in_pack, in_plans) = (pack.err(), plans.err());
            return Drafted::Wrong(in_pack.unwrap_or_default(), in_plans.unwrap_or_default());
        }
    };
    let beside = || {
        let mut wholes = Vec::new();
        for (place, files) in &all {
            wholes.push(parse_whole(files, place.clone())?);
        }
        wholes.push(Whole {
            pack: pack.clone(),
            plans: plans.clone(),
            place: "draft".to_owned(),
        });
        combine(config, wholes, Vec::new())
    };
    let error = beside().err();
    Drafted::Right(Box::new(pack), plans, error)
}

/// What is wrong, a line each.
fn wrong(place: &str, problems: &[impl Display]) -> anyhow::Error {
    let lines: Vec<String> = problems
        .iter()
        .map(|problem| format!("{place}/{problem}"))
        .collect();
    anyhow::anyhow!("{}", lines.join("\n"))
}

/// What the simulator's truth must know of the packs, read from the same files and not by the engine.
pub(crate) fn truth(config: &Config) -> anyhow::Result<TruthPack> {
    let mut files = Vec::new();
    for name in &config.packs.builtin {
        files.extend(builtin(name)?);
    }
    for folder in &config.packs.dirs {
        files.extend(from_folder(folder)?);
    }
    let mut truth = TruthPack::default();
    let judging = ["rules.toml", "derived.toml", "classes.toml"];
    for file in files
        .iter()
        .filter(|file| judging.contains(&file.name.as_str()))
    {
        truth.extend(toml::from_str(&file.text).with_context(|| file.name.clone())?);
    }
    // The truth is what people must hear of, and a scenario knows of no war.
    truth.rules.retain(|rule| rule.posture.is_none());
    Ok(truth)
}

fn builtin(name: &str) -> anyhow::Result<Vec<PackFile>> {
    let prefix = format!("{name}/");
    let mut files = Vec::new();
    for path in Builtin::iter().filter(|path| path.starts_with(&prefix)) {
        let bytes = Builtin::get(&path)
            .with_context(|| format!("pack file {path} is missing from the program"))?
            .data;
        let text = String::from_utf8(bytes.into_owned())
            .with_context(|| format!("{path} is not UTF-8"))?;
        files.push(PackFile {
            name: path[prefix.len()..].to_owned(),
            text,
        });
    }
    if files.is_empty() {
        bail!(
            "packs.builtin names `{name}`, which is not inside the program; known: {}",
            known().join(", ")
        );
    }
    Ok(files)
}

fn known() -> Vec<String> {
    let mut names: Vec<String> = Builtin::iter()
        .filter_map(|path| path.split_once('/').map(|(name, _)| name.to_owned()))
        .collect();
    names.sort();
    names.dedup();
    names
}

fn from_folder(folder: &Path) -> anyhow::Result<Vec<PackFile>> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder)
        .with_context(|| format!("pack folder {} cannot be read", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "toml")
        {
            let text = std::fs::read_to_string(&path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            files.push(PackFile {
                name: path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                text,
            });
        }
    }
    files.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(files)
}

fn parse(files: &[PackFile], place: &str) -> anyhow::Result<Pack> {
    Pack::parse(files).map_err(|problems| wrong(place, &problems))
}

fn combine(config: &Config, whole: Vec<Whole>, more_things: Vec<Thing>) -> anyhow::Result<Domain> {
    let plans = plans_of(&whole)?;
    let packs: Vec<Pack> = whole.into_iter().map(|whole| whole.pack).collect();
    let zone = Zone::named(&config.city.zone).context("city.zone")?;
    let mut properties = BTreeMap::new();
    let mut things = BTreeMap::new();
    let (mut rules, mut rule_ids): (Vec<Rule>, BTreeMap<_, _>) = Default::default();
    let (mut classes, mut law_ids): (Vec<ClassLaw>, BTreeMap<_, _>) = Default::default();
    let mut laws = None;
    let mut events = BTreeMap::new();
    let mut derived: Vec<Derived> = Vec::new();
    for pack in &packs {
        for property in &pack.properties {
            once(&mut properties, "property", &property.id, property, pack)?;
        }
        for thing in pack.things.iter().filter(|_| config.packs.things) {
            once(&mut things, "thing", &thing.id, thing, pack)?;
        }
        for event in &pack.events {
            once(&mut events, "event", &event.id, event, pack)?;
        }
        for rule in &pack.rules {
            once(&mut rule_ids, "rule", &rule.id, &pack.id, pack)?;
            rules.push(rule.clone());
        }
        for law in &pack.classes {
            once(&mut law_ids, "law", &law.id, &pack.id, pack)?;
            classes.push(law.clone());
        }
        // Each makes a property of its own pack, and no two packs have the same property.
        derived.extend(pack.derived.iter().cloned());
        if let Some(found) = &pack.laws
            && laws.replace(found.clone()).is_some()
        {
            bail!(
                "the laws of the air quality index are defined by two packs; the second is `{}`",
                pack.id
            );
        }
    }
    for thing in more_things {
        things.insert(thing.id.clone(), thing);
    }
    for route in &config.notify.route {
        let unknown = |domain: &&String| !packs.iter().any(|pack| pack.id == **domain);
        if let Some(domain) = route.domains.iter().find(unknown) {
            bail!(
                "notify.route `{}` names the domain `{domain}`, which no pack is",
                route.name
            );
        }
    }
    let catalogue = Catalogue {
        city: config.city.name.clone(),
        zone,
        areas: config.city.areas.clone(),
        properties,
        things,
        events,
    };
    Ok(Domain {
        catalogue,
        rules,
        laws: laws.unwrap_or_default(),
        derived,
        classes,
        packs,
        fleet: Fleet::load(&config.units)?,
        plans,
    })
}

/// The plans of all packs; no two have one id, and their proofs are observed.
fn plans_of(whole: &[Whole]) -> anyhow::Result<Vec<Plan>> {
    let observed: BTreeSet<&PropertyId> = whole
        .iter()
        .flat_map(|whole| &whole.pack.properties)
        .map(|property| &property.id)
        .collect();
    let mut plans: Vec<Plan> = Vec::new();
    for one in whole {
        for plan in &one.plans {
            let problems = plan.unknown_properties(|property| observed.contains(property));
            if !problems.is_empty() {
                return Err(wrong(&one.place, &problems));
            }
            if plans.iter().any(|other| other.id == plan.id) {
                bail!(
                    "plan `{}` is defined by two packs; the second is `{}`",
                    plan.id,
                    one.pack.id
                );
            }
            plans.push(plan.clone());
        }
    }
    Ok(plans)
}

/// Puts one in; what two packs define is a mistake.
fn once<K: Ord + Clone + Display, V: Clone>(
    all: &mut BTreeMap<K, V>,
    what: &str,
    id: &K,
    value: &V,
    pack: &Pack,
) -> anyhow::Result<()> {
    if all.insert(id.clone(), value.clone()).is_some() {
        bail!(
            "{what} `{id}` is defined by two packs; the second is `{}`",
            pack.id
        );
    }
    Ok(())
}
