//! The plan's rules, held by a test: who may depend on whom, what a pure crate may touch, how large a file may grow, and that the pages that
//! explain the house name things that exist.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may depend on, besides `yiping-model`.
const MAY_DEPEND_ON: &[(&str, &[&str])] = &[
    ("yiping-model", &[]),
    ("yiping-log", &[]),
    ("yiping-store", &["yiping-log"]),
    ("yiping-protocols", &[]),
    ("yiping-sources", &["yiping-protocols", "yiping-log"]),
    ("yiping-engine", &[]),
    ("yiping-runner", &["yiping-engine", "yiping-log"]),
    ("yiping-desk", &[]),
    ("yiping-command", &["yiping-desk", "yiping-log"]),
    ("yiping-notify", &["yiping-desk", "yiping-log"]),
    ("yiping-scene", &["yiping-desk"]),
    (
        "yiping-server",
        &["yiping-scene", "yiping-log", "yiping-store", "yiping-desk"],
    ),
    ("yiping-sim", &["yiping-protocols"]),
    ("yiping-bench", &[]),
];

/// Where no runtime, socket, file, clock, environment or unseeded random number may be.
const PURE: &[&str] = &[
    "streams/model/src",
    "ingest/protocols/src",
    "analytics/engine/src",
    "command/desk/src",
    "dashboard-web/scene/src",
    "sensors-sim/src/city",
];

const IMPURE_WORDS: &[&str] = &[
    "tokio::",
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::",
    "rand::",
    "sqlx::",
    "axum::",
    "rumqttc::",
    "ureq::",
    "lettre::",
    "println!",
    "eprintln!",
];

const PURE_DEPENDENCIES_FORBIDDEN: &[&str] = &[
    "tokio",
    "axum",
    "sqlx",
    "rumqttc",
    "ureq",
    "lettre",
    "rand",
    "getrandom",
    "metrics",
    "tracing",
    "async-trait",
];

const PURE_CRATES: &[&str] = &[
    "yiping-model",
    "yiping-protocols",
    "yiping-engine",
    "yiping-desk",
    "yiping-scene",
];

const TOP_LEVEL: &[&str] = &[
    ".cargo",
    ".ci",
    ".git",
    ".gitignore",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE",
    "Makefile",
    "README.md",
    "analytics",
    "clippy.toml",
    "command",
    "dashboard-web",
    "deny.toml",
    "deploy",
    "docs",
    "ingest",
    "sensors-sim",
    "src",
    "streams",
    "tests",
];

const FILE_LINES_MAX: usize = 600;
const COMPONENT_LINES_MAX: usize = 200;
const LOCKED_CRATES_MAX: usize = 500;

/// Files that may be longer, each with its reason.
const LONGER: &[(&str, &str)] = &[
    (
        "dashboard-web/app/src/feed/messages.ts",
        "generated from the messages of the scene, whole",
    ),
    (
        "dashboard-web/scene/src/feed.rs",
        "one message: every kind of record as its item",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files that belong to the project: tracked by git, or new and not ignored.
fn project_files() -> Vec<PathBuf> {
    let listing = std::process::Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is installed");
    assert!(listing.status.success(), "git ls-files failed");
    let text = String::from_utf8(listing.stdout).expect("paths are UTF-8");
    text.lines()
        .map(PathBuf::from)
        .filter(|path| root().join(path).is_file())
        .collect()
}

fn with_extension(extensions: &[&str]) -> Vec<PathBuf> {
    let mut files = project_files();
    files.retain(|path| {
        path.extension()
            .and_then(|e| e.to_str())
            .is_some_and(|e| extensions.contains(&e))
    });
    files
}

fn read(path: &Path) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The part of a Rust file before its tests.
fn without_tests(text: &str) -> &str {
    text.split("#[cfg(test)]\nmod ").next().unwrap_or(text)
}

/// Whether a file holds tests only: by its place, or because the module that declares it says `#[cfg(test)]`.
fn is_test(path: &Path) -> bool {
    let text = path.to_string_lossy();
    let by_place =
        text.contains("/tests/") || text.starts_with("tests/") || text.contains("testdata/");
    by_place || path.ancestors().take(4).any(is_declared_for_tests)
}

fn is_declared_for_tests(module: &Path) -> bool {
    let (Some(folder), Some(name)) = (
        module.parent(),
        module.file_stem().and_then(|stem| stem.to_str()),
    ) else {
        return false;
    };
    let parents = [
        folder.join("lib.rs"),
        folder.join("mod.rs"),
        folder.join("main.rs"),
        folder.with_extension("rs"),
    ];
    parents.iter().any(|parent| {
        let text = fs::read_to_string(root().join(parent)).unwrap_or_default();
        ["mod", "pub mod", "pub(crate) mod"].iter().any(|word| {
            let lines: Vec<&str> = text.lines().collect();
            let wanted = format!("{word} {name};");
            (1..lines.len()).any(|at| {
                lines[at] == wanted
                    && lines[..at]
                        .iter()
                        .rev()
                        .take_while(|l| l.starts_with("#["))
                        .any(|l| l.contains("cfg(test)"))
            })
        })
    })
}

fn report(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn rooms_depend_only_on_the_rooms_the_plan_allows() {
    let metadata = cargo_metadata::MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let allowed: BTreeMap<&str, &[&str]> = MAY_DEPEND_ON.iter().copied().collect();
    let mut problems = Vec::new();
    for package in &metadata.packages {
        if package.name == "yiping" {
            continue;
        }
        let Some(may) = allowed.get(package.name.as_str()) else {
            problems.push(format!("{} has no line in MAY_DEPEND_ON", package.name));
            continue;
        };
        for dependency in package
            .dependencies
            .iter()
            .filter(|d| d.kind == cargo_metadata::DependencyKind::Normal)
        {
            let name = dependency.name.as_str();
            if name.starts_with("yiping-") && name != "yiping-model" && !may.contains(&name) {
                problems.push(format!("{} must not depend on {name}", package.name));
            }
            if PURE_CRATES.contains(&package.name.as_str())
                && PURE_DEPENDENCIES_FORBIDDEN.contains(&name)
            {
                problems.push(format!(
                    "{} is pure and must not depend on {name}",
                    package.name
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn pure_rooms_touch_no_runtime_socket_file_clock_or_environment() {
    let mut problems = Vec::new();
    for path in with_extension(&["rs"]) {
        if !PURE.iter().any(|room| path.starts_with(room)) || is_test(&path) {
            continue;
        }
        let text = read(&path);
        for (number, line) in without_tests(&text).lines().enumerate() {
            let code = line.split("//").next().unwrap_or("");
            for word in IMPURE_WORDS.iter().filter(|word| code.contains(*word)) {
                problems.push(format!(
                    "{}:{}: `{word}` in a pure room",
                    path.display(),
                    number + 1
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn files_stay_small_enough_to_read() {
    let longer: BTreeMap<&str, &str> = LONGER.iter().copied().collect();
    let mut problems = Vec::new();
    for path in with_extension(&["rs", "ts", "tsx", "css"]) {
        let name = path.to_string_lossy().into_owned();
        if longer.contains_key(name.as_str()) || name.contains("/generated/") {
            continue;
        }
        let text = read(&path);
        let lines = without_tests(&text).lines().count();
        let limit = if path.extension().is_some_and(|extension| extension == "tsx") {
            COMPONENT_LINES_MAX
        } else {
            FILE_LINES_MAX
        };
        if lines > limit {
            problems.push(format!("{name} has {lines} lines, the limit is {limit}: divide it, or list it with a reason"));
        }
    }
    report(&problems);
}

#[test]
fn every_crate_says_what_it_owns_and_what_it_must_never_do() {
    let metadata = cargo_metadata::MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("cargo metadata runs");
    let mut problems = Vec::new();
    for package in metadata
        .packages
        .iter()
        .filter(|package| package.name != "yiping")
    {
        let readme = package
            .manifest_path
            .parent()
            .expect("a manifest lies in a folder")
            .join("README.md");
        let text = fs::read_to_string(&readme)
            .unwrap_or_default()
            .to_lowercase();
        for phrase in ["it owns", "must never", "start reading"] {
            if !text.contains(phrase) {
                problems.push(format!("{readme} does not say \"{phrase}\""));
            }
        }
    }
    report(&problems);
}

#[test]
fn pages_name_only_files_that_exist() {
    let mut problems = Vec::new();
    for path in with_extension(&["md"]) {
        let text = read(&path);
        let folder = path.parent().unwrap_or(Path::new(""));
        for name in text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| looks_like_a_path(name))
        {
            let above = folder.ancestors().map(|ancestor| root().join(ancestor));
            let mut places =
                above.flat_map(|place| [place.join(name), place.join("src").join(name)]);
            if !places.any(|place| place.exists()) {
                problems.push(format!(
                    "{} names `{name}`, which does not exist",
                    path.display()
                ));
            }
        }
    }
    report(&problems);
}

/// `dir/file.ext` or `dir/`, without spaces or placeholders.
fn looks_like_a_path(name: &str) -> bool {
    let plain = name
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-'));
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '.');
    let generated =
        name.starts_with("target/") || name.starts_with("data/") || name.contains("/dist");
    plain
        && starts_well
        && name.contains('/')
        && !generated
        && (name.ends_with('/')
            || name
                .rsplit('/')
                .next()
                .is_some_and(|last| last.contains('.')))
}

#[test]
fn nothing_is_left_for_later_without_an_issue() {
    let words = [
        ["TO", "DO"].concat(),
        ["FIX", "ME"].concat(),
        ["todo", "!("].concat(),
        ["unimplemented", "!("].concat(),
    ];
    let mut problems = Vec::new();
    for path in with_extension(&["rs", "ts", "tsx"]) {
        let text = read(&path);
        for (number, line) in text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word.as_str())) {
                problems.push(format!(
                    "{}:{}: {}",
                    path.display(),
                    number + 1,
                    line.trim()
                ));
            }
        }
    }
    report(&problems);
}

#[test]
fn rust_outside_tests_does_not_unwrap() {
    let mut problems = Vec::new();
    for path in with_extension(&["rs"])
        .into_iter()
        .filter(|path| !is_test(path))
    {
        let text = read(&path);
        for (number, line) in without_tests(&text).lines().enumerate() {
            if line.split("//").next().unwrap_or("").contains(".unwrap()") {
                problems.push(format!("{}:{}", path.display(), number + 1));
            }
        }
    }
    report(&problems);
}

#[test]
fn the_top_level_holds_what_the_plan_lists_and_no_more() {
    let known: BTreeSet<&str> = TOP_LEVEL.iter().copied().collect();
    let found: BTreeSet<String> = project_files()
        .iter()
        .filter_map(|path| path.components().next())
        .map(|first| first.as_os_str().to_string_lossy().into_owned())
        .collect();
    let strange: Vec<String> = found
        .into_iter()
        .filter(|name| !known.contains(name.as_str()))
        .collect();
    assert!(strange.is_empty(), "not in the plan: {strange:?}");
}

#[test]
fn dependencies_stay_few() {
    let locked = read(Path::new("Cargo.lock")).matches("[[package]]").count();
    assert!(
        locked <= LOCKED_CRATES_MAX,
        "Cargo.lock holds {locked} crates, the limit is {LOCKED_CRATES_MAX}"
    );
}

#[test]
fn nothing_names_a_place_outside_the_project() {
    let places = [
        ["/wo", "rk/"].concat(),
        ["../sha", "red"].concat(),
        ["/tmp", "/t-"].concat(),
    ];
    let mut problems = Vec::new();
    for path in project_files() {
        if path.starts_with(".ci") {
            continue;
        }
        let Ok(text) = fs::read_to_string(root().join(&path)) else {
            continue;
        };
        for place in places.iter().filter(|place| text.contains(place.as_str())) {
            problems.push(format!("{} names {place}", path.display()));
        }
    }
    report(&problems);
}

/// The rooms that refuse in their own words: their codes, each beside its status.
const REFUSING: &[&str] = &[
    "command/notify/src/api.rs",
    "ingest/sources/src/http/answer.rs",
];

#[test]
fn every_refusal_of_another_room_has_chinese_words() {
    for file in REFUSING {
        let text = fs::read_to_string(root().join(file)).expect("a source");
        let codes: Vec<&str> = text
            .split("StatusCode::")
            .filter_map(|after| {
                let (_, after) = after.split_once(',')?;
                let code = after.trim_start().strip_prefix('"')?;
                Some(code.split_once('"')?.0)
            })
            .collect();
        assert!(codes.len() > 3, "{file}: {codes:?}");
        for code in codes {
            assert!(
                yiping_server::refusal::chinese(code).is_some(),
                "{file}: `{code}` has no words in dashboard-web/server/src/refusal.rs"
            );
        }
    }
}
