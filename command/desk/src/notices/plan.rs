//! Which change of which alarm is told to whom.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{
    Alarm, AlarmChange, AlarmEvent, Escalated, Finding, Level, Message, NoticeCause, NoticeId,
    Outcome, Record, ThingId, Timestamp,
};

use super::quiet::Quiet;
use super::together::{Bond, Wanted};
use super::words::{Language, NoField, Template, Told, Words};
use crate::rights::Scope;

/// What can be told of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It began, also as a part of one that late data cut in two.
    Raised,
    /// It is over.
    Returned,
    /// Late data corrected when it began or ended.
    Amended,
    /// Late data showed that it never was.
    Withdrawn,
    /// Nobody acknowledged it in time; docs/DUTY.md.
    Escalated,
}

/// In which posture of the city a route speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Posture {
    /// In both.
    #[default]
    Any,
    /// 战时: while an incident is at war.
    War,
    /// 平时: while none is.
    Peace,
}

/// One way from alarms to channels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Its name; a notice belongs to it by this name.
    pub name: String,
    /// The channels, by name: each gets a notice of its own.
    pub channels: Vec<String>,
    /// Alarms of this level and of graver ones.
    #[serde(default = "every_level")]
    pub level: Level,
    /// Only alarms of things in these areas, GB/T 2260; none for everywhere.
    #[serde(default)]
    pub areas: Vec<String>,
    /// Only alarms of these domains, by the name of their pack; none for all.
    #[serde(default)]
    pub domains: Vec<String>,
    /// Which changes.
    #[serde(default = "usual_changes")]
    pub changes: Vec<Change>,
    /// In which language.
    #[serde(default)]
    pub language: Language,
    /// Changes of one rule or behind one gateway that come within so many seconds are one notice; 0 for one each. The highest level never
    /// waits.
    #[serde(default = "usual_group")]
    pub group_secs: u32,
    /// Held in these hours until they end, but for the highest level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<Quiet>,
    /// Only while an incident is at war, or only while none is.
    #[serde(default)]
    pub posture: Posture,
    /// A template of its own for the title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A template of its own for the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// Ours: Alertmanager waits as long for the first notice of a group.
const fn usual_group() -> u32 {
    30
}

/// Longer nobody may be kept waiting.
const GROUP_SECS_MAX: u32 = 600;

const fn every_level() -> Level {
    Level::Blue
}

fn usual_changes() -> Vec<Change> {
    vec![Change::Raised, Change::Returned, Change::Withdrawn]
}

/// A route that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// A name twice, or none.
    #[error("notify.route `{0}`: each route needs a name of its own, of 1 to 64 characters")]
    Name(String),
    /// A channel that is not there.
    #[error(
        "notify.route `{route}` names the channel `{channel}`, which no [[notify.channel]] has"
    )]
    Channel {
        /// The route.
        route: String,
        /// The name.
        channel: String,
    },
    /// It tells nobody.
    #[error("notify.route `{0}` names no channel, or one twice")]
    Channels(String),
    /// It tells nothing.
    #[error("notify.route `{0}` names no change: raised, returned, amended, withdrawn, escalated")]
    Changes(String),
    /// It keeps waiting for too long.
    #[error("notify.route `{0}`: group_secs is at most {GROUP_SECS_MAX}")]
    Group(String),
    /// A template that cannot be read.
    #[error("notify.route `{route}`, {which}: {fault}")]
    Template {
        /// The route.
        route: String,
        /// `title` or `text`.
        which: &'static str,
        /// What is wrong.
        fault: NoField,
    },
}

impl Change {
    /// What this is for whom it is told.
    pub const fn of(change: &AlarmChange) -> Self {
        match change {
            AlarmChange::Raised | AlarmChange::Split { .. } => Self::Raised,
            AlarmChange::Returned => Self::Returned,
            AlarmChange::Amended => Self::Amended,
            AlarmChange::Withdrawn { .. } => Self::Withdrawn,
        }
    }

    pub(super) const fn word(self, language: Language) -> &'static str {
        match (language, self) {
            (Language::Zh, Self::Raised) => "报警",
            (Language::Zh, Self::Returned) => "恢复正常",
            (Language::Zh, Self::Amended) => "已更正",
            (Language::Zh, Self::Withdrawn) => "已撤销",
            (Language::Zh, Self::Escalated) => "无人签收，已升级",
            (Language::En, Self::Raised) => "alarm",
            (Language::En, Self::Returned) => "returned to normal",
            (Language::En, Self::Amended) => "amended",
            (Language::En, Self::Withdrawn) => "withdrawn",
            (Language::En, Self::Escalated) => "escalated: nobody acknowledged",
        }
    }
}

impl Route {
    /// The templates of title and text.
    fn templates(&self) -> Result<[Template; 2], PlanError> {
        let [title, text] = Template::usual(self.language);
        let parse = |which, own: &Option<String>, usual: &str| {
            Template::parse(own.as_deref().unwrap_or(usual)).map_err(|fault| PlanError::Template {
                route: self.name.clone(),
                which,
                fault,
            })
        };
        Ok([
            parse("title", &self.title, title)?,
            parse("text", &self.text, text)?,
        ])
    }

    fn check(&self, channels: &[&str]) -> Result<(), PlanError> {
        let name = || self.name.clone();
        if self.name.is_empty() || self.name.chars().count() > 64 {
            return Err(PlanError::Name(name()));
        }
        let is_twice = |(place, one): (usize, &String)| self.channels[..place].contains(one);
        if self.channels.is_empty() || self.channels.iter().enumerate().any(is_twice) {
            return Err(PlanError::Channels(name()));
        }
        if self.changes.is_empty() {
            return Err(PlanError::Changes(name()));
        }
        if self.group_secs > GROUP_SECS_MAX {
            return Err(PlanError::Group(name()));
        }
        let unknown = |one: &&String| !channels.contains(&one.as_str());
        match self.channels.iter().find(unknown) {
            Some(channel) => Err(PlanError::Channel {
                route: name(),
                channel: channel.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// All routes, ready to be asked.
#[derive(Debug, Clone)]
pub struct Plan {
    routes: Vec<Ready>,
    words: Words,
    /// Things through which others are heard.
    leading: BTreeSet<ThingId>,
}

#[derive(Debug, Clone)]
struct Ready {
    route: Route,
    scope: Scope,
    title: Template,
    text: Template,
}

impl Plan {
    /// Checks these routes to these channels.
    ///
    /// # Errors
    /// [`PlanError`] names the route that cannot be.
    pub fn check(routes: &[Route], channels: &[&str]) -> Result<(), PlanError> {
        for (place, route) in routes.iter().enumerate() {
            if routes[..place].iter().any(|other| other.name == route.name) {
                return Err(PlanError::Name(route.name.clone()));
            }
            route.check(channels)?;
            route.templates()?;
        }
        Ok(())
    }

    /// The plan of these routes.
    ///
    /// # Errors
    /// [`PlanError`] for a template that cannot be read.
    pub fn new(routes: &[Route], words: Words) -> Result<Self, PlanError> {
        let ready = |route: &Route| {
            let [title, text] = route.templates()?;
            Ok(Ready {
                route: route.clone(),
                scope: Scope {
                    areas: route.areas.clone(),
                    domains: route.domains.clone(),
                },
                title,
                text,
            })
        };
        let things = words.catalogue.things.values();
        Ok(Self {
            routes: routes.iter().map(ready).collect::<Result<_, PlanError>>()?,
            leading: things.filter_map(|thing| thing.parent.clone()).collect(),
            words,
        })
    }

    pub(super) const fn words(&self) -> &Words {
        &self.words
    }

    /// Whether others are heard through this thing.
    pub(super) fn leads(&self, thing: &ThingId) -> bool {
        self.leading.contains(thing)
    }

    /// The language of a route, also of one that is gone.
    pub(super) fn language(&self, route: &str) -> Language {
        let mut routes = self.routes.iter();
        let known = routes.find(|ready| ready.route.name == route);
        known.map_or_else(Language::default, |ready| ready.route.language)
    }

    /// What is told of this finding, which the log took with this record and whose alarm has this number: a message for each route that wants
    /// it and each of its channels.
    pub(super) fn wanted(
        &self,
        record: &Record,
        finding: &Finding,
        number: u32,
        at_war: bool,
    ) -> Vec<(NoticeId, Wanted)> {
        let Outcome::Alarm(event) = &finding.outcome else {
            return Vec::new();
        };
        let told = Told {
            event,
            change: Change::of(&event.change),
            number,
            at_war,
        };
        let decided = [finding.cause.to_string(), finding.ordinal.to_string()];
        self.alarm(
            record,
            &told,
            (event.change.name(), &decided),
            &event.change,
        )
    }

    /// What is told of an alarm that lasts and calls people again since this record: the same as when it began.
    pub(super) fn back(
        &self,
        record: &Record,
        alarm: &Alarm,
        at_war: bool,
    ) -> Vec<(NoticeId, Wanted)> {
        let event = &AlarmEvent {
            at: record.received_at,
            ..alarm.event.clone()
        };
        let told = Told {
            event,
            change: Change::Raised,
            number: alarm.number,
            at_war,
        };
        let decided = [record.position.to_string(), String::new()];
        self.alarm(record, &told, ("back", &decided), &AlarmChange::Raised)
    }

    fn alarm(
        &self,
        record: &Record,
        told: &Told<'_>,
        decided: (&str, &[String; 2]),
        change: &AlarmChange,
    ) -> Vec<(NoticeId, Wanted)> {
        let event = told.event;
        let cause = |route: &str| NoticeCause::Alarm {
            route: route.to_owned(),
            alarm: event.alarm.clone(),
            change: change.clone(),
            level: event.level,
        };
        let bond = |ready: &Ready| {
            let waits = ready.route.group_secs > 0 && event.level != Level::Red;
            waits.then(|| {
                let wait = Duration::from_secs(u64::from(ready.route.group_secs));
                (self.bond(event), record.received_at + wait)
            })
        };
        self.told(record, told, decided, cause, bond)
    }

    /// What is told of an alarm that is escalated by this record. It is a word to one person and waits for no other.
    pub(super) fn escalation(
        &self,
        record: &Record,
        one: &Escalated,
        number: u32,
        at_war: bool,
    ) -> Vec<(NoticeId, Wanted)> {
        let event = &AlarmEvent {
            at: record.received_at,
            ..one.event.clone()
        };
        let told = Told {
            event,
            change: Change::Escalated,
            number,
            at_war,
        };
        let decided = [one.stage.to_string(), String::new()];
        let cause = |route: &str| NoticeCause::Escalation {
            route: route.to_owned(),
            alarm: event.alarm.clone(),
            stage: one.stage,
            level: event.level,
        };
        self.told(record, &told, ("escalated", &decided), cause, |_| None)
    }

    /// A message for each route that wants this change and each of its channels; what was decided is named by the change's name and two texts.
    fn told(
        &self,
        record: &Record,
        told: &Told<'_>,
        (name, [one, other]): (&str, &[String; 2]),
        cause: impl Fn(&str) -> NoticeCause,
        bond: impl Fn(&Ready) -> Option<(Bond, Timestamp)>,
    ) -> Vec<(NoticeId, Wanted)> {
        let wanted = self.routes.iter().filter(|ready| self.wants(ready, told));
        wanted
            .flat_map(|ready| {
                let route = &ready.route.name;
                let (cause, bond) = (&cause, &bond);
                ready.route.channels.iter().map(move |channel| {
                    let alarm = told.event.alarm.as_str();
                    let id = NoticeId::of(&["alarm", route, channel, alarm, name, one, other]);
                    let wanted = Wanted {
                        because: record.position,
                        at: record.received_at,
                        message: self.message(ready, channel, record, told, cause(route)),
                        bond: bond(ready),
                    };
                    (id, wanted)
                })
            })
            .collect()
    }

    fn wants(&self, ready: &Ready, told: &Told<'_>) -> bool {
        let Told { event, change, .. } = told;
        let speaks = match ready.route.posture {
            Posture::Any => true,
            Posture::War => told.at_war,
            Posture::Peace => !told.at_war,
        };
        let thing = self.words.catalogue.things.get(&event.subject.thing);
        let area = thing.and_then(|thing| thing.area.as_deref());
        let domain = event.rule_version.as_ref().map(|text| text.pack.as_str());
        speaks
            && event.level <= ready.route.level
            && ready.route.changes.contains(change)
            && ready.scope.covers(area, domain)
    }

    fn message(
        &self,
        ready: &Ready,
        channel: &str,
        record: &Record,
        told: &Told<'_>,
        cause: NoticeCause,
    ) -> Message {
        let language = ready.route.language;
        let mark = self.words.mark(language);
        let fill = |template: &Template| {
            let said = template.fill(&self.words, told, language);
            format!("{mark}{said}")
        };
        Message {
            channel: channel.to_owned(),
            cause,
            not_before: self.held_until(ready, told.event.level, record.received_at),
            title: fill(&ready.title),
            text: fill(&ready.text),
        }
    }

    /// What waited because an incident was at war, told from now on.
    pub(super) fn let_go(&self, wanted: Wanted, level: Level, now: Timestamp) -> Wanted {
        let Wanted {
            because,
            at,
            mut message,
            bond,
        } = wanted;
        let mut routes = self.routes.iter();
        let ready = routes.find(|ready| Some(ready.route.name.as_str()) == message.cause.route());
        message.not_before = ready.and_then(|ready| self.held_until(ready, level, now));
        let bond = bond.map(|(bond, until)| {
            let wait = u64::try_from(until.micros_since(at)).unwrap_or(0);
            (bond, now + Duration::from_micros(wait))
        });
        Wanted {
            because,
            at: now,
            message,
            bond,
        }
    }

    fn held_until(&self, ready: &Ready, level: Level, now: Timestamp) -> Option<Timestamp> {
        let quiet = ready.route.quiet.filter(|_| level != Level::Red)?;
        quiet.ends(&self.words.catalogue.zone, now)
    }

    /// What is told when a person tries a channel, for the how-manieth time at this moment.
    pub fn test(
        &self,
        channel: &str,
        person: Option<String>,
        seat: String,
        now: Timestamp,
        count: u64,
    ) -> (NoticeId, Message) {
        let id = NoticeId::of(&[
            "test",
            channel,
            &now.as_micros().to_string(),
            &count.to_string(),
        ]);
        let city = &self.words.catalogue.city;
        let mark = self.words.mark(Language::Zh);
        let message = Message {
            channel: channel.to_owned(),
            cause: NoticeCause::Test { person, seat },
            not_before: None,
            title: format!("{mark}【测试】{} test", city.zh),
            text: format!(
                "{}：这是一条测试通知，无需处理。\n{}: this is a test of a channel; nothing is to be done.",
                city.zh, city.en
            ),
        };
        (id, message)
    }
}
