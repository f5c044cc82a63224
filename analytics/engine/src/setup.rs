//! What the engine was given and does not change: catalogue, rules, laws and limits, arranged by property.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use h3o::{LatLng, Resolution};
use smol_str::SmolStr;
use yiping_model::{Catalogue, EventKind, IndexKind, PropertyId, SourceId, Thing, ThingId};

use crate::derive::{self, ClassLaw, Derived, ThingPlan};
use crate::indices::AqiLaws;
use crate::judge::Judge;
use crate::rule::{Happening, Operator, Rule};
use crate::settings::Settings;
use crate::window::Layout;

/// What is done with the observations of one property.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan {
    /// Its windows, where it has any.
    pub(crate) layout: Option<Layout>,
    /// Its rules, by their numbers.
    pub(crate) rules: Vec<u32>,
    /// The rule that watches its silence.
    silence: Option<u32>,
    /// The cell of each thing of the catalogue, where its windows are told by cell too.
    sites: BTreeMap<ThingId, Site>,
}

/// Where a thing of the catalogue belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Site {
    /// The H3 index of its cell.
    pub(crate) cell: u64,
    /// Its place among the things of the catalogue: in this order things of a cell are put together.
    pub(crate) rank: u32,
}

/// An index that rules can judge as if it were a property.
#[derive(Debug, Clone)]
pub(crate) struct IndexPlan {
    pub(crate) property: PropertyId,
    pub(crate) rules: Vec<u32>,
}

/// All that does not change.
#[derive(Debug, Clone)]
pub(crate) struct Setup {
    pub(crate) catalogue: Arc<Catalogue>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) laws: AqiLaws,
    pub(crate) settings: Settings,
    /// The source of values that the engine itself derives.
    pub(crate) own_source: SourceId,
    hourly: IndexPlan,
    daily: IndexPlan,
    /// What packs derive, and by which laws.
    pub(crate) derived: (Vec<Derived>, Vec<ClassLaw>),
    derivings: BTreeMap<ThingId, Arc<ThingPlan>>,
    plans: BTreeMap<PropertyId, Arc<Plan>>,
    other: Arc<Plan>,
    /// What a thing or a door is said to lack that is silent altogether.
    pub(crate) no_data: PropertyId,
    /// Rules on events, by kind.
    on_events: BTreeMap<EventKind, Vec<u32>>,
    /// Things through which others are heard.
    parents: BTreeSet<ThingId>,
    /// Of things that the catalogue does not know.
    no_limits: BTreeMap<String, f64>,
    /// The period of each thing of a cell that observes a property.
    periods_secs: BTreeMap<(PropertyId, u64), Vec<u32>>,
}

impl Setup {
    pub(crate) fn new(
        catalogue: Arc<Catalogue>,
        rules: Vec<Rule>,
        laws: AqiLaws,
        derived: (Vec<Derived>, Vec<ClassLaw>),
        settings: Settings,
    ) -> Self {
        let derivings = derive::arrange(&derived.0, &derived.1, &catalogue, &rules);
        let index = |name: &str| {
            let property = PropertyId::new(name).expect("a word is a valid id");
            let rules = rules_of(&rules, &property);
            IndexPlan { property, rules }
        };
        let (hourly, daily) = (index("aqi_hourly"), index("aqi_daily"));
        let mut setup = Self {
            other: Arc::new(Plan {
                layout: Layout::tumbling(&settings.default_windows),
                rules: Vec::new(),
                silence: None,
                sites: BTreeMap::new(),
            }),
            no_limits: BTreeMap::new(),
            no_data: PropertyId::new(PropertyId::NO_DATA).expect("a word is a valid id"),
            on_events: on_events(&rules),
            parents: parents(&catalogue),
            periods_secs: BTreeMap::new(),
            own_source: SourceId::new(SourceId::ENGINE).expect("a word is a valid id"),
            plans: BTreeMap::new(),
            derived,
            derivings,
            hourly,
            daily,
            catalogue,
            rules,
            laws,
            settings,
        };
        let made: BTreeSet<&PropertyId> = setup.derived.0.iter().map(|one| &one.id).collect();
        let judged = setup.rules.iter().flat_map(|rule| &rule.properties);
        let properties = setup.catalogue.properties.keys().chain(judged);
        let plans =
            properties.map(|property| (property.clone(), Arc::new(setup.arrange(property, &made))));
        setup.plans = plans.collect();
        setup.periods_secs = setup.periods_of_cells();
        setup
    }

    fn arrange(&self, property: &PropertyId, made: &BTreeSet<&PropertyId>) -> Plan {
        let known = self.catalogue.properties.get(property);
        // A name that the engine gives to its own index or derived value is not judged when a device uses it: one subject, one judge.
        let own = [&self.hourly.property, &self.daily.property].contains(&property);
        let derived = own || made.contains(property);
        Plan {
            layout: known.map_or_else(|| self.other.layout.clone(), Layout::of),
            rules: if derived {
                Vec::new()
            } else {
                rules_of(&self.rules, property)
            },
            silence: silence_of(&self.rules, property),
            sites: known
                .and_then(|known| known.cells)
                .map_or_else(BTreeMap::new, |cells| sites(&self.catalogue, cells)),
        }
    }

    fn periods_of_cells(&self) -> BTreeMap<(PropertyId, u64), Vec<u32>> {
        let mut periods: BTreeMap<_, Vec<u32>> = BTreeMap::new();
        for (property, plan) in &self.plans {
            for (thing, site) in &plan.sites {
                let known = self.catalogue.things.get(thing);
                let observes = known.is_some_and(|known| known.properties.contains(property));
                let period = self.catalogue.period_secs(thing, property);
                let cell = periods.entry((property.clone(), site.cell)).or_default();
                cell.extend(period.filter(|_| observes));
            }
        }
        periods
    }

    /// The periods of the things of a cell that observe this property, heard or not.
    pub(crate) fn cell_periods_secs(&self, property: &PropertyId, cell: u64) -> &[u32] {
        let periods = self.periods_secs.get(&(property.clone(), cell));
        periods.map_or(&[], Vec::as_slice)
    }

    pub(crate) fn plan(&self, property: &PropertyId) -> Arc<Plan> {
        Arc::clone(self.plans.get(property).unwrap_or(&self.other))
    }

    /// What is derived of this thing, or of others from what it says.
    pub(crate) fn derived(&self, thing: &ThingId) -> Option<Arc<ThingPlan>> {
        self.derivings.get(thing).map(Arc::clone)
    }

    pub(crate) const fn index(&self, kind: IndexKind) -> &IndexPlan {
        match kind {
            IndexKind::AqiHourly => &self.hourly,
            IndexKind::AqiDaily => &self.daily,
        }
    }

    /// A judge for each of these rules that judges this datastream.
    pub(crate) fn judges(
        &self,
        rules: &[u32],
        thing: &ThingId,
        property: &PropertyId,
    ) -> Vec<Judge> {
        let own = self.catalogue.things.get(thing);
        let limits = own.map_or(&self.no_limits, |thing| &thing.limits);
        let period = self.period(thing, property);
        let judge = |number: &u32| {
            let criterion = self.rule(*number).criterion(limits, period)?;
            Some(Judge::new(*number, criterion))
        };
        rules.iter().filter_map(judge).collect()
    }

    /// The rule that watches the silence of this datastream, and how long it is patient.
    pub(crate) fn silence(
        &self,
        plan: &Plan,
        thing: &ThingId,
        property: &PropertyId,
    ) -> Option<(u32, Duration)> {
        let number = plan.silence?;
        let Operator::NoData(silence) = &self.rule(number).operator else {
            return None;
        };
        let patience = silence.after(self.period(thing, property));
        (!patience.is_zero()).then_some((number, patience))
    }

    /// The rules on events of this kind.
    pub(crate) fn rules_on(&self, kind: &EventKind) -> &[u32] {
        self.on_events.get(kind).map_or(&[], Vec::as_slice)
    }

    /// A rule on events.
    pub(crate) fn happening(&self, number: u32) -> Option<(&Rule, &Happening)> {
        let rule = self.rule(number);
        match &rule.operator {
            Operator::Event(happening) => Some((rule, happening)),
            _ => None,
        }
    }

    /// Whether others are heard through this thing.
    pub(crate) fn is_parent(&self, thing: &ThingId) -> bool {
        self.parents.contains(thing)
    }

    /// For how long one observation stands; no time when nobody says.
    pub(crate) fn period(&self, thing: &ThingId, property: &PropertyId) -> Duration {
        let secs = self.catalogue.period_secs(thing, property);
        Duration::from_secs(secs.unwrap_or(0).into())
    }

    /// The area in which a thing lies, where it is known.
    pub(crate) fn area(&self, thing: &ThingId) -> Option<SmolStr> {
        let known = self.catalogue.things.get(thing)?;
        known.area.as_deref().map(SmolStr::new)
    }

    pub(crate) fn rule(&self, number: u32) -> &Rule {
        &self.rules[number as usize]
    }
}

fn on_events(rules: &[Rule]) -> BTreeMap<EventKind, Vec<u32>> {
    let mut by_kind: BTreeMap<EventKind, Vec<u32>> = BTreeMap::new();
    for (number, rule) in (0..).zip(rules) {
        if let Operator::Event(happening) = &rule.operator {
            let kind = happening.kind.clone();
            by_kind.entry(kind).or_default().push(number);
        }
    }
    by_kind
}

fn parents(catalogue: &Catalogue) -> BTreeSet<ThingId> {
    let things = catalogue.things.values();
    things.filter_map(|thing| thing.parent.clone()).collect()
}

fn silence_of(rules: &[Rule], property: &PropertyId) -> Option<u32> {
    let mut numbered = (0..).zip(rules);
    let watches = |rule: &Rule| {
        matches!(rule.operator, Operator::NoData(_)) && rule.properties.contains(property)
    };
    let found = numbered.find(|(_, rule)| watches(rule));
    found.map(|(number, _)| number)
}

fn rules_of(rules: &[Rule], property: &PropertyId) -> Vec<u32> {
    let numbered = (0..).zip(rules);
    numbered
        .filter(|(_, rule)| rule.judges_values() && rule.properties.contains(property))
        .map(|(number, _)| number)
        .collect()
}

/// The cells of all things, in the order of their ids.
fn sites(catalogue: &Catalogue, resolution: u8) -> BTreeMap<ThingId, Site> {
    let Ok(resolution) = Resolution::try_from(resolution) else {
        return BTreeMap::new();
    };
    let cell = |thing: &Thing| {
        let place = LatLng::new(thing.lat, thing.lon).ok()?;
        Some(u64::from(place.to_cell(resolution)))
    };
    let ranked = (0..).zip(catalogue.things.values());
    ranked
        .filter_map(|(rank, thing)| {
            let cell = cell(thing)?;
            Some((thing.id.clone(), Site { cell, rank }))
        })
        .collect()
}

impl Plan {
    /// Whether its observations lead to nothing.
    pub(crate) const fn is_idle(&self) -> bool {
        self.layout.is_none() && self.rules.is_empty()
    }

    /// Where this thing belongs, when windows are told by cell.
    pub(crate) fn site(&self, thing: &ThingId) -> Option<Site> {
        self.sites.get(thing).copied()
    }
}
