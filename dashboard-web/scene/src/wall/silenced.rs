//! Things that are silent because what they are heard through is: they have no alarm of their own, so each of them says whose it is.
//!
//! A gateway or a door is told silent when nothing came from anything behind it. It returns with the first that is heard; the others stay marked
//! until they are heard themselves, or the engine tells an alarm of their own.

use yiping_model::{AlarmChange, AlarmEvent, PropertyId, RuleId, ThingId};

use super::WallScene;
use crate::message::{OperatorView, SilencedByView};

impl WallScene {
    /// Marks what an alarm of silence covers.
    pub(super) fn take_silence(&mut self, event: &AlarmEvent) {
        let of_all = event.subject.property.as_str() == PropertyId::NO_DATA;
        if !of_all && !self.watches_silence(&event.rule) {
            return;
        }
        match event.change {
            AlarmChange::Withdrawn { .. } => self.unmark_all(event),
            AlarmChange::Returned => {}
            AlarmChange::Raised | AlarmChange::Amended | AlarmChange::Split { .. } => {
                self.unmark(&event.subject.thing);
                if of_all && event.ended.is_none() {
                    self.mark_below(event);
                }
            }
        }
    }

    /// A thing was heard, or has an alarm of its own.
    pub(super) fn unmark(&mut self, thing: &ThingId) {
        if self.state.silenced.remove(thing) {
            self.mark(thing, None);
        }
    }

    fn watches_silence(&self, rule: &RuleId) -> bool {
        let mut rules = self.given.rules.iter();
        rules.any(|known| known.id == rule.as_str() && known.operator == OperatorView::NoData)
    }

    fn mark_below(&mut self, event: &AlarmEvent) {
        let silent = &event.subject.thing;
        let catalogue = &self.catalogue;
        let is_below = |thing: &ThingId, source: &str| match silent.door() {
            Some(door) => source == door,
            None => catalogue.ancestors(thing).any(|above| above == silent),
        };
        let heard = self.state.latest.heard();
        let below = heard.filter(|(thing, at, source)| {
            *thing != silent && *at <= event.started && is_below(thing, source.as_str())
        });
        let below: Vec<ThingId> = below.map(|(thing, ..)| thing.clone()).collect();
        let by = SilencedByView {
            alarm: event.alarm.to_string(),
            thing: silent.to_string(),
        };
        for thing in below {
            self.mark(&thing, Some(by.clone()));
            self.state.silenced.insert(thing);
        }
    }

    fn unmark_all(&mut self, event: &AlarmEvent) {
        let things = &self.state.things;
        let by = |thing: &&ThingId| {
            let mark = things
                .get(*thing)
                .and_then(|view| view.silenced_by.as_ref());
            mark.is_some_and(|mark| mark.alarm == event.alarm.as_str())
        };
        let marked: Vec<ThingId> = self.state.silenced.iter().filter(by).cloned().collect();
        for thing in marked {
            self.unmark(&thing);
        }
    }

    fn mark(&mut self, thing: &ThingId, by: Option<SilencedByView>) {
        if let Some(view) = self.state.things.get_mut(thing) {
            view.silenced_by = by;
            self.changes.things.insert(thing.clone());
        }
    }
}
