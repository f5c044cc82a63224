//! Rules on events: they judge as events come, and their alarms end by the city clock.

use yiping_model::{Event, Timestamp};

use super::Engine;
use crate::happening::{Arriving, Judged};
use crate::timers::Who;

impl Engine {
    /// Judges an event by the rules on its kind.
    pub(super) fn judge_event(&mut self, place: usize, event: &Event, now: Timestamp) {
        let arriving = Arriving {
            event,
            late: event.phenomenon_time < self.state.things[place].watermark,
            now,
        };
        let rules = self.setup.rules_on(&event.kind).to_vec();
        for rule in rules {
            let Self {
                setup,
                state,
                outbox,
                ..
            } = self;
            let (judged, track) = state.happenings.take(rule, &arriving, setup, outbox);
            match judged {
                Judged::Taken => {}
                Judged::TooLate => state.counts.too_late += 1,
                Judged::Full => state.counts.over_limit += 1,
            }
            if let Some(track) = track {
                self.arm_track(track);
            }
        }
    }

    pub(super) fn arm_track(&mut self, place: usize) {
        let happenings = &mut self.state.happenings;
        if let Some(at) = happenings.deadline(place, &self.setup) {
            self.timers
                .arm(Who::Track(place), happenings.armed(place), at);
        }
    }

    /// The hold of a track may be over.
    pub(super) fn let_go(&mut self, place: usize, at: Timestamp) {
        let happenings = &mut self.state.happenings;
        *happenings.armed(place) = None;
        happenings.ring(place, at, &self.setup, &mut self.outbox);
        self.arm_track(place);
    }
}
