//! How closed lists are written in columns; frozen, because files live longer than programs.

use yiping_model::{AlarmState, IndexKind, Quality};

use crate::StoreError;

pub(super) const fn state(state: AlarmState) -> &'static str {
    match state {
        AlarmState::Unacknowledged => "unacknowledged",
        AlarmState::Acknowledged => "acknowledged",
        AlarmState::ReturnedUnacknowledged => "returned_unacknowledged",
        AlarmState::Normal => "normal",
    }
}

pub(super) const fn kind(kind: IndexKind) -> &'static str {
    match kind {
        IndexKind::AqiHourly => "aqi_hourly",
        IndexKind::AqiDaily => "aqi_daily",
    }
}

pub(super) const fn quality(quality: Quality) -> i64 {
    match quality {
        Quality::Good => 0,
        Quality::OutOfRange => 1,
    }
}

pub(super) fn quality_of(number: i64) -> Result<Quality, StoreError> {
    match number {
        0 => Ok(Quality::Good),
        1 => Ok(Quality::OutOfRange),
        other => Err(StoreError::Row {
            what: "observation",
            detail: format!("quality {other} is not 0 (good) or 1 (out of range)"),
        }),
    }
}
