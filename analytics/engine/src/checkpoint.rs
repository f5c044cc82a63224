//! The engine's state as bytes: a format number, a fingerprint of what the state depends on, then the state (postcard).
//!
//! The fingerprint covers the program's version, the settings, and what of catalogue, rules and laws changes results. It is FNV-1a of 128
//! bits: it guards against an oversight, not against an attacker.

use serde::Serialize;

use crate::engine::State;
use crate::pieces::Pieces;
use crate::setup::Setup;

const FORMAT: u8 = 6;
const FNV_OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
const FNV_PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;

/// Why a checkpoint cannot be taken up.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// It was made with other rules, laws, windows or settings, or by another version.
    #[error(
        "engine checkpoint is of another version or configuration; the log has to be read from its beginning"
    )]
    OtherConfiguration,
    /// Its bytes are not a state.
    #[error("engine checkpoint does not decode; the log has to be read from its beginning")]
    Damaged(#[source] postcard::Error),
}

pub(crate) fn encode(setup: &Setup, state: &State) -> Pieces {
    let whole = (FORMAT, fingerprint(setup), state);
    postcard::serialize_with_flavor(&whole, Pieces::default())
        .expect("plain values have a compact form")
}

pub(crate) fn decode(setup: &Setup, bytes: &[u8]) -> Result<State, RestoreError> {
    let (format, rest) = postcard::take_from_bytes::<u8>(bytes).map_err(RestoreError::Damaged)?;
    if format != FORMAT {
        return Err(RestoreError::OtherConfiguration);
    }
    let (print, rest) = postcard::take_from_bytes::<u128>(rest).map_err(RestoreError::Damaged)?;
    if print != fingerprint(setup) {
        return Err(RestoreError::OtherConfiguration);
    }
    postcard::from_bytes(rest).map_err(RestoreError::Damaged)
}

fn fingerprint(setup: &Setup) -> u128 {
    let mut print = FNV_OFFSET;
    take(&mut print, &env!("CARGO_PKG_VERSION"));
    take(&mut print, &setup.settings);
    take(&mut print, &setup.laws);
    take(&mut print, &setup.catalogue.zone.name());
    for property in setup.catalogue.properties.values() {
        take(
            &mut print,
            &(&property.id, property.period_secs, &property.windows),
        );
        take(
            &mut print,
            &(&property.quantiles, property.cells, property.early),
        );
    }
    for thing in setup.catalogue.things.values() {
        take(&mut print, &(&thing.id, thing.period_secs));
        take(&mut print, &(thing.lon, thing.lat, &thing.properties));
        take(&mut print, &(&thing.kind, &thing.neighbour));
        take(&mut print, &(&thing.parent, &thing.limits));
    }
    take(&mut print, &setup.derived);
    for rule in &setup.rules {
        take(&mut print, &(&rule.id, &rule.properties, rule.level));
        take(&mut print, &format!("{:?}", rule.operator));
        if rule.of_war {
            let things = setup.catalogue.things.values();
            let areas: Vec<_> = things.map(|thing| (&thing.id, &thing.area)).collect();
            take(&mut print, &("war", areas));
        }
    }
    print
}

fn take(print: &mut u128, part: &impl Serialize) {
    let bytes = postcard::to_stdvec(part).expect("plain values have a compact form");
    for byte in (bytes.len() as u64).to_be_bytes().iter().chain(&bytes) {
        *print = (*print ^ u128::from(*byte)).wrapping_mul(FNV_PRIME);
    }
}
