//! The page holds the tables as they are; `BLESS=1` writes them there.

use std::fmt::Write as _;

use crate::incident::{self, Way, stage_names};
use crate::task::{self, step_names};

fn stages() -> String {
    let mut text = String::from("| from | to | by |\n|---|---|---|\n");
    for (from, to, way) in incident::MOVES {
        let ((from, _), (to, _)) = (stage_names(*from), stage_names(*to));
        let way = match way {
            Way::Move => "`move`, `assess`",
            Way::Respond => "`respond`",
            Way::Adjust => "`adjust`",
        };
        writeln!(text, "| {from} | {to} | {way} |").expect("text takes all");
    }
    text
}

fn steps() -> String {
    let mut text = String::from("| from | step | to |\n|---|---|---|\n");
    for (from, step, to) in task::MOVES {
        let ((from, _), (to, _)) = (from.names(), to.names());
        let (zh, en) = step_names(*step);
        let by = if step.is_automatic() {
            ", by the program"
        } else {
            ""
        };
        writeln!(text, "| {from} | {zh} ({en}{by}) | {to} |").expect("text takes all");
    }
    text
}

#[test]
fn the_page_shows_the_tables() {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/COMMAND.md");
    let mut text = std::fs::read_to_string(&page).expect("docs/COMMAND.md");
    for (name, table) in [("stages", stages()), ("steps", steps())] {
        let (begin, end) = (
            format!("<!-- {name} -->\n"),
            format!("<!-- end of {name} -->"),
        );
        let (before, rest) = text.split_once(&begin).expect("its place");
        let (shown, after) = rest.split_once(&end).expect("its end");
        if std::env::var_os("BLESS").is_some() {
            text = format!("{before}{begin}{table}{end}{after}");
        } else {
            assert_eq!(shown, table, "run `make bless`");
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&page, text).expect("docs/COMMAND.md");
    }
}
