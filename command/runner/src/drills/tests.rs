//! Drills over a log in memory: one runs, races, a restart in the middle.

use std::sync::atomic::{AtomicUsize, Ordering};

use yiping_log::memory::MemoryLog;
use yiping_model::Timestamp;

use super::*;

/// A house that only remembers what it was shown.
#[derive(Default)]
struct Theatre {
    shown: Mutex<Vec<(String, bool)>>,
    prepared: AtomicUsize,
}

#[async_trait]
impl Stage for Theatre {
    async fn prepare(&self, wish: &Wish) -> Result<DrillForm, Text> {
        self.prepared.fetch_add(1, Ordering::Relaxed);
        if wish.scenario != "leak" {
            return Err(Text {
                zh: "没有".into(),
                en: "there is none".into(),
            });
        }
        Ok(DrillForm {
            person: wish.person.clone(),
            scenario: wish.scenario.clone(),
            seed: 1,
            begins: Timestamp::from_secs(1),
            after_secs: wish.after_secs,
            area: None,
            participants: Vec::new(),
            channels: Vec::new(),
            note: String::new(),
            truth: Vec::new(),
        })
    }

    async fn show(&self, drill: &OneDrill) -> Result<(), String> {
        let mut shown = self.shown.lock().expect("not poisoned");
        shown.push((drill.id.to_string(), drill.runs()));
        Ok(())
    }

    fn zone(&self) -> String {
        "Asia/Shanghai".into()
    }

    fn real(&self) -> (usize, Option<RealAlarm>) {
        (0, None)
    }
}

fn wish(scenario: &str) -> Wish {
    Wish {
        person: Some("zhao".into()),
        scenario: scenario.into(),
        seed: None,
        after_secs: 0,
        area: None,
        participants: Vec::new(),
        channels: Vec::new(),
        note: String::new(),
    }
}

struct House {
    drills: Drills,
    theatre: Arc<Theatre>,
    stop: watch::Sender<bool>,
    following: tokio::task::JoinHandle<()>,
}

fn open(log: &Arc<dyn Log>, folder: &std::path::Path) -> House {
    let theatre = Arc::new(Theatre::default());
    let stage = Arc::clone(&theatre) as Arc<dyn Stage>;
    let clock = CityClock::driven(Timestamp::from_secs(1));
    let drills = Drills::new(Arc::clone(log), clock, folder.join("ledger"), stage);
    let stop = watch::Sender::new(false);
    let checkpoint = Checkpoint::new(folder.join("drills.checkpoint"), log.id());
    let (moves, _at) = watch::channel(Progress::default());
    let following = drills.clone().follow(checkpoint, stop.subscribe(), moves);
    House {
        drills,
        theatre,
        stop,
        following: tokio::spawn(following),
    }
}

impl House {
    async fn close(self) {
        self.stop.send_replace(true);
        self.following.await.expect("it ends");
    }

    fn shown(&self) -> Vec<(String, bool)> {
        self.theatre.shown.lock().expect("not poisoned").clone()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_drill_begins_once_goes_on_after_a_restart_and_ends_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let clock = CityClock::driven(Timestamp::from_secs(1));
    let log: Arc<dyn Log> = Arc::new(MemoryLog::new(clock));
    let house = open(&log, folder.path());
    let wrong = house.drills.begin(&wish("war")).await;
    assert!(matches!(wrong, Err(DrillError::Cannot(_))));
    let (leak, drills) = (wish("leak"), house.drills.clone());
    let (one, other) = tokio::join!(house.drills.begin(&leak), drills.begin(&leak));
    let begun: Vec<_> = [&one, &other].into_iter().flatten().collect();
    assert_eq!(begun.len(), 1, "{one:?} {other:?}");
    assert_eq!(house.shown(), [("drill-1".to_owned(), true)]);
    house.close().await;

    // What a crash forgets is in the log.
    std::fs::remove_file(folder.path().join("drills.checkpoint")).expect("it was kept");
    let house = open(&log, folder.path());
    let ended = loop {
        let stopped = house.drills.stop("drill-1", None, false, String::new());
        match stopped.await {
            // The log is read before anything is known of it.
            Err(DrillError::None(_)) => tokio::task::yield_now().await,
            ended => break ended.expect("it ends"),
        }
    };
    assert!(!ended.runs());
    let shown = house.shown();
    assert_eq!(shown.last(), Some(&("drill-1".to_owned(), false)));
    let again = house.drills.stop("drill-1", None, true, "x".into()).await;
    assert!(matches!(again, Err(DrillError::Over(_))));
    let next = house.drills.begin(&wish("leak")).await.expect("it begins");
    assert_eq!(next.id.as_str(), "drill-2");
    house.close().await;
}
