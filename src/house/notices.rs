//! The notices of the house: opened, connected to the log, shown.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use yiping_desk::notices::Words;
use yiping_desk::rights::Right;
use yiping_log::{DiskLog, Log};
use yiping_notify::Notices;
use yiping_server::{Extra, Need, NoticesView};

use super::{House, checkpoint};
use crate::config::Config;
use crate::packs::Domain;

/// The notices of this configuration.
pub(super) fn open(
    config: &Config,
    domain: &Domain,
    simulated: bool,
    log: &Arc<DiskLog>,
) -> anyhow::Result<Notices> {
    let words = Words {
        catalogue: Arc::new(domain.catalogue.clone()),
        rules: domain.rule_words(),
        link: config.notify.link.clone(),
        simulated,
        drill: false,
    };
    let clock = log.clock().clone();
    let log = Arc::clone(log) as Arc<dyn Log>;
    Ok(Notices::open(config.notify.clone(), words, log, clock)?)
}

impl House {
    pub(super) fn start_notices(&mut self, folder: &Path) {
        if self.config.notify.channel.is_empty() {
            return;
        }
        let (moves, at) = watch::channel(yiping_notify::Progress::default());
        let tell = self.notices.clone().follow(
            checkpoint(folder, "notices", self.log.id()),
            self.readers.stop.subscribe(),
            moves,
        );
        self.readers.spawn("the notices", async move {
            tell.await;
            Ok(())
        });
        self.told = Some(at);
    }

    /// What the notices serve: the list, and the button that tries a channel.
    pub(super) fn notices_extras(&self) -> Vec<Extra> {
        let list = Extra {
            router: self.notices.list_router(),
            need: Need::Right(Right::Figures),
            document: yiping_notify::list_openapi(),
        };
        let test = Extra {
            router: self.notices.test_router(),
            need: Need::Right(Right::Notices),
            document: yiping_notify::test_openapi(),
        };
        vec![list, test]
    }

    /// What `/healthz` says of the notices.
    pub(super) fn notices_view(&self) -> Arc<dyn Fn() -> NoticesView + Send + Sync> {
        let (notices, told) = (self.notices.clone(), self.told.clone());
        Arc::new(move || {
            let standing = notices.standing();
            NoticesView {
                waiting: standing.waiting,
                failing_since: standing.failing_since,
                given_up: standing.given_up,
                trouble: told.as_ref().and_then(|told| told.borrow().trouble.clone()),
            }
        })
    }
}
