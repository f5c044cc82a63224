//! The rows of all tables in one order: by time, then by table, then by line.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use tokio::sync::mpsc;
use yiping_model::Timestamp;
use yiping_protocols::TableMap;

use super::ReplayError;
use super::table::{Row, Table};

/// Rows of one time beyond this make a second step of the same time.
const STEP_ROWS_MAX: usize = 1_024;

/// Rows of one time.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) at: Timestamp,
    pub(super) rows: Vec<Row>,
}

/// Sends all steps; returns early when nobody takes them.
pub(super) fn merge(
    tables: Vec<Table>,
    map: &TableMap,
    steps: &mpsc::Sender<Step>,
) -> Result<(), ReplayError> {
    let mut sources = Vec::with_capacity(tables.len());
    for table in tables {
        sources.push(table.read(map)?);
    }
    // At most one row of each table waits here, so a table's own order is kept.
    let mut waiting: Vec<Option<Row>> = Vec::with_capacity(sources.len());
    let mut order = BinaryHeap::with_capacity(sources.len());
    for (table, source) in sources.iter_mut().enumerate() {
        let row = source.next().transpose()?;
        order.extend(row.iter().map(|row| Reverse((row.at, table))));
        waiting.push(row);
    }
    let mut step = Step {
        at: Timestamp::MIN,
        rows: Vec::new(),
    };
    while let Some(Reverse((at, table))) = order.pop() {
        let next = sources[table].next().transpose()?;
        order.extend(next.iter().map(|row| Reverse((row.at, table))));
        let row = std::mem::replace(&mut waiting[table], next);
        if (at != step.at || step.rows.len() >= STEP_ROWS_MAX) && !step.rows.is_empty() {
            let rows = std::mem::take(&mut step.rows);
            let full = Step { at: step.at, rows };
            if steps.blocking_send(full).is_err() {
                return Ok(());
            }
        }
        step.at = at;
        step.rows.extend(row);
    }
    if !step.rows.is_empty() && steps.blocking_send(step).is_err() {
        tracing::debug!("the last rows are left: the replay was stopped");
    }
    Ok(())
}
