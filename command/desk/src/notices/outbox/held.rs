//! What is not told now: of alarms that wait because of a war, and of those that are kept quiet.

use std::collections::BTreeMap;

use yiping_model::{Record, Timestamp};

use super::super::plan::Plan;
use super::{Outbox, Wanted, level};

impl Outbox {
    /// What was held of alarms that do not wait any more: of those that last it is told now, the others stand on the list of what waited.
    pub(super) fn let_go(&mut self, now: Timestamp, plan: &Plan) {
        let waiting = self.command.waiting();
        let waits = |wanted: &Wanted| {
            let mut alarms = wanted.message.cause.alarms();
            alarms.any(|(alarm, _)| waiting.contains_key(alarm))
        };
        let lasts = |wanted: &Wanted| {
            let mut alarms = wanted.message.cause.alarms();
            alarms.any(|(alarm, _)| {
                let open = self.alarms.open().get(alarm);
                open.is_some_and(|open| open.event.ended.is_none())
            })
        };
        let (held, free): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut self.held)
            .into_iter()
            .partition(|(_, wanted)| waits(wanted));
        self.held = held;
        for (id, wanted) in free.into_iter().filter(|(_, wanted)| lasts(wanted)) {
            let level = level(&wanted.message);
            if !self.holds(&id) {
                self.wanted.insert(id, plan.let_go(wanted, level, now));
            }
        }
    }

    /// What went quiet with this record is not told of any more, if it waits for others; what came back is told of anew, while somebody has to
    /// acknowledge it.
    pub(super) fn quiet(&mut self, record: &Record, plan: &Plan, at_war: bool) {
        let change = self.alarms.last_change();
        if change.quiet.is_empty() && change.back.is_empty() {
            return;
        }
        let open = self.alarms.open();
        let to_tell = |wanted: &Wanted| {
            let alarms = wanted.message.cause.alarms();
            !alarms.into_iter().any(|(id, _)| change.quiet.contains(id))
        };
        self.wanted.retain(|_, wanted| to_tell(wanted));
        self.held.retain(|_, wanted| to_tell(wanted));
        if record.position <= self.after {
            return;
        }
        let back = change.back.iter().filter_map(|id| open.get(id));
        let waiting =
            back.filter(|alarm| alarm.acknowledgement.is_none() && alarm.event.ended.is_none());
        let told =
            waiting.map(|alarm| (alarm.event.alarm.clone(), plan.back(record, alarm, at_war)));
        let told: Vec<_> = told.collect();
        for (alarm, list) in told {
            self.want(&alarm, list);
        }
    }
}
