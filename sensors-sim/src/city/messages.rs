//! The messages of a span, in the order in which they are sent: what the things say, put in order, and then what the way to us makes of it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::iter::FusedIterator;
use std::time::Duration;

use yiping_model::{Event, Timestamp};

use super::asked::{Asked, Wish};
use super::faults::{WAY_MAX, Way};
use super::{City, Message};

/// How much of a teller's events is made at a time.
const STRETCH: Duration = Duration::from_hours(6);

/// The messages of a span, in the order of time.
#[derive(Debug, Clone)]
pub struct Messages<'a> {
    said: Said<'a>,
    way: Option<Way>,
    from: Timestamp,
    to: Timestamp,
}

impl<'a> Messages<'a> {
    pub(super) fn of_span(city: &'a City, from: Timestamp, to: Timestamp) -> Self {
        let way = Way::of(&city.faults, city.root);
        // What was said before may be sent in this span.
        let said_from = if way.is_some() { from - WAY_MAX } else { from };
        let sensors = city
            .sensors
            .iter()
            .map(|sensor| sensor.first_at_or_after(said_from));
        Self {
            said: Said::of(city, sensors.collect(), said_from, to),
            way,
            from,
            to,
        }
    }

    pub(super) fn of_run(city: &'a City, to: Timestamp) -> Self {
        let from = city.start - city.history;
        let sensors = city
            .sensors
            .iter()
            .map(|sensor| sensor.first_at_or_after(city.run_begins(sensor)));
        Self {
            said: Said::of(city, sensors.collect(), from, to),
            way: Way::of(&city.faults, city.root),
            from,
            to,
        }
    }
}

impl Messages<'_> {
    /// Asks for reports beside those of the script, from a time on, instead of what was asked before; for none, only the script goes on. Whoever asks nothing
    /// hears the same bytes as ever: what is asked adds messages, and changes none of the script.
    pub fn ask(&mut self, wishes: &[Wish], after: Timestamp) {
        self.said.asked = Asked::of(self.said.city, wishes, after.max(self.said.reached));
    }

    /// When the next message is sent.
    pub fn peek_at(&mut self) -> Option<Timestamp> {
        let Some(way) = &mut self.way else {
            return self.said.peek_at();
        };
        loop {
            // Nothing that is said later can be sent before the first that is on its way.
            while self
                .said
                .peek_at()
                .is_some_and(|at| way.first_at().is_none_or(|first| at <= first))
            {
                let Some(message) = self.said.next() else {
                    break;
                };
                way.take(message, &self.said.city.plan);
            }
            let at = way.first_at()?;
            if at >= self.to {
                return None;
            }
            if at >= self.from {
                return Some(at);
            }
            way.give();
        }
    }
}

impl Iterator for Messages<'_> {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        self.peek_at()?;
        match &mut self.way {
            Some(way) => way.give(),
            None => self.said.next(),
        }
    }
}

impl FusedIterator for Messages<'_> {}

/// What all things say, in the order of time.
#[derive(Debug, Clone)]
struct Said<'a> {
    city: &'a City,
    /// Who speaks next: sensors first, then tellers, by their place in the city.
    due: BinaryHeap<Reverse<(Timestamp, usize)>>,
    /// By teller: its next events, and up to when they reach.
    told: BTreeMap<usize, (VecDeque<Event>, Timestamp)>,
    to: Timestamp,
    /// The next of the script.
    next: Option<Message>,
    /// What comes besides.
    asked: Asked,
    /// When the last message was said.
    reached: Timestamp,
}

impl<'a> Said<'a> {
    fn of(city: &'a City, sensors: Vec<Timestamp>, from: Timestamp, to: Timestamp) -> Self {
        let due = sensors
            .into_iter()
            .enumerate()
            .map(|(index, at)| Reverse((at, index)));
        let mut said = Self {
            city,
            due: due.collect(),
            told: BTreeMap::new(),
            to,
            next: None,
            asked: Asked::default(),
            reached: from,
        };
        for index in 0..city.tellers.len() {
            said.told.insert(index, (VecDeque::new(), from));
            said.listen(index);
        }
        said.next = said.find();
        said
    }

    /// Puts a teller where its next event stands.
    fn listen(&mut self, index: usize) {
        let Some((events, until)) = self.told.get_mut(&index) else {
            return;
        };
        while events.is_empty() && *until < self.to {
            let end = (*until + STRETCH).min(self.to);
            events.extend(self.city.events(&self.city.tellers[index], *until, end));
            *until = end;
        }
        if let Some(event) = events.front() {
            let place = self.city.sensors.len() + index;
            self.due.push(Reverse((event.phenomenon_time, place)));
        }
    }

    fn peek_at(&mut self) -> Option<Timestamp> {
        let script = self.next.as_ref().map(|message| message.at);
        // At the same time the script comes first.
        let besides = self.asked.peek_at(self.city, script.unwrap_or(self.to));
        besides.or(script)
    }

    fn next(&mut self) -> Option<Message> {
        let at = self.peek_at()?;
        self.reached = at;
        if let Some(besides) = self.asked.take_at(at) {
            return Some(besides);
        }
        let next = self.next.take();
        self.next = self.find();
        next
    }

    fn find(&mut self) -> Option<Message> {
        loop {
            let Reverse((at, place)) = *self.due.peek()?;
            if at >= self.to {
                return None;
            }
            self.due.pop();
            if let Some(sensor) = self.city.sensors.get(place) {
                self.due.push(Reverse((sensor.next(at), place)));
                if let Some(message) = self.city.message(sensor, at, |_| true) {
                    return Some(message);
                }
                continue;
            }
            let index = place - self.city.sensors.len();
            let event = self
                .told
                .get_mut(&index)
                .and_then(|(events, _until)| events.pop_front());
            self.listen(index);
            if let Some(event) = event {
                return Some(self.city.tellers[index].message(&event));
            }
        }
    }
}
