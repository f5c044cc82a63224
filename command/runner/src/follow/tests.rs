use tempfile::TempDir;
use tokio::task::JoinHandle;
use yiping_desk::ledger::Algorithm;
use yiping_log::CityClock;
use yiping_log::memory::MemoryLog;
use yiping_model::{Act, AlarmId, Body, Decision, Timestamp};

use super::*;
use crate::offline::{Verified, verify};

struct Desk {
    dir: TempDir,
    log: Arc<dyn Log>,
}

struct Running {
    stop: watch::Sender<bool>,
    progress: watch::Receiver<Progress>,
    task: JoinHandle<()>,
}

impl Desk {
    fn new() -> Self {
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            log: Arc::new(MemoryLog::new(CityClock::driven(Timestamp::from_secs(0)))),
        }
    }

    fn run(&self) -> Running {
        let (stop, stopped) = watch::channel(false);
        let (told, progress) = watch::channel(Progress::default());
        let settings = Settings {
            hash: Algorithm::Sm3,
            gather_ms: 1,
            ..Settings::default()
        };
        let task = follow(
            Arc::clone(&self.log),
            self.dir.path().to_owned(),
            settings,
            stopped,
            told,
        );
        Running {
            stop,
            progress,
            task: tokio::spawn(task),
        }
    }

    async fn decide(&self) {
        let decision = Decision {
            person: None,
            seat: "1号席".into(),
            act: Act::Acknowledge {
                alarm: AlarmId::parse("0123456789abcdef0123456789abcdef").expect("valid"),
                note: String::new(),
                seen: None,
            },
        };
        let bodies = vec![Body::Tick, Body::Decision(decision), Body::Tick];
        self.log.append(bodies).await.expect("appends");
    }

    fn verify(&self) -> Verified {
        verify(self.dir.path(), None, None).expect("right")
    }
}

impl Running {
    async fn until(&mut self, entries: u64) {
        let reached = |progress: &Progress| progress.head.is_some_and(|head| head.n >= entries);
        self.progress.wait_for(reached).await.expect("it runs");
    }

    async fn close(self) {
        self.stop.send_replace(true);
        self.task.await.expect("no panic");
    }
}

#[tokio::test]
async fn decisions_come_onto_the_ledger_once_each_across_restarts() {
    let desk = Desk::new();
    for round in 1..=3 {
        let mut running = desk.run();
        desk.decide().await;
        running.until(round).await;
        running.close().await;
        assert_eq!(desk.verify().head.n, round);
    }
    assert_eq!(desk.verify().hash, Algorithm::Sm3);
}

#[tokio::test]
async fn what_was_decided_while_it_was_closed_is_caught_up() {
    let desk = Desk::new();
    for _ in 0..10 {
        desk.decide().await;
    }
    let mut running = desk.run();
    running.until(10).await;
    running.close().await;
    assert_eq!(desk.verify().head.n, 10);
}

#[tokio::test]
async fn a_broken_ledger_is_told_and_stops_nothing() {
    let desk = Desk::new();
    desk.decide().await;
    let mut running = desk.run();
    running.until(1).await;
    running.close().await;
    let path = desk.dir.path().join("ledger.jsonl");
    let mut text = std::fs::read(&path).expect("reads");
    let at = text.len() / 2;
    text[at] ^= 1;
    std::fs::write(&path, &text).expect("writes");
    let mut running = desk.run();
    let told = |progress: &Progress| progress.trouble.is_some();
    let told = running
        .progress
        .wait_for(told)
        .await
        .expect("it runs")
        .clone();
    assert!(told.trouble.is_some_and(|text| text.contains("is broken")));
    running.close().await;
    assert_eq!(std::fs::read(&path).expect("reads"), text);
}
