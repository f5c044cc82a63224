//! The tables have a version (`PRAGMA user_version`); a file moves forward through every version it lacks, never back.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use super::table_of;
use crate::StoreError;
use crate::error::Doing;
use crate::rows::Day;

/// Step n brings the tables from version n to version n + 1. A step that was released is never edited.
const STEPS: [&str; 4] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];
const MIGRATE: &str = "migrate";

/// Brings the tables to the latest version.
pub(super) async fn migrate(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    let found: i64 = sqlx::query_scalar("PRAGMA user_version")
        .fetch_one(&mut *connection)
        .await
        .doing("open")?;
    let known = STEPS.len() as i64;
    let Some(missing) = usize::try_from(found)
        .ok()
        .and_then(|found| STEPS.get(found..))
    else {
        return Err(StoreError::Newer { found, known });
    };
    for (version, step) in (found + 1..).zip(missing) {
        let mut transaction = connection
            .begin_with("BEGIN IMMEDIATE")
            .await
            .doing(MIGRATE)?;
        sqlx::raw_sql(*step)
            .execute(&mut *transaction)
            .await
            .doing(MIGRATE)?;
        if version == 2 {
            fill_latest(&mut transaction).await.doing(MIGRATE)?;
        }
        sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {version}")))
            .execute(&mut *transaction)
            .await
            .doing(MIGRATE)?;
        transaction.commit().await.doing(MIGRATE)?;
        tracing::info!(version, "the tables of history moved to a new version");
    }
    Ok(())
}

/// From the last day back, each datastream where it is first met; and notes what can be packed.
async fn fill_latest(connection: &mut SqliteConnection) -> Result<(), sqlx::Error> {
    let days: Vec<i64> = sqlx::query_scalar("SELECT day FROM days ORDER BY day DESC")
        .fetch_all(&mut *connection)
        .await?;
    for day in days {
        let table = table_of(Day::from_number(day));
        let fill = format!(
            "INSERT INTO latest (datastream, phenomenon_time, value, zero_sign, source, received_at, quality)
                SELECT o.datastream, o.phenomenon_time, o.value, o.zero_sign, o.source, o.received_at, o.quality
                FROM datastreams d JOIN {table} o ON o.datastream = d.id
                WHERE d.id NOT IN (SELECT datastream FROM latest)
                    AND (o.phenomenon_time, o.value, o.zero_sign, o.source) = (
                        SELECT phenomenon_time, value, zero_sign, source FROM {table} WHERE datastream = d.id
                        ORDER BY phenomenon_time DESC, value DESC, zero_sign DESC, source DESC LIMIT 1);
            INSERT INTO unpacked SELECT {day}, d.id FROM datastreams d
                WHERE EXISTS (SELECT 1 FROM {table} WHERE datastream = d.id)"
        );
        sqlx::raw_sql(AssertSqlSafe(fill))
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}
