//! The last value of every datastream, and through which door each thing was last heard. This is where the mass of the records goes: one look-up a message, no text is made before a screen asks.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;
use yiping_model::{
    DatastreamId, DerivedResult, Measured, PropertyId, Quality, Reading, SourceId, ThingId,
    Timestamp, Turn,
};

use crate::message::{DatastreamView, LatestView};

/// How many different values of one phenomenon time are remembered, to know a duplicate when it comes.
const SAME_TIME_MAX: usize = 16;

/// The last values, by thing; which of them changed since the last delta is remembered, and no part of the state.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Held>", into = "Vec<Held>")]
pub(crate) struct LatestValues {
    /// In the order in which things were first heard.
    held: Vec<Held>,
    places: HashMap<ThingId, usize, FixedState>,
    /// The places of things with a changed value, each once.
    changed: Vec<usize>,
}

/// The last values of one thing.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Held {
    thing: ThingId,
    /// When and through which door something last came from it; of a thing of which values are only derived: never.
    #[serde(default)]
    heard: Option<(Timestamp, SourceId)>,
    /// By property.
    values: SmallVec<[Latest; 4]>,
    #[serde(skip)]
    turn: Turn,
    #[serde(skip)]
    changed: bool,
}

/// The last value of a property, with what tells a duplicate from a correction: every value that came for its phenomenon time.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Latest {
    property: PropertyId,
    /// `None` where a derived value was taken back.
    value: Option<f64>,
    at: Timestamp,
    received_at: Timestamp,
    out_of_range: bool,
    /// Of a derived value; it has no source, and `came` is empty.
    because: Option<PropertyId>,
    came: SmallVec<[(SourceId, u64); 1]>,
    #[serde(skip)]
    changed: bool,
}

/// The values of the thing of one reading.
pub(crate) struct Place(Option<usize>);

impl LatestValues {
    /// Where the thing of a reading is.
    pub(crate) fn place(&self, thing: &ThingId) -> Place {
        Place(self.places.get(thing).copied())
    }

    /// Something came from the thing of this place.
    pub(crate) fn hear(&mut self, place: &Place, source: &SourceId, received_at: Timestamp) {
        let Place(Some(place)) = *place else { return };
        match &mut self.held[place].heard {
            Some((at, known)) if known == source => *at = received_at,
            heard => *heard = Some((received_at, source.clone())),
        }
    }

    /// Things, and when and through which door something last came from them.
    pub(crate) fn heard(&self) -> impl Iterator<Item = (&ThingId, Timestamp, &SourceId)> {
        self.held.iter().filter_map(|held| {
            let (at, source) = held.heard.as_ref()?;
            Some((&held.thing, *at, source))
        })
    }

    /// Whether an observed value of this datastream is held.
    pub(crate) fn holds_observed(&self, datastream: &DatastreamId) -> bool {
        let Place(Some(place)) = self.place(&datastream.thing) else {
            return false;
        };
        let held = &self.held[place];
        let mut values = held.values.iter();
        values.any(|latest| latest.property == datastream.property && !latest.came.is_empty())
    }

    /// Takes a value; false when the datastream is new, and then nothing is taken.
    pub(crate) fn take(
        &mut self,
        place: &Place,
        reading: &Reading,
        measured: &Measured,
        received_at: Timestamp,
    ) -> bool {
        let Place(Some(place)) = *place else {
            return false;
        };
        let held = &mut self.held[place];
        let Ok(found) = held.find(&measured.property) else {
            return false;
        };
        let latest = &mut held.values[found];
        if latest.take(reading, measured, received_at) {
            latest.changed = true;
            if !held.changed {
                held.changed = true;
                self.changed.push(place);
            }
        }
        true
    }

    /// Takes a derived value, of which the last one told of its time counts; that there is none takes back what was told. False when the
    /// datastream is new, and then nothing is taken.
    pub(crate) fn take_derived(
        &mut self,
        place: &Place,
        result: &DerivedResult,
        received_at: Timestamp,
    ) -> bool {
        let Place(Some(place)) = *place else {
            return false;
        };
        let held = &mut self.held[place];
        let Ok(found) = held.find(&result.datastream.property) else {
            return false;
        };
        let latest = &mut held.values[found];
        if result.time >= latest.at {
            latest.came.clear();
            latest.value = result.value;
            latest.at = result.time;
            latest.received_at = received_at;
            latest.out_of_range = false;
            latest.because.clone_from(&result.because);
            latest.changed = true;
            if !held.changed {
                held.changed = true;
                self.changed.push(place);
            }
        }
        true
    }

    /// Makes room for a datastream that is derived and takes its first value.
    pub(crate) fn begin_derived(&mut self, result: &DerivedResult, received_at: Timestamp) {
        let DatastreamId { thing, property } = &result.datastream;
        let mut place = self.place(thing);
        self.make_room(&mut place, thing, property);
        self.take_derived(&place, result, received_at);
    }

    /// Makes room for a thing; gives its number.
    pub(crate) fn open(&mut self, place: &mut Place, thing: &ThingId) -> usize {
        *place.0.get_or_insert_with(|| {
            self.held.push(Held {
                thing: thing.clone(),
                heard: None,
                values: SmallVec::new(),
                turn: Turn::default(),
                changed: false,
            });
            let number = self.held.len() - 1;
            self.places.insert(thing.clone(), number);
            number
        })
    }

    fn make_room(&mut self, place: &mut Place, thing: &ThingId, property: &PropertyId) {
        let number = self.open(place, thing);
        let values = &mut self.held[number];
        if let Err(free) = values.find(property) {
            values.values.insert(free, Latest::of(property));
        }
    }

    /// Makes room for a datastream and takes its first value.
    pub(crate) fn begin(
        &mut self,
        place: &mut Place,
        reading: &Reading,
        measured: &Measured,
        received_at: Timestamp,
    ) {
        self.make_room(place, &reading.thing, &measured.property);
        self.take(place, reading, measured, received_at);
    }

    /// All of them, by thing and property.
    pub(crate) fn views(&self) -> Vec<LatestView> {
        let mut views: Vec<_> = self.held.iter().flat_map(Held::views).collect();
        views.sort_unstable_by(|a, b| (&a.thing, &a.property).cmp(&(&b.thing, &b.property)));
        views
    }

    /// Those that changed since the last take, and those that are no more; by thing and property.
    pub(crate) fn take_changed(&mut self) -> (Vec<LatestView>, Vec<DatastreamView>) {
        let (mut views, mut gone) = (Vec::new(), Vec::new());
        for place in std::mem::take(&mut self.changed) {
            let held = &mut self.held[place];
            for latest in held.values.iter().filter(|latest| latest.changed) {
                match latest.view(&held.thing) {
                    Some(view) => views.push(view),
                    None => gone.push(DatastreamView {
                        thing: held.thing.to_string(),
                        property: latest.property.to_string(),
                    }),
                }
            }
            held.settle();
        }
        views.sort_unstable_by(|a, b| (&a.thing, &a.property).cmp(&(&b.thing, &b.property)));
        gone.sort_unstable_by(|a, b| (&a.thing, &a.property).cmp(&(&b.thing, &b.property)));
        (views, gone)
    }

    /// Forgets what changed.
    pub(crate) fn pass_changed(&mut self) {
        for place in std::mem::take(&mut self.changed) {
            self.held[place].settle();
        }
    }
}

impl Held {
    fn find(&mut self, property: &PropertyId) -> Result<usize, usize> {
        let Self { values, turn, .. } = self;
        turn.find(values, |latest| &latest.property, property)
    }

    fn views(&self) -> impl Iterator<Item = LatestView> {
        let values = self.values.iter();
        values.filter_map(|latest| latest.view(&self.thing))
    }

    fn settle(&mut self) {
        self.changed = false;
        for latest in &mut self.values {
            latest.changed = false;
        }
    }
}

impl Latest {
    /// Before its first value.
    fn of(property: &PropertyId) -> Self {
        Self {
            property: property.clone(),
            value: None,
            at: Timestamp::MIN,
            received_at: Timestamp::MIN,
            out_of_range: false,
            because: None,
            came: SmallVec::new(),
            changed: false,
        }
    }

    /// True when it is the last value, and not one that was here before.
    fn take(&mut self, reading: &Reading, measured: &Measured, received_at: Timestamp) -> bool {
        let at = reading.phenomenon_time;
        let bits = measured.value.to_bits();
        let came = |(source, value): &(SourceId, u64)| *value == bits && *source == reading.source;
        if at < self.at || (at == self.at && self.came.iter().any(came)) {
            return false;
        }
        if at > self.at {
            self.came.clear();
        } else if self.came.len() == SAME_TIME_MAX {
            self.came.remove(0);
        }
        self.came.push((reading.source.clone(), bits));
        self.value = Some(measured.value);
        self.at = at;
        self.received_at = received_at;
        self.out_of_range = measured.quality == Quality::OutOfRange;
        self.because = None;
        true
    }

    /// `None` when there is no value.
    fn view(&self, thing: &ThingId) -> Option<LatestView> {
        Some(LatestView {
            thing: thing.to_string(),
            property: self.property.to_string(),
            value: self.value?,
            at_ms: self.at.as_millis(),
            received_ms: self.received_at.as_millis(),
            out_of_range: self.out_of_range,
            because: self.because.as_ref().map(ToString::to_string),
        })
    }
}

impl From<Vec<Held>> for LatestValues {
    fn from(held: Vec<Held>) -> Self {
        let things = held.iter().map(|held| held.thing.clone());
        Self {
            places: things.zip(0..).collect(),
            held,
            changed: Vec::new(),
        }
    }
}

impl From<LatestValues> for Vec<Held> {
    fn from(values: LatestValues) -> Self {
        values.held
    }
}
