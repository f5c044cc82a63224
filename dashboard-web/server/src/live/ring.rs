//! The last deltas, serialized once and shared by all screens. A screen's place is a position; a delta begins at each.

use std::collections::VecDeque;

use axum::extract::ws::Utf8Bytes;

use crate::settings::LiveSettings;

/// A delta as it goes over the wire.
#[derive(Debug, Clone)]
pub(crate) struct Frame {
    pub(crate) after: u64,
    pub(crate) position: u64,
    pub(crate) text: Utf8Bytes,
}

#[derive(Debug)]
pub(crate) struct Ring {
    frames: VecDeque<Frame>,
    bytes: usize,
    frames_max: usize,
    bytes_max: usize,
    head: u64,
}

impl Ring {
    pub(crate) fn new(head: u64, settings: &LiveSettings) -> Self {
        Self {
            frames: VecDeque::new(),
            bytes: 0,
            frames_max: settings.ring_frames,
            bytes_max: settings.ring_bytes,
            head,
        }
    }

    /// Forgets every delta and goes on from this position.
    pub(crate) fn restart(&mut self, head: u64) {
        self.frames.clear();
        self.bytes = 0;
        self.head = head;
    }

    /// Takes the delta after the last one; the oldest fall off.
    pub(crate) fn push(&mut self, frame: Frame) {
        debug_assert_eq!(frame.after, self.head, "deltas are consecutive");
        self.head = frame.position;
        self.bytes += frame.text.len();
        self.frames.push_back(frame);
        while self.frames.len() > self.frames_max || self.bytes > self.bytes_max {
            let Some(oldest) = self.frames.pop_front() else {
                break;
            };
            self.bytes -= oldest.text.len();
        }
    }

    /// How many deltas lead from this position to the head; `None` when the position has fallen off, or no delta begins there.
    pub(crate) fn distance(&self, position: u64) -> Option<usize> {
        if position == self.head {
            return Some(0);
        }
        let place = self.frames.partition_point(|frame| frame.after < position);
        let frame = self.frames.get(place)?;
        (frame.after == position).then(|| self.frames.len() - place)
    }

    /// The first place at or after this position from which deltas lead on to the head; the head for a position beyond it.
    pub(crate) fn boundary_after(&self, position: u64) -> u64 {
        let place = self.frames.partition_point(|frame| frame.after < position);
        self.frames
            .get(place)
            .map_or(self.head, |frame| frame.after)
    }

    /// The deltas after this position, at most `max`; `None` when they are not all there.
    pub(crate) fn after(&self, position: u64, max: usize) -> Option<Vec<Frame>> {
        let place = self.frames.len() - self.distance(position)?;
        Some(self.frames.iter().skip(place).take(max).cloned().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(frames: usize, bytes: usize) -> Ring {
        let settings = LiveSettings {
            ring_frames: frames,
            ring_bytes: bytes,
            ..LiveSettings::default()
        };
        let mut ring = Ring::new(10, &settings);
        for (after, position) in [(10, 12), (12, 13), (13, 20)] {
            ring.push(Frame {
                after,
                position,
                text: "1234".into(),
            });
        }
        ring
    }

    fn positions(frames: Option<Vec<Frame>>) -> Option<Vec<u64>> {
        frames.map(|frames| frames.iter().map(|frame| frame.position).collect())
    }

    #[test]
    fn deltas_follow_only_where_one_begins() {
        let ring = ring(10, 100);
        assert_eq!(positions(ring.after(10, 9)), Some(vec![12, 13, 20]));
        assert_eq!(positions(ring.after(12, 1)), Some(vec![13]));
        assert_eq!(positions(ring.after(20, 9)), Some(vec![]));
        assert_eq!(positions(ring.after(11, 9)), None);
        assert_eq!(positions(ring.after(21, 9)), None);
        assert_eq!(positions(ring.after(9, 9)), None);
    }

    #[test]
    fn a_ring_that_was_restarted_leads_on_from_its_new_head_only() {
        let mut ring = ring(10, 100);
        ring.restart(30);
        assert_eq!((ring.distance(20), ring.distance(30)), (None, Some(0)));
        ring.push(Frame {
            after: 30,
            position: 31,
            text: "1234".into(),
        });
        assert_eq!(ring.distance(30), Some(1));
    }

    #[test]
    fn who_is_between_two_boundaries_is_led_to_the_next() {
        let ring = ring(2, 100);
        let boundaries = [9, 12, 13, 14, 20, 25].map(|position| ring.boundary_after(position));
        assert_eq!(boundaries, [12, 12, 13, 20, 20, 20]);
    }

    #[test]
    fn the_oldest_fall_off_by_count_and_by_bytes() {
        assert_eq!(ring(2, 100).distance(10), None);
        assert_eq!(ring(2, 100).distance(12), Some(2));
        assert_eq!(ring(10, 4).distance(12), None);
        assert_eq!(ring(10, 4).distance(13), Some(1));
        assert_eq!(ring(10, 3).distance(20), Some(0));
        assert_eq!(ring(10, 3).distance(13), None);
    }
}
