use super::{Pack, PackFile};

fn file(name: &str, text: &str) -> PackFile {
    PackFile {
        name: name.into(),
        text: text.into(),
    }
}

fn air() -> Vec<PackFile> {
    vec![
        file("pack.toml", include_str!("../../../packs/air/pack.toml")),
        file(
            "properties.toml",
            include_str!("../../../packs/air/properties.toml"),
        ),
        file(
            "things.toml",
            include_str!("../../../packs/air/things.toml"),
        ),
        file("rules.toml", include_str!("../../../packs/air/rules.toml")),
        file("aqi.toml", include_str!("../../../packs/air/aqi.toml")),
    ]
}

/// The pack of docs/PACKS.md.
fn noise() -> Vec<PackFile> {
    let page = include_str!("../../../../docs/PACKS.md");
    let mut files = Vec::new();
    for block in page.split("```toml\n# noise/").skip(1) {
        let block = block.split("```").next().expect("a block ends");
        let (name, text) = block.split_once('\n').expect("a name and a text");
        files.push(file(name, text));
    }
    files
}

/// A small pack in which `from` is replaced by `to`.
fn noise_but(from: &str, to: &str) -> Vec<PackFile> {
    let mut files = noise();
    assert!(files.iter().any(|file| file.text.contains(from)), "{from}");
    for file in &mut files {
        file.text = file.text.replacen(from, to, 1);
    }
    files
}

fn problems(files: &[PackFile]) -> String {
    let problems = Pack::parse(files).expect_err("something is wrong");
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn the_air_pack_is_sound_and_every_case_of_it_passes() {
    let pack = Pack::parse(&air()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let of_kind = |kind: &str| {
        pack.things
            .iter()
            .filter(|thing| thing.kind == kind)
            .count()
    };
    assert_eq!(
        [of_kind("station"), of_kind("weather"), of_kind("gas")],
        [60, 6, 12]
    );
    assert!(pack.laws.is_some());
    let results = pack.check_cases();
    assert!(results.len() >= pack.rules.len());
    for result in results {
        assert!(result.passed(), "{result}");
    }
}

#[test]
fn the_example_of_the_documentation_is_true() {
    let pack = Pack::parse(&noise()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!((pack.id.as_str(), pack.cases.len()), ("noise", 2));
    for result in pack.check_cases() {
        assert!(result.passed(), "{result}");
    }
}

#[test]
fn a_case_that_fails_says_what_was_expected_and_what_came() {
    let files = noise_but(
        r#"expect = ["raised 60", "returned 180"]"#,
        r#"expect = ["raised 0"]"#,
    );
    let pack = Pack::parse(&files).expect("still a sound pack");
    let failed = pack
        .check_cases()
        .into_iter()
        .find(|result| !result.passed());
    let text = failed.expect("one fails").to_string();
    assert!(
        text.ends_with("expected raised 0; the rule said raised 60, returned 180"),
        "{text}"
    );
}

#[test]
fn a_case_of_a_rule_that_must_stay_silent_says_nothing() {
    let files = noise_but(r#"expect = ["raised 60", "returned 180"]"#, "expect = []");
    let pack = Pack::parse(&files).expect("still a sound pack");
    let failed = pack
        .check_cases()
        .into_iter()
        .find(|result| !result.passed());
    let text = failed.expect("one fails").to_string();
    assert!(text.contains("expected nothing;"), "{text}");
}

#[test]
fn an_unknown_key_is_told_with_file_line_and_nearest_name() {
    let wrong = problems(&noise_but("period_secs", "periods_sec"));
    assert_eq!(
        wrong,
        "properties.toml:8: unknown key `periods_sec`; did you mean `period_secs`?"
    );
    let wrong = problems(&noise_but("[[thing]]", "[[things]]"));
    assert_eq!(
        wrong,
        "things.toml:1: unknown key `things`; did you mean `thing`?"
    );
    let wrong = problems(&noise_but("raise = 70", "rise = 70"));
    assert!(
        wrong.contains("unknown key `rise`; did you mean `raise`?"),
        "{wrong}"
    );
    let mut files = noise();
    files.push(file("rule.toml", ""));
    let wrong = problems(&files);
    assert!(wrong.contains("did you mean `rules.toml`?"), "{wrong}");
}

#[test]
fn one_mistake_does_not_hide_the_next() {
    let mut files = noise_but("period_secs", "periods_sec");
    files[2].text.push_str("\n[[thing]]\nname = 1\n");
    files[3].text = files[3].text.replacen("given", "givn", 1);
    let wrong = problems(&files);
    for file in ["properties.toml:8", "things.toml:11", "rules.toml:"] {
        assert!(wrong.contains(file), "{file} is missing in:\n{wrong}");
    }
}

#[test]
fn what_does_not_fit_together_is_told_where_it_stands() {
    let told = |from: &str, to: &str, expected: &str| {
        let wrong = problems(&noise_but(from, to));
        assert!(wrong.contains(expected), "{from} → {to} gave:\n{wrong}");
    };
    told(
        r#"property = "leq""#,
        r#"property = "leg""#,
        "there is no property `leg`; did you mean `leq`?",
    );
    told(
        "clear = 67",
        "clear = 71",
        "`clear` must not lie beyond `raise`",
    );
    told(
        "raise = 70, clear = 67",
        "raise = 270, clear = 67",
        "`raise` 270 lies outside the valid range",
    );
    told(
        r#"windows = ["1m", "1h"]"#,
        r#"windows = ["1h", "1m"]"#,
        "`windows` must ascend",
    );
    told(
        r#"unit = "dB""#,
        r#"unit = " ""#,
        "`unit` must not be blank",
    );
    told("lat = 28.95944", "lat = 289.5944", "`lat` within ±90");
    told(
        r#"area = "330802""#,
        r#"area = "Kecheng""#,
        "`area` must be the code",
    );
    told(
        "valid = [0, 160]",
        "valid = [160, 0]",
        "the smaller one first",
    );
    told(
        r#"expect = ["raised 60", "returned 180"]"#,
        r#"expect = ["rised 60"]"#,
        "is not what a rule says",
    );
    told("given = [[0, 60]", "given = [[0, nan]", "finite values");
    told("level = 4", "level = 5", "level 5 is not 1 (red)");
    told(
        r#"id = "leq""#,
        r#"id = "no_data""#,
        "what the program itself says of a silent thing",
    );
    told(
        r#"id = "noise""#,
        r#"id = "Noise pack""#,
        "a word of lower case letters",
    );
    told(
        "[[rule.case]]\nname",
        "[[rule.cases]]\nname",
        "unknown key `cases`; did you mean `case`?",
    );
}

#[test]
fn windows_that_cannot_be_are_told_with_what_to_do() {
    let told = |to: &str, expected: &str| {
        let wrong = problems(&noise_but(r#"windows = ["1m", "1h"]"#, to));
        assert!(wrong.contains(expected), "{to} gave:\n{wrong}");
    };
    told(
        r#"windows = ["1h/5m", "1h"]"#,
        "the tumbling one comes first",
    );
    told(r#"windows = ["1h/1h"]"#, "is not a window that hops");
    told(r#"windows = ["1d/1m"]"#, "at most 288 may be open at once");
    told(
        "windows = [\"1h/5m\"]\nearly = \"1m\"",
        "`early` must be shorter than one of the tumbling `windows`",
    );
    told(
        "windows = [\"1m\"]\nquantiles = [0.8, 0.5]",
        "`quantiles` must ascend",
    );
    told(
        "windows = [\"1m\"]\nquantiles = [80]",
        "lie between 0 and 1",
    );
    told("windows = [\"1m\"]\ncells = 16", "a resolution of H3");
    told("windows = []\ncells = 8", "there are no `windows`");
}

#[test]
fn windows_of_every_kind_can_be_asked_for() {
    let files = noise_but(
        r#"windows = ["1m", "1h"]"#,
        r#"windows = ["1m", "1h", "1h/5m", "8h/1h"]
           quantiles = [0.5, 0.98]
           cells = 8
           early = "5m""#,
    );
    let pack = Pack::parse(&files).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!(pack.properties[0].windows.len(), 4);
}

#[test]
fn a_double_is_told_with_the_line_of_the_first() {
    let mut files = noise();
    let thing = files[2].text.clone();
    files[2].text.push_str(&thing);
    let wrong = problems(&files);
    assert!(
        wrong.contains("thing `noise-01` stands already on line 1"),
        "{wrong}"
    );
}

#[test]
fn a_rule_without_a_case_is_not_trusted() {
    let mut files = noise();
    let rule = files[3]
        .text
        .split("[[rule.case]]")
        .next()
        .expect("the rule");
    files[3].text = rule.to_owned();
    assert!(problems(&files).contains("it has no `[[rule.case]]`"));
}

#[test]
fn a_rule_has_the_version_of_its_pack_and_a_digest_of_what_is_written() {
    let version = |files: &[PackFile]| {
        let pack = Pack::parse(files).unwrap_or_else(|problems| panic!("{problems:#?}"));
        pack.rules[0].version.clone().expect("of a pack")
    };
    let written = version(&noise());
    assert_eq!(
        (written.pack.as_str(), written.version.as_str()),
        ("noise", "1")
    );
    // As Python says it: sha256(json.dumps(rule, sort_keys=True, separators=(",", ":"), ensure_ascii=False)) of the rule without its cases.
    assert_eq!(written.digest, "96ca40f9a5e1");
    let same = [
        ("[[rule]]", "# a comment\n[[rule]]"),
        ("raise = 70, clear = 67", "clear =  67, raise = 70"),
        ("[60, 74.5]", "[60, 74.4]"),
    ];
    for (from, to) in same {
        assert_eq!(version(&noise_but(from, to)), written, "{from} → {to}");
    }
    let other = version(&noise_but("clear = 67", "clear = 66.5"));
    assert_ne!(other.digest, written.digest);
    let newer = version(&noise_but("version = \"1\"", "version = \"2\""));
    assert_eq!(
        (newer.version.as_str(), newer.digest),
        ("2", written.digest)
    );
}

#[test]
fn a_pack_without_its_head_is_told_so() {
    assert!(problems(&[]).starts_with("pack.toml:1: a pack needs this file"));
    let broken = problems(&[file("pack.toml", "id = \"a\"\ntitle = ")]);
    assert!(broken.starts_with("pack.toml:2: "), "{broken}");
}

#[test]
fn laws_that_speak_of_unknown_properties_are_told() {
    let mut files = air();
    files[1].text = files[1].text.replacen("id = \"o3\"", "id = \"ozone\"", 1);
    let wrong = problems(&files);
    assert!(
        wrong.contains("HJ 633-2012, O3_8H: there is no property `o3`"),
        "{wrong}"
    );
}

const EVENTS: &str = r#"
[[event]]
id = "bang"
title = { zh = "巨响", en = "Bang" }
properties = ["leq"]
"#;

/// A pack of rules of every operator, each with cases that show it.
fn every_operator() -> Vec<PackFile> {
    let text = include_str!("tests/rules.toml");
    let mut files = noise();
    for file in &mut files {
        match file.name.as_str() {
            "rules.toml" => file.text = text.into(),
            "things.toml" => file
                .text
                .push_str("parent = \"gw-01\"\nlimits = { loud = 80 }\n"),
            _ => {}
        }
    }
    let gateway = files.iter_mut().find(|file| file.name == "things.toml");
    let gateway = &mut gateway.expect("there").text;
    let copy = gateway
        .replace("noise-01", "gw-01")
        .replace("parent = \"gw-01\"\n", "");
    gateway.push_str(&copy);
    files.push(file("events.toml", EVENTS));
    files
}

#[test]
fn every_operator_does_what_its_cases_say() {
    let pack = Pack::parse(&every_operator()).unwrap_or_else(|problems| panic!("{problems:#?}"));
    assert_eq!((pack.rules.len(), pack.cases.len()), (7, 11));
    for result in pack.check_cases() {
        assert!(result.passed(), "{result}");
    }
}

/// What is said when in the pack of all operators `from` is replaced by `to`.
fn wrong(from: &str, to: &str) -> String {
    let mut files = every_operator();
    assert!(files.iter().any(|file| file.text.contains(from)), "{from}");
    for file in &mut files {
        file.text = file.text.replacen(from, to, 1);
    }
    problems(&files)
}

/// A change, and what is told of it.
const WRONG: [(&str, &str, &str); 23] = [
    (
        "posture = \"war\"",
        "posture = \"wars\"",
        "unknown variant `wars`, expected `war`",
    ),
    (
        "level = 3\nrate = {",
        "level = 3\nposture = \"war\"\nrate = {",
        "has a `posture`, which only a `threshold` may have",
    ),
    (
        "level = 4\nposture",
        "level = 2\nposture",
        "a rule of war raises sooner than a rule of both postures",
    ),
    (
        "offset = -10 }",
        "offset = -5 }",
        "a rule of war raises sooner than a rule of both postures",
    ),
    (
        "raise = { limit = \"loud\", offset = -10 }",
        "raise = 60",
        "a rule of war raises sooner than a rule of both postures",
    ),
    (
        "limit = \"loud\", offset = -5",
        "limit = \"lout\"",
        "no thing that observes `leq` has a limit `lout`; did you mean `loud`?",
    ),
    (
        "limits = { loud = 90 }",
        "",
        "`limits` must say `loud`, which the rule refers to",
    ),
    (
        "delay = \"2m\"",
        "delay = \"2 minutes\"",
        "`2 minutes` is not a length of time",
    ),
    (
        "raise = 100, clear = 0",
        "raise = 100, clear = 200",
        "`clear` must not lie beyond `raise`",
    ),
    (
        "over = \"10m\"",
        "over = \"10s\"",
        "`over` must not be shorter than the period of `leq`",
    ),
    (
        "no_data = { periods = 5 }",
        "no_data = { periods = 0 }",
        "`periods` must be at least 1",
    ),
    (
        "no_data = { periods = 5 }",
        "no_data = {}",
        "`no_data` needs either `periods` or `after`",
    ),
    (
        "min_count = 3",
        "min_count = 1",
        "`min_count` must be at least 2",
    ),
    (
        "min_count = 3, except",
        "min_count = 3, exept",
        "unknown key `exept`; did you mean `except`?",
    ),
    (
        "min = { leq = 90 }",
        "min = { lec = 90 }",
        "event `bang` is told without `lec`; did you mean `leq`?",
    ),
    (
        "property = \"leq\"\nlevel = 4",
        "level = 4",
        "needs the `property` that it judges",
    ),
    (
        "event = {",
        "property = \"leq\"\nevent = {",
        "judges events, so it has no `property`",
    ),
    (
        "stuck = {",
        "rate = { direction = \"above\", raise = 1, clear = 1, over = \"1h\" }\nstuck = {",
        "needs exactly one operator of `threshold`, `rate`",
    ),
    (
        "event = { kind = \"bang\"",
        "event = { kind = \"bangs\"",
        "there is no event `bangs`; did you mean `bang`?",
    ),
    (
        "{ at = 0, kind = \"bang\"",
        "{ at = 0, kind = \"bag\"",
        "there is no event `bag`; did you mean `bang`?",
    ),
    (
        "given = [{ at = 0",
        "given = [[0, 1], { at = 0",
        "`given` must hold events",
    ),
    (
        "parent = \"gw-01\"",
        "parent = \"gw-02\"",
        "there is no thing `gw-02` for a `parent`; did you mean `gw-01`?",
    ),
    (
        "parent = \"gw-01\"",
        "parent = \"noise-01\"",
        "`parent` must lead, in at most 4 steps, to a thing that has none",
    ),
];

#[test]
fn what_an_operator_must_keep_is_told_where_it_stands() {
    for (from, to, told) in WRONG {
        let said = wrong(from, to);
        assert!(said.contains(told), "{from} -> {to}: {said}");
    }
}
