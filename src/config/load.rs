//! Layers: defaults, then the file, then `YIPING__SECTION__KEY`. What cannot be read is named with its file, line and the nearest known key.

use std::fmt;
use std::path::Path;

use toml::{Table, Value};

use super::Config;

const PREFIX: &str = "YIPING__";

/// What is wrong with the configuration, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ConfigProblem {
    /// `FILE:LINE`, or the name of the environment variable.
    pub(crate) place: String,
    /// What is wrong.
    pub(crate) message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ConfigProblem {}

/// Reads the file, if one is given, and lays the environment over it.
pub(crate) fn load(
    file: Option<&Path>,
    environment: impl Iterator<Item = (String, String)>,
) -> Result<Config, ConfigProblem> {
    let mut table = match file {
        None => Table::new(),
        Some(path) => {
            let place = path.display().to_string();
            let text = std::fs::read_to_string(path).map_err(|error| ConfigProblem {
                place: place.clone(),
                message: format!("cannot be read: {error}"),
            })?;
            parse(&text, &place)?
        }
    };
    let mut overrides: Vec<(String, String)> = environment
        .filter(|(name, _)| name.starts_with(PREFIX))
        .collect();
    overrides.sort();
    for (name, value) in overrides {
        table = overlay(&table, &name, &value)?;
    }
    table
        .try_into()
        .map_err(|error: toml::de::Error| ConfigProblem {
            place: file.map_or_else(|| "configuration".into(), |path| path.display().to_string()),
            message: explain(error.message()),
        })
}

/// Checks a file's text by itself, so that a mistake is found at its line.
fn parse(text: &str, place: &str) -> Result<Table, ConfigProblem> {
    let problem = |error: &toml::de::Error| ConfigProblem {
        place: format!(
            "{place}:{}",
            line_of(text, error.span().map_or(0, |span| span.start))
        ),
        message: explain(error.message()),
    };
    toml::from_str::<Config>(text).map_err(|error| problem(&error))?;
    toml::from_str::<Table>(text).map_err(|error| problem(&error))
}

fn overlay(table: &Table, name: &str, text: &str) -> Result<Table, ConfigProblem> {
    let path: Vec<String> = name[PREFIX.len()..]
        .split("__")
        .map(str::to_lowercase)
        .collect();
    let mut last_error = String::new();
    for value in readings_of(text) {
        let mut candidate = table.clone();
        if !put(&mut candidate, &path, value) {
            last_error = "an outer key is not a section".into();
            continue;
        }
        match candidate.clone().try_into::<Config>() {
            Ok(_) => return Ok(candidate),
            Err(error) => last_error = explain(error.message()),
        }
    }
    Err(ConfigProblem {
        place: name.into(),
        message: last_error,
    })
}

/// What a variable's text can mean: a TOML value, or the text itself.
fn readings_of(text: &str) -> Vec<Value> {
    let as_value = toml::from_str::<Table>(&format!("value = {text}"))
        .ok()
        .and_then(|mut table| table.remove("value"));
    as_value
        .into_iter()
        .chain([Value::String(text.into())])
        .collect()
}

fn put(table: &mut Table, path: &[String], value: Value) -> bool {
    match path {
        [] => false,
        [key] => {
            table.insert(key.clone(), value);
            true
        }
        [key, rest @ ..] => match table
            .entry(key.clone())
            .or_insert_with(|| Value::Table(Table::new()))
        {
            Value::Table(inner) => put(inner, rest, value),
            _ => false,
        },
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text[..offset.min(text.len())].matches('\n').count() + 1
}

/// Keys that had another name, and the one that they have.
const RENAMED: &[(&str, &str)] = &[
    ("retain_bytes", "bytes_max in [log.retain]"),
    ("retain_days", "input_days in [log.retain]"),
];

/// Adds the nearest known key to serde's word about an unknown one.
fn explain(message: &str) -> String {
    let message = message.trim();
    let Some(unknown) = message
        .strip_prefix("unknown field `")
        .and_then(|rest| rest.split('`').next())
    else {
        return message.replace('\n', " ");
    };
    if let Some((_, name)) = RENAMED.iter().find(|(old, _)| *old == unknown) {
        return format!("unknown key `{unknown}`: it is called {name}");
    }
    let known = message.split('`').skip(3).step_by(2);
    match known.min_by_key(|name| strsim::damerau_levenshtein(name, unknown)) {
        Some(nearest) => format!("unknown key `{unknown}`; did you mean `{nearest}`?"),
        None => format!("unknown key `{unknown}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, environment: &[(&str, &str)]) -> Result<Config, ConfigProblem> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("yiping.toml");
        std::fs::write(&path, text).expect("written");
        load(
            Some(&path),
            environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
        let problem = of("[server]\n\nlisen = \"127.0.0.1:1\"\n", &[]).expect_err("unknown");
        assert!(
            problem.place.ends_with("yiping.toml:3"),
            "{}",
            problem.place
        );
        assert_eq!(
            problem.message,
            "unknown key `lisen`; did you mean `listen`?"
        );
    }

    #[test]
    fn a_key_that_was_renamed_is_told_its_name() {
        let problem = of("[log]\nretain_days = 3\n", &[]).expect_err("renamed");
        assert!(problem.place.ends_with(":2"), "{}", problem.place);
        assert_eq!(
            problem.message,
            "unknown key `retain_days`: it is called input_days in [log.retain]"
        );
        let kept = of("[store]\nretain_days = 3\n", &[]).expect("history has one");
        assert_eq!(kept.store.retain_days, 3);
    }

    #[test]
    fn a_wrong_type_is_named_with_its_line() {
        let problem = of("[server]\nlisten = 5\n", &[]).expect_err("wrong type");
        assert!(problem.place.ends_with(":2"), "{}", problem.place);
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let config = of(
            "[server]\nlisten = \"127.0.0.1:1\"\n",
            &[("YIPING__SERVER__LISTEN", "127.0.0.1:2")],
        )
        .expect("valid");
        assert_eq!(config.server.listen.port(), 2);
    }

    #[test]
    fn an_unknown_variable_is_named() {
        let problem = of("", &[("YIPING__SERVER__LISEN", "x")]).expect_err("unknown");
        assert_eq!(problem.place, "YIPING__SERVER__LISEN");
        assert!(problem.message.contains("`listen`"), "{}", problem.message);
    }

    #[test]
    fn a_missing_file_is_named() {
        let problem =
            load(Some(Path::new("nowhere.toml")), std::iter::empty()).expect_err("missing");
        assert_eq!(problem.place, "nowhere.toml");
    }
}
