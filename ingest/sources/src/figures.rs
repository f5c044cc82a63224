//! The names of this crate's figures.

use yiping_model::{Disposition, Reject};
use yiping_protocols::Withheld;

/// A figure of the doors.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Figure {
    Messages,
    Received,
    Accepted,
    Quarantined,
    Rejected,
    BatchMessages,
    AppendFailures,
    MqttReconnects,
    MqttConnected,
    MqttdConnections,
    MqttdConnects,
    MqttdEnds,
    MqttdRefusals,
    MqttdPauses,
    ReplayRows,
    Withheld,
}

impl Figure {
    const fn name(self) -> &'static str {
        match self {
            Self::Messages => "yiping_ingest_messages_total",
            Self::Received => "yiping_ingest_received_observations_total",
            Self::Accepted => "yiping_ingest_accepted_observations_total",
            Self::Quarantined => "yiping_ingest_quarantined_observations_total",
            Self::Rejected => "yiping_ingest_rejected_observations_total",
            Self::BatchMessages => "yiping_ingest_batch_messages",
            Self::AppendFailures => "yiping_ingest_append_failures_total",
            Self::MqttReconnects => "yiping_ingest_mqtt_reconnects_total",
            Self::MqttConnected => "yiping_ingest_mqtt_connected",
            Self::MqttdConnections => "yiping_ingest_mqttd_connections",
            Self::MqttdConnects => "yiping_ingest_mqttd_connects_total",
            Self::MqttdEnds => "yiping_ingest_mqttd_ends_total",
            Self::MqttdRefusals => "yiping_ingest_mqttd_refusals_total",
            Self::MqttdPauses => "yiping_ingest_mqttd_pauses_total",
            Self::Withheld => "yiping_ingest_withheld_total",
            Self::ReplayRows => "yiping_ingest_replay_rows_total",
        }
    }

    /// Adds to a counter of this source.
    pub(crate) fn add(self, source: &str, count: u64) {
        metrics::counter!(self.name(), "source" => source.to_owned()).increment(count);
    }

    /// Adds to a counter of this source under a reason.
    pub(crate) fn add_because(self, source: &str, reason: &'static str, count: u64) {
        metrics::counter!(self.name(), "source" => source.to_owned(), "reason" => reason)
            .increment(count);
    }

    /// Moves a gauge.
    pub(crate) fn shift(self, source: &str, by: f64) {
        metrics::gauge!(self.name(), "source" => source.to_owned()).increment(by);
    }

    /// Records one value of a distribution.
    pub(crate) fn record(self, source: &str, value: usize) {
        metrics::histogram!(self.name(), "source" => source.to_owned()).record(value as f64);
    }

    /// Sets a gauge.
    pub(crate) fn set(self, source: &str, value: f64) {
        metrics::gauge!(self.name(), "source" => source.to_owned()).set(value);
    }
}

/// Counts what was kept back, for it names persons.
pub(crate) fn count_withheld(source: &str, withheld: Withheld) {
    for (what, count) in [
        ("plate_token", withheld.tokens),
        ("plate", withheld.plates),
        ("face", withheld.faces),
        ("signature", withheld.signatures),
    ] {
        if count > 0 {
            Figure::Withheld.add_because(source, what, count);
        }
    }
}

/// Counts a dead letter under its reason.
pub(crate) fn count_reject(reject: &Reject) {
    let figure = match reject.disposition {
        Disposition::Quarantined => Figure::Quarantined,
        Disposition::Rejected => Figure::Rejected,
    };
    metrics::counter!(
        figure.name(),
        "source" => reject.source.as_str().to_owned(),
        "reason" => reject.reason.name()
    )
    .increment(u64::from(reject.items));
}
