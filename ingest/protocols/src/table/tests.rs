use yiping_model::{Reason, Timestamp};

use super::*;

const MAP: &str = r#"
[table]
time = { columns = ["year", "month", "day", "hour"], zone = "Asia/Shanghai" }
thing = { column = "station", rename = { Old = "new" } }
period_secs = 3600
missing = ["NA", ""]

[[metric]]
column = "PM2.5"
property = "pm25"

[[metric]]
column = "CO"
property = "co"
scale = 0.001

[[metric]]
column = "wd"
property = "wind_direction"
values = { N = 0.0, NNE = 22.5 }

[[thing]]
id = "new"
name = { zh = "新站", en = "New" }
kind = "station"
lon = 118.87
lat = 28.93
area = "330802"
"#;

const HEADER: [&str; 8] = [
    "No", "year", "month", "day", "hour", "PM2.5", "CO", "station",
];

fn reader() -> RowReader {
    let map = TableMap::parse(MAP).expect("a valid map");
    map.bind(HEADER.into_iter().chain(["wd"]))
        .expect("all columns are there")
}

fn row(text: &str) -> crate::Decoded {
    reader().read(&text.split(',').collect::<Vec<_>>())
}

#[test]
fn a_row_is_a_reading_at_the_start_of_its_hour() {
    let decoded = row("1,2013,3,1,0,7,700,Old,NNE");
    assert_eq!(decoded.refusals, []);
    let reading = &decoded.readings[0];
    assert_eq!(reading.thing.as_str(), "new");
    assert_eq!(
        reading.phenomenon_time,
        Timestamp::parse("2013-03-01T00:00:00+08:00").expect("valid")
    );
    let values: Vec<f64> = reading.values.iter().map(|value| value.value).collect();
    assert_eq!(values, [7.0, 0.7, 22.5]);
}

#[test]
fn a_missing_cell_is_nothing_and_a_bad_cell_is_refused_alone() {
    let decoded = row("1,2013,3,1,0,NA,seven,A,");
    assert!(decoded.readings.is_empty());
    assert_eq!(decoded.refusals[0].reason, Reason::WrongType);
    assert_eq!(row("1,2013,3,1,0,NA,,A,NA"), crate::Decoded::default());
    let decoded = row("1,2013,3,1,0,7,inf,A,wind");
    assert_eq!(decoded.readings[0].values.len(), 1);
    let reasons: Vec<Reason> = decoded
        .refusals
        .iter()
        .map(|refusal| refusal.reason)
        .collect();
    assert_eq!(reasons, [Reason::NotFinite, Reason::WrongType]);
}

#[test]
fn a_row_without_a_time_or_an_id_is_refused_with_all_its_values() {
    for (text, reason) in [
        ("1,2013,2,30,0,7,700,A,N", Reason::BadTime),
        ("1,2013,x,1,0,7,700,A,N", Reason::BadTime),
        ("1,2013,300,1,0,7,700,A,N", Reason::BadTime),
        ("1,2013,3,1,0,7,700,,N", Reason::BadId),
    ] {
        let decoded = row(text);
        assert!(decoded.readings.is_empty());
        assert_eq!(decoded.refusals.len(), 1, "{text}");
        assert_eq!(
            (decoded.refusals[0].reason, decoded.refusals[0].items),
            (reason, 3)
        );
    }
    assert_eq!(row("1,2013").refusals, []);
}

#[test]
fn the_map_places_its_things() {
    let things = TableMap::parse(MAP).expect("a valid map").things();
    assert_eq!(things.len(), 1);
    assert_eq!(things[0].period_secs, Some(3600));
    assert_eq!(things[0].properties.len(), 3);
}

#[test]
fn a_time_may_have_many_forms() {
    for (time, cell) in [
        (r#"format = "rfc3339""#, "2026-03-01T08:00:00+08:00"),
        (r#"format = "epoch_ms""#, "1772323200000"),
        (r#"format = "epoch_s""#, "1772323200"),
        (
            r#"format = "%d/%m/%Y %H:%M", zone = "Asia/Shanghai""#,
            "01/03/2026 08:00",
        ),
        (r#"format = "%Y-%m-%d", zone = "UTC""#, "2026-03-01"),
        (
            r#"format = "%Y-%m-%dT%H:%M:%S%z""#,
            "2026-03-01T01:00:00+0100",
        ),
    ] {
        let map = format!(
            "[table]\ntime = {{ column = \"t\", {time} }}\nthing = {{ fixed = \"a\" }}\nperiod_secs = 60\n[[metric]]\ncolumn = \"x\"\nproperty = \"x\"\n"
        );
        let map = TableMap::parse(&map).expect("a valid map");
        let reader = map.bind(["t", "x"]).expect("both are there");
        assert_eq!(
            reader.time(&[cell, "1"]),
            Ok(Timestamp::from_secs(1_772_323_200)),
            "{time}"
        );
        assert!(reader.time(&["soon", "1"]).is_err());
    }
}

#[test]
fn an_error_says_the_line_and_what_to_write() {
    for (from, to, expected) in [
        (
            "zone = \"Asia/Shanghai\"",
            "zone = \"Mars\"",
            "map line 3: `Mars` is not a time zone such as Asia/Shanghai",
        ),
        (
            ", zone = \"Asia/Shanghai\"",
            "",
            "map line 3: time.zone is missing: write the zone of the table, such as \"Asia/Shanghai\"",
        ),
        (
            "period_secs = 3600",
            "period_secs = 0",
            "map line 5: period_secs is 0; write the seconds one row stands for, 1 to 86400",
        ),
        (
            "property = \"co\"",
            "property = \"pm25\"",
            "map line 12: property `pm25` stands twice; a reading holds each property once",
        ),
        (
            "lat = 28.93",
            "lat = 128.93",
            "map line 22: thing `new` lies at lon 118.87 lat 128.93; write degrees, lon -180 to 180, lat -90 to 90",
        ),
    ] {
        assert!(MAP.contains(from));
        let error = TableMap::parse(&MAP.replace(from, to)).expect_err("the map is wrong");
        assert_eq!(error.to_string(), expected);
    }
    let unknown = TableMap::parse(&MAP.replace("scale", "factor")).expect_err("no such key");
    assert!(
        unknown.to_string().contains("unknown field `factor`"),
        "{unknown}"
    );
    let map = TableMap::parse(MAP).expect("a valid map");
    let missing = map.bind(["year", "month"]).expect_err("no day");
    assert_eq!(
        missing.to_string(),
        "table has no column `day`; it has year, month"
    );
}
