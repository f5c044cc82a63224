//! Who keeps the parts of the observations and works out hours and days: this program, or TimescaleDB. Decided when the tables are made.

use sqlx::PgConnection;
use yiping_model::Zone;

use crate::error::Doing;
use crate::{Auto, PostgresSettings, StoreError, Timescale};

/// How the tables of a database were made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Whether TimescaleDB does it.
    pub(super) timescale: bool,
    /// How long a part is.
    pub(super) partition_days: u16,
}

impl Layout {
    /// How tables are to be made in this database.
    pub(super) async fn choose(
        connection: &mut PgConnection,
        settings: &PostgresSettings,
    ) -> Result<Self, StoreError> {
        let found: bool = sqlx::query_scalar(
            "SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb')",
        )
        .fetch_one(connection)
        .await
        .doing("open")?;
        let timescale = match settings.timescale {
            Timescale::Told(true) if !found => return Err(StoreError::NoTimescale),
            Timescale::Told(wanted) => wanted,
            Timescale::Found(Auto::Auto) => found,
        };
        Ok(Self {
            timescale,
            partition_days: settings.partition_days.max(1),
        })
    }

    /// How the tables of this database were made; their days must be those of this zone.
    pub(super) async fn read(
        connection: &mut PgConnection,
        zone: &Zone,
    ) -> Result<Self, StoreError> {
        let (timescale, days, found): (bool, i32, String) =
            sqlx::query_as("SELECT timescale, partition_days, zone FROM progress")
                .fetch_one(connection)
                .await
                .doing("open")?;
        if timescale && found != zone.name() {
            let wanted = zone.name().to_owned();
            return Err(StoreError::OtherZone { found, wanted });
        }
        Ok(Self {
            timescale,
            partition_days: u16::try_from(days).unwrap_or(1),
        })
    }

    /// The statements that make what differs.
    pub(super) fn tables(self, settings: &PostgresSettings, zone: &Zone) -> String {
        let template = if self.timescale {
            include_str!("schema_1_timescale.sql")
        } else {
            include_str!("schema_1_plain.sql")
        };
        self.filled(template, settings)
            .replace("{zone}", &zone.name().replace('\'', "''"))
    }

    /// The statements that make what differs of events and derived values.
    pub(super) fn events(self, settings: &PostgresSettings) -> String {
        let template = if self.timescale {
            include_str!("schema_2_timescale.sql")
        } else {
            ""
        };
        self.filled(template, settings)
    }

    fn filled(self, template: &str, settings: &PostgresSettings) -> String {
        let compress_after_days = settings.compress_after_days.to_string();
        template
            .replace("{partition_days}", &self.partition_days.to_string())
            .replace("{compress_after_days}", &compress_after_days)
    }
}
