//! Reads `plans.toml`, strictly: what is not known is wrong, and every mistake says its line and what to do.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::ops::Range;

use serde::Deserialize;
use smol_str::SmolStr;
use toml::Spanned;
use yiping_model::command::{EventLevel, IncidentClass, ItemKind, ReportStep, ResponseLevel};
use yiping_model::{PropertyId, RuleVersion, Text, read_length};

use super::war::{WarText, read_war};
use super::{
    Bound, Plan, PlanItem, PlanLevel, PlanProblem, PlanProof, PlanReport, PlanRole, PlanTask,
    PlanWar, Since, Term,
};

/// The file of a pack that holds its plans.
pub(super) const FILE: &str = "plans.toml";
/// How sure a figure is.
pub(super) const MARKS: [&str; 6] = ["[P]", "[S:", "[M]", "[R]", "[U]", "[ours]"];
/// Characters of an id.
const ID_CHARS_MAX: usize = 48;
/// Deadlines and periods are not longer: a year.
const TERM_SECS_MAX: u32 = 366 * 86_400;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    plan: Vec<Spanned<PlanText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanText {
    id: Spanned<String>,
    title: Text,
    class: IncidentClass,
    #[serde(default)]
    gbt35561_code: String,
    source: String,
    #[serde(default)]
    level: Vec<Spanned<LevelText>>,
    #[serde(default)]
    role: Vec<Spanned<RoleText>>,
    #[serde(default)]
    task: Vec<Spanned<TaskText>>,
    #[serde(default)]
    report: Vec<Spanned<ReportText>>,
    #[serde(default)]
    check: Vec<Spanned<ItemText>>,
    #[serde(default)]
    resource: Vec<Spanned<ItemText>>,
    #[serde(default)]
    notice: Vec<Spanned<ItemText>>,
    #[serde(default)]
    war: Option<Spanned<WarText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelText {
    level: ResponseLevel,
    when: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleText {
    id: String,
    title: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskText {
    id: String,
    title: Text,
    role: Spanned<String>,
    levels: Spanned<Vec<ResponseLevel>>,
    #[serde(default)]
    sign_within: Option<Spanned<String>>,
    #[serde(default)]
    done_within: Option<Spanned<String>>,
    remind_after: Spanned<String>,
    supervise_after: Spanned<String>,
    proof: Spanned<ProofText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProofText {
    photos: Option<u8>,
    property: Option<String>,
    at_most: Option<Bound>,
    at_least: Option<Bound>,
    r#for: Option<Spanned<String>>,
    gap: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportText {
    id: String,
    step: ReportStep,
    title: Text,
    levels: Spanned<Vec<ResponseLevel>>,
    #[serde(default)]
    event_levels: Vec<EventLevel>,
    since: Since,
    #[serde(default)]
    within: Option<Spanned<String>>,
    #[serde(default)]
    every: Option<Spanned<String>>,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ItemText {
    id: String,
    title: Text,
    levels: Spanned<Vec<ResponseLevel>>,
}

/// Where mistakes are told.
pub(super) struct Problems<'a> {
    pub(super) text: &'a str,
    told: Vec<PlanProblem>,
}

impl Problems<'_> {
    pub(super) fn tell(&mut self, span: &Range<usize>, message: impl Display) {
        self.told.push(PlanProblem {
            file: FILE.to_owned(),
            line: line_of(self.text, span.start),
            message: message.to_string(),
        });
    }
}

pub(super) fn line_of(text: &str, place: usize) -> usize {
    let before = text.get(..place).unwrap_or_default();
    before.matches('\n').count() + 1
}

/// The plans of a pack's `plans.toml`.
///
/// # Errors
/// Everything that is wrong with it; of what is no TOML, or has an unknown field, the first.
pub fn parse(pack: &str, text: &str) -> Result<Vec<Plan>, Vec<PlanProblem>> {
    let mut problems = Problems {
        text,
        told: Vec::new(),
    };
    let document: Document = match toml::from_str(text) {
        Ok(document) => document,
        Err(error) => {
            let message = error.message().lines().collect::<Vec<_>>().join(" ");
            problems.tell(&error.span().unwrap_or(0..0), message);
            return Err(problems.told);
        }
    };
    let digest = RuleVersion::digest_of(text);
    let mut plans: Vec<Plan> = Vec::new();
    for plan in document.plan {
        let span = plan.span();
        let plan = read(plan.into_inner(), &span, pack, &digest, &mut problems);
        if plans.iter().any(|other| other.id == plan.id) {
            problems.tell(
                &span,
                format!("there are two plans `{}`: give one another id", plan.id),
            );
        }
        plans.push(plan);
    }
    if problems.told.is_empty() {
        Ok(plans)
    } else {
        problems.told.sort();
        Err(problems.told)
    }
}

fn read(
    text: PlanText,
    span: &Range<usize>,
    pack: &str,
    digest: &SmolStr,
    problems: &mut Problems<'_>,
) -> Plan {
    let levels = read_levels(text.level, span, problems);
    let mut ids = Ids::default();
    let roles = text.role.into_iter().map(|role| {
        let span = role.span();
        let RoleText { id, title } = role.into_inner();
        PlanRole {
            id: ids.take("role", &id, &span, problems),
            title,
        }
    });
    let mut plan = Plan {
        id: SmolStr::default(),
        pack: pack.into(),
        digest: digest.clone(),
        title: text.title,
        class: text.class,
        gbt35561_code: Some(text.gbt35561_code.as_str())
            .filter(|code| !code.is_empty())
            .map(SmolStr::new),
        source: text.source,
        roles: roles.collect(),
        levels,
        tasks: Vec::new(),
        reports: Vec::new(),
        items: Vec::new(),
        war: text
            .war
            .map_or_else(PlanWar::default, |war| read_war(war, problems)),
    };
    plan.id = ids.take("plan", text.id.get_ref(), &text.id.span(), problems);
    for task in text.task {
        if let Some(task) = read_task(&plan, task, &mut ids, problems) {
            plan.tasks.push(task);
        }
    }
    for report in text.report {
        let report = read_report(&plan, report, &mut ids, problems);
        plan.reports.push(report);
    }
    let items = [
        (ItemKind::Check, text.check),
        (ItemKind::Resource, text.resource),
        (ItemKind::Notice, text.notice),
    ];
    for (kind, items) in items {
        for item in items {
            let span = item.span();
            let ItemText { id, title, levels } = item.into_inner();
            let id = ids.take("line", &id, &span, problems);
            let levels = checked(&plan, levels, problems);
            plan.items.push(PlanItem {
                id,
                kind,
                title,
                levels,
            });
        }
    }
    plan
}

fn read_levels(
    texts: Vec<Spanned<LevelText>>,
    span: &Range<usize>,
    problems: &mut Problems<'_>,
) -> Vec<PlanLevel> {
    let mut levels: Vec<PlanLevel> = Vec::new();
    if texts.is_empty() {
        problems.tell(
            span,
            "a plan has at least one [[plan.level]] with level = 1 to 4",
        );
    }
    for text in texts {
        let span = text.span();
        let LevelText { level, when } = text.into_inner();
        if levels.iter().any(|other| other.level == level) {
            problems.tell(
                &span,
                format!("level {} stands twice: leave one out", level.number()),
            );
        }
        levels.push(PlanLevel { level, when });
    }
    levels.sort_by_key(|level| level.level);
    levels
}

/// Ids of one plan; of each kind every one is there once.
#[derive(Default)]
struct Ids(BTreeSet<(&'static str, String)>);

impl Ids {
    fn take(
        &mut self,
        what: &'static str,
        id: &str,
        span: &Range<usize>,
        problems: &mut Problems<'_>,
    ) -> SmolStr {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if id.is_empty() || id.len() > ID_CHARS_MAX || !id.chars().all(plain) {
            problems.tell(
                span,
                format!("the id {id:?} of a {what} is not 1 to {ID_CHARS_MAX} of a-z, 0-9, -"),
            );
        } else if !self.0.insert((what, id.to_owned())) {
            problems.tell(
                span,
                format!("there are two of the {what} `{id}`: give one another id"),
            );
        }
        id.into()
    }
}

fn checked(
    plan: &Plan,
    levels: Spanned<Vec<ResponseLevel>>,
    problems: &mut Problems<'_>,
) -> Vec<ResponseLevel> {
    let span = levels.span();
    let levels = levels.into_inner();
    if levels.is_empty() {
        problems.tell(
            &span,
            "it is for no level: write levels = [1, 2, 3, 4] or fewer",
        );
    }
    for level in levels.iter().filter(|level| !plan.has(**level)) {
        let number = level.number();
        problems.tell(
            &span,
            format!("the plan has no level {number}: add a [[plan.level]], or leave it out here"),
        );
    }
    levels
}

fn read_task(
    plan: &Plan,
    text: Spanned<TaskText>,
    ids: &mut Ids,
    problems: &mut Problems<'_>,
) -> Option<PlanTask> {
    let span = text.span();
    let text = text.into_inner();
    let id = ids.take("task", &text.id, &span, problems);
    let role = text.role.get_ref();
    if !plan.roles.iter().any(|known| known.id == *role) {
        problems.tell(
            &text.role.span(),
            format!("the plan has no role `{role}`: add a [[plan.role]] with this id"),
        );
    }
    let levels = checked(plan, text.levels, problems);
    let remind = seconds(&text.remind_after, problems);
    let supervise = seconds(&text.supervise_after, problems);
    if remind > supervise {
        problems.tell(
            &text.supervise_after.span(),
            "supervision comes after the reminder: make it longer",
        );
    }
    let sign_within = text.sign_within.map(|text| term(&text, problems));
    let done_within = text.done_within.map(|text| term(&text, problems));
    let proof = read_proof(text.proof, problems)?;
    Some(PlanTask {
        id,
        title: text.title,
        role: role.as_str().into(),
        levels,
        sign_within,
        done_within,
        remind_after_secs: remind,
        supervise_after_secs: supervise,
        proof,
        line: line_of(problems.text, span.start),
    })
}

fn read_proof(text: Spanned<ProofText>, problems: &mut Problems<'_>) -> Option<PlanProof> {
    const FORMS: &str = "a proof is { photos = 1 }, or { property = \"cl2\", at_most = 0.4, for = \"10m\", gap = \"1m\" }";
    let span = text.span();
    let ProofText {
        photos,
        property,
        at_most,
        at_least,
        r#for,
        gap,
    } = text.into_inner();
    match (photos, property, r#for, gap) {
        (Some(photos), None, None, None) if at_most.is_none() && at_least.is_none() => {
            if photos == 0 {
                problems.tell(&span, "it takes at least one photograph");
            }
            Some(PlanProof::Evidence(photos))
        }
        (None, Some(property), Some(long), Some(gap))
            if at_most.is_some() || at_least.is_some() =>
        {
            let (for_secs, gap_secs) = (seconds(&long, problems), seconds(&gap, problems));
            match PropertyId::new(&property) {
                Ok(property) => Some(PlanProof::Reading {
                    property,
                    at_most,
                    at_least,
                    for_secs,
                    gap_secs,
                }),
                Err(error) => {
                    problems.tell(&span, format!("`{property}` is no property: {error}"));
                    None
                }
            }
        }
        _ => {
            problems.tell(&span, FORMS);
            None
        }
    }
}

fn read_report(
    plan: &Plan,
    text: Spanned<ReportText>,
    ids: &mut Ids,
    problems: &mut Problems<'_>,
) -> PlanReport {
    let span = text.span();
    let text = text.into_inner();
    let has_mark = MARKS.iter().any(|mark| text.source.contains(mark));
    if !has_mark {
        problems.tell(
            &span,
            "the source of a report's time says how sure it is: add [P], [S:n], [M], [U] or [ours]",
        );
    }
    let every = text.every.map(|every| {
        if text.step != ReportStep::Followup {
            problems.tell(
                &every.span(),
                "only a followup comes again: leave `every` out",
            );
        }
        seconds(&every, problems)
    });
    PlanReport {
        id: ids.take("report", &text.id, &span, problems),
        step: text.step,
        title: text.title,
        levels: checked(plan, text.levels, problems),
        event_levels: text.event_levels,
        since: text.since,
        within: text.within.map(|within| term(&within, problems)),
        every_secs: every,
        source: text.source,
    }
}

/// A length of time in seconds; what is none is told, and is one second.
pub(super) fn seconds(text: &Spanned<String>, problems: &mut Problems<'_>) -> u32 {
    let read = read_length(text.get_ref()).filter(|secs| (1..=TERM_SECS_MAX).contains(secs));
    read.unwrap_or_else(|| {
        let message = format!(
            "{:?} is no length of time: write it as 90s, 10m, 2h or 1d",
            text.get_ref()
        );
        problems.tell(&text.span(), message);
        1
    })
}

fn term(text: &Spanned<String>, problems: &mut Problems<'_>) -> Term {
    let plain = text.get_ref();
    let number = |unit: &str| {
        plain
            .strip_suffix(unit)?
            .parse::<u32>()
            .ok()
            .filter(|count| (1..=366).contains(count))
    };
    if let Some(days) = number("wd") {
        return Term::WorkingDays(days);
    }
    if let Some(hours) = number("wh") {
        return Term::WorkingHours(hours);
    }
    if plain.ends_with("wd") || plain.ends_with("wh") {
        problems.tell(
            &text.span(),
            format!("{plain:?} is no working time: write it as 5wd or 8wh"),
        );
        return Term::Elapsed(1);
    }
    Term::Elapsed(seconds(text, problems))
}
