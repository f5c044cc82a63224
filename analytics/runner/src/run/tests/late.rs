//! What comes late is corrected when history answers, and not before.

use std::sync::Mutex;

use yiping_engine::Wanted;
use yiping_model::{Outcome, Recall, WindowResult};

use super::*;
use crate::past::{Memory, PastError, Remembered};

/// A history that is filled from the log when it is asked; it may be away for so many questions.
struct Filled {
    log: Arc<MemoryLog>,
    away: AtomicU32,
    asked: Mutex<Vec<Wanted>>,
}

#[async_trait]
impl Past for Filled {
    async fn recall(&self, wanted: &Wanted, limit: usize) -> Result<Memory, PastError> {
        self.asked
            .lock()
            .expect("no panic holds it")
            .push(wanted.clone());
        let away = self
            .away
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |away| {
                away.checked_sub(1)
            });
        if away.is_ok() {
            return Err(PastError("away".into()));
        }
        let records = self
            .log
            .read(Position::START, usize::MAX)
            .await
            .expect("memory reads");
        let mut observations: Vec<Remembered> = Vec::new();
        for record in &records {
            let Body::Reading(reading) = &record.body else {
                continue;
            };
            let time = reading.phenomenon_time;
            if reading.thing != wanted.datastream.thing || !(wanted.from..wanted.to).contains(&time)
            {
                continue;
            }
            let remembered = Remembered {
                time,
                value: reading.values[0].value,
                source: reading.source.clone(),
                received_at: record.received_at,
            };
            let same = |held: &Remembered| {
                held.time == time && held.value.to_bits() == remembered.value.to_bits()
            };
            if !observations.iter().any(same) {
                observations.push(remembered);
            }
        }
        observations.truncate(limit + 1);
        let as_of = records.last().map_or(Position::START, |last| last.position);
        Ok(Memory {
            as_of,
            observations,
        })
    }
}

impl Machine {
    /// A minute without its first half, which comes ten minutes later.
    fn with_late_data(away: u32) -> (Self, Arc<Filled>) {
        let mut machine = Self::new();
        let filled = Arc::new(Filled {
            log: machine.log.clone(),
            away: AtomicU32::new(away),
            asked: Mutex::new(Vec::new()),
        });
        machine.past = filled.clone();
        machine.hear(40, Some((true, 3)));
        machine.hear(50, Some((true, 3)));
        machine.hear(650, Some((true, 3)));
        for secs in [10, 20] {
            let late = vec![body(secs, Some((true, 12)))];
            block_on(machine.log.append(late)).expect("memory takes all");
        }
        machine.hear(665, None);
        (machine, filled)
    }

    fn outcomes(&self) -> Vec<Outcome> {
        let findings = self
            .records()
            .into_iter()
            .filter_map(|record| match record.body {
                Body::Finding(finding) => Some(finding.outcome),
                _ => None,
            });
        findings.collect()
    }

    fn first_minute(&self) -> Vec<WindowResult> {
        let windows = self
            .outcomes()
            .into_iter()
            .filter_map(|outcome| match outcome {
                Outcome::Window(window) if window.start == at(0) && window.length.secs() == 60 => {
                    Some(window)
                }
                _ => None,
            });
        windows.collect()
    }

    fn recalls(&self) -> Vec<Recall> {
        let recalls = self
            .records()
            .into_iter()
            .filter_map(|record| match record.body {
                Body::Recall(recall) => Some(recall),
                _ => None,
            });
        recalls.collect()
    }

    /// Runs until everything is handled and history owes no answer.
    fn run_until_corrected(&self) {
        let log = self.log.clone();
        let live = async {
            let stop = watch::Sender::new(false);
            let progress = watch::Sender::new(Progress::default());
            let (mut end, mut shown) = (log.end(), progress.subscribe());
            let running = run(
                log.clone(),
                Arc::clone(&self.past),
                engine(self.raise),
                self.checkpoint(),
                Settings {
                    recall_part_points: 2,
                    recall_pause_ms: 0,
                    ..settings(3)
                },
                stop.subscribe(),
                progress,
            );
            tokio::pin!(running);
            loop {
                let target = *end.borrow_and_update();
                tokio::select! {
                    biased;
                    ended = &mut running => return ended,
                    at = shown.wait_for(|at| at.position >= target && !at.asks) => at.expect("the runner lives"),
                };
                if *end.borrow() == target {
                    break;
                }
            }
            stop.send_replace(true);
            running.await
        };
        block_on(live).expect("memory does not fail");
    }
}

#[test]
fn late_data_is_corrected_by_what_history_recalls() {
    let (machine, filled) = Machine::with_late_data(0);
    machine.run_until_corrected();
    let told = machine.first_minute();
    let counts: Vec<_> = told
        .iter()
        .map(|window| (window.revision, window.count, window.max))
        .collect();
    assert_eq!(counts, [(0, 2, 3.0), (1, 4, 12.0)]);
    assert_eq!(told[1].before.expect("corrected").count, 2);
    assert_eq!(
        filled.asked.lock().expect("no panic").len(),
        1,
        "asked once for a flood"
    );
    let parts: Vec<_> = machine
        .recalls()
        .iter()
        .map(|part| (part.part, part.parts))
        .collect();
    assert_eq!(parts, [(0, 2), (1, 2)]);
    machine.holds_every_finding_once();
}

#[test]
fn a_history_that_is_away_delays_corrections_and_nothing_else() {
    let (machine, filled) = Machine::with_late_data(5);
    machine.run_until_corrected();
    assert_eq!(machine.first_minute().len(), 2);
    assert_eq!(filled.asked.lock().expect("no panic").len(), 6);
    machine.holds_every_finding_once();
}

#[test]
fn an_answer_that_is_in_the_log_is_not_asked_for_again_after_a_crash() {
    let (machine, filled) = Machine::with_late_data(0);
    machine.run_until_corrected();
    let asked = filled.asked.lock().expect("no panic").len();
    std::fs::remove_file(machine.disk.path().join("engine.checkpoint")).expect("saved");
    machine.run_to(machine.end(), 2, true);
    machine.run_to(machine.end(), 2, false);
    assert_eq!(filled.asked.lock().expect("no panic").len(), asked);
    assert_eq!(machine.first_minute().len(), 2);
    machine.holds_every_finding_once();
}
