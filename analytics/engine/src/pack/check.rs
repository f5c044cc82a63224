//! What a pack must keep beyond its syntax.

use std::collections::BTreeMap;

use yiping_model::{
    EventKind, EventType, PARENTS_MAX, Property, PropertyId, Text, Thing, WindowSpec,
};

use super::document::{Entry, Problems, nearest};
use super::{Draft, Head};
use crate::indices::AqiLaws;

/// How many hopping windows of one kind may be open at once: a day that begins every five minutes.
const OPEN_MAX: u32 = 288;
const QUANTILES_MAX: usize = 16;
const H3_RESOLUTION_MAX: u8 = 15;

/// More decimals than anybody reads on a wall.
const DECIMALS_MAX: u8 = 6;

impl Draft {
    pub(super) fn check(&self, problems: &mut Problems) {
        if let Some(head) = &self.head {
            check_head(head, problems);
        }
        check_once(
            "property",
            &self.properties,
            |property| property.id.as_str(),
            problems,
        );
        check_once("thing", &self.things, |thing| thing.id.as_str(), problems);
        check_once("rule", &self.rules, |rule| rule.id.as_str(), problems);
        for property in &self.properties {
            check_property(property, problems);
        }
        for thing in &self.things {
            self.check_thing(thing, problems);
        }
        for rule in &self.rules {
            self.check_rule(rule, problems);
        }
        self.check_events(problems);
        self.check_classes(problems);
        self.check_derived(problems);
        if let Some(laws) = &self.laws {
            self.check_laws(laws, problems);
        }
    }

    fn check_thing(&self, entry: &Entry<Thing>, problems: &mut Problems) {
        let thing = &entry.value;
        let mut tell = |wrong: bool, text: &str| {
            if wrong {
                entry.tell(format!("thing `{}`: {text}", thing.id), problems);
            }
        };
        tell(blank(&thing.name), "`name` must not be blank");
        tell(thing.kind.trim().is_empty(), "`kind` must not be blank");
        let on_earth = thing.lon.abs() <= 180.0 && thing.lat.abs() <= 90.0;
        tell(
            !on_earth,
            "`lon` must lie within ±180 and `lat` within ±90 degrees",
        );
        let is_code = |code: &String| (2..=12).contains(&code.len()) && digits(code);
        tell(
            !thing.area.as_ref().is_some_and(is_code),
            "`area` must be the code of the county in which it stands, as in \"330802\"",
        );
        tell(
            thing.period_secs == Some(0),
            "`period_secs` must be at least 1",
        );
        tell(
            thing.properties.is_empty(),
            "`properties` must not be empty",
        );
        for (name, limit) in &thing.limits {
            let wrong = name.trim().is_empty() || !limit.is_finite();
            tell(
                wrong,
                "`limits` must be finite numbers by their names, as in `{ warning = 61.2 }`",
            );
        }
        if let Err(wrong) = self.ancestors(thing) {
            tell(true, &wrong);
        }
        for (place, property) in thing.properties.iter().enumerate() {
            tell(
                thing.properties[..place].contains(property),
                &format!("property `{property}` is named twice"),
            );
            if let Err(unknown) = self.property(property) {
                tell(true, &unknown);
            }
        }
    }

    /// Follows the parents of a thing up to one that has none.
    fn ancestors(&self, thing: &Thing) -> Result<(), String> {
        let mut above = thing.parent.as_ref();
        for _ in 0..PARENTS_MAX {
            let Some(parent) = above else { return Ok(()) };
            let mut things = self.things.iter().map(|entry| &entry.value);
            let Some(known) = things.find(|known| known.id == *parent) else {
                let ids = self.things.iter().map(|entry| entry.value.id.as_str());
                let near = nearest(parent.as_str(), ids);
                return Err(format!("there is no thing `{parent}` for a `parent`{near}"));
            };
            above = known.parent.as_ref();
        }
        Err("`parent` must lead, in at most 4 steps, to a thing that has none".to_owned())
    }

    fn check_laws(&self, entry: &Entry<AqiLaws>, problems: &mut Problems) {
        let laws = &entry.value;
        for problem in laws.problems() {
            entry.tell(problem, problems);
        }
        for law in &laws.laws {
            for item in &law.items {
                if let Err(unknown) = self.property(&item.property) {
                    let text = format!("{}, {}: {unknown}", law.name, item.name);
                    entry.tell(text, problems);
                }
            }
        }
    }

    /// The property of this id, or the sentence that says there is none.
    pub(super) fn property(&self, id: &PropertyId) -> Result<&Property, String> {
        let mut properties = self.properties.iter().map(|entry| &entry.value);
        properties
            .find(|property| property.id == *id)
            .ok_or_else(|| {
                let ids = self.properties.iter().map(|entry| entry.value.id.as_str());
                format!("there is no property `{id}`{}", nearest(id.as_str(), ids))
            })
    }

    /// The event of this kind, or the sentence that says there is none.
    pub(super) fn event(&self, kind: &EventKind) -> Result<&EventType, String> {
        let mut events = self.events.iter().map(|entry| &entry.value);
        events.find(|event| event.id == *kind).ok_or_else(|| {
            let ids = self.events.iter().map(|entry| entry.value.id.as_str());
            format!("there is no event `{kind}`{}", nearest(kind.as_str(), ids))
        })
    }
}

fn check_head(entry: &Entry<Head>, problems: &mut Problems) {
    let head = &entry.value;
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if head.id.is_empty() || !head.id.chars().all(word) {
        entry.tell(
            "`id` must be a word of lower case letters, digits and `-`",
            problems,
        );
    }
    if blank(&head.title) || head.version.trim().is_empty() || head.description.trim().is_empty() {
        entry.tell(
            "`title`, `version` and `description` must not be blank",
            problems,
        );
    }
}

fn check_property(entry: &Entry<Property>, problems: &mut Problems) {
    let property = &entry.value;
    let mut tell = |wrong: bool, text: &str| {
        if wrong {
            entry.tell(format!("property `{}`: {text}", property.id), problems);
        }
    };
    tell(
        property.id.as_str() == PropertyId::NO_DATA,
        "this is what the program itself says of a silent thing; choose another `id`",
    );
    tell(blank(&property.title), "`title` must not be blank");
    tell(
        property.symbol.trim().is_empty(),
        "`symbol` must not be blank",
    );
    tell(
        property.unit.trim().is_empty() && !property.windows.is_empty(),
        "`unit` must not be blank; only an index, which has no windows, may go without",
    );
    tell(
        property.decimals > DECIMALS_MAX,
        "`decimals` must be at most 6",
    );
    let ordered = |[low, high]: [f64; 2]| low.is_finite() && high.is_finite() && low < high;
    tell(
        !property.valid.is_none_or(ordered),
        "`valid` must be two finite numbers, the smaller one first",
    );
    tell(
        property.period_secs == 0,
        "`period_secs` must be at least 1",
    );
    let ascend = property.windows.windows(2).all(|pair| pair[0] < pair[1]);
    tell(
        !ascend,
        "`windows` must ascend, each once; of one length the tumbling one comes first",
    );
    check_windows(property, &mut tell);
}

fn check_windows(property: &Property, tell: &mut impl FnMut(bool, &str)) {
    let open = |window: &WindowSpec| window.length.secs().div_ceil(window.step().secs());
    tell(
        property
            .windows
            .iter()
            .any(|window| open(window) > OPEN_MAX),
        "of a hopping window at most 288 may be open at once: make the hop longer",
    );
    let ascend = property.quantiles.windows(2).all(|pair| pair[0] < pair[1]);
    let parts = property.quantiles.iter().all(|q| (0.0..=1.0).contains(q));
    tell(
        !ascend || !parts || property.quantiles.len() > QUANTILES_MAX,
        "`quantiles` must ascend, lie between 0 and 1, and be at most 16, as in [0.5, 0.98]",
    );
    tell(
        property
            .cells
            .is_some_and(|cells| cells > H3_RESOLUTION_MAX),
        "`cells` must be a resolution of H3, 0 to 15",
    );
    let longer = |early| {
        let mut tumbling = property
            .windows
            .iter()
            .filter(|window| window.hop.is_none());
        tumbling.any(|window| window.length > early)
    };
    tell(
        property.early.is_some_and(|early| !longer(early)),
        "`early` must be shorter than one of the tumbling `windows`",
    );
    tell(
        property.windows.is_empty() && (!property.quantiles.is_empty() || property.cells.is_some()),
        "`quantiles` and `cells` are told by windows, and there are no `windows`",
    );
}

pub(super) fn check_once<T>(
    what: &str,
    entries: &[Entry<T>],
    id: impl Fn(&T) -> &str,
    problems: &mut Problems,
) {
    let mut lines = BTreeMap::new();
    for entry in entries {
        let id = id(&entry.value);
        match lines.get(id) {
            Some(line) => entry.tell(
                format!("{what} `{id}` stands already on line {line}; give one of them another id"),
                problems,
            ),
            None => {
                lines.insert(id, entry.line);
            }
        }
    }
}

pub(super) fn blank(text: &Text) -> bool {
    text.zh.trim().is_empty() || text.en.trim().is_empty()
}

fn digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}
