//! The units of the configuration, or of the demonstration: read before the first port opens.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use yiping_desk::units::{Register, Roads, Settings, UnitBook, UnitKind};
use yiping_model::{Catalogue, Zone};
use yiping_sim::Town;

use crate::sign_in::OUTSIDE;

/// Units, and the roads on which they go.
#[derive(Debug, Default)]
pub(crate) struct Fleet {
    register: Register,
    roads: Option<Arc<Roads>>,
}

impl Fleet {
    /// What the files of the configuration say; nothing where none is named.
    pub(crate) fn load(settings: &Settings) -> anyhow::Result<Self> {
        let is_named = |path: &Path| !path.as_os_str().is_empty();
        let mut fleet = Self::default();
        if is_named(&settings.register) {
            let place = settings.register.display();
            let text = std::fs::read_to_string(&settings.register);
            let text = text.with_context(|| format!("units.register: cannot read {place}"))?;
            let register: Register = toml::from_str(&text).with_context(|| place.to_string())?;
            let register = register.checked(settings.units_max);
            fleet.register = register.with_context(|| place.to_string())?;
        }
        if is_named(&settings.roads) {
            let place = settings.roads.display();
            let bytes = std::fs::read(&settings.roads);
            let bytes = bytes.with_context(|| format!("units.roads: cannot read {place}"))?;
            let roads = Roads::read(&bytes).with_context(|| place.to_string())?;
            if roads.left_out() > 0 {
                let (left_out, kept) = (roads.left_out(), roads.nodes());
                tracing::warn!(
                    left_out,
                    kept,
                    "{place}: roads that do not meet most of the others are left out"
                );
            }
            fleet.roads = Some(Arc::new(roads));
        }
        Ok(fleet)
    }

    /// The invented units and roads of a simulated town, where the configuration names none.
    pub(crate) fn or_of(self, town: &Town, settings: &Settings) -> anyhow::Result<Self> {
        if !self.register.units.is_empty() || self.roads.is_some() {
            return Ok(self);
        }
        let register: Register = serde_json::from_value(town.register())?;
        let mut register = register.checked(settings.units_max)?;
        // Somebody outside has a phone, and with it a unit.
        let mut units = register.units.iter_mut();
        if let Some(unit) = units.find(|unit| unit.kind == UnitKind::Vehicle) {
            unit.account = Some(OUTSIDE.to_owned());
        }
        Ok(Self {
            register,
            roads: Some(Arc::new(Roads::read(&serde_json::to_vec(&town.roads())?)?)),
        })
    }

    /// How many units there are.
    pub(crate) fn len(&self) -> usize {
        self.register.units.len()
    }

    /// The book of these units before the first record.
    pub(crate) fn book(&self, settings: &Settings, catalogue: &Catalogue) -> UnitBook {
        let zone: Zone = catalogue.zone.clone();
        UnitBook::new(
            self.register.clone(),
            self.roads.clone(),
            settings.clone(),
            zone,
        )
    }
}
