//! Units (力量): people, vehicles, equipment, warehouses, shelters and hospitals; where they are, what they are busy with, and which of them can be
//! at a place soonest. `docs/UNITS.md` is the page for users.
//!
//! The register is data: a file, and what administrators changed since. That, and what changes all the time (status, stock, positions), is folded
//! from the log by [`UnitBook`]. Times are those of the log.

pub mod advice;
pub mod book;
pub mod check_in;
pub mod gate;
pub mod hazard;
pub mod import;
pub mod moves;
pub mod place;
pub mod plume;
pub mod register;
pub mod response;
pub mod roads;
pub mod settings;

#[cfg(test)]
mod tests;

pub use advice::{
    Advice, AdviceError, Basis, Chosen, Cover, PassedOver, Route, Why, Wish, advise, route,
};
pub use book::{BookCheckpoint, Draft, Effect, MoveError, Spot, UnitBook, UnitState, Whereabouts};
pub use check_in::Timer;
pub use gate::{Judged, Refused, Sender, judge};
pub use hazard::{Hazard, HazardError};
pub use place::{Bounds, Place};
pub use plume::{Cloud, Ground, Plume, Stability};
pub use register::{Capacity, Hours, Register, RegisterError, Stock, Unit, UnitKind};
pub use response::{Figure, Figures, Times};
pub use roads::{RoadError, Roads};
pub use settings::{Settings, SettingsError};
