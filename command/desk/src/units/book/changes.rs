//! Changes of the register while the program runs: units added, changed and retired by records.

use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use yiping_model::{UnitId, hex};

use super::super::register::{Unit, admits};
use super::super::settings::Settings;
use super::{MoveError, UnitBook, UnitState};

/// Of a register and the limits of trails: with others, what was kept does not fit.
pub(super) fn fingerprint(units: &[Unit], settings: &Settings) -> String {
    let mut hash = Sha256::new();
    for unit in units {
        let text = serde_json::to_vec(unit).unwrap_or_default();
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text);
    }
    let position = &settings.position;
    hash.update(position.trail_points.to_be_bytes());
    hash.update(position.trail_minutes.to_be_bytes());
    hex(&hash.finalize()[..16]).into()
}

impl UnitBook {
    /// The register as it is now, retired units too, by id.
    pub fn register(&self) -> Arc<Vec<Unit>> {
        Arc::clone(&self.units)
    }

    /// Each unit of the register with what is known of it, retired ones too, by id.
    pub fn everything(&self) -> impl ExactSizeIterator<Item = (&Unit, &UnitState)> {
        self.units.iter().zip(&self.states)
    }

    /// The unit that a record defines, when the register takes it.
    pub(super) fn read_change(&self, unit: &UnitId, definition: &str) -> Result<Unit, MoveError> {
        let refused = |why: String| MoveError::Register(why);
        let read: Unit =
            serde_json::from_str(definition).map_err(|error| refused(error.to_string()))?;
        if read.id != *unit {
            let said = format!("the definition is that of `{}`, not of `{unit}`", read.id);
            return Err(refused(said));
        }
        admits(&self.units, &read, self.settings.units_max)
            .map_err(|error| refused(error.to_string()))?;
        Ok(read)
    }

    /// Takes a change that was judged.
    pub(super) fn change(&mut self, unit: &UnitId, definition: &str) -> bool {
        let read = self.read_change(unit, definition);
        let is_sound = read.is_ok();
        if let Ok(read) = read {
            self.put(read);
        }
        is_sound
    }

    /// Puts a unit in its place. What is known of one that was there stays, but for goods that it has no more.
    pub(super) fn put(&mut self, unit: Unit) {
        self.changes.insert(unit.id.clone(), unit.clone());
        let home = self.on_road(unit.home);
        let fresh = UnitState::of(&unit);
        match self.place(unit.id.as_str()) {
            Ok(at) => {
                let state = &mut self.states[at];
                state.stock.retain(|item, _| fresh.stock.contains_key(item));
                for (item, amount) in fresh.stock {
                    state.stock.entry(item).or_insert(amount);
                }
                self.homes[at] = home;
                Arc::make_mut(&mut self.units)[at] = unit;
            }
            Err(at) => {
                self.states.insert(at, fresh);
                self.homes.insert(at, home);
                Arc::make_mut(&mut self.units).insert(at, unit);
            }
        }
    }
}

/// A register on which changes are tried before they are said.
#[derive(Debug, Clone)]
pub struct Draft {
    units: Arc<Vec<Unit>>,
    units_max: usize,
}

/// What a change would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// A unit that was not there.
    Added,
    /// A unit that is another one than before.
    Changed,
    /// Nothing.
    None,
}

impl Draft {
    /// Of a book.
    pub fn of(book: &UnitBook) -> Self {
        Self {
            units: book.register(),
            units_max: book.settings().units_max,
        }
    }

    /// The unit of this id.
    pub fn unit(&self, id: &str) -> Option<&Unit> {
        let at = self.place(id).ok()?;
        self.units.get(at)
    }

    fn place(&self, id: &str) -> Result<usize, usize> {
        self.units.binary_search_by(|unit| unit.id.as_str().cmp(id))
    }

    /// Tries a unit; one that is taken counts for those after it.
    ///
    /// # Errors
    /// Why the register does not take it.
    pub fn try_unit(&mut self, unit: &Unit) -> Result<Effect, String> {
        admits(&self.units, unit, self.units_max).map_err(|error| error.to_string())?;
        match self.place(unit.id.as_str()) {
            Ok(at) if self.units[at] == *unit => Ok(Effect::None),
            Ok(at) => {
                Arc::make_mut(&mut self.units)[at] = unit.clone();
                Ok(Effect::Changed)
            }
            Err(at) => {
                Arc::make_mut(&mut self.units).insert(at, unit.clone());
                Ok(Effect::Added)
            }
        }
    }
}
