//! The writer's memory, out of the tables.

use sqlx::{Connection, PgConnection};

use super::layout::Layout;
use crate::StoreError;
use crate::error::Doing;
use crate::rows::{Kept, Memory, Time};

/// Reads all that the writer must know.
pub(super) async fn memory(
    connection: &mut PgConnection,
    layout: Layout,
) -> Result<Memory, StoreError> {
    Memory::of(kept(connection, layout).await.doing("read")?)
}

async fn kept(connection: &mut PgConnection, layout: Layout) -> Result<Kept, sqlx::Error> {
    let mut transaction = connection.begin().await?;
    let connection = &mut *transaction;
    // A transaction of a lost connection may still be about to end. It holds this row, so what is read behind the lock is what it left.
    let (position, log) = sqlx::query_as("SELECT position, log FROM progress FOR UPDATE")
        .fetch_one(&mut *connection)
        .await?;
    let things: Vec<(i64, String, Option<Time>)> =
        sqlx::query_as("SELECT id::bigint, name, latest FROM things")
            .fetch_all(&mut *connection)
            .await?;
    let parts = if layout.timescale {
        Vec::new()
    } else {
        sqlx::query_scalar("SELECT first_day FROM parts")
            .fetch_all(&mut *connection)
            .await?
    };
    let shapes: Vec<(i32, i32)> = sqlx::query_as("SELECT length_secs, hop_secs FROM window_shapes")
        .fetch_all(&mut *connection)
        .await?;
    let kept = Kept {
        position,
        log,
        sources: sqlx::query_as("SELECT id::bigint, name FROM sources")
            .fetch_all(&mut *connection)
            .await?,
        things: things
            .into_iter()
            .map(|(id, name, latest)| (id, name, latest.map(|latest| latest.0.as_micros())))
            .collect(),
        datastreams: sqlx::query_as("SELECT id::bigint, thing::bigint, property FROM datastreams")
            .fetch_all(&mut *connection)
            .await?,
        parts,
        unpacked: sqlx::query_as("SELECT day, datastream::bigint FROM unpacked")
            .fetch_all(&mut *connection)
            .await?,
        shapes: shapes
            .into_iter()
            .map(|(length, hop)| (length as u32, hop as u32))
            .collect(),
        derived: sqlx::query_scalar("SELECT id::bigint FROM datastreams WHERE derived")
            .fetch_all(&mut *connection)
            .await?,
        rejects: sqlx::query_scalar("SELECT count(*) FROM rejects")
            .fetch_one(&mut *connection)
            .await?,
        alarms: sqlx::query_scalar("SELECT alarm FROM alarms WHERE remembered")
            .fetch_all(&mut *connection)
            .await?,
    };
    transaction.commit().await?;
    Ok(kept)
}
