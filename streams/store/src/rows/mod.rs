//! What records of the log become in tables: the pure part that all backends share.
//!
//! A [`Batch`] holds the rows of one transaction, each name once where a later row replaces an earlier one; a [`Memory`] holds what the
//! writer must know of the tables to make them. A backend loads the memory, writes the batch, and adds nothing of its own.

pub(crate) mod answer;
mod batch;
mod day;
pub(crate) mod events;
mod fold;
mod memory;
pub(crate) mod names;
pub(crate) mod pack;
mod registry;
mod time;

pub(crate) use batch::{Batch, ObservationRow};
pub(crate) use day::Day;
pub(crate) use events::DerivedRow;
pub(crate) use fold::{Part, fold};
pub(crate) use memory::{Kept, Memory};
pub(crate) use time::Time;

use serde::de::DeserializeOwned;
use yiping_model::IdError;

use crate::StoreError;

/// An id as a table keeps it.
pub(crate) fn id<T>(what: &'static str, id: Result<T, IdError>) -> Result<T, StoreError> {
    id.map_err(|error| StoreError::Row {
        what,
        detail: error.to_string(),
    })
}

/// A value as a table keeps it, in JSON.
pub(crate) fn parsed<T: DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Row {
        what,
        detail: error.to_string(),
    })
}

/// A limit as the databases take it.
pub(crate) fn rows_max(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}
