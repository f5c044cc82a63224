//! Many alarms at once make one notice: a flood must not drown who is told, nor use up what a channel takes in a minute.
//!
//! A change of an alarm below the highest level waits for others of its kind: of the same rule, or, where things are silent, behind the same
//! gateway. The first one opens a notice, and what comes within `group_secs` of it, for the same route and channel, goes into the same one.
//! Each change goes into exactly one. The highest level never waits; what is gathered of the same alarm then goes at once, before it.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use yiping_model::{
    AlarmEvent, AlarmTold, Level, Message, NoticeCause, NoticeId, Position, RuleId, ThingId,
    Timestamp,
};

use super::plan::{Change, Plan};
use super::words::{Language, Measure, level_word};

/// A notice lists so many of its alarms: ours, it is read on a telephone.
const LISTED_MAX: usize = 5;
/// A notice tells of no more changes: ours, so that a record of the log stays small.
const TOGETHER_MAX: usize = 200;

/// What alarms have in common that are told of together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Bond {
    /// The rule.
    Rule(RuleId),
    /// The gateway through which silent things are heard.
    Through(ThingId),
}

/// What is to be told, and the record that says why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub(super) because: Position,
    pub(super) at: Timestamp,
    pub(super) message: Message,
    /// With what it may be told of together, and until when it waits for that.
    pub(super) bond: Option<(Bond, Timestamp)>,
}

/// The changes of one notice, each by the notice that it would be alone, in the order of the log.
pub(super) type Batch<'a> = Vec<(&'a NoticeId, &'a Wanted)>;

impl Wanted {
    /// Whether it tells of an alarm of which the other does too, on the same way.
    fn shares_alarm(&self, other: &Self) -> bool {
        let (one, two) = (&self.message, &other.message);
        one.channel == two.channel
            && one.cause.route() == two.cause.route()
            && one
                .cause
                .alarms()
                .any(|(alarm, _)| two.cause.alarms().any(|(held, _)| held == alarm))
    }
}

/// A notice in the making.
struct Gathered<'a> {
    /// What comes later goes into another one.
    until: Timestamp,
    at_once: bool,
    batch: Batch<'a>,
}

impl Gathered<'_> {
    fn has_room(&self, one: &Wanted) -> bool {
        !self.at_once && one.at < self.until && self.batch.len() < TOGETHER_MAX
    }
}

/// The notices that are to be queued now, in the order of the log.
pub(super) fn batches<'a>(
    wanted: impl Iterator<Item = (&'a NoticeId, &'a Wanted)>,
    now: Timestamp,
) -> Vec<Batch<'a>> {
    let mut in_order: Batch = wanted.collect();
    in_order.sort_by_key(|(id, one)| (one.because, *id));
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut gathering: BTreeMap<_, usize> = BTreeMap::new();
    for (id, one) in in_order {
        let Some((bond, until)) = &one.bond else {
            for held in &mut gathered {
                held.at_once |= held.batch.iter().any(|(_, held)| held.shares_alarm(one));
            }
            gathered.push(Gathered {
                until: one.at,
                at_once: true,
                batch: vec![(id, one)],
            });
            continue;
        };
        let Message {
            channel,
            cause,
            not_before,
            ..
        } = &one.message;
        let place = gathering
            .entry((cause.route(), channel, not_before, bond))
            .or_insert(gathered.len());
        match gathered.get_mut(*place) {
            Some(held) if held.has_room(one) => {
                held.batch.push((id, one));
            }
            _ => {
                *place = gathered.len();
                gathered.push(Gathered {
                    until: *until,
                    at_once: false,
                    batch: vec![(id, one)],
                });
            }
        }
    }
    gathered.retain(|held| held.at_once || held.until <= now || held.batch.len() == TOGETHER_MAX);
    gathered.into_iter().map(|held| held.batch).collect()
}

impl Plan {
    /// With what a change of an alarm may be told of together.
    pub(super) fn bond(&self, event: &AlarmEvent) -> Bond {
        let words = self.words();
        let thing = words.catalogue.things.get(&event.subject.thing);
        let silent = *words.measure(event) == Measure::Seconds;
        let through = thing.filter(|_| silent).and_then(|thing| {
            let leads = || self.leads(&thing.id).then_some(&thing.id);
            thing.parent.as_ref().or_else(leads)
        });
        through.map_or_else(
            || Bond::Rule(event.rule.clone()),
            |gateway| Bond::Through(gateway.clone()),
        )
    }

    /// The notice of these changes: one alone is what it is.
    pub(super) fn together(&self, batch: &[(&NoticeId, &Wanted)]) -> (NoticeId, Message) {
        let (id, first) = batch[0];
        let Some((bond, _)) = first.bond.as_ref().filter(|_| batch.len() > 1) else {
            return (id.clone(), first.message.clone());
        };
        let mut about = Vec::new();
        let mut lines: Vec<(Level, &str)> = Vec::new();
        let mut counts: BTreeMap<Change, usize> = BTreeMap::new();
        for (alone, one) in batch {
            if let NoticeCause::Alarm {
                alarm,
                change,
                level,
                ..
            } = &one.message.cause
            {
                about.push(AlarmTold {
                    alone: (*alone).clone(),
                    alarm: alarm.clone(),
                    change: change.clone(),
                });
                lines.push((*level, &one.message.title));
                *counts.entry(Change::of(change)).or_default() += 1;
            }
        }
        lines.sort_by_key(|(level, _)| *level);
        let level = lines.first().map_or(Level::Blue, |(level, _)| *level);
        let route = first.message.cause.route().unwrap_or_default().to_owned();
        let language = self.language(&route);
        let title = self.title_together(bond, level, &counts, language);
        let text = self.text_together(&title, &lines, language);
        let mark = self.words().mark(language);
        let ids = batch.iter().map(|(alone, _)| alone.as_str());
        let id = NoticeId::of(&["together"].into_iter().chain(ids).collect::<Vec<_>>());
        let message = Message {
            channel: first.message.channel.clone(),
            cause: NoticeCause::Group {
                route,
                level,
                about,
            },
            not_before: first.message.not_before,
            title: format!("{mark}{title}"),
            text: format!("{mark}{text}"),
        };
        (id, message)
    }

    /// `【三级（黄）】过热：报警 10、恢复正常 2`
    fn title_together(
        &self,
        bond: &Bond,
        level: Level,
        counts: &BTreeMap<Change, usize>,
        language: Language,
    ) -> String {
        let words = self.words();
        let what = match (bond, language) {
            (Bond::Rule(rule), _) => words.rule(rule, language),
            (Bond::Through(gateway), Language::Zh) => {
                format!("{} 及其下属", words.thing(gateway, language))
            }
            (Bond::Through(gateway), Language::En) => {
                format!("{} and behind it", words.thing(gateway, language))
            }
        };
        let level = level_word(level, language);
        let count =
            |(change, count): (&Change, &usize)| format!("{} {count}", change.word(language));
        let counts: Vec<String> = counts.iter().map(count).collect();
        match language {
            Language::Zh => format!("【{level}】{what}：{}", counts.join("、")),
            Language::En => format!("[{level}] {what}: {}", counts.join(", ")),
        }
    }

    fn text_together(&self, title: &str, lines: &[(Level, &str)], language: Language) -> String {
        let words = self.words();
        let mark = words.mark(language);
        let mut text = format!("{} {title}", words.city(language));
        for (_, line) in lines.iter().take(LISTED_MAX) {
            let line = line.strip_prefix(mark).unwrap_or(line);
            write!(text, "\n{line}").expect("text takes all");
        }
        let more = lines.len().saturating_sub(LISTED_MAX);
        match language {
            _ if more == 0 => Ok(()),
            Language::Zh => write!(text, "\n另有 {more} 条"),
            Language::En => write!(text, "\nand {more} more"),
        }
        .expect("text takes all");
        if !words.link.is_empty() {
            write!(text, "\n{}", words.link).expect("text takes all");
        }
        text
    }
}
