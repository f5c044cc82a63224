//! Indices by law. Each is a pure function of hourly means; which law applies is a matter of the date, and the laws are data of a pack.

mod book;
mod concentration;
mod laws;

pub use book::AqiBook;
pub use concentration::Concentration;
pub use laws::{Above, AqiItem, AqiLaw, AqiLaws, AqiLevel, LocalDate};

#[cfg(test)]
mod tests;
