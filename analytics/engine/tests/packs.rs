//! The packs inside the program: each is sound, and every case of its rules holds.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::path::Path;

use yiping_engine::pack::{Pack, PackFile};

fn parse(name: &str) -> Pack {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../packs")
        .join(name);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| {
        let path = entry.unwrap().path();
        PackFile {
            name: path.file_name().unwrap().to_string_lossy().into_owned(),
            text: std::fs::read_to_string(&path).unwrap(),
        }
    });
    let parsed = Pack::parse(&files.collect::<Vec<_>>());
    parsed.unwrap_or_else(|problems| {
        let lines: Vec<String> = problems
            .iter()
            .map(|problem| format!("{name}/{problem}"))
            .collect();
        panic!("\n{}\n", lines.join("\n"))
    })
}

#[test]
fn every_pack_is_sound_and_every_case_of_its_rules_holds() {
    let mut failed = Vec::new();
    for name in ["air", "water", "service-hall", "video", "street"] {
        let pack = parse(name);
        assert!(!pack.cases.is_empty(), "{name}");
        let results = pack.check_cases();
        failed.extend(
            results
                .iter()
                .filter(|result| !result.passed())
                .map(|result| format!("{name}: {result}")),
        );
    }
    assert_eq!(failed, Vec::<String>::new());
}
