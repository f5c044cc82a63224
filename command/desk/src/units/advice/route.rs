//! The way of one unit to a place, for who drives it.

use super::super::book::{UnitBook, Whereabouts};
use super::super::place::Place;
use super::super::roads::NEVER;
use super::ways::Ways;
use super::{AdviceError, Basis, Wish, secs};

/// The way from one place to another, round a hazard.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// What the time rests on.
    pub basis: Basis,
    /// Where it leads, when the place itself lies in the hazard: a point outside of it, near the place.
    pub assembly: Option<Place>,
    /// How long it takes; `None` when no way leads there.
    pub time_secs: Option<u32>,
    /// How long it would take without hazard and closed roads; `None` when no way leads there even so.
    pub open_secs: Option<u32>,
    /// How long it is, metres; times the factor where there are no roads.
    pub metres: f64,
    /// Its points, from where it begins; empty when there is no way.
    pub way: Vec<Place>,
}

/// The quickest way from here to the place of the wish that leads through no hazard and over no closed road, for a unit of this pace.
///
/// # Errors
/// [`AdviceError`] when there is nothing to go to.
pub fn route(book: &UnitBook, wish: &Wish, from: Place, pace: u16) -> Result<Route, AdviceError> {
    let ways = Ways::to(book, wish)?;
    let here = Whereabouts {
        place: from,
        time: None,
        road: book.on_road(from),
    };
    let (open, round) = (ways.open(&here, pace), ways.round(&here, pace));
    let way = match round {
        Some(_) => ways.round_way(&here),
        None => Vec::new(),
    };
    let metres: f64 = way.windows(2).map(|pair| pair[0].metres_to(pair[1])).sum();
    let basis = ways.basis();
    Ok(Route {
        metres: match basis {
            Basis::Roads => metres,
            Basis::Straight { factor, .. } => metres * factor,
        },
        basis,
        assembly: ways.assembly(),
        time_secs: round.map(secs),
        open_secs: (open != NEVER).then(|| secs(open)),
        way,
    })
}
