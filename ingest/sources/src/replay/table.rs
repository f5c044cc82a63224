//! One table: a CSV file, plain or in gzip, read row by row.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek as _};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use yiping_model::{Reason, Timestamp};
use yiping_protocols::{Decoded, Refusal, TableMap, table::RowReader};

use super::ReplayError;

const GZIP_MAGIC: [u8; 2] = [0x1f, 0x8b];

/// A table that has been looked through.
#[derive(Debug)]
pub(super) struct Table {
    path: PathBuf,
    rows: u64,
    first: Option<Timestamp>,
    sorted: bool,
}

/// A row that has been read.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// When its period began; the time of the row before it where its own cannot be read.
    pub(super) at: Timestamp,
    /// File and line.
    pub(super) origin: String,
    /// What it said.
    pub(super) decoded: Decoded,
    /// Its cells, where something of them was refused.
    pub(super) text: String,
}

impl Table {
    /// Reads the file once, for its columns, its order and the number of its rows.
    pub(super) fn scan(
        path: PathBuf,
        map: &TableMap,
        rows_sorted_max: u64,
    ) -> Result<Self, ReplayError> {
        let mut rows = Rows::open(&path, map)?;
        let mut table = Self {
            path,
            rows: 0,
            first: None,
            sorted: true,
        };
        let mut latest = None;
        while rows.advance()? {
            table.rows += 1;
            let Some(at) = rows.time() else { continue };
            table.sorted &= latest.is_none_or(|latest| latest <= at);
            table.first = Some(table.first.map_or(at, |first| first.min(at)));
            latest = Some(at);
        }
        if !table.sorted && table.rows > rows_sorted_max {
            return Err(ReplayError::NotSorted {
                path: table.path,
                rows: table.rows,
                rows_max: rows_sorted_max,
            });
        }
        Ok(table)
    }

    pub(super) const fn first(&self) -> Option<Timestamp> {
        self.first
    }

    pub(super) const fn rows(&self) -> u64 {
        self.rows
    }

    /// The rows in order of time.
    pub(super) fn read(
        self,
        map: &TableMap,
    ) -> Result<Box<dyn Iterator<Item = Result<Row, ReplayError>>>, ReplayError> {
        let mut rows = Rows::open(&self.path, map)?;
        rows.latest = self.first.unwrap_or_default();
        if self.sorted {
            return Ok(Box::new(rows));
        }
        let mut all: Vec<Row> = rows.collect::<Result<_, _>>()?;
        all.sort_by_key(|row| row.at);
        Ok(Box::new(all.into_iter().map(Ok)))
    }
}

struct Rows {
    path: PathBuf,
    name: String,
    table: csv::Reader<Box<dyn Read>>,
    columns: RowReader,
    record: csv::ByteRecord,
    latest: Timestamp,
}

impl Rows {
    fn open(path: &Path, map: &TableMap) -> Result<Self, ReplayError> {
        let failed = |detail: String| ReplayError::File {
            path: path.to_owned(),
            detail,
        };
        let bytes = bytes_of(path).map_err(|error| failed(error.to_string()))?;
        let mut table = csv::ReaderBuilder::new()
            .delimiter(map.delimiter())
            .flexible(true)
            .from_reader(bytes);
        let header = table.headers().map_err(|error| failed(error.to_string()))?;
        let header = header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}'));
        let columns = map.bind(header).map_err(|error| ReplayError::Map {
            path: path.to_owned(),
            error,
        })?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        Ok(Self {
            path: path.to_owned(),
            name: name.to_string_lossy().into_owned(),
            table,
            columns,
            record: csv::ByteRecord::new(),
            latest: Timestamp::default(),
        })
    }

    fn advance(&mut self) -> Result<bool, ReplayError> {
        self.table
            .read_byte_record(&mut self.record)
            .map_err(|error| ReplayError::File {
                path: self.path.clone(),
                detail: error.to_string(),
            })
    }

    /// The time of this row, where it can be read.
    fn time(&self) -> Option<Timestamp> {
        let cells = cells(&self.record).ok()?;
        self.columns.time(&cells).ok()
    }

    fn row(&mut self) -> Row {
        let (decoded, time) = match cells(&self.record) {
            Ok(cells) => (self.columns.read(&cells), self.columns.time(&cells).ok()),
            Err(_not_text) => {
                let detail =
                    "row holds bytes that are not UTF-8; save the table as UTF-8".to_owned();
                let refusals = vec![Refusal::whole(Reason::NotText, detail, None)];
                let readings = Vec::new();
                (
                    Decoded {
                        readings,
                        refusals,
                        ..Decoded::default()
                    },
                    None,
                )
            }
        };
        self.latest = time.unwrap_or(self.latest);
        let line = self.record.position().map_or(0, csv::Position::line);
        let text = if decoded.refusals.is_empty() {
            String::new()
        } else {
            let cells = self.record.iter().map(String::from_utf8_lossy);
            cells.collect::<Vec<_>>().join(",")
        };
        Row {
            at: self.latest,
            origin: format!("{}:{line}", self.name),
            decoded,
            text,
        }
    }
}

impl Iterator for Rows {
    type Item = Result<Row, ReplayError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.advance() {
            Ok(true) => Some(Ok(self.row())),
            Ok(false) => None,
            Err(error) => Some(Err(error)),
        }
    }
}

fn cells(record: &csv::ByteRecord) -> Result<Vec<&str>, std::str::Utf8Error> {
    record.iter().map(std::str::from_utf8).collect()
}

fn bytes_of(path: &Path) -> io::Result<Box<dyn Read>> {
    let mut file = File::open(path)?;
    let mut magic = [0; GZIP_MAGIC.len()];
    let read = file.read(&mut magic)?;
    file.rewind()?;
    let file = BufReader::new(file);
    Ok(if read == GZIP_MAGIC.len() && magic == GZIP_MAGIC {
        Box::new(MultiGzDecoder::new(file))
    } else {
        Box::new(file)
    })
}
