//! What the engine was given and does not change: catalogue, rules, laws and limits, arranged by property.

use std::collections::BTreeMap;
use std::sync::Arc;

use yiping_model::{Catalogue, IndexKind, PropertyId, SourceId, WindowLength};

use crate::indices::AqiLaws;
use crate::rule::Rule;
use crate::settings::Settings;

/// What is done with the observations of one property.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Plan {
    /// Window lengths, ascending, each a multiple of the first.
    pub(crate) lengths: Vec<WindowLength>,
    /// Its rules, by their numbers.
    pub(crate) rules: Vec<u32>,
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
    plans: BTreeMap<PropertyId, Arc<Plan>>,
    other: Arc<Plan>,
}

impl Setup {
    pub(crate) fn new(
        catalogue: Arc<Catalogue>,
        rules: Vec<Rule>,
        laws: AqiLaws,
        settings: Settings,
    ) -> Self {
        let index = |name: &str| {
            let property = PropertyId::new(name).expect("a word is a valid id");
            let rules = rules_of(&rules, &property);
            IndexPlan { property, rules }
        };
        let (hourly, daily) = (index("aqi_hourly"), index("aqi_daily"));
        let mut setup = Self {
            other: Arc::new(Plan {
                lengths: nested(&settings.default_windows),
                rules: Vec::new(),
            }),
            own_source: SourceId::new("engine").expect("a word is a valid id"),
            plans: BTreeMap::new(),
            hourly,
            daily,
            catalogue,
            rules,
            laws,
            settings,
        };
        let judged = setup.rules.iter().map(|rule| &rule.property);
        let properties = setup.catalogue.properties.keys().chain(judged);
        let plans =
            properties.map(|property| (property.clone(), Arc::new(setup.arrange(property))));
        setup.plans = plans.collect();
        setup
    }

    fn arrange(&self, property: &PropertyId) -> Plan {
        let known = self.catalogue.properties.get(property);
        let lengths = known.map_or(&self.settings.default_windows, |known| &known.windows);
        // A name that the engine gives to its own index is not judged when a device uses it: one subject, one judge.
        let derived = [&self.hourly.property, &self.daily.property].contains(&property);
        Plan {
            lengths: nested(lengths),
            rules: if derived {
                Vec::new()
            } else {
                rules_of(&self.rules, property)
            },
        }
    }

    pub(crate) fn plan(&self, property: &PropertyId) -> Arc<Plan> {
        Arc::clone(self.plans.get(property).unwrap_or(&self.other))
    }

    pub(crate) const fn index(&self, kind: IndexKind) -> &IndexPlan {
        match kind {
            IndexKind::AqiHourly => &self.hourly,
            IndexKind::AqiDaily => &self.daily,
        }
    }

    pub(crate) fn rule(&self, number: u32) -> &Rule {
        &self.rules[number as usize]
    }
}

fn rules_of(rules: &[Rule], property: &PropertyId) -> Vec<u32> {
    let numbered = (0..).zip(rules);
    numbered
        .filter(|(_, rule)| rule.property == *property)
        .map(|(number, _)| number)
        .collect()
}

/// Ascending, each once, and only what is made of whole panes.
fn nested(lengths: &[WindowLength]) -> Vec<WindowLength> {
    let mut lengths = lengths.to_vec();
    lengths.sort_unstable();
    lengths.dedup();
    let pane = lengths.first().map_or(1, |pane| pane.secs());
    lengths.retain(|length| length.secs() % pane == 0);
    lengths
}
