//! What a pack's events, derived values and classes must keep beyond their syntax.

use std::collections::BTreeMap;

use yiping_model::{EventType, Property, PropertyId};

use super::check::{blank, check_once};
use super::document::{Entry, Problems, nearest};
use super::{DERIVED, Draft};
use crate::derive::{
    Class, ClassLaw, Derived, Joined, LENGTH_MAX, Operator, Pair, Ratio, Take, Tell,
};

const H3_RESOLUTION_MAX: u8 = 15;

impl Draft {
    pub(super) fn check_events(&self, problems: &mut Problems) {
        check_once("event", &self.events, |event| event.id.as_str(), problems);
        for entry in &self.events {
            let event: &EventType = &entry.value;
            if blank(&event.title) {
                entry.tell(
                    format!("event `{}`: `title` must not be blank", event.id),
                    problems,
                );
            }
            for property in &event.properties {
                if let Err(unknown) = self.property(property) {
                    entry.tell(format!("event `{}`: {unknown}", event.id), problems);
                }
            }
        }
    }

    pub(super) fn check_classes(&self, problems: &mut Problems) {
        check_once("law", &self.classes, |law| law.id.as_str(), problems);
        for entry in &self.classes {
            let law: &ClassLaw = &entry.value;
            for problem in law.problems() {
                entry.tell(problem, problems);
            }
            for item in &law.items {
                if let Err(unknown) = self.property(&item.property) {
                    entry.tell(format!("law `{}`: {unknown}", law.id), problems);
                }
            }
        }
    }

    pub(super) fn check_derived(&self, problems: &mut Problems) {
        check_once(
            "derived",
            &self.derived,
            |derived| derived.id.as_str(),
            problems,
        );
        for entry in &self.derived {
            for wrong in self.wrongs(&entry.value) {
                entry.tell(format!("derived `{}`: {wrong}", entry.value.id), problems);
            }
        }
        self.check_circles(problems);
    }

    fn wrongs(&self, derived: &Derived) -> Vec<String> {
        let mut wrongs = Vec::new();
        match self.property(&derived.id) {
            Err(unknown) => wrongs.push(unknown),
            Ok(own) => {
                if !own.windows.is_empty() {
                    wrongs.push(
                        "its property has `windows`; write `windows = []` and derive what is wanted with `window`".into(),
                    );
                }
                wrongs.extend(self.wrong_unit(derived, own));
            }
        }
        let kind = derived.kind.as_ref();
        let kinds = || self.things.iter().map(|thing| thing.value.kind.as_str());
        if let Some(kind) =
            kind.filter(|kind| !self.things.is_empty() && kinds().all(|of| of != *kind))
        {
            wrongs.push(format!(
                "there is no thing of kind `{kind}`{}",
                nearest(kind, kinds())
            ));
        }
        let properties = derived
            .rests_on()
            .into_iter()
            .filter_map(|of| self.property(of).err());
        wrongs.extend(properties);
        let heard = derived.hears().into_iter();
        wrongs.extend(heard.filter_map(|kind| self.event(kind).err()));
        for (key, length) in derived.lengths() {
            let length = length.duration();
            if length > LENGTH_MAX {
                wrongs.push(format!("`{key}` must be at most 7d"));
            }
        }
        match &derived.operator {
            Operator::Pair(pair) => wrongs.extend(wrong_pair(pair)),
            Operator::Ratio(ratio) => wrongs.extend(self.wrong_ratio(derived, ratio)),
            Operator::Class(class) => wrongs.extend(self.wrong_class(class)),
            Operator::Count(count) if count.cell.is_some_and(|cell| cell > H3_RESOLUTION_MAX) => {
                wrongs.push("`cell` must be a resolution of H3, 0 to 15".into());
            }
            Operator::Neighbour(joined) => {
                if self.derived.iter().any(|entry| entry.value.id == joined.of) {
                    wrongs.push(format!(
                        "`{}` is derived; a neighbour is asked for what it observes",
                        joined.of
                    ));
                }
                if joined
                    .delay
                    .is_some_and(|delay| delay.duration() > LENGTH_MAX)
                {
                    wrongs.push("`delay` must be at most 7d".into());
                }
            }
            _ => {}
        }
        wrongs
    }

    /// Units are not converted, so they have to fit.
    fn wrong_unit(&self, derived: &Derived, own: &Property) -> Option<String> {
        let unit = |of: &PropertyId| self.property(of).ok().map(|of| of.unit.clone());
        let must_be = match &derived.operator {
            Operator::Window(window) if window.take != Take::Count => unit(&window.of)?,
            Operator::Rate(rate) => format!("{}/h", unit(&rate.of)?),
            Operator::Neighbour(joined) if joined.tell == Joined::Value => unit(&joined.of)?,
            Operator::Neighbour(joined) => unit(&joined.of)?,
            Operator::Pair(pair)
                if matches!(pair.tell, Tell::DurationMean | Tell::DurationQuantile(_)) =>
            {
                "s".into()
            }
            _ => return None,
        };
        let fits = own.unit == must_be;
        (!fits).then(|| {
            format!(
                "its unit is `{}`, and this operator makes `{must_be}`",
                own.unit
            )
        })
    }

    fn wrong_ratio(&self, derived: &Derived, ratio: &Ratio) -> Vec<String> {
        let mut wrongs = Vec::new();
        for of in [&ratio.of, &ratio.over] {
            let entry = self.derived.iter().find(|entry| entry.value.id == *of);
            match entry.map(|entry| &entry.value) {
                None => wrongs.push(format!(
                    "`{of}` is not derived; a ratio is of derived values of one step"
                )),
                Some(of) if of.every != derived.every || of.kind != derived.kind => {
                    wrongs.push(format!("`{}` has another `every` or `kind`", of.id));
                }
                Some(_) => {}
            }
        }
        if !ratio.factor.is_finite() || ratio.factor == 0.0 {
            wrongs.push("`factor` must be a number other than 0".into());
        }
        wrongs
    }

    fn wrong_class(&self, class: &Class) -> Vec<String> {
        let laws = || self.classes.iter().map(|law| &law.value);
        let Some(law) = laws().find(|law| law.id == class.law) else {
            let near = nearest(&class.law, laws().map(|law| law.id.as_str()));
            return vec![format!(
                "there is no law `{}` in classes.toml{near}",
                class.law
            )];
        };
        let unjudged = class.of.iter().filter(|of| law.item(of).is_none());
        let mut wrongs: Vec<String> = unjudged
            .map(|of| format!("law `{}` has no item of `{of}`", law.id))
            .collect();
        if class.of.is_empty() {
            wrongs.push("`of` must not be empty".into());
        }
        wrongs
    }

    /// Nothing may rest on itself.
    fn check_circles(&self, problems: &mut Problems) {
        let mut left: BTreeMap<&PropertyId, &Entry<Derived>> = self
            .derived
            .iter()
            .map(|entry| (&entry.value.id, entry))
            .collect();
        loop {
            let ready: Vec<&PropertyId> = left
                .iter()
                .filter(|(_, entry)| {
                    !entry
                        .value
                        .rests_on()
                        .iter()
                        .any(|of| left.contains_key(of))
                })
                .map(|(id, _)| *id)
                .collect();
            if ready.is_empty() {
                break;
            }
            for id in ready {
                left.remove(id);
            }
        }
        if let Some(entry) = left.values().next() {
            let names: Vec<String> = left.keys().map(|id| format!("`{id}`")).collect();
            let text = format!("{} rest on one another in a circle", names.join(", "));
            problems.tell(DERIVED, entry.line, text);
        }
    }
}

fn wrong_pair(pair: &Pair) -> Vec<String> {
    let mut wrongs = Vec::new();
    if pair.length.is_none() && pair.tell != Tell::Open {
        wrongs.push("it needs a `length`: over how long is told".into());
    }
    if pair.end.is_empty() && pair.drop.is_empty() {
        wrongs.push("`end` and `drop` must not both be empty".into());
    }
    let ends = || pair.end.iter().chain(&pair.drop);
    let twice = pair.end.iter().any(|kind| pair.drop.contains(kind));
    if twice || ends().any(|kind| *kind == pair.begin) {
        wrongs.push("an event can be one of `begin`, `end` and `drop` only".into());
    }
    if pair.length.is_some_and(|length| length > pair.longest) && pair.tell == Tell::Open {
        wrongs.push("`open` is told of the step itself: leave `length` out".into());
    }
    wrongs
}

#[cfg(test)]
mod tests {
    use crate::pack::{Pack, PackFile};

    /// The pack of the documentation's chapter on derived values.
    fn hall() -> Vec<PackFile> {
        let page = include_str!("../../../../docs/PACKS.md");
        let mut files = Vec::new();
        for block in page.split("```toml\n# counter/").skip(1) {
            let block = block.split("```").next().expect("a block ends");
            let (name, text) = block.split_once('\n').expect("a name and a text");
            files.push(PackFile {
                name: name.into(),
                text: text.into(),
            });
        }
        files
    }

    #[track_caller]
    fn told(from: &str, to: &str, expected: &str) {
        let mut files = hall();
        assert!(files.iter().any(|file| file.text.contains(from)), "{from}");
        for file in &mut files {
            file.text = file.text.replacen(from, to, 1);
        }
        let problems = Pack::parse(&files).expect_err("something is wrong");
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let lines = lines.join("\n");
        assert!(lines.contains(expected), "{from} → {to} gave:\n{lines}");
    }

    #[test]
    fn the_example_of_the_documentation_is_sound() {
        let pack = Pack::parse(&hall()).unwrap_or_else(|problems| panic!("{problems:#?}"));
        assert_eq!(
            (pack.events.len(), pack.derived.len(), pack.classes.len()),
            (4, 5, 1)
        );
    }

    #[test]
    fn what_cannot_be_derived_is_told_with_its_line() {
        told(
            r#"end = ["called"]"#,
            r#"end = ["caled"]"#,
            "derived.toml:1: derived `waiting`: there is no event `caled`; did you mean `called`?",
        );
        told(
            r#"tell = "open""#,
            r#"tell = "opened""#,
            "`opened` is not one of open",
        );
        told(
            r#"tell = "open""#,
            r#"tell = "begun""#,
            "it needs a `length`",
        );
        told(
            r#"over = "taken_1h""#,
            r#"over = "grade""#,
            "`grade` is not derived",
        );
        told(
            r#"id = "rating""#,
            r#"id = "ratin""#,
            "there is no property `rating`",
        );
        told(
            r#"length = "1h", take"#,
            r#"length = "8d", take"#,
            "at most 7d",
        );
        told(
            r#"take = "mean""#,
            r#"take = "median""#,
            "`median` is not one of sum",
        );
        told(
            r#"of = "grade""#,
            r#"of = "rating""#,
            "rest on one another in a circle",
        );
        told(
            r#"law = "counters""#,
            r#"law = "counter""#,
            "there is no law `counter` in classes.toml; did you mean `counters`?",
        );
        told(
            "at_least = [4, 3]",
            "at_least = [3, 4]",
            "from the best to the worst",
        );
        told(
            "count = {",
            "rate = { of = \"grade\", over = \"1h\" }\ncount = {",
            "exactly one operator",
        );
        told(
            r#"every = "1m""#,
            r#"every = "7m""#,
            "is not a window length",
        );
    }
}
