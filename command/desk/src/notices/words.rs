//! What a notice says: templates in two languages.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmEvent, Catalogue, Level, PropertyId, RuleId, Text, ThingId, Timestamp, Zone,
};

use super::plan::Change;

/// The language of a notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

/// What is known of the city for the words of a notice.
#[derive(Debug, Clone)]
pub struct Words {
    /// Things, properties, areas, the zone.
    pub catalogue: Arc<Catalogue>,
    /// The rules.
    pub rules: BTreeMap<RuleId, RuleWords>,
    /// The address of the wall, for people; empty for none.
    pub link: String,
    /// Whether the city is a simulated one: then every notice says so first.
    pub simulated: bool,
    /// Whether they tell of a drill: then every notice says that first.
    pub drill: bool,
}

/// What is known of a rule for the words of a notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleWords {
    /// Its name.
    pub title: Text,
    /// What the values of its alarms are.
    pub measure: Measure,
}

/// What the values of an alarm are; it depends on how its rule judges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// Values of the property.
    Value,
    /// Its change in an hour.
    PerHour,
    /// Seconds: of silence, or of standing still.
    Seconds,
    /// Values of this property that were measured with an event; `None` when the rule asks for none.
    OfEvent(Option<PropertyId>),
}

/// What stands in a template in braces, `{thing}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    City,
    Number,
    Level,
    Change,
    Rule,
    Thing,
    Area,
    Property,
    Value,
    Threshold,
    Started,
    Time,
    Alarm,
    Link,
}

const FIELDS: [(&str, Field); 14] = [
    ("city", Field::City),
    ("number", Field::Number),
    ("level", Field::Level),
    ("change", Field::Change),
    ("rule", Field::Rule),
    ("thing", Field::Thing),
    ("area", Field::Area),
    ("property", Field::Property),
    ("value", Field::Value),
    ("threshold", Field::Threshold),
    ("started", Field::Started),
    ("time", Field::Time),
    ("alarm", Field::Alarm),
    ("link", Field::Link),
];

/// A text with fields in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Field(Field),
}

/// A brace with no field in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{{{0}}}` is no field of a template; the fields are city, number, level, change, rule, thing, area, property, value, threshold, started, time, alarm, link"
)]
pub struct NoField(String);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// [`NoField`] for a brace that is not closed, or with another name in it.
    pub fn parse(text: &str) -> Result<Self, NoField> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let unknown = || NoField(after.chars().take(32).collect());
            let (name, after) = after.split_once('}').ok_or_else(unknown)?;
            let (_, field) = FIELDS
                .into_iter()
                .find(|(known, _)| *known == name)
                .ok_or_else(|| NoField(name.chars().take(32).collect()))?;
            parts.extend([Part::Text(before.to_owned()), Part::Field(field)]);
            rest = after;
        }
        parts.push(Part::Text(rest.to_owned()));
        Ok(Self(parts))
    }

    /// The one that is used when a route has none of its own: title, then text.
    pub(super) const fn usual(language: Language) -> [&'static str; 2] {
        match language {
            Language::Zh => [
                "【{level}】{change}：{rule} {thing}",
                "{city} {change}\n级别：{level}\n规则：{rule}\n对象：{thing}（{area}）\n{property}：{value}，限值 {threshold}\n开始：{started}\n时间：{time}\n编号：{number}（{alarm}）\n{link}",
            ],
            Language::En => [
                "[{level}] {change}: {rule} {thing}",
                "{city}: {change}\nLevel: {level}\nRule: {rule}\nWhere: {thing} ({area})\n{property}: {value}, threshold {threshold}\nSince: {started}\nTime: {time}\nNumber: {number} ({alarm})\n{link}",
            ],
        }
    }

    /// The text that it makes of what is told of an alarm.
    pub(super) fn fill(&self, words: &Words, told: &Told<'_>, language: Language) -> String {
        let mut text = String::new();
        for part in &self.0 {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Field(field) => text.push_str(&words.said(*field, told, language)),
            }
        }
        text.trim_end().to_owned()
    }
}

/// What is told of an alarm: the event that carries its state, what happened, and the number by which people call it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    pub(super) event: &'a AlarmEvent,
    pub(super) change: Change,
    pub(super) number: u32,
    /// Whether an incident is at war.
    pub(super) at_war: bool,
}

impl Words {
    /// The mark that a notice of a drill or of a simulated city carries in front; empty for a real one.
    pub const fn mark(&self, language: Language) -> &'static str {
        match (self.drill, self.simulated, language) {
            (true, _, Language::Zh) => "【演练】",
            (true, _, Language::En) => "[DRILL] ",
            (false, false, _) => "",
            (false, true, Language::Zh) => "【模拟】",
            (false, true, Language::En) => "[SIMULATED] ",
        }
    }

    /// The city's name.
    pub(super) fn city(&self, language: Language) -> String {
        say(&self.catalogue.city, language)
    }

    /// What a rule is called.
    pub(super) fn rule(&self, id: &RuleId, language: Language) -> String {
        let known = self.rules.get(id);
        known.map_or_else(|| id.to_string(), |rule| say(&rule.title, language))
    }

    /// What a thing is called, and its id.
    pub(super) fn thing(&self, id: &ThingId, language: Language) -> String {
        self.catalogue.things.get(id).map_or_else(
            || id.to_string(),
            |known| format!("{} {id}", say(&known.name, language)),
        )
    }

    fn said(&self, field: Field, told: &Told<'_>, language: Language) -> String {
        let Told { event, number, .. } = told;
        let zone = &self.catalogue.zone;
        match field {
            Field::City => self.city(language),
            Field::Number => number.to_string(),
            Field::Level => level_word(event.level, language).to_owned(),
            Field::Change => told.change.word(language).to_owned(),
            Field::Rule => self.rule(&event.rule, language),
            Field::Thing => self.thing(&event.subject.thing, language),
            Field::Area => {
                let thing = self.catalogue.things.get(&event.subject.thing);
                let code = thing.and_then(|known| known.area.as_deref());
                let area = self
                    .catalogue
                    .areas
                    .iter()
                    .find(|area| Some(&*area.code) == code);
                area.map_or_else(
                    || code.unwrap_or("—").to_owned(),
                    |area| say(&area.name, language),
                )
            }
            Field::Property => self.subject(event, language),
            Field::Value => self.number(event.extreme, event),
            Field::Threshold => self.threshold(event),
            Field::Started => local(event.started, zone),
            Field::Time => local(event.at, zone),
            Field::Alarm => event.alarm.to_string(),
            Field::Link => self.link.clone(),
        }
    }

    /// What the values are of.
    fn subject(&self, event: &AlarmEvent, language: Language) -> String {
        let id = self.property(event);
        let known = self.catalogue.properties.get(id).map(|known| &known.title);
        let kind = self.catalogue.events.iter();
        let mut kind = kind.filter(|(kind, _)| kind.as_str() == id.as_str());
        let known = known.or_else(|| kind.next().map(|(_, known)| &known.title));
        match (known, language) {
            (Some(title), _) => say(title, language),
            (None, Language::Zh) if id.as_str() == PropertyId::NO_DATA => "无数据".to_owned(),
            (None, Language::En) if id.as_str() == PropertyId::NO_DATA => "No data".to_owned(),
            (None, _) => id.to_string(),
        }
    }

    pub(super) fn measure(&self, event: &AlarmEvent) -> &Measure {
        let rule = self.rules.get(&event.rule);
        rule.map_or(&Measure::Value, |rule| &rule.measure)
    }

    /// The property whose values they are.
    fn property<'a>(&'a self, event: &'a AlarmEvent) -> &'a PropertyId {
        match self.measure(event) {
            Measure::OfEvent(Some(property)) => property,
            _ => &event.subject.property,
        }
    }

    /// A value of the alarm, with its unit.
    fn number(&self, value: f64, event: &AlarmEvent) -> String {
        let measure = self.measure(event);
        if *measure == Measure::Seconds {
            return format!("{value:.0} s");
        }
        let Some(known) = self.catalogue.properties.get(self.property(event)) else {
            return value.to_string();
        };
        let mut text = format!("{value:.*}", usize::from(known.decimals));
        let per_hour = if *measure == Measure::PerHour {
            "/h"
        } else {
            ""
        };
        if !known.unit.is_empty() || !per_hour.is_empty() {
            write!(text, " {}{per_hour}", known.unit).expect("text takes all");
        }
        text
    }

    /// What was crossed; a rule on events may ask for no value.
    fn threshold(&self, event: &AlarmEvent) -> String {
        match self.measure(event) {
            Measure::OfEvent(None) => "—".to_owned(),
            _ => self.number(event.threshold, event),
        }
    }
}

fn say(text: &Text, language: Language) -> String {
    match language {
        Language::Zh => text.zh.clone(),
        Language::En => text.en.clone(),
    }
}

/// The statutory four, as the screens say them.
pub(super) const fn level_word(level: Level, language: Language) -> &'static str {
    match (language, level) {
        (Language::Zh, Level::Red) => "一级（红）",
        (Language::Zh, Level::Orange) => "二级（橙）",
        (Language::Zh, Level::Yellow) => "三级（黄）",
        (Language::Zh, Level::Blue) => "四级（蓝）",
        (Language::En, Level::Red) => "Level I (red)",
        (Language::En, Level::Orange) => "Level II (orange)",
        (Language::En, Level::Yellow) => "Level III (yellow)",
        (Language::En, Level::Blue) => "Level IV (blue)",
    }
}

/// Date and time of day in the city's zone, to the second.
fn local(at: Timestamp, zone: &Zone) -> String {
    let there = at.as_micros().saturating_add(zone.offset_micros(at));
    let text = Timestamp::from_micros(there).to_string();
    text.chars().take(19).collect::<String>().replace('T', " ")
}
