//! The tables have a version; a database moves forward through every version it lacks, never back.

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use yiping_model::Zone;

use super::layout::Layout;
use crate::error::Doing;
use crate::{PostgresSettings, StoreError};

/// Step n brings the tables from version n to version n + 1. A step that was released is never edited.
const STEPS: [&str; 3] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
];
const MIGRATE: &str = "migrate";
/// Two programs that come at the same time make the tables one after the other.
const ONE_AT_A_TIME: &str = "SELECT pg_advisory_xact_lock(7113482006)";

/// Brings the tables to the latest version; says how they are made.
pub(super) async fn migrate(
    connection: &mut PgConnection,
    settings: &PostgresSettings,
    zone: &Zone,
) -> Result<Layout, StoreError> {
    let mut transaction = connection.begin().await.doing(MIGRATE)?;
    sqlx::raw_sql(ONE_AT_A_TIME)
        .execute(&mut *transaction)
        .await
        .doing(MIGRATE)?;
    sqlx::raw_sql("CREATE TABLE IF NOT EXISTS schema_version (version bigint NOT NULL)")
        .execute(&mut *transaction)
        .await
        .doing(MIGRATE)?;
    let found: Option<i64> = sqlx::query_scalar("SELECT max(version) FROM schema_version")
        .fetch_one(&mut *transaction)
        .await
        .doing(MIGRATE)?;
    let (found, known) = (found.unwrap_or(0), STEPS.len() as i64);
    let Some(missing) = usize::try_from(found)
        .ok()
        .and_then(|found| STEPS.get(found..))
    else {
        return Err(StoreError::Newer { found, known });
    };
    for (version, step) in (found + 1..).zip(missing) {
        sqlx::raw_sql(*step)
            .execute(&mut *transaction)
            .await
            .doing(MIGRATE)?;
        if version == 1 {
            make_observations(&mut transaction, settings, zone).await?;
        }
        if version == 2 {
            let layout = Layout::read(&mut transaction, zone).await?;
            sqlx::raw_sql(AssertSqlSafe(layout.events(settings)))
                .execute(&mut *transaction)
                .await
                .doing(MIGRATE)?;
        }
        sqlx::query("INSERT INTO schema_version VALUES ($1)")
            .bind(version)
            .execute(&mut *transaction)
            .await
            .doing(MIGRATE)?;
        tracing::info!(version, "the tables of history moved to a new version");
    }
    let layout = Layout::read(&mut transaction, zone).await?;
    transaction.commit().await.doing(MIGRATE)?;
    Ok(layout)
}

async fn make_observations(
    connection: &mut PgConnection,
    settings: &PostgresSettings,
    zone: &Zone,
) -> Result<(), StoreError> {
    let layout = Layout::choose(connection, settings).await?;
    sqlx::query("INSERT INTO progress VALUES (1, 0, $1, $2, $3)")
        .bind(layout.timescale)
        .bind(i32::from(layout.partition_days))
        .bind(zone.name())
        .execute(&mut *connection)
        .await
        .doing(MIGRATE)?;
    sqlx::raw_sql(AssertSqlSafe(layout.tables(settings, zone)))
        .execute(connection)
        .await
        .doing(MIGRATE)?;
    Ok(())
}
