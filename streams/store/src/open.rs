//! History where the settings say that it is.

use std::path::Path;
use std::sync::Arc;

use yiping_model::Zone;

use crate::nowhere::Nowhere;
use crate::{Backend, History, PostgresStore, Settings, SqliteStore, Store, StoreError};

/// The two sides of one history.
#[derive(Clone)]
pub struct Opened {
    /// The side that is filled.
    pub store: Arc<dyn Store>,
    /// The side that answers.
    pub history: Arc<dyn History>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Opened").finish_non_exhaustive()
    }
}

/// Opens history: in this file, or at the database's address. A database is not asked before it is needed, so that it may be away.
///
/// # Errors
/// [`StoreError`] when the file cannot be opened or the address cannot be read.
pub async fn open(file: &Path, settings: &Settings, zone: &Zone) -> Result<Opened, StoreError> {
    Ok(match settings.backend {
        Backend::Sqlite => both(SqliteStore::open(file, settings, zone).await?),
        Backend::Postgres => {
            let url = settings.url.as_ref();
            let url = url.ok_or_else(|| StoreError::Address("is missing".into()))?;
            both(PostgresStore::new(url, settings, zone)?)
        }
        Backend::None => both(Nowhere),
    })
}

fn both(backend: impl Store + History) -> Opened {
    let backend = Arc::new(backend);
    Opened {
        store: Arc::clone(&backend) as Arc<dyn Store>,
        history: backend,
    }
}
