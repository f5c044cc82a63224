//! The writer's memory, out of the tables.

use sqlx::SqliteConnection;

use crate::StoreError;
use crate::error::Doing;
use crate::rows::{Kept, Memory};

/// Reads all that the writer must know.
pub(super) async fn memory(connection: &mut SqliteConnection) -> Result<Memory, StoreError> {
    Memory::of(kept(connection).await.doing("read")?)
}

async fn kept(connection: &mut SqliteConnection) -> Result<Kept, sqlx::Error> {
    let (position, log) = sqlx::query_as("SELECT position, log FROM progress")
        .fetch_one(&mut *connection)
        .await?;
    Ok(Kept {
        position,
        log,
        sources: sqlx::query_as("SELECT id, name FROM sources")
            .fetch_all(&mut *connection)
            .await?,
        things: sqlx::query_as("SELECT id, name, latest FROM things")
            .fetch_all(&mut *connection)
            .await?,
        datastreams: sqlx::query_as("SELECT id, thing, property FROM datastreams")
            .fetch_all(&mut *connection)
            .await?,
        parts: sqlx::query_scalar("SELECT day FROM days")
            .fetch_all(&mut *connection)
            .await?,
        unpacked: sqlx::query_as("SELECT day, datastream FROM unpacked")
            .fetch_all(&mut *connection)
            .await?,
        shapes: sqlx::query_as("SELECT length_secs, hop_secs FROM window_shapes")
            .fetch_all(&mut *connection)
            .await?,
        derived: sqlx::query_scalar("SELECT id FROM datastreams WHERE derived = 1")
            .fetch_all(&mut *connection)
            .await?,
        rejects: sqlx::query_scalar("SELECT count(*) FROM rejects")
            .fetch_one(&mut *connection)
            .await?,
        alarms: sqlx::query_scalar("SELECT alarm FROM alarms WHERE remembered = 1")
            .fetch_all(connection)
            .await?,
    })
}
