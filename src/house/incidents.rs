//! The incidents of the house: opened, connected to the log, served.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use yiping_command::evidence::Evidence;
use yiping_command::incidents::{City, Incidents, Progress, api};
use yiping_desk::rights::Right;
use yiping_log::{DiskLog, Log};
use yiping_server::{Extra, Need, Probe};

use super::{House, checkpoint};
use crate::config::Config;
use crate::packs::Domain;

/// The incidents of this configuration.
pub(super) fn open(
    config: &Config,
    domain: &Domain,
    log: &Arc<DiskLog>,
) -> anyhow::Result<Incidents> {
    let city = City {
        catalogue: Arc::new(domain.catalogue.clone()),
        plans: domain.plans.clone().into(),
        calendar: Arc::new(config.calendar()?),
    };
    let clock = log.clock().clone();
    let log = Arc::clone(log) as Arc<dyn Log>;
    let photographs = config.evidence.clone();
    let evidence = Evidence::open(&config.data.dir, Arc::clone(&log), photographs)?;
    let settings = config.command.clone();
    Ok(Incidents::new(log, clock, city, evidence, settings))
}

impl House {
    pub(super) fn start_incidents(&mut self, folder: &Path) {
        let (moves, at) = watch::channel(Progress::default());
        let follow = self.incidents.clone().follow(
            checkpoint(folder, "incidents", self.log.id()),
            self.readers.stop.subscribe(),
            moves,
        );
        self.readers.spawn("the incidents", async move {
            follow.await;
            Ok(())
        });
        self.commanded = at;
    }

    /// How far they are, for `/readyz`.
    pub(super) fn incidents_probe(&self) -> Probe {
        let incidents = self.incidents.clone();
        Probe {
            name: "incidents",
            position: Arc::new(move || incidents.position()),
        }
    }
}

/// What incidents serve, by the right that is asked.
pub(super) fn extras(incidents: &Incidents) -> Vec<Extra> {
    let served = [
        (incidents.watch_router(), Right::Watch, api::watch_openapi()),
        (
            incidents.report_router(),
            Right::Incidents,
            api::report_openapi(),
        ),
        (
            incidents.command_router(),
            Right::Command,
            api::command_openapi(),
        ),
        (incidents.tasks_router(), Right::Tasks, api::tasks_openapi()),
        (incidents.bring_router(), Right::Tasks, api::bring_openapi()),
        (
            incidents.evidence_router(),
            Right::Evidence,
            api::evidence_openapi(),
        ),
        (incidents.send_router(), Right::Send, api::send_openapi()),
        (
            incidents.sampling_router(),
            Right::Sampling,
            api::sampling_openapi(),
        ),
    ];
    served
        .map(|(router, right, document)| Extra {
            router,
            need: Need::Right(right),
            document,
        })
        .into()
}
