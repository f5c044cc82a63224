//! Readings as a Parquet table: a row for each observation, written in groups, so that memory holds no more than one of them.

use std::fs::File;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::Result;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use yiping_model::{Position, Quality, Reading, Timestamp};

const SCHEMA: &str = "message observations {
    required int64 position;
    required int64 received_at (timestamp(micros, true));
    required int64 phenomenon_time (timestamp(micros, true));
    required binary source (string);
    required binary thing (string);
    required binary property (string);
    required double value;
    required binary quality (string);
}";

/// Rows of one group: about 10 MiB in memory.
pub(super) const GROUP_ROWS: usize = 65_536;

/// A file that is being written.
pub(super) struct Table {
    file: SerializedFileWriter<File>,
    group: Group,
    rows: u64,
}

/// The rows that are not written yet, by column.
#[derive(Debug, Default)]
struct Group {
    position: Vec<i64>,
    received_at: Vec<i64>,
    phenomenon_time: Vec<i64>,
    source: Vec<ByteArray>,
    thing: Vec<ByteArray>,
    property: Vec<ByteArray>,
    value: Vec<f64>,
    quality: Vec<ByteArray>,
}

impl Table {
    /// Begins a table in this file.
    pub(super) fn begin(file: File) -> Result<Self> {
        let mut properties = WriterProperties::builder().set_compression(Compression::SNAPPY);
        for ascending in ["position", "received_at", "phenomenon_time"] {
            let column = ColumnPath::from(ascending);
            properties = properties
                .set_column_dictionary_enabled(column.clone(), false)
                .set_column_encoding(column, Encoding::DELTA_BINARY_PACKED);
        }
        let schema = Arc::new(parse_message_type(SCHEMA)?);
        Ok(Self {
            file: SerializedFileWriter::new(file, schema, Arc::new(properties.build()))?,
            group: Group::default(),
            rows: 0,
        })
    }

    /// Adds the observations of a reading.
    pub(super) fn push(
        &mut self,
        position: Position,
        received_at: Timestamp,
        reading: &Reading,
    ) -> Result<()> {
        self.group.push(position, received_at, reading);
        self.rows += reading.values.len() as u64;
        if self.group.value.len() >= GROUP_ROWS {
            self.write_group()?;
        }
        Ok(())
    }

    /// Writes what is left; the file, not yet synced, and how many rows it has.
    pub(super) fn finish(mut self) -> Result<(File, u64)> {
        if !self.group.value.is_empty() {
            self.write_group()?;
        }
        Ok((self.file.into_inner()?, self.rows))
    }

    fn write_group(&mut self) -> Result<()> {
        let group = std::mem::take(&mut self.group);
        let mut out = self.file.next_row_group()?;
        write::<Int64Type>(&mut out, &group.position)?;
        write::<Int64Type>(&mut out, &group.received_at)?;
        write::<Int64Type>(&mut out, &group.phenomenon_time)?;
        write::<ByteArrayType>(&mut out, &group.source)?;
        write::<ByteArrayType>(&mut out, &group.thing)?;
        write::<ByteArrayType>(&mut out, &group.property)?;
        write::<DoubleType>(&mut out, &group.value)?;
        write::<ByteArrayType>(&mut out, &group.quality)?;
        out.close()?;
        Ok(())
    }
}

impl Group {
    fn push(&mut self, position: Position, received_at: Timestamp, reading: &Reading) {
        for measured in &reading.values {
            self.position.push(position.0 as i64);
            self.received_at.push(received_at.as_micros());
            self.phenomenon_time
                .push(reading.phenomenon_time.as_micros());
            self.source.push(reading.source.as_str().into());
            self.thing.push(reading.thing.as_str().into());
            self.property.push(measured.property.as_str().into());
            self.value.push(measured.value);
            self.quality.push(quality(measured.quality).into());
        }
    }
}

const fn quality(quality: Quality) -> &'static str {
    match quality {
        Quality::Good => "good",
        Quality::OutOfRange => "out_of_range",
    }
}

/// Writes the next column of the group.
fn write<T: DataType>(out: &mut SerializedRowGroupWriter<'_, File>, values: &[T::T]) -> Result<()> {
    let mut column = out.next_column()?.expect("the schema has this column");
    column.typed::<T>().write_batch(values, None, None)?;
    column.close()
}
