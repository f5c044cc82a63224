//! Duty in the house: opened, connected to the log and the ledger, shown.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::watch;
use yiping_command::{DutyDesk, DutyProgress, Keeping};
use yiping_desk::duty::{DutyBook, Facts, House as Rules, LedgerHead};
use yiping_desk::ledger::{Entry, Place};
use yiping_log::{CityClock, DiskLog, Log};
use yiping_model::{Position, Timestamp};
use yiping_notify::Beat;
use yiping_server::{DutyHandle, DutyRoom};

use super::{House, LEDGER, checkpoint};
use crate::config::Config;
use crate::packs::Domain;

/// The duty of this configuration.
pub(super) fn open(
    config: &Config,
    domain: &Domain,
    log: &Arc<DiskLog>,
    folder: &Path,
) -> anyhow::Result<DutyDesk> {
    let rules = Rules {
        pattern: config.pattern()?,
        escalation: config.duty.escalation.clone(),
        shelving: config.duty.shelving.clone(),
        facts: facts(config, domain),
    };
    let keeping = Keeping {
        batch_records_max: config.duty.batch_records_max,
        checkpoint_secs: config.duty.checkpoint_secs,
    };
    let clock = log.clock().clone();
    let log = Arc::clone(log) as Arc<dyn Log>;
    let ledger = folder.join(LEDGER);
    Ok(DutyDesk::new(rules, keeping, log, clock, ledger))
}

/// What the house goes by, so that a handover can say what is not as it was: rules by their digests, packs by their versions, doors by what they
/// are, the program by its version.
fn facts(config: &Config, domain: &Domain) -> Facts {
    let mut facts = Facts::new();
    for pack in &domain.packs {
        facts.insert(format!("pack {}", pack.id), pack.version.clone());
    }
    for rule in &domain.rules {
        let version = rule
            .version
            .as_ref()
            .map(|version| version.digest.to_string());
        facts.insert(format!("rule {}", rule.id), version.unwrap_or_default());
    }
    let mut door = |name: &str, what: &str| {
        facts.insert(format!("door {name}"), what.to_owned());
    };
    door(&config.ingest.http.name, "http");
    for one in &config.ingest.mqtt {
        door(&one.name, "mqtt");
    }
    for one in &config.ingest.mqttd {
        door(&one.name, "mqttd");
    }
    let version = env!("CARGO_PKG_VERSION").to_owned();
    facts.insert("program yiping".to_owned(), version);
    facts
}

impl House {
    pub(super) fn start_duty(&mut self, folder: &Path) {
        let (moves, at) = watch::channel(DutyProgress::default());
        let keep = self.duty.clone().follow(
            checkpoint(folder, "duty", self.log.id()),
            self.readers.stop.subscribe(),
            moves,
        );
        self.readers.spawn("duty", async move {
            keep.await;
            Ok(())
        });
        self.escalated = at;
    }

    /// Tells somebody outside that the centre lives.
    pub(super) fn start_heartbeat(&mut self) {
        let (log, duty) = (self.log(), self.duty.clone());
        let (ledger, city) = (self.ledger.clone(), self.catalogue.city.zh.clone());
        let beat = move || {
            let (head, ledger_trouble) = {
                let ledger = ledger.borrow();
                (ledger.head, ledger.trouble.clone())
            };
            let open = duty.book().unacknowledged();
            Beat {
                city: city.clone(),
                version: env!("CARGO_PKG_VERSION"),
                time: CityClock::machine_now(),
                city_time: duty.clock().now(),
                position: *log.end().borrow(),
                ledger: head.map(|head| format!("{}:{}", head.n, head.digest)),
                ledger_trouble,
                gaps: duty.gaps(),
                unacknowledged: open,
            }
        };
        let keep = self.config.heartbeat.clone().keep(beat);
        let stopped = self.readers.stopped();
        self.readers.spawn("the heartbeat", async move {
            tokio::select! {
                kept = keep => Ok(kept?),
                () = stopped => Ok(()),
            }
        });
    }

    /// Duty for the server.
    pub(super) fn duty_handle(&self) -> DutyHandle {
        DutyHandle::new(Arc::new(Room {
            desk: self.duty.clone(),
            ledger: self.ledger.clone(),
        }))
    }
}

struct Room {
    desk: DutyDesk,
    ledger: watch::Receiver<yiping_command::Progress>,
}

#[async_trait]
impl DutyRoom for Room {
    fn house(&self) -> &Rules {
        self.desk.house()
    }

    fn now(&self) -> Timestamp {
        self.desk.clock().now()
    }

    fn look(&self, look: &mut dyn FnMut(&DutyBook)) {
        look(&self.desk.book());
    }

    async fn reaches(&self, position: Position, patience: Duration) -> bool {
        self.desk.reaches(position, patience).await
    }

    async fn ledger(&self, position: Position, patience: Duration) -> Option<LedgerHead> {
        let mut ledger = self.ledger.clone();
        let looked = ledger.wait_for(|progress| progress.position >= position);
        let progress = tokio::time::timeout(patience, looked).await;
        let head = progress.ok()?.ok()?.head?;
        Some(LedgerHead {
            n: head.n,
            digest: head.digest.to_string(),
        })
    }

    fn entries(
        &self,
        from: Place,
        each: &mut dyn FnMut(Entry<'static>) -> bool,
    ) -> Result<(), String> {
        let read = self.desk.entries(from, each);
        read.map_err(|error| error.to_string())
    }
}
