//! Reads what a plan says of war (`[plan.war]`).

use serde::Deserialize;
use toml::Spanned;
use yiping_model::command::{Sampling, Threshold};
use yiping_model::{Level, PropertyId, Text};

use super::PlanWar;
use super::document::{MARKS, Problems, line_of, seconds};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WarText {
    #[serde(default)]
    quiet: Option<Spanned<Level>>,
    #[serde(default)]
    threshold: Vec<Spanned<ThresholdText>>,
    #[serde(default)]
    sampling: Vec<Spanned<SamplingText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ThresholdText {
    property: String,
    value: f64,
    #[serde(default)]
    mg_m3: Option<f64>,
    title: Text,
    #[serde(default)]
    decides: bool,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SamplingText {
    property: String,
    every: Spanned<String>,
}

pub(super) fn read_war(text: Spanned<WarText>, problems: &mut Problems<'_>) -> PlanWar {
    let line = line_of(problems.text, text.span().start);
    let text = text.into_inner();
    if let Some(quiet) = text
        .quiet
        .as_ref()
        .filter(|quiet| *quiet.get_ref() == Level::Red)
    {
        problems.tell(
            &quiet.span(),
            "alarms of the gravest level never wait: write quiet = 2, 3 or 4, or leave it out",
        );
    }
    let mut thresholds: Vec<Threshold> = Vec::new();
    for one in text.threshold {
        let span = one.span();
        let one = one.into_inner();
        if !MARKS.iter().any(|mark| one.source.contains(mark)) {
            problems.tell(
                &span,
                "the source of a threshold says how sure it is: add [P], [S:n], [M], [U] or [ours]",
            );
        }
        let above = |value: &f64| value.is_finite() && *value > 0.0;
        if !above(&one.value) || !one.mg_m3.iter().all(above) {
            problems.tell(&span, "a threshold is a number above 0");
        }
        let Some(property) = property(&one.property, &span, problems) else {
            continue;
        };
        let same = || thresholds.iter().filter(|other| other.property == property);
        if same().any(|other| other.value >= one.value) {
            problems.tell(
                &span,
                "thresholds of a property stand in order, the least first",
            );
        }
        if one.decides && same().any(|other| other.decides) {
            problems.tell(
                &span,
                "one threshold of a property decides: leave `decides` out here",
            );
        }
        thresholds.push(Threshold {
            property,
            value: one.value,
            mg_m3: one.mg_m3,
            title: one.title,
            decides: one.decides,
        });
    }
    let sampling = text.sampling.into_iter().filter_map(|one| {
        let span = one.span();
        let one = one.into_inner();
        let every_secs = seconds(&one.every, problems);
        let property = property(&one.property, &span, problems)?;
        Some(Sampling {
            property,
            every_secs,
        })
    });
    PlanWar {
        quiet: text.quiet.map(Spanned::into_inner),
        sampling: sampling.collect(),
        thresholds,
        line,
    }
}

fn property(
    text: &str,
    span: &std::ops::Range<usize>,
    problems: &mut Problems<'_>,
) -> Option<PropertyId> {
    PropertyId::new(text)
        .inspect_err(|error| problems.tell(span, format!("`{text}` is no property: {error}")))
        .ok()
}
