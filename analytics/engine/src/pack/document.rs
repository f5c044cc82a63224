//! TOML with line numbers: tables are taken out of a file one by one, so that one mistake does not hide the next.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::PackProblem;

/// Names less alike than this are not proposed.
const LIKENESS_MIN: f64 = 0.5;

/// Problems told so far.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<PackProblem>);

/// A value and the line on which it begins.
#[derive(Debug)]
pub(super) struct Entry<T> {
    pub(super) file: &'static str,
    pub(super) line: usize,
    pub(super) value: T,
}

/// A table of a file, of which parts may have been taken out.
pub(super) struct Table<'a> {
    file: &'static str,
    text: &'a str,
    entries: DeTable<'a>,
    start: usize,
    known: Vec<&'static str>,
}

impl Problems {
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn tell(&mut self, file: &str, line: usize, message: impl Into<String>) {
        self.0.push(PackProblem {
            file: file.to_owned(),
            line,
            message: message.into(),
        });
    }

    pub(super) fn into_sorted(mut self) -> Vec<PackProblem> {
        self.0.sort();
        self.0
    }
}

impl<T> Entry<T> {
    pub(super) fn tell(&self, message: impl Into<String>, problems: &mut Problems) {
        problems.tell(self.file, self.line, message);
    }
}

impl<'a> Table<'a> {
    pub(super) fn parse(
        file: &'static str,
        text: &'a str,
        problems: &mut Problems,
    ) -> Option<Self> {
        match DeTable::parse(text) {
            Ok(root) => Some(Self {
                file,
                text,
                entries: root.into_inner(),
                start: 0,
                known: Vec::new(),
            }),
            Err(error) => {
                tell_error((file, text, 0), &error, &[], problems);
                None
            }
        }
    }

    /// Takes a list of tables out: `[[key]]`.
    pub(super) fn take_tables(&mut self, key: &'static str, problems: &mut Problems) -> Vec<Self> {
        self.known.push(key);
        let Some(list) = self.entries.remove(key) else {
            return Vec::new();
        };
        let (file, text, start) = (self.file, self.text, list.span().start);
        let not_tables =
            format!("`{key}` must be a list of tables, each begun with its own header");
        let DeValue::Array(items) = list.into_inner() else {
            problems.tell(file, line_of(text, start), not_tables);
            return Vec::new();
        };
        let mut tables = Vec::new();
        for item in items {
            let start = item.span().start;
            match item.into_inner() {
                DeValue::Table(entries) => tables.push(Self {
                    file,
                    text,
                    entries,
                    start,
                    known: Vec::new(),
                }),
                _ => problems.tell(file, line_of(text, start), not_tables.as_str()),
            }
        }
        tables
    }

    /// Takes a list of tables out and reads each; what cannot be read is told.
    pub(super) fn take_entries<T: DeserializeOwned>(
        &mut self,
        key: &'static str,
        problems: &mut Problems,
    ) -> Vec<Entry<T>> {
        let tables = self.take_tables(key, problems);
        let read = |mut table: Self| table.take_whole(problems);
        tables.into_iter().filter_map(read).collect()
    }

    /// Reads everything that is left.
    pub(super) fn take_whole<T: DeserializeOwned>(
        &mut self,
        problems: &mut Problems,
    ) -> Option<Entry<T>> {
        let table = DeValue::Table(std::mem::take(&mut self.entries));
        let span = self.start..self.text.len().max(self.start);
        match T::deserialize(ValueDeserializer::from(Spanned::new(span, table))) {
            Ok(value) => Some(Entry {
                file: self.file,
                line: line_of(self.text, self.start),
                value,
            }),
            Err(error) => {
                let place = (self.file, self.text, self.start);
                tell_error(place, &error, &self.known, problems);
                None
            }
        }
    }

    /// What is left in canonical form, whatever its layout and comments: JSON without spaces, its keys sorted. `None` for what has no such form.
    pub(super) fn canonical(&self) -> Option<String> {
        let table = DeValue::Table(self.entries.clone());
        let whole = ValueDeserializer::from(Spanned::new(0..0, table));
        let value = serde_json::Value::deserialize(whole).ok()?;
        Some(value.to_string())
    }

    /// Whatever was not taken does not belong here.
    pub(super) fn finish(self, problems: &mut Problems) {
        for (key, _) in self.entries {
            let line = line_of(self.text, key.span().start);
            let near = nearest(key.get_ref(), self.known.iter().copied());
            problems.tell(
                self.file,
                line,
                format!("unknown key `{}`{near}", key.get_ref()),
            );
        }
    }
}

/// `; did you mean …?` with the name most like this one, or nothing when none is like it.
pub(super) fn nearest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> String {
    let like = |other: &&str| strsim::jaro_winkler(name, other);
    let best = known
        .into_iter()
        .max_by(|one, other| like(one).total_cmp(&like(other)));
    best.filter(|best| like(best) >= LIKENESS_MIN)
        .map(|best| format!("; did you mean `{best}`?"))
        .unwrap_or_default()
}

fn tell_error(
    (file, text, start): (&str, &str, usize),
    error: &toml::de::Error,
    taken: &[&str],
    problems: &mut Problems,
) {
    let at = error.span().map_or(start, |span| span.start);
    problems.tell(file, line_of(text, at), readable(error.message(), taken));
}

/// serde lists every name that it knows; people want the nearest one, of these or of those that were taken out before.
fn readable(message: &str, taken: &[&str]) -> String {
    let message = message.lines().collect::<Vec<_>>().join(", ");
    let Some(rest) = message.strip_prefix("unknown field ") else {
        return message;
    };
    let mut names = rest.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let known = names.chain(taken.iter().copied());
    format!("unknown key `{unknown}`{}", nearest(unknown, known))
}

fn line_of(text: &str, offset: usize) -> usize {
    let before = text.bytes().take(offset);
    before.filter(|byte| *byte == b'\n').count() + 1
}
