//! The ids of doors, things and datastreams, as the tables know them and as this batch adds to them.

use std::collections::{BTreeMap, HashMap};

use yiping_model::{PropertyId, SourceId, ThingId, Timestamp};

use super::id;
use crate::StoreError;

/// What is registered.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    sources: HashMap<SourceId, i64>,
    things: HashMap<ThingId, Known>,
    datastreams: i64,
    changes: Changes,
}

#[derive(Debug)]
struct Known {
    id: i64,
    latest: Option<Timestamp>,
    datastreams: HashMap<PropertyId, i64>,
}

/// What must be written before the rows that refer to it.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// New things, and things with a new latest time.
    pub(crate) things: BTreeMap<i64, (ThingId, Option<Timestamp>)>,
    /// New datastreams: their id, their thing's id, their property.
    pub(crate) datastreams: Vec<(i64, i64, PropertyId)>,
}

impl Registry {
    /// Takes what the tables keep; see [`super::Kept`].
    pub(crate) fn of(
        sources: Vec<(i64, String)>,
        things: Vec<(i64, String, Option<i64>)>,
        datastreams: Vec<(i64, i64, String)>,
    ) -> Result<Self, StoreError> {
        let mut registry = Self::default();
        for (source, name) in sources {
            registry
                .sources
                .insert(id("source", SourceId::new(name))?, source);
        }
        let mut names = BTreeMap::new();
        for (thing, name, latest) in things {
            let name = id("thing", ThingId::new(name))?;
            names.insert(thing, name.clone());
            registry.things.insert(
                name,
                Known {
                    id: thing,
                    latest: latest.map(Timestamp::from_micros),
                    datastreams: HashMap::new(),
                },
            );
        }
        for (datastream, thing, property) in datastreams {
            let known = names
                .get(&thing)
                .and_then(|name| registry.things.get_mut(name));
            if let Some(known) = known {
                let property = id("datastream", PropertyId::new(property))?;
                known.datastreams.insert(property, datastream);
            }
            registry.datastreams = registry.datastreams.max(datastream);
        }
        Ok(registry)
    }

    /// The id of a door; a new one if it was never heard.
    pub(crate) fn source(&mut self, name: &SourceId) -> i64 {
        if let Some(&known) = self.sources.get(name) {
            return known;
        }
        let new = self.sources.len() as i64 + 1;
        self.sources.insert(name.clone(), new);
        new
    }

    /// The id of a thing; a new one if it was never heard.
    pub(crate) fn thing(&mut self, name: &ThingId) -> i64 {
        self.known(name).id
    }

    /// The latest time of which the thing has spoken.
    pub(crate) fn latest(&self, name: &ThingId) -> Option<Timestamp> {
        self.things.get(name).and_then(|known| known.latest)
    }

    /// Notes that the thing spoke of this time; gives the latest time of which it had spoken before.
    pub(crate) fn heard(&mut self, name: &ThingId, at: Timestamp) -> Option<Timestamp> {
        let known = self.known(name);
        let before = known.latest;
        if before.is_none_or(|latest| latest < at) {
            known.latest = Some(at);
            let thing = known.id;
            self.changes.things.insert(thing, (name.clone(), Some(at)));
        }
        before
    }

    /// The id of a datastream; a new one if it was never heard.
    pub(crate) fn datastream(&mut self, thing: &ThingId, property: &PropertyId) -> i64 {
        let new = self.datastreams + 1;
        let known = self.known(thing);
        if let Some(&datastream) = known.datastreams.get(property) {
            return datastream;
        }
        known.datastreams.insert(property.clone(), new);
        let thing = known.id;
        self.datastreams = new;
        self.changes
            .datastreams
            .push((new, thing, property.clone()));
        new
    }

    /// What is new since the last call.
    pub(crate) fn take_changes(&mut self) -> Changes {
        std::mem::take(&mut self.changes)
    }

    fn known(&mut self, name: &ThingId) -> &mut Known {
        let new = self.things.len() as i64 + 1;
        let changes = &mut self.changes;
        self.things.entry(name.clone()).or_insert_with(|| {
            changes.things.insert(new, (name.clone(), None));
            Known {
                id: new,
                latest: None,
                datastreams: HashMap::new(),
            }
        })
    }
}
