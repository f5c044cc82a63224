//! What requests say.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;
use yiping_model::command::{
    EventLevel, IncidentClass, Origin, Photo, Place, Proof, ResponseLevel, Stage, Step,
};
use yiping_model::{IncidentId, Level, Timestamp};

/// An incident is opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenRequest {
    /// Names the act: the same key of the same person opens no second incident. 1 to 64 characters.
    pub(super) key: String,
    /// What it is, in a line.
    pub(super) title: String,
    /// `natural`, `accident`, `health` or `security`.
    #[schema(value_type = String)]
    pub(super) class: IncidentClass,
    /// How grave it is, 1 to 4.
    #[schema(value_type = Option<u8>)]
    pub(super) event_level: Option<EventLevel>,
    /// The colour of the warning, 1 red to 4 blue.
    #[schema(value_type = Option<u8>)]
    pub(super) warning: Option<Level>,
    /// What it comes from.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub(super) origins: Vec<Origin>,
    /// Where; by default where the thing of the first alarm stands.
    #[schema(value_type = Option<Object>)]
    pub(super) place: Option<Place>,
    /// The code of the area; by default that of the thing of the first alarm.
    pub(super) area: Option<String>,
    /// The domain: the name of a pack.
    pub(super) domain: Option<String>,
    /// Who and what is affected.
    #[serde(default)]
    pub(super) affected: Vec<String>,
    /// What else is to be remembered.
    #[serde(default)]
    pub(super) note: String,
}

/// An act on an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ActRequest {
    /// Names the act: an act that comes again under its key changes nothing.
    pub(super) key: String,
    /// The version of the incident that was seen.
    pub(super) seen: Option<u32>,
    /// What is done.
    pub(super) act: Act,
}

/// What is done by whoever looks after an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Act {
    /// 研判 begins.
    Assess {
        /// Why.
        #[serde(default)]
        note: String,
    },
    /// What is known of it changed.
    Amend {
        /// What it is.
        title: Option<String>,
        /// Its class.
        #[schema(value_type = Option<String>)]
        class: Option<IncidentClass>,
        /// How grave it is.
        #[schema(value_type = Option<u8>)]
        event_level: Option<EventLevel>,
        /// The colour of the warning.
        #[schema(value_type = Option<u8>)]
        warning: Option<Level>,
        /// Where.
        #[schema(value_type = Option<Object>)]
        place: Option<Place>,
        /// Who and what is affected.
        affected: Option<Vec<String>>,
        /// Why.
        #[serde(default)]
        note: String,
    },
    /// These belong to it.
    Attach {
        /// Alarms, detections, orders.
        #[schema(value_type = Vec<Object>)]
        origins: Vec<Origin>,
        /// Why.
        #[serde(default)]
        note: String,
    },
    /// These do not.
    Dismiss {
        /// Alarms, detections, orders.
        #[schema(value_type = Vec<Object>)]
        origins: Vec<Origin>,
        /// Why.
        note: String,
    },
    /// A line of the response is ticked, or unticked.
    Tick {
        /// The line.
        item: String,
        /// Whether it is done.
        done: bool,
        /// What is to be remembered.
        #[serde(default)]
        note: String,
    },
    /// A report was given.
    Report {
        /// Which.
        report: String,
        /// To whom, how, and what.
        #[serde(default)]
        note: String,
    },
}

/// An order on an incident.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrderRequest {
    /// Names the act: an act that comes again under its key changes nothing.
    pub(super) key: String,
    /// The version of the incident that was seen.
    pub(super) seen: Option<u32>,
    /// What is ordered.
    pub(super) act: Order,
}

/// What is ordered by whoever commands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Order {
    /// Another stage.
    Move {
        /// `assessing`, `handling`, `ended` or `evaluated`.
        #[schema(value_type = String)]
        to: Stage,
        /// Why; the evaluation itself at the last one.
        #[serde(default)]
        note: String,
    },
    /// 启动响应.
    Respond {
        /// The plan.
        plan: String,
        /// The level, 1 to 4.
        #[schema(value_type = u8)]
        level: ResponseLevel,
        /// Why.
        #[serde(default)]
        note: String,
        /// Accounts by role.
        #[serde(default)]
        roles: BTreeMap<String, String>,
        /// By property, the datastream that proves tasks; by default that of the first alarm of that property.
        #[serde(default)]
        datastreams: BTreeMap<String, String>,
    },
    /// 响应调整.
    Adjust {
        /// The level, 1 to 4.
        #[schema(value_type = u8)]
        level: ResponseLevel,
        /// Why.
        note: String,
        /// Accounts by role.
        #[serde(default)]
        roles: BTreeMap<String, String>,
        /// By property, the datastream that proves tasks.
        #[serde(default)]
        datastreams: BTreeMap<String, String>,
    },
    /// Another incident is this one.
    Merge {
        /// Which.
        #[schema(value_type = String)]
        other: IncidentId,
        /// Why.
        note: String,
    },
    /// It is not.
    Unmerge {
        /// Which.
        #[schema(value_type = String)]
        other: IncidentId,
        /// Why.
        note: String,
    },
    /// The command is offered.
    OfferCommand {
        /// To which account.
        to: String,
        /// Why.
        #[serde(default)]
        note: String,
    },
    /// The command is taken over.
    TakeCommand {
        /// What is to be remembered.
        #[serde(default)]
        note: String,
    },
    /// What leaks is estimated: the plume on the wall is worked out from it.
    Estimate {
        /// Grams a second.
        grams_a_sec: f64,
        /// From where the wind blows, degrees: 0 from the north, 90 from the east.
        wind_from: f64,
        /// Metres a second, at least 1.
        wind_ms: f64,
        /// `A` very unstable to `F` stable, by Pasquill.
        #[schema(value_type = String)]
        stability: char,
        /// On what it rests.
        #[serde(default)]
        note: String,
    },
    /// 转战时.
    ToWar {
        /// The walls that show it, by the names of their tokens; none for all that reach to its area.
        #[serde(default)]
        walls: Vec<String>,
        /// Why; needed of who stands above who commands it.
        #[serde(default)]
        note: String,
    },
    /// 转平时.
    ToPeace {
        /// Why; needed of who stands above who commands it.
        #[serde(default)]
        note: String,
    },
    /// A task by hand.
    AddTask {
        /// What is to be done.
        title: String,
        /// The account that is to do it; by default who signs first.
        assignee: Option<String>,
        /// Seconds until it must be signed.
        sign_within_secs: Option<u32>,
        /// Seconds until it must be done.
        done_within_secs: Option<u32>,
        /// What proves it: `{"by":"evidence","photos":1}`, or `{"by":"reading","datastream":"gas-1:cl2","at_most":0.4,"for_secs":600,"gap_secs":60}`.
        #[schema(value_type = Object)]
        proof: Proof,
    },
}

/// A step of a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepRequest {
    /// Names the act: a phone that sends its queue again changes nothing.
    pub(super) key: String,
    /// The version of the task that was seen; a phone that was offline leaves it out.
    pub(super) seen: Option<u32>,
    /// For who does it `sign`, `refuse`, `set_out`, `arrive`, `begin`, `finish`; for who commands `reassign`, `verify`, `send_back`, `close`, `withdraw`.
    #[schema(value_type = String)]
    pub(super) step: Step,
    /// When it was done, by the clock of who did it.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) done_at: Option<Timestamp>,
    /// Where.
    #[schema(value_type = Option<Object>)]
    pub(super) place: Option<Place>,
    /// What is to be remembered; the reason of `refuse`, `reassign`, `send_back`, `withdraw`.
    #[serde(default)]
    pub(super) note: String,
    /// Photographs, by digest and time: `{"digest":"<64 hex digits>","taken_at":"…"}`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub(super) photos: Vec<Photo>,
    /// To which account, at `reassign`; by default who signs first.
    pub(super) to: Option<String>,
}
