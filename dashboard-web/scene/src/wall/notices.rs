//! Who was told of what, and which way to people fails. Notices lie in the log; this is what screens show of them.
//!
//! Limits: a notice is remembered while it waits (the outbox lets no more than `notify.waiting_max` do so) and while an alarm that it tells of
//! is open, [`TOLD_PER_ALARM`] of each; [`CHANNELS_MAX`] channels.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use yiping_model::{Alarm, AlarmChange, AlarmId, Message, Notice, NoticeId, NoticeStep, Timestamp};

use crate::changes::Changes;
use crate::message::{
    ChangeView, ChannelView, NoticeStateView, NoticeView, TOLD_PER_ALARM, ToldView,
};
use crate::pairs;

/// A configuration has a handful; names of the past stay.
const CHANNELS_MAX: usize = 64;
/// Those that were given up are counted together while no day lies between them.
const GIVEN_UP_SHOWN: Duration = Duration::from_hours(24);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Notices {
    #[serde(with = "pairs")]
    waiting: BTreeMap<NoticeId, Waiting>,
    channels: BTreeMap<String, GivenUp>,
    #[serde(with = "pairs")]
    told: BTreeMap<AlarmId, Vec<NoticeView>>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Waiting {
    channel: String,
    due: Timestamp,
    failing_since: Option<Timestamp>,
    alarms: Vec<AlarmId>,
}

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct GivenUp {
    count: u32,
    last: Option<Timestamp>,
}

impl Notices {
    pub(super) fn take(
        &mut self,
        notice: &Notice,
        now: Timestamp,
        open: &BTreeMap<AlarmId, Alarm>,
        changes: &mut Changes,
    ) {
        let id = &notice.notice;
        match &notice.step {
            NoticeStep::Queued(message) => self.queue(id, message, now, open, changes),
            NoticeStep::Failed { attempt, .. } => {
                if let Some(waiting) = self.waiting.get_mut(id) {
                    waiting.failing_since.get_or_insert(now);
                    changes.channels.insert(waiting.channel.clone());
                    let alarms = waiting.alarms.clone();
                    self.tell(id, &alarms, changes, |view| view.attempts = *attempt);
                }
            }
            NoticeStep::Delivered { attempt, .. } => {
                self.end(id, *attempt, NoticeStateView::Delivered, now, changes);
            }
            NoticeStep::GivenUp { attempts, .. } => {
                self.end(id, *attempts, NoticeStateView::GivenUp, now, changes);
            }
        }
    }

    fn queue(
        &mut self,
        id: &NoticeId,
        message: &Message,
        now: Timestamp,
        open: &BTreeMap<AlarmId, Alarm>,
        changes: &mut Changes,
    ) {
        let channel = &message.channel;
        let has_room = self.channels.contains_key(channel) || self.channels.len() < CHANNELS_MAX;
        if self.waiting.contains_key(id) || !has_room {
            return;
        }
        self.channels.entry(channel.clone()).or_default();
        changes.channels.insert(channel.clone());
        let due = message.not_before.unwrap_or(now);
        let mut alarms = Vec::new();
        for (alarm, change) in message.cause.alarms() {
            if !open.contains_key(alarm) {
                continue;
            }
            let notices = self.told.entry(alarm.clone()).or_default();
            notices.push(NoticeView {
                notice: id.to_string(),
                channel: channel.clone(),
                change: change_view(change),
                state: NoticeStateView::Waiting,
                at_ms: due.as_millis(),
                attempts: 0,
            });
            if notices.len() > TOLD_PER_ALARM {
                notices.remove(0);
            }
            changes.told.insert(alarm.clone());
            alarms.push(alarm.clone());
        }
        let waiting = Waiting {
            channel: channel.clone(),
            due,
            failing_since: None,
            alarms,
        };
        self.waiting.insert(id.clone(), waiting);
    }

    fn end(
        &mut self,
        id: &NoticeId,
        attempts: u32,
        state: NoticeStateView,
        now: Timestamp,
        changes: &mut Changes,
    ) {
        let Some(ended) = self.waiting.remove(id) else {
            return;
        };
        if state == NoticeStateView::GivenUp {
            let given_up = self.channels.entry(ended.channel.clone()).or_default();
            if given_up
                .last
                .is_some_and(|last| last + GIVEN_UP_SHOWN < now)
            {
                given_up.count = 0;
            }
            given_up.count += 1;
            given_up.last = Some(now);
        }
        changes.channels.insert(ended.channel);
        self.tell(id, &ended.alarms, changes, |view| {
            view.state = state;
            view.attempts = attempts;
            view.at_ms = now.as_millis();
        });
    }

    /// Changes a notice wherever an open alarm has it.
    fn tell(
        &mut self,
        id: &NoticeId,
        alarms: &[AlarmId],
        changes: &mut Changes,
        change: impl Fn(&mut NoticeView),
    ) {
        for alarm in alarms {
            let notices = self.told.get_mut(alarm).into_iter().flatten();
            for view in notices.filter(|view| view.notice == id.as_str()) {
                change(view);
                changes.told.insert(alarm.clone());
            }
        }
    }

    /// An alarm is closed: who was told of it is not shown any more.
    pub(super) fn close(&mut self, alarm: &AlarmId, changes: &mut Changes) {
        if self.told.remove(alarm).is_some() {
            changes.told.insert(alarm.clone());
        }
    }

    /// These channels, by name.
    pub(super) fn channels(&self, wanted: impl Fn(&str) -> bool) -> Vec<ChannelView> {
        let wanted = self.channels.iter().filter(|(name, _)| wanted(name));
        let mut views: BTreeMap<&str, ChannelView> = wanted
            .map(|(channel, given_up)| {
                let view = ChannelView {
                    channel: channel.clone(),
                    waiting: 0,
                    waiting_since_ms: None,
                    failing_since_ms: None,
                    given_up: given_up.count,
                    given_up_ms: given_up.last.map(Timestamp::as_millis),
                };
                (channel.as_str(), view)
            })
            .collect();
        if views.is_empty() {
            return Vec::new();
        }
        let earliest = |held: &mut Option<i64>, at: Timestamp| {
            let at = at.as_millis();
            *held = Some(held.map_or(at, |held| held.min(at)));
        };
        for waiting in self.waiting.values() {
            if let Some(view) = views.get_mut(waiting.channel.as_str()) {
                view.waiting += 1;
                earliest(&mut view.waiting_since_ms, waiting.due);
                if let Some(since) = waiting.failing_since {
                    earliest(&mut view.failing_since_ms, since);
                }
            }
        }
        views.into_values().collect()
    }

    /// Who was told, of all open alarms of which somebody was.
    pub(super) fn told(&self) -> Vec<ToldView> {
        self.told.keys().map(|alarm| self.told_of(alarm)).collect()
    }

    /// Who was told of an alarm; perhaps nobody.
    pub(super) fn told_of(&self, alarm: &AlarmId) -> ToldView {
        ToldView {
            alarm: alarm.to_string(),
            notices: self.told.get(alarm).cloned().unwrap_or_default(),
        }
    }
}

const fn change_view(change: &AlarmChange) -> ChangeView {
    match change {
        AlarmChange::Raised | AlarmChange::Split { .. } => ChangeView::Raised,
        AlarmChange::Returned => ChangeView::Returned,
        AlarmChange::Amended => ChangeView::Amended,
        AlarmChange::Withdrawn { .. } => ChangeView::Withdrawn,
    }
}
