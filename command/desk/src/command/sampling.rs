//! What sources are asked to measure more often (采样) while incidents are at war: one list, a function of the wars that last.
//!
//! Where two wars ask for the same, the shorter period counts, also where one area lies within the other. An incident whose area is not known asks
//! only the datastreams of its alarms: nobody is asked because of a place that nobody knows.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use yiping_model::command::Origin;
use yiping_model::{Catalogue, DatastreamId, IncidentId, Position, PropertyId, Thing, Timestamp};

use super::book::Book;
use crate::incident::Incident;

/// Nobody is asked to measure more often than this.
pub const PERIOD_SECS_MIN: u32 = 1;
/// Items of the list; of more, those of the shortest periods.
pub const ASKED_MAX: usize = 1_000;
/// Datastreams that are named in all items together.
pub const NAMED_MAX: usize = 10_000;

/// What is asked for now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Sampled {
    /// The record that made the list as it is; 0 while nothing was ever asked for.
    pub version: Position,
    /// The shortest period first; none in peace.
    pub items: Vec<Asked>,
    /// Items beyond [`ASKED_MAX`].
    pub left_out: usize,
}

/// A wish to the sources of a property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Of which property.
    pub property: PropertyId,
    /// Of all that stands in this area, GB/T 2260; `None` where the incident's is not known.
    pub area: Option<String>,
    /// Without an area: of these.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub of: BTreeSet<DatastreamId>,
    /// So many seconds of event time from one observation to the next, at most.
    pub every_secs: u32,
    /// Because of which incident.
    pub incident: IncidentId,
    /// Since when that is at war.
    pub since: Timestamp,
}

impl Asked {
    fn concerns(&self, thing: &Thing) -> bool {
        match (&self.area, &thing.area) {
            (Some(area), Some(place)) => place.starts_with(area.as_str()),
            _ => self.of.iter().any(|one| one.thing == thing.id),
        }
    }
}

impl Sampled {
    /// The datastreams of each item that the catalogue knows, by id; each in one item only, that of its shortest period. The second says whether the
    /// item has more than could be named.
    pub fn datastreams(&self, catalogue: &Catalogue) -> Vec<(Vec<DatastreamId>, bool)> {
        let mut named = BTreeSet::new();
        let mut room = NAMED_MAX;
        let items = self.items.iter().map(|asked| {
            let mut own = Vec::new();
            let mut more = false;
            for thing in catalogue.things.values() {
                if !thing.properties.contains(&asked.property) || !asked.concerns(thing) {
                    continue;
                }
                let datastream = DatastreamId {
                    thing: thing.id.clone(),
                    property: asked.property.clone(),
                };
                if named.contains(&datastream) {
                    continue;
                }
                more = room == 0;
                if more {
                    break;
                }
                room -= 1;
                named.insert(datastream.clone());
                own.push(datastream);
            }
            (own, more)
        });
        items.collect()
    }
}

/// By what wishes are the same: an area, or an incident that has none.
type Place = (Option<String>, Option<IncidentId>);

impl Book {
    /// What sources are asked for.
    pub const fn sampling(&self) -> &Sampled {
        &self.sampled
    }

    /// Makes the list anew, after an act.
    pub(super) fn settle_sampling(&mut self) {
        if self.at_war.is_empty() && self.sampled.items.is_empty() {
            return;
        }
        let mut items = self.asked();
        let left_out = items.len().saturating_sub(ASKED_MAX);
        items.truncate(ASKED_MAX);
        if items != self.sampled.items || left_out != self.sampled.left_out {
            self.sampled = Sampled {
                version: self.position,
                items,
                left_out,
            };
        }
    }

    fn asked(&self) -> Vec<Asked> {
        let mut shortest: BTreeMap<(PropertyId, Place), Asked> = BTreeMap::new();
        for asked in self.wars().into_iter().flat_map(wishes) {
            let by = asked.area.is_none().then(|| asked.incident.clone());
            let key = (asked.property.clone(), (asked.area.clone(), by));
            let known = shortest.get(&key);
            // Of equal ones that of the incident that comes first.
            if known.is_none_or(|known| asked.every_secs < known.every_secs) {
                shortest.insert(key, asked);
            }
        }
        let contained = |asked: &Asked| {
            let area = asked.area.as_deref().unwrap_or_default();
            let mut wider = (0..area.len()).filter_map(|end| area.get(..end));
            wider.any(|wider| {
                let place = (Some(wider.to_owned()), None);
                let of_it = shortest.get(&(asked.property.clone(), place));
                of_it.is_some_and(|of_it| of_it.every_secs <= asked.every_secs)
            })
        };
        let own = shortest.values().filter(|asked| !contained(asked));
        let mut items: Vec<Asked> = own.cloned().collect();
        // Stable: within a period by property and area.
        items.sort_by_key(|asked| (asked.every_secs, Reverse(asked.area.is_some())));
        items
    }
}

/// What one incident asks for.
fn wishes(incident: &Incident) -> impl Iterator<Item = Asked> {
    let war = incident.war.iter();
    war.flat_map(move |war| {
        let asked = war.form.sampling.iter().map(move |wish| {
            let of = incident.origins.iter().filter_map(|origin| match origin {
                Origin::Alarm { subject, .. } if subject.property == wish.property => {
                    Some(subject.clone())
                }
                _ => None,
            });
            Asked {
                property: wish.property.clone(),
                area: incident.area.clone(),
                of: if incident.area.is_none() {
                    of.collect()
                } else {
                    BTreeSet::new()
                },
                every_secs: wish.every_secs.max(PERIOD_SECS_MIN),
                incident: incident.id.clone(),
                since: war.since,
            }
        });
        asked.filter(|asked| asked.area.is_some() || !asked.of.is_empty())
    })
}
