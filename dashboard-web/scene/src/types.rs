//! The screens' TypeScript types, generated from the messages. The test fails when the file of the app differs; `BLESS=1` rewrites it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use ts_rs::{Config, TS, TypeVisitor};

use crate::message::{
    EVENTS_PER_THING, ServerMessage, TASKS_PER_INCIDENT, TOLD_PER_ALARM, TREND_POINTS,
};

const HEAD: &str = "\
// Generated from dashboard-web/scene/src/message.rs and its folder by their test; do not edit.
// `BLESS=1 cargo test -p yiping-scene` writes it again.
";

/// The messages, in the order in which the app's file has them.
const SOURCE: &str = concat!(
    include_str!("message.rs"),
    include_str!("message/city.rs"),
    include_str!("message/things.rs"),
    include_str!("message/alarms.rs"),
    include_str!("message/incidents.rs"),
);

/// The declarations by their place in [`SOURCE`], so that the file reads as the messages do.
struct Collect<'a> {
    config: &'a Config,
    declarations: BTreeMap<usize, String>,
}

impl TypeVisitor for Collect<'_> {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let name = T::name(self.config);
        let Some(place) = place(&name) else { return };
        let wrapper = T::output_path().is_none();
        if wrapper || self.declarations.contains_key(&place) {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = T::decl(self.config);
        self.declarations
            .insert(place, laid_out(&format!("{docs}export {declaration}")));
        T::visit_dependencies(self);
    }
}

fn place(name: &str) -> Option<usize> {
    SOURCE
        .find(&format!("pub struct {name} {{"))
        .or_else(|| SOURCE.find(&format!("pub enum {name} {{")))
}

/// Puts comments of one line on one line, and fields in their own indented lines.
fn laid_out(declaration: &str) -> String {
    let joined = declaration
        .replace("/**\n * ", "/** ")
        .replace("\n */", " */")
        .replace(", };", ",\n};");
    let mut out = String::new();
    let mut inside = false;
    for line in joined.lines() {
        let line = line.trim_end();
        inside &= line != "};";
        let indent = if inside { "  " } else { "" };
        writeln!(out, "{indent}{line}").expect("a string takes everything");
        inside |= line.ends_with('{');
    }
    out
}

fn generated() -> String {
    let config = Config::new();
    let mut collect = Collect {
        config: &config,
        declarations: BTreeMap::new(),
    };
    collect.visit::<ServerMessage>();
    let mut out = HEAD.to_owned();
    for declaration in collect.declarations.values() {
        write!(out, "\n{declaration}").expect("a string takes everything");
    }
    write!(
        out,
        "\n/** How many windows a trend holds. */\nexport const TREND_POINTS = {TREND_POINTS};\n\
         \n/** How many events of each thing are held. */\nexport const EVENTS_PER_THING = {EVENTS_PER_THING};\n\
         \n/** How many notices of an alarm are held. */\nexport const TOLD_PER_ALARM = {TOLD_PER_ALARM};\n\
         \n/** How many tasks of an incident are shown. */\nexport const TASKS_PER_INCIDENT = {TASKS_PER_INCIDENT};\n"
    )
    .expect("a string takes everything");
    out
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a test that may rewrite its own expectation must be told so from outside"
)]
fn the_types_of_the_app_are_those_of_the_messages() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/src/feed/messages.ts");
    let expected = generated();
    if std::env::var("BLESS").is_ok_and(|value| value == "1") {
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("writable");
        std::fs::write(&path, &expected).expect("writable");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        found,
        expected,
        "{} differs from message.rs: run `BLESS=1 cargo test -p yiping-scene`",
        path.display()
    );
}

/// Names of types and their fields, as `(type, field)`.
fn fields_of_types(types: &str) -> BTreeSet<(String, String)> {
    let mut fields = BTreeSet::new();
    let mut owner = String::new();
    for line in types.lines() {
        if let Some(rest) = line.strip_prefix("export type ") {
            owner = rest.split(' ').next().unwrap_or_default().to_owned();
        } else if line.starts_with("  ") && !line.contains("/**") {
            let field = line.split([':', '?']).next().unwrap_or_default();
            fields.insert((owner.clone(), field.trim().to_owned()));
        }
    }
    fields
}

/// The same from the schemas of the document: types are indented by four, fields by eight.
fn fields_of_schemas(document: &str) -> BTreeSet<(String, String)> {
    let (_, schemas) = document.split_once("\n  schemas:\n").expect("schemas");
    let mut fields = BTreeSet::new();
    let mut owner = String::new();
    for line in schemas.lines() {
        let indent = line.len() - line.trim_start().len();
        let name = line.split(':').next().unwrap_or_default().trim();
        match indent {
            4 => name.clone_into(&mut owner),
            8 if name != "type" => {
                fields.insert((owner.clone(), name.to_owned()));
            }
            _ => {}
        }
    }
    fields
}

#[test]
fn the_document_of_the_live_feed_has_the_same_fields() {
    let document = include_str!("../../../docs/asyncapi.yaml");
    assert_eq!(fields_of_schemas(document), fields_of_types(&generated()));
}
