//! Acts on incidents and tasks (事件、任务): the body of a record of kind 9.
//!
//! An act says everything that follows from it: a response that is started carries its tasks with their deadlines as times, so that the log means the
//! same for ever, whatever plans and calendars say later. What incidents and tasks are is a fold of these acts (`yiping-desk`), which also
//! says of each whether it counts: of two that exclude each other the first one in the log does.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use crate::alarm::Level;
use crate::catalogue::Text;
use crate::id::{AlarmId, DatastreamId, EventKey, EventKind, IncidentId, TaskId, ThingId};
use crate::time::Timestamp;

mod hazard;
mod hotline;
mod paired;
mod task;
mod war;

pub use hazard::{HAZARD_LINES_MAX, HazardForm, WindForm};
pub use hotline::HotlineOrder;
pub use paired::{PAIR_SECS, PairConfirm, PairProposal, PairRecall, Paired, Warning};
pub use task::{Photo, Proof, Proven, ReadingProof, Sent, Step, TaskAct, TaskForm};
pub use war::{
    DEFERRED_LISTED_MAX, DeferredAlarm, DeferredForm, EstimateForm, PeaceForm, Sampling, Threshold,
    WarForm,
};

/// One act on one incident. When it happened is the record's `received_at`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The account of who acted; `None` when the program did, by its rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// The seat that acted; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub seat: String,
    /// Names the act: an act that comes again under its key changes nothing. At most [`KEY_CHARS_MAX`] characters.
    pub key: SmolStr,
    /// The incident. An act that is about none ([`CommandAct::is_of_no_incident`]) has an id here that no incident has.
    pub incident: IncidentId,
    /// The version of the incident, or of the task, that the actor saw; when it is another one by now, the act does not count.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<u32>,
    /// What was done.
    #[serde(flatten)]
    pub act: CommandAct,
}

/// Characters of a key.
pub const KEY_CHARS_MAX: usize = 64;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum CommandAct {
    /// 接报: an incident was opened.
    Open(Box<IncidentForm>),
    /// What is known of it changed.
    Amend(Box<Amendment>),
    /// It moved to another stage.
    Move(Box<Move>),
    /// 启动响应: a response was started, with all that it creates.
    Respond(Box<Response>),
    /// 响应调整: the level changed, and with it what is to be done.
    Adjust(Box<Adjustment>),
    /// Another incident turned out to be this one.
    Merge(Joined),
    /// It turned out not to be.
    Unmerge(Joined),
    /// Alarms, detections or orders turned out to belong to it.
    Attach(Attached),
    /// Somebody said that these do not belong to it: they are not proposed again.
    Dismiss(Attached),
    /// Who commands offers the command to somebody else.
    OfferCommand(Offer),
    /// 指挥权移交: the command was taken over.
    TakeCommand(Note),
    /// A task was added by hand.
    AddTask(Box<TaskForm>),
    /// A step of a task.
    Task(Box<TaskAct>),
    /// A line of the response was ticked, or unticked.
    Tick(Tick),
    /// A report (初报, 续报, 终报) was given.
    Report(Reported),
    /// A report is overdue, said by the program.
    ReportOverdue(ReportName),
    /// 复盘: something was learnt from it.
    Lesson(Note),
    /// The first of two people proposes what takes two.
    Propose(Box<PairProposal>),
    /// The second one confirms it: only then it happens.
    Confirm(Box<PairConfirm>),
    /// The first one takes it back.
    Recall(PairRecall),
    /// An order of a hotline came in; it is about no incident yet.
    Receive(Box<HotlineOrder>),
    /// Somebody said that these are no incident together, and why; it is about none.
    SetAside(Attached),
    /// 转战时: scene, quiet, routes and thresholds change together.
    ToWar(Box<WarForm>),
    /// 转平时: they are again as they were.
    ToPeace(PeaceForm),
    /// What leaks is estimated anew.
    Estimate(EstimateForm),
    /// What waited meanwhile, said by the program.
    Deferred(Box<DeferredForm>),
}

/// The four classes of emergencies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentClass {
    /// 自然灾害
    Natural,
    /// 事故灾难
    Accident,
    /// 公共卫生事件
    Health,
    /// 社会安全事件
    Security,
}

/// Defines a level from 1 to 4, written as its number.
macro_rules! level {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "u8", into = "u8")]
        pub struct $name(u8);

        impl $name {
            /// All of them, the gravest first.
            pub const ALL: [Self; 4] = [Self(1), Self(2), Self(3), Self(4)];

            /// Its number, 1 to 4.
            pub const fn number(self) -> u8 {
                self.0
            }

            /// Its Roman numeral.
            pub const fn roman(self) -> &'static str {
                match self.0 {
                    1 => "Ⅰ",
                    2 => "Ⅱ",
                    3 => "Ⅲ",
                    _ => "Ⅳ",
                }
            }
        }

        impl TryFrom<u8> for $name {
            type Error = String;
            fn try_from(number: u8) -> Result<Self, String> {
                match number {
                    1..=4 => Ok(Self(number)),
                    other => Err(format!(concat!($what, " {} is not 1 to 4, 1 being the gravest"), other)),
                }
            }
        }

        impl From<$name> for u8 {
            fn from(level: $name) -> Self {
                level.0
            }
        }
    };
}

level!(
    /// How grave the event is: 1 特别重大, 2 重大, 3 较大, 4 一般. Neither the colour of a warning nor the level of a response.
    EventLevel,
    "event level"
);
level!(
    /// How much is set in motion: Ⅰ to Ⅳ, as the plan says.
    ResponseLevel,
    "response level"
);

/// Where an incident stands. The moves are a table in `yiping-desk`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// 接报
    Reported,
    /// 研判
    Assessing,
    /// 启动响应
    Responding,
    /// 处置
    Handling,
    /// 响应调整
    Adjusting,
    /// 终止
    Ended,
    /// 评估
    Evaluated,
}

/// What an incident comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Origin {
    /// An alarm.
    Alarm {
        /// Its id.
        alarm: AlarmId,
        /// The datastream that it speaks of.
        subject: DatastreamId,
    },
    /// A detection of a camera, or another event at a thing.
    Detection {
        /// The thing.
        thing: ThingId,
        /// What happened.
        kind: EventKind,
        /// The matter to which it belongs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<EventKey>,
        /// When.
        at: Timestamp,
    },
    /// An order of a hotline.
    Order {
        /// Its number there.
        order: SmolStr,
        /// What the caller said.
        text: String,
    },
}

/// Where something is: WGS-84 (CGCS2000).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Longitude, degrees east.
    pub lon: f64,
    /// Latitude, degrees north.
    pub lat: f64,
    /// What people call it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
}

/// What is known of an incident when it is opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentForm {
    /// What it is, in a line.
    pub title: String,
    /// Its class.
    pub class: IncidentClass,
    /// How grave it is, as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_level: Option<EventLevel>,
    /// The colour of the warning, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Level>,
    /// What it comes from; empty for one by hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub origins: Vec<Origin>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The code of the area, GB/T 2260.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<String>,
    /// The domain: the name of a pack.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub domain: Option<String>,
    /// Who and what is affected: schools, villages, water intakes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub affected: Vec<String>,
    /// What else is to be remembered.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What changed of what is known; `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Amendment {
    /// What it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Its class.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<IncidentClass>,
    /// How grave it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_level: Option<EventLevel>,
    /// The colour of the warning.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning: Option<Level>,
    /// Where.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who and what is affected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affected: Option<Vec<String>>,
    /// Where nobody may go, and what is to be heeded there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hazard: Option<HazardForm>,
    /// Why.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A move to another stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Move {
    /// Where to.
    pub to: Stage,
    /// Why; the evaluation itself at the last move.
    pub note: String,
    /// The reports that are due from then on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reports: Vec<ReportForm>,
}

/// A response as it is started.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Response {
    /// The plan (预案).
    pub plan: SmolStr,
    /// The pack that holds it.
    pub pack: SmolStr,
    /// The first 12 hex digits of SHA-256 of the plan as the pack writes it.
    pub digest: SmolStr,
    /// What it is called.
    pub title: Text,
    /// The level.
    pub level: ResponseLevel,
    /// Why.
    pub note: String,
    /// Who leads what.
    pub roles: Vec<RoleForm>,
    /// What is to be done.
    pub tasks: Vec<TaskForm>,
    /// What is to be reported upwards.
    pub reports: Vec<ReportForm>,
    /// What is to be checked, fetched and told.
    pub items: Vec<ItemForm>,
}

/// How a response changes with its level.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adjustment {
    /// The level so far.
    pub from: ResponseLevel,
    /// The level from then on.
    pub to: ResponseLevel,
    /// Why.
    pub note: String,
    /// Tasks that come with it.
    pub added: Vec<TaskForm>,
    /// Tasks that go.
    pub withdrawn: Vec<TaskId>,
    /// Tasks that stay.
    pub kept: Vec<TaskId>,
    /// Reports that come.
    pub reports_added: Vec<ReportForm>,
    /// Reports that go.
    pub reports_withdrawn: Vec<SmolStr>,
    /// Lines that come.
    pub items_added: Vec<ItemForm>,
    /// Lines that go.
    pub items_withdrawn: Vec<SmolStr>,
    /// Roles that come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles_added: Vec<RoleForm>,
}

/// A role of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleForm {
    /// Its name in the plan.
    pub role: SmolStr,
    /// What it is called.
    pub title: Text,
    /// The account that has it; `None` until somebody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// Which report it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportStep {
    /// 初报
    First,
    /// 续报
    Followup,
    /// 终报
    Final,
}

/// A report that is to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportForm {
    /// Its name in the plan.
    pub report: SmolStr,
    /// Which it is.
    pub step: ReportStep,
    /// What it is called, to whom and how.
    pub title: Text,
    /// Until when; `None` where the plan says no time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// Again so many seconds after each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every_secs: Option<u32>,
}

/// What a line of a response is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// Something to check.
    Check,
    /// Something to fetch: a resource.
    Resource,
    /// Somebody to tell.
    Notice,
}

/// A line of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemForm {
    /// Its name in the plan.
    pub item: SmolStr,
    /// What it is.
    pub kind: ItemKind,
    /// What is to be checked, fetched or told.
    pub title: Text,
}

/// Another incident, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    /// The other one.
    pub other: IncidentId,
    /// Why.
    pub note: String,
}

/// What is joined to an incident, or is not, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attached {
    /// Alarms, detections, orders.
    pub origins: Vec<Origin>,
    /// Why.
    pub note: String,
}

/// The command, offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The account to which.
    pub to: String,
    /// Why.
    pub note: String,
}

/// What was written with an act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The text; may be empty.
    pub note: String,
}

/// A line ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Its name.
    pub item: SmolStr,
    /// Whether it is done.
    pub done: bool,
    /// What was written; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// A report given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reported {
    /// Its name.
    pub report: SmolStr,
    /// To whom, how, and what: the text itself or where it is.
    pub note: String,
}

/// The name of a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportName {
    /// The name.
    pub report: SmolStr,
}

impl CommandAct {
    /// Whether only the program does it.
    pub fn is_automatic(&self) -> bool {
        match self {
            Self::ReportOverdue(_) | Self::Deferred(_) => true,
            Self::Task(task) => task.step.is_automatic(),
            _ => false,
        }
    }

    /// Whether it is about no incident.
    pub const fn is_of_no_incident(&self) -> bool {
        matches!(self, Self::Receive(_) | Self::SetAside(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::Class;
    use crate::record::{Body, Kind};

    fn command(act: CommandAct) -> Command {
        Command {
            person: Some("zhang".into()),
            seat: "1".into(),
            key: "k".into(),
            incident: IncidentId::of(&["a"]),
            seen: Some(3),
            act,
        }
    }

    fn survives(act: CommandAct) {
        let body = Body::Command(command(act));
        let mut bytes = Vec::new();
        body.encode(&mut bytes).expect("encodes");
        assert_eq!(Body::decode(Kind::Command, &bytes).expect("decodes"), body);
        assert_eq!(
            Class::of(Kind::Command, &bytes).expect("known"),
            body.class()
        );
        assert_eq!(body.class(), Class::Decision, "never dropped");
    }

    fn task() -> TaskForm {
        TaskForm {
            task: TaskId::of(&["t"]),
            template: Some("close-valve".into()),
            title: Text {
                zh: "关阀".into(),
                en: "Close the valve".into(),
            },
            role: "rescue".into(),
            assignee: None,
            sign_by: Some(Timestamp::from_secs(60)),
            done_by: None,
            remind_after_secs: 60,
            supervise_after_secs: 120,
            units: Vec::new(),
            note: String::new(),
            proof: Proof::Reading(ReadingProof {
                datastream: DatastreamId::parse("gas-1:cl2").expect("valid"),
                at_most: Some(0.5),
                at_least: None,
                for_secs: 600,
                gap_secs: 60,
            }),
        }
    }

    fn war() -> WarForm {
        WarForm {
            note: "下风向有学校".into(),
            by_rank: false,
            walls: vec!["wall-1".into()],
            quiet: Some(Level::Yellow),
            thresholds: vec![Threshold {
                property: DatastreamId::parse("gas-1:cl2").expect("valid").property,
                value: 2.0,
                mg_m3: Some(5.8),
                title: Text {
                    zh: "撤离".into(),
                    en: "Evacuate".into(),
                },
                decides: true,
            }],
            sampling: vec![Sampling {
                property: DatastreamId::parse("gas-1:cl2").expect("valid").property,
                every_secs: 1,
            }],
        }
    }

    #[test]
    fn acts_survive_their_bytes() {
        survives(CommandAct::Open(Box::new(IncidentForm {
            title: "氯气泄漏".into(),
            class: IncidentClass::Accident,
            event_level: EventLevel::try_from(3).ok(),
            warning: Some(Level::Red),
            origins: vec![Origin::Order {
                order: "12345-1".into(),
                text: "刺鼻".into(),
            }],
            place: Some(Place {
                lon: 118.9,
                lat: 28.9,
                name: String::new(),
            }),
            area: Some("330802".into()),
            domain: None,
            affected: vec!["学校".into()],
            note: String::new(),
        })));
        survives(CommandAct::AddTask(Box::new(task())));
        survives(CommandAct::Task(Box::new(TaskAct {
            task: TaskId::of(&["t"]),
            step: Step::Prove,
            done_at: None,
            place: None,
            note: String::new(),
            photos: Vec::new(),
            to: None,
            units: Vec::new(),
            reading: Some(Proven {
                from: Timestamp::from_secs(1),
                to: Timestamp::from_secs(2),
                value: 0.1,
            }),
        })));
        survives(CommandAct::TakeCommand(Note {
            note: String::new(),
        }));
        survives(CommandAct::ToWar(Box::new(war())));
        survives(CommandAct::ToWar(Box::default()));
        survives(CommandAct::Estimate(EstimateForm {
            grams_a_sec: 500.0,
            wind_from: 45.0,
            wind_ms: 3.4,
            stability: 'D',
            note: String::new(),
        }));
        survives(CommandAct::ToPeace(PeaceForm {
            note: "泄漏已止".into(),
            by_rank: true,
        }));
        survives(CommandAct::Deferred(Box::new(DeferredForm {
            since: Timestamp::from_secs(1),
            until: Timestamp::from_secs(2),
            count: 1,
            open: 1,
            alarms: vec![DeferredAlarm {
                alarm: AlarmId::parse("00000000000000000000000000000001").expect("valid"),
                subject: DatastreamId::parse("rain-1:rain_1h").expect("valid"),
                level: Level::Blue,
                at: Timestamp::from_secs(1),
                open: true,
            }],
            asleep: Vec::new(),
        })));
    }

    #[test]
    fn what_takes_two_and_what_a_hotline_says_survives() {
        survives(CommandAct::Propose(Box::new(PairProposal {
            what: Paired::Warn(Warning {
                level: Level::Orange,
                reach: "湖东村".into(),
                text: "关窗".into(),
                ways: String::new(),
                note: "n".into(),
            }),
        })));
        survives(CommandAct::Propose(Box::new(PairProposal {
            what: Paired::HandOver(Offer {
                to: "li".into(),
                note: "n".into(),
            }),
        })));
        survives(CommandAct::Confirm(Box::new(PairConfirm {
            proposal: "k".into(),
            what: Paired::HandOver(Offer {
                to: "li".into(),
                note: "n".into(),
            }),
            note: String::new(),
        })));
        survives(CommandAct::Recall(PairRecall {
            proposal: "k".into(),
            note: String::new(),
        }));
        survives(CommandAct::Receive(Box::new(HotlineOrder {
            order: "12345-1".into(),
            at: Timestamp::from_secs(1),
            text: "刺鼻".into(),
            category: "环保".into(),
            domain: Some("air".into()),
            place: Place {
                lon: 118.9,
                lat: 28.9,
                name: String::new(),
            },
            area: None,
        })));
        survives(CommandAct::SetAside(Attached {
            origins: Vec::new(),
            note: "n".into(),
        }));
        let sent = Sent {
            unit: crate::id::UnitId::new("fire-1").expect("valid"),
            advised: false,
            eta_secs: Some(120),
        };
        survives(CommandAct::AddTask(Box::new(TaskForm {
            units: vec![sent],
            note: "n".into(),
            ..task()
        })));
    }

    #[test]
    fn the_bytes_of_an_act_are_frozen() {
        let body = Body::Command(command(CommandAct::Task(Box::new(TaskAct {
            task: TaskId::of(&["t"]),
            step: Step::SetOut,
            done_at: Some(Timestamp::from_secs(0)),
            place: None,
            note: "x".into(),
            photos: Vec::new(),
            to: None,
            units: Vec::new(),
            reading: None,
        }))));
        let mut bytes = Vec::new();
        body.encode(&mut bytes).expect("encodes");
        let (incident, task) = (IncidentId::of(&["a"]), TaskId::of(&["t"]));
        assert_eq!(
            String::from_utf8(bytes).expect("JSON"),
            format!(
                r#"{{"person":"zhang","seat":"1","key":"k","incident":"{incident}","seen":3,"act":"task","task":"{task}","step":"set_out","done_at":"1970-01-01T00:00:00Z","note":"x"}}"#
            )
        );
    }

    #[test]
    fn a_level_is_one_to_four() {
        assert!(EventLevel::try_from(0).is_err());
        assert!(ResponseLevel::try_from(5).is_err());
        let romans = ResponseLevel::ALL.map(ResponseLevel::roman);
        assert_eq!(romans, ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"]);
    }
}
