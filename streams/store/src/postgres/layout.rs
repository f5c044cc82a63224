//! Who keeps the parts of the observations and works out hours and days: this program, or TimescaleDB. Decided when the tables are made.

use sqlx::PgConnection;
use yiping_model::Zone;

use crate::error::Doing;
use crate::{Auto, PostgresSettings, StoreError, Timescale};

/// The first version that is taken. Before, an INSERT with ON CONFLICT DO NOTHING into a packed part ended at the first conflict and lost the
/// rest (timescale/timescaledb#7672).
const LEAST: [u32; 3] = [2, 18, 2];

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
        let found = version(connection).await?;
        let timescale = match settings.timescale {
            Timescale::Told(wanted) => wanted,
            Timescale::Found(Auto::Auto) => found.is_some(),
        };
        if timescale {
            fit(found)?;
        }
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
                .fetch_one(&mut *connection)
                .await
                .doing("open")?;
        if timescale && found != zone.name() {
            let wanted = zone.name().to_owned();
            return Err(StoreError::OtherZone { found, wanted });
        }
        if timescale {
            fit(version(connection).await?)?;
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

/// The version of TimescaleDB that this database has.
async fn version(connection: &mut PgConnection) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar("SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'")
        .fetch_optional(connection)
        .await
        .doing("open")
}

fn fit(found: Option<String>) -> Result<(), StoreError> {
    let found = found.ok_or(StoreError::NoTimescale)?;
    // Of `2.23.0-dev` the numbers count.
    let numbers = found.split(['.', '-']).map_while(|part| part.parse().ok());
    let numbers: Vec<u32> = numbers.collect();
    if numbers.as_slice() >= LEAST.as_slice() {
        return Ok(());
    }
    let least = LEAST.map(|number| number.to_string()).join(".");
    Err(StoreError::OldTimescale { found, least })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timescale_that_loses_rows_is_refused_by_name() {
        for old in [
            "1.7.4",
            "2.9.3",
            "2.17.2",
            "2.18.1",
            "2.18.1-dev",
            "2.18",
            "unknown",
        ] {
            let refused = fit(Some(old.to_owned())).expect_err("refused").to_string();
            assert!(
                refused.contains(&format!("TimescaleDB {old} ")),
                "{refused}"
            );
            assert!(refused.contains("2.18.2"), "{refused}");
        }
        for new in ["2.18.2", "2.19.0", "2.23.0-dev", "2.100.0", "3.0.0"] {
            fit(Some(new.to_owned())).expect("taken");
        }
        assert!(matches!(fit(None), Err(StoreError::NoTimescale)));
    }
}
