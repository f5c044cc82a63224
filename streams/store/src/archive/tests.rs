//! What is archived reads back, and an archive that fails leaves nothing that looks whole.

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;
use yiping_model::{Measured, PropertyId, Quality, SourceId, ThingId};

use super::*;

fn record(number: u64) -> Record {
    let measured = |property, value, quality| Measured {
        property: PropertyId::new(property).expect("valid"),
        value,
        quality,
    };
    Record {
        position: Position(number),
        received_at: Timestamp::from_micros(1_772_323_200_000_000 + number as i64),
        body: Body::Reading(Reading {
            source: SourceId::new("mqtt").expect("valid"),
            thing: ThingId::new(format!("站-{}", number % 7)).expect("valid"),
            phenomenon_time: Timestamp::from_micros(1_772_323_100_000_000 - number as i64),
            values: [
                measured("pm25", number as f64 / 4.0, Quality::Good),
                measured("so2", -1.0, Quality::OutOfRange),
            ]
            .into_iter()
            .collect(),
        }),
    }
}

/// A row as text.
fn rows(path: &Path) -> Vec<String> {
    let reader = SerializedFileReader::new(File::open(path).expect("there")).expect("Parquet");
    let rows = reader.get_row_iter(None).expect("rows");
    rows.map(|row| {
        let row = row.expect("whole");
        format!(
            "{} {} {} {} {} {} {} {}",
            row.get_long(0).expect("position"),
            row.get_timestamp_micros(1).expect("received_at"),
            row.get_timestamp_micros(2).expect("phenomenon_time"),
            row.get_string(3).expect("source"),
            row.get_string(4).expect("thing"),
            row.get_string(5).expect("property"),
            row.get_double(6).expect("value"),
            row.get_string(7).expect("quality"),
        )
    })
    .collect()
}

fn expected(numbers: impl Iterator<Item = u64>) -> Vec<String> {
    numbers
        .flat_map(|number| {
            let (at, then) = (
                1_772_323_200_000_000 + number,
                1_772_323_100_000_000 - number,
            );
            let thing = number % 7;
            [
                format!(
                    "{number} {at} {then} mqtt 站-{thing} pm25 {} good",
                    number as f64 / 4.0
                ),
                format!("{number} {at} {then} mqtt 站-{thing} so2 -1 out_of_range"),
            ]
        })
        .collect()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for day in fs::read_dir(dir).into_iter().flatten() {
        let day = fs::read_dir(day.expect("a day").path()).expect("a folder");
        found.extend(day.map(|file| file.expect("a file").path()));
    }
    found.sort();
    found
}

#[test]
fn every_observation_is_a_row_and_what_is_no_reading_is_none() {
    let place = tempfile::tempdir().expect("a place");
    let archive = ParquetArchive::new(place.path().join("archive"));
    let count = super::table::GROUP_ROWS as u64 / 2 + 10;
    let mut records = (1..=count).map(|number| {
        let mut record = record(number);
        if number % 10 == 0 {
            record.body = Body::Tick;
        }
        Ok(record)
    });
    archive.keep(Position(1), &mut records).expect("kept");
    let path = place
        .path()
        .join("archive/day=2026-03-01/00000000000000000001.parquet");
    let numbers = (1..=count).filter(|number| number % 10 != 0);
    assert_eq!(rows(&path), expected(numbers));
    assert_eq!(files(&place.path().join("archive")), [path]);
}

#[test]
fn a_segment_that_comes_again_takes_its_own_place() {
    let place = tempfile::tempdir().expect("a place");
    let archive = ParquetArchive::new(place.path().to_owned());
    for _ in 0..2 {
        let mut records = (5..9).map(|number| Ok(record(number)));
        archive.keep(Position(5), &mut records).expect("kept");
    }
    let found = files(place.path());
    assert_eq!(found.len(), 1);
    assert_eq!(rows(&found[0]), expected(5..9));
}

#[test]
fn a_segment_without_readings_makes_no_file() {
    let place = tempfile::tempdir().expect("a place");
    let archive = ParquetArchive::new(place.path().to_owned());
    let tick = Record {
        body: Body::Tick,
        ..record(1)
    };
    archive
        .keep(Position(1), &mut [Ok(tick)].into_iter())
        .expect("nothing to keep");
    assert!(files(place.path()).is_empty());
}

#[test]
fn what_cannot_be_read_or_written_is_no_file_of_the_archive_and_the_next_attempt_succeeds() {
    let place = tempfile::tempdir().expect("a place");
    let archive = ParquetArchive::new(place.path().join("archive"));
    let mut records = [Ok(record(1)), Err(LogError::Closed)].into_iter();
    let error = archive.keep(Position(1), &mut records);
    assert!(matches!(error, Err(LogError::Closed)));
    let parquet = |path: &PathBuf| path.extension().is_some_and(|ending| ending == "parquet");
    assert!(!files(&place.path().join("archive")).iter().any(parquet));

    fs::write(place.path().join("file"), "").expect("written");
    let blocked = ParquetArchive::new(place.path().join("file"));
    let error = blocked.keep(Position(1), &mut [Ok(record(1))].into_iter());
    let error = error.expect_err("a file is no folder").to_string();
    assert!(error.contains("segment 1 cannot be archived"), "{error}");

    let mut records = [Ok(record(1)), Ok(record(2))].into_iter();
    archive.keep(Position(1), &mut records).expect("kept");
    let found = files(&place.path().join("archive"));
    assert_eq!(found.len(), 1);
    assert_eq!(rows(&found[0]), expected(1..3));
}
