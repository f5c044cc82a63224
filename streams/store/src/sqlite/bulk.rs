//! Many rows in few statements.
//!
//! A statement takes up to [`ROWS_MAX`] rows; what remains goes in powers of two, so that a table has ten statements at most, and all of
//! them stay prepared.

use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, SqliteConnection};

/// 512 rows of at most 63 columns stay below the 32,766 variables that SQLite allows in a statement.
const ROWS_MAX: usize = 512;

/// The text around the rows of a statement.
pub(super) struct Shape<'a> {
    /// Up to and with `VALUES`.
    pub(super) head: &'a str,
    /// How many values a row has.
    pub(super) columns: usize,
    /// What follows the rows, for example `ON CONFLICT DO NOTHING`.
    pub(super) tail: &'a str,
}

/// How the values of a row are given, in the order of the columns.
pub(super) type Bind<R> = fn(&R, &mut SqliteArguments) -> Result<(), sqlx::error::BoxDynError>;

/// Writes the rows; says how many the database really took or changed.
pub(super) async fn insert<R: Sync>(
    connection: &mut SqliteConnection,
    shape: &Shape<'_>,
    rows: &[R],
    bind: Bind<R>,
) -> Result<u64, sqlx::Error> {
    let mut taken = 0;
    let mut rest = rows;
    while !rest.is_empty() {
        let count = ROWS_MAX.min(1 << rest.len().ilog2());
        let (chunk, after) = rest.split_at(count);
        let mut arguments = SqliteArguments::default();
        for row in chunk {
            bind(row, &mut arguments).map_err(sqlx::Error::Encode)?;
        }
        // The text holds names from this program and question marks, no value.
        let statement = sqlx::query_with(AssertSqlSafe(shape.text(count)), arguments);
        taken += statement.execute(&mut *connection).await?.rows_affected();
        rest = after;
    }
    Ok(taken)
}

impl Shape<'_> {
    fn text(&self, rows: usize) -> String {
        let row = format!(" ({}?)", "?,".repeat(self.columns.saturating_sub(1)));
        let mut text =
            String::with_capacity(self.head.len() + rows * (row.len() + 1) + self.tail.len() + 1);
        text.push_str(self.head);
        for index in 0..rows {
            if index > 0 {
                text.push(',');
            }
            text.push_str(&row);
        }
        text.push(' ');
        text.push_str(self.tail);
        text
    }
}
