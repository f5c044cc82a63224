//! The tables have a version (`PRAGMA user_version`); a file moves forward through every version it lacks, never back.

use sqlx::{AssertSqlSafe, Connection, SqliteConnection};

use crate::StoreError;
use crate::error::Doing;

/// Step n brings the tables from version n to version n + 1. A step that was released is never edited.
const STEPS: [&str; 1] = [include_str!("schema_1.sql")];

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
            .doing("migrate")?;
        sqlx::raw_sql(*step)
            .execute(&mut *transaction)
            .await
            .doing("migrate")?;
        sqlx::raw_sql(AssertSqlSafe(format!("PRAGMA user_version = {version}")))
            .execute(&mut *transaction)
            .await
            .doing("migrate")?;
        transaction.commit().await.doing("migrate")?;
        tracing::info!(version, "the tables of history moved to a new version");
    }
    Ok(())
}
