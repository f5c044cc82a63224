//! The units of the house: opened, and folded from the log.

use std::path::Path;

use yiping_log::{DiskLog, Log as _};
use yiping_server::UnitsHandle;

use super::{House, checkpoint};
use crate::config::Config;
use crate::packs::Domain;

/// The units as they were kept.
pub(super) async fn open(config: &Config, domain: &Domain, log: &DiskLog) -> UnitsHandle {
    let book = domain.fleet.book(&config.units, &domain.catalogue);
    let kept = checkpoint(&config.data.dir, "units", log.id());
    UnitsHandle::open(book, log, &kept, log.clock().clone()).await
}

impl House {
    pub(super) fn start_units(&mut self, folder: &Path) {
        let fold = yiping_server::units::follow(
            self.units.clone(),
            self.log(),
            checkpoint(folder, "units", self.log.id()),
            self.readers.stopped(),
        );
        self.readers
            .spawn("the units", async move { Ok(fold.await?) });
    }
}
