//! Notices against real other sides: servers of these tests that speak HTTP and are down, slow or broken as they are told, and a mail server
//! of the distribution.

mod api;
mod heartbeat;
mod http;
mod mail;
mod side;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use yiping_desk::notices::{Standing, Words};
use yiping_log::memory::MemoryLog;
use yiping_log::{Checkpoint, CityClock, Log};
use yiping_model::{
    AlarmChange, AlarmEvent, AlarmId, Body, Catalogue, DatastreamId, Finding, Level, Notice,
    NoticeId, NoticeStep, Outcome, Position, Record, RuleId, SourceId, Text, Timestamp, Zone,
};

use crate::{Notices, Progress, Settings};

/// A city with a log, and settings of which each follower is made anew.
pub(super) struct City {
    dir: TempDir,
    pub(super) log: Arc<dyn Log>,
    clock: CityClock,
    settings: String,
    alarms: AtomicU32,
}

/// Notices that are told.
pub(super) struct Running {
    pub(super) notices: Notices,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl City {
    /// One with these channels; each alarm is told by the one that is called `duty`.
    pub(super) fn new(channels: &str) -> Self {
        let clock = CityClock::life(Timestamp::MIN);
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            log: Arc::new(MemoryLog::new(clock.clone())),
            clock,
            settings: format!(
                "timeout_ms = 1000\npatience = {{ backoff_ms_min = 5, backoff_ms_max = 20 }}\n{channels}\n\
                 [[route]]\nname = \"all\"\nchannels = [\"duty\"]\ngroup_secs = 0\n"
            ),
            alarms: AtomicU32::new(0),
        }
    }

    /// The same, where the other side may take long to answer.
    pub(super) fn patient(self) -> Self {
        let settings = self
            .settings
            .replace("timeout_ms = 1000", "timeout_ms = 10000");
        Self { settings, ..self }
    }

    pub(super) fn notices(&self) -> Notices {
        let settings: Settings = toml::from_str(&self.settings).expect("settings");
        let text = |text: &str| Text {
            zh: text.into(),
            en: text.into(),
        };
        let catalogue = Catalogue {
            city: text("衢州市"),
            zone: Zone::named("Asia/Shanghai").expect("built in"),
            areas: Vec::new(),
            properties: BTreeMap::new(),
            things: BTreeMap::new(),
            events: BTreeMap::new(),
        };
        let words = Words {
            catalogue: Arc::new(catalogue),
            rules: BTreeMap::new(),
            link: String::new(),
            simulated: false,
            drill: false,
        };
        Notices::open(settings, words, Arc::clone(&self.log), self.clock.clone()).expect("right")
    }

    /// Begins to tell, and waits until what is raised from now on is told of.
    pub(super) async fn tell(&self) -> Running {
        let notices = self.notices();
        let (stop, stopped) = watch::channel(false);
        let (moves, mut progress) = watch::channel(Progress::default());
        // A log that has something has an end.
        self.log.append(vec![Body::Tick]).await.expect("appends");
        let file = self.dir.path().join("notices.checkpoint");
        let is_new = !file.exists();
        let checkpoint = Checkpoint::new(&file, self.log.id());
        let task = tokio::spawn(notices.clone().follow(checkpoint, stopped, moves));
        if is_new {
            progress.changed().await.expect("it runs");
        }
        Running {
            notices,
            stop,
            task,
        }
    }

    /// Raises another alarm.
    pub(super) async fn raise(&self) {
        let number = self.alarms.fetch_add(1, Ordering::Relaxed);
        let rule = RuleId::new("r").expect("valid");
        let subject = DatastreamId::parse("gas-1:cl2").expect("valid");
        let source = SourceId::new("s").expect("valid");
        let at = self.clock.now();
        let event = AlarmEvent {
            alarm: AlarmId::of(&rule, &subject, &source, at, f64::from(number)),
            change: AlarmChange::Raised,
            at,
            rule,
            rule_version: None,
            subject,
            key: None,
            level: Level::Orange,
            started: at,
            ended: None,
            value: f64::from(number),
            extreme: f64::from(number),
            threshold: 0.5,
            before: None,
            posture: None,
        };
        let finding = Finding {
            cause: Position(1),
            ordinal: number,
            outcome: Outcome::Alarm(event),
        };
        let raised = Body::Finding(finding);
        self.log.append(vec![raised]).await.expect("appends");
    }

    pub(super) async fn records(&self) -> Vec<Record> {
        let chunk = self.log.read(Position::START, 1 << 20).await;
        chunk.expect("readable").joined().into_owned()
    }

    /// The steps of notices in the log.
    pub(super) async fn steps(&self) -> Vec<Notice> {
        let records = self.records().await.into_iter();
        let notices = records.filter_map(|record| match record.body {
            Body::Notice(notice) => Some(notice),
            _ => None,
        });
        notices.collect()
    }

    /// Waits until this holds of the steps in the log.
    pub(super) async fn until(&self, holds: impl Fn(&[Notice]) -> bool) -> Vec<Notice> {
        let mut end = self.log.end();
        loop {
            end.borrow_and_update();
            let steps = self.steps().await;
            if holds(&steps) {
                return steps;
            }
            end.changed().await.expect("the log lives");
        }
    }
}

impl Running {
    /// Waits until this holds of how they stand.
    pub(super) async fn until(&self, holds: impl Fn(Standing) -> bool) {
        while !holds(self.notices.standing()) {
            tokio::task::yield_now().await;
        }
    }

    pub(super) async fn close(self) {
        self.stop.send_replace(true);
        self.task.await.expect("no panic");
    }
}

/// The notices that took this step, each as often as it did.
pub(super) fn those(steps: &[Notice], name: &str) -> Vec<NoticeId> {
    let took = steps.iter().filter(|notice| notice.step.name() == name);
    took.map(|notice| notice.notice.clone()).collect()
}

/// Why tries failed.
pub(super) fn reasons(steps: &[Notice]) -> Vec<String> {
    let reasons = steps.iter().filter_map(|notice| match &notice.step {
        NoticeStep::Failed { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    reasons.collect()
}
