//! What may be shelved, for how long, and how much at one time.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{Alarm, Level, Shelving, Timestamp};

use super::pattern::PatternError;

/// The limits of shelving; `[duty.shelving]`. The figures are [ours]: ISA-18.2 asks that shelving ends by itself, not when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ShelvingSettings {
    /// Nothing is shelved for longer than so many minutes; a shift, so that whoever follows decides anew.
    pub minutes_max: u32,
    /// Whether alarms of level 1 may be shelved and rules that raise them taken out of service.
    pub top_priority: bool,
    /// Shelves at one time.
    pub shelves_max: usize,
    /// Rules out of service, or asked to be, at one time.
    pub out_of_service_max: usize,
}

impl Default for ShelvingSettings {
    fn default() -> Self {
        Self {
            minutes_max: 720,
            top_priority: false,
            shelves_max: 200,
            out_of_service_max: 500,
        }
    }
}

/// Why something is not kept quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoShelving {
    /// It is of the highest level.
    #[error("an alarm of level 1 is never kept quiet: acknowledge it, or mark it as false")]
    TopPriority,
    /// For no time, or for too long.
    #[error("`minutes` must be 1 to {0}")]
    Minutes(u32),
    /// There are too many.
    #[error("{0} are kept quiet already, which is the most: bring one back first")]
    Full(usize),
}

impl ShelvingSettings {
    pub(super) fn check(&self) -> Result<(), PatternError> {
        match self.minutes_max {
            0 => Err(PatternError::Zero("shelving.minutes_max")),
            _ => Ok(()),
        }
    }

    /// When an alarm that is shelved now for so many minutes comes back.
    ///
    /// # Errors
    /// [`NoShelving`] says why it is not shelved.
    pub fn until(
        &self,
        alarm: &Alarm,
        held: &Shelving,
        minutes: u32,
        now: Timestamp,
    ) -> Result<Timestamp, NoShelving> {
        self.level(alarm.event.level)?;
        if !(1..=self.minutes_max).contains(&minutes) {
            return Err(NoShelving::Minutes(self.minutes_max));
        }
        if held.shelves().len() >= self.shelves_max {
            return Err(NoShelving::Full(self.shelves_max));
        }
        Ok(now + Duration::from_secs(u64::from(minutes) * 60))
    }

    /// Whether it may be asked that the rule of this alarm is out of service at its thing.
    ///
    /// # Errors
    /// [`NoShelving`] says why not.
    pub fn may_ask(&self, alarm: &Alarm, held: &Shelving) -> Result<(), NoShelving> {
        self.level(alarm.event.level)?;
        if held.out_of_service().len() >= self.out_of_service_max {
            return Err(NoShelving::Full(self.out_of_service_max));
        }
        Ok(())
    }

    fn level(&self, level: Level) -> Result<(), NoShelving> {
        if level == Level::Red && !self.top_priority {
            return Err(NoShelving::TopPriority);
        }
        Ok(())
    }
}
