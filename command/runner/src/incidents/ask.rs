//! What requests say.

use std::collections::BTreeMap;

use serde::Deserialize;
use utoipa::ToSchema;
use yiping_model::command::{
    EventLevel, HazardForm, IncidentClass, Origin, Photo, Place, Proof, ResponseLevel, Sent, Stage,
    Step,
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
        /// Where nobody may go, what is to be heeded there, the way in: `{"cells":["8941aca4d4bffff"],"label":"2 ppm","isolate_metres":300,"wind":{"from_degrees":225,"speed_ms":1.9},"approach":[[118.9,28.9]],"lines":["只从上风侧进出"]}`; one that says nothing lifts it.
        #[schema(value_type = Option<Object>)]
        hazard: Option<HazardForm>,
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
    /// Something was learnt from it: a line of its after-action report.
    Lesson {
        /// What.
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
    /// What takes two people is proposed: it happens when somebody else confirms it within a minute.
    Propose {
        /// What.
        what: TwoAsked,
    },
    /// The second one of two confirms.
    Confirm {
        /// The key under which it was proposed.
        proposal: String,
        /// What is to be remembered.
        #[serde(default)]
        note: String,
    },
    /// The first one takes it back.
    Recall {
        /// The key under which it was proposed.
        proposal: String,
        /// Why.
        #[serde(default)]
        note: String,
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
    /// The command is taken where nobody has it.
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
        /// The units that are sent: `{"unit":"fire-1","advised":true,"eta_secs":120}`.
        #[serde(default)]
        #[schema(value_type = Vec<Object>)]
        units: Vec<Sent>,
        /// Why so; needed where a unit was not advised.
        #[serde(default)]
        note: String,
        /// Seconds until it must be signed.
        sign_within_secs: Option<u32>,
        /// Seconds until it must be done.
        done_within_secs: Option<u32>,
        /// What proves it: `{"by":"evidence","photos":1}`, or `{"by":"reading","datastream":"gas-1:cl2","at_most":0.4,"for_secs":600,"gap_secs":60}`.
        #[schema(value_type = Object)]
        proof: Proof,
    },
}

/// What takes two people.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum TwoAsked {
    /// 响应升级、降级.
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
    /// 指挥权移交: who gets it confirms.
    HandOver {
        /// To which account.
        to: String,
        /// Why.
        note: String,
    },
    /// 发布预警.
    Warn {
        /// Its colour, 1 red to 4 blue.
        #[schema(value_type = u8)]
        level: Level,
        /// For whom.
        reach: String,
        /// What they are told.
        text: String,
        /// By which ways.
        #[serde(default)]
        ways: String,
        /// Why.
        note: String,
    },
}

/// What came in is no incident together.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AsideRequest {
    /// Names the act.
    pub(super) key: String,
    /// Alarms, detections, orders.
    #[schema(value_type = Vec<Object>)]
    pub(super) origins: Vec<Origin>,
    /// Why.
    pub(super) note: String,
}

/// A step of a task.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StepRequest {
    /// Names the act: a phone that sends its queue again changes nothing.
    pub(super) key: String,
    /// The version of the task that was seen; a phone that was offline leaves it out.
    pub(super) seen: Option<u32>,
    /// For who does it `sign`, `refuse`, `set_out`, `arrive`, `begin`, `finish`, in between `tell` and `call_help`; for who commands `reassign`, `verify`, `send_back`, `close`, `withdraw`, `hear_call`.
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
    /// The units that are sent, at `reassign`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub(super) units: Vec<Sent>,
}
