//! How closed lists are written in columns; frozen, because files live longer than programs.

use serde::Serialize;
use yiping_model::{AlarmState, IndexKind, Quality, Stage};

use crate::StoreError;

/// A value as a column keeps it, in JSON.
pub(crate) fn text<T: Serialize>(value: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}

pub(crate) const fn state(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Unacknowledged => "unacknowledged",
        AlarmState::Acknowledged => "acknowledged",
        AlarmState::ReturnedUnacknowledged => "returned_unacknowledged",
        AlarmState::Normal => "normal",
    }
}

pub(crate) const fn kind(kind: IndexKind) -> &'static str {
    match kind {
        IndexKind::AqiHourly => "aqi_hourly",
        IndexKind::AqiDaily => "aqi_daily",
    }
}

pub(crate) const fn stage(stage: Stage) -> i64 {
    match stage {
        Stage::Early => 0,
        Stage::Final => 1,
    }
}

pub(crate) fn stage_of(number: i64) -> Result<Stage, StoreError> {
    match number {
        0 => Ok(Stage::Early),
        1 => Ok(Stage::Final),
        other => Err(StoreError::Row {
            what: "window",
            detail: format!("stage {other} is not 0 (early) or 1 (final)"),
        }),
    }
}

pub(crate) const fn quality(quality: Quality) -> i64 {
    match quality {
        Quality::Good => 0,
        Quality::OutOfRange => 1,
    }
}

pub(crate) fn quality_of(number: i64) -> Result<Quality, StoreError> {
    match number {
        0 => Ok(Quality::Good),
        1 => Ok(Quality::OutOfRange),
        other => Err(StoreError::Row {
            what: "observation",
            detail: format!("quality {other} is not 0 (good) or 1 (out of range)"),
        }),
    }
}
