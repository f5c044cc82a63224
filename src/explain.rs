//! What the packs say, as the screens explain it.

use std::sync::Arc;

use yiping_engine::rule::{Bound, By, Direction, Lapse, Operator, Rule, Silence};
use yiping_model::Catalogue;
use yiping_scene::SceneFacts;
use yiping_scene::message::{
    ByView, DirectionView, LeastView, OperatorView, OwnLimitView, RuleView, TextView,
};
use yiping_scene::views;

use crate::packs::Domain;

/// What the live scene knows of the city.
pub(crate) fn facts(domain: &Domain, catalogue: &Arc<Catalogue>, simulated: bool) -> SceneFacts {
    SceneFacts {
        catalogue: Arc::clone(catalogue),
        rules: domain.rules.iter().map(rule_view).collect(),
        derived_steps: domain.derived_steps(),
        simulated,
    }
}

/// A rule for the screens.
pub(crate) fn rule_view(rule: &Rule) -> RuleView {
    let plain = plain(rule);
    match &rule.operator {
        Operator::Threshold(limits) => RuleView {
            direction: Some(direction(limits.direction)),
            raise: limits.raise.value(),
            clear: limits.clear.value(),
            raise_limit: own_limit(&limits.raise),
            clear_limit: own_limit(&limits.clear),
            for_secs: limits.delay.map(Lapse::secs),
            ..plain
        },
        Operator::Rate(change) => RuleView {
            operator: OperatorView::Rate,
            direction: Some(direction(change.direction)),
            raise: Some(change.raise),
            clear: Some(change.clear),
            over_secs: Some(change.over.secs()),
            ..plain
        },
        Operator::NoData(silence) => RuleView {
            operator: OperatorView::NoData,
            for_secs: match silence {
                Silence::After(lapse) => Some(lapse.secs()),
                Silence::Periods(_) => None,
            },
            periods: match silence {
                Silence::Periods(count) => Some(*count),
                Silence::After(_) => None,
            },
            ..plain
        },
        Operator::Stuck(stuck) => RuleView {
            operator: OperatorView::Stuck,
            for_secs: Some(stuck.lasts.secs()),
            min_count: Some(stuck.min_count),
            except: stuck.except.clone(),
            ..plain
        },
        Operator::Event(event) => RuleView {
            operator: OperatorView::Event,
            event: Some(event.kind.to_string()),
            min: event
                .min
                .iter()
                .map(|(property, value)| LeastView {
                    property: property.to_string(),
                    value: *value,
                })
                .collect(),
            by: Some(match event.by {
                By::Track => ByView::Track,
                By::Thing => ByView::Thing,
            }),
            hold_secs: Some(event.hold.secs()),
            ..plain
        },
    }
}

/// What is said of every rule.
fn plain(rule: &Rule) -> RuleView {
    RuleView {
        id: rule.id.to_string(),
        title: TextView {
            zh: rule.title.zh.clone(),
            en: rule.title.en.clone(),
        },
        properties: rule.properties.iter().map(ToString::to_string).collect(),
        event: None,
        level: rule.level.into(),
        operator: OperatorView::Threshold,
        direction: None,
        raise: None,
        clear: None,
        raise_limit: None,
        clear_limit: None,
        for_secs: None,
        over_secs: None,
        periods: None,
        min_count: None,
        except: Vec::new(),
        min: Vec::new(),
        by: None,
        hold_secs: None,
        source: rule.source.clone(),
        written: rule.version.as_ref().map(views::rule_version),
    }
}

const fn direction(direction: Direction) -> DirectionView {
    match direction {
        Direction::Above => DirectionView::Above,
        Direction::Below => DirectionView::Below,
    }
}

fn own_limit(bound: &Bound) -> Option<OwnLimitView> {
    match bound {
        Bound::Value(_) => None,
        Bound::Own { limit, offset } => Some(OwnLimitView {
            limit: limit.clone(),
            offset: *offset,
        }),
    }
}
