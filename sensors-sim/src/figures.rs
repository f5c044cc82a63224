//! The simulator's figures, by name.

/// A figure that the simulator keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Figure {
    /// Messages handed to the connection, first attempts only.
    MessagesPublished,
    /// Messages that the broker has acknowledged.
    MessagesAcknowledged,
    /// Messages sent again because a connection ended before their acknowledgement.
    MessagesResent,
    /// Connections that ended without being asked to, and attempts that failed.
    ConnectionsLost,
    /// Connections that the simulator cut itself: a fault on request.
    ConnectionsCut,
    /// Messages of positions that the door took.
    PositionsSent,
    /// Messages of positions that it did not take.
    PositionsFailed,
    /// Times that the centre did not say what it asks for.
    SamplingFailed,
}

impl Figure {
    /// Every figure.
    pub const ALL: [Self; 8] = [
        Self::MessagesPublished,
        Self::MessagesAcknowledged,
        Self::MessagesResent,
        Self::ConnectionsLost,
        Self::ConnectionsCut,
        Self::PositionsSent,
        Self::PositionsFailed,
        Self::SamplingFailed,
    ];

    /// The name under which it is exported.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MessagesPublished => "yiping_sim_messages_published_total",
            Self::MessagesAcknowledged => "yiping_sim_messages_acknowledged_total",
            Self::MessagesResent => "yiping_sim_messages_resent_total",
            Self::ConnectionsLost => "yiping_sim_connections_lost_total",
            Self::ConnectionsCut => "yiping_sim_connections_cut_total",
            Self::PositionsSent => "yiping_sim_positions_sent_total",
            Self::PositionsFailed => "yiping_sim_positions_failed_total",
            Self::SamplingFailed => "yiping_sim_sampling_failed_total",
        }
    }

    pub(crate) fn add(self, count: u64) {
        metrics::counter!(self.name()).increment(count);
    }
}
