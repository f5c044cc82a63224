#![doc = include_str!("../README.md")]

pub mod alarm;
pub mod catalogue;
pub mod class;
pub mod command;
mod compact;
pub mod decision;
pub mod drill;
pub mod duty;
pub mod event;
pub mod finding;
pub mod id;
pub mod notice;
pub mod reading;
pub mod recall;
pub mod record;
pub mod reject;
pub mod secret;
pub mod shelving;
pub mod time;
pub mod turn;
pub mod unit;

pub use alarm::{
    Alarm, AlarmBefore, AlarmBook, AlarmChange, AlarmEvent, AlarmState, Escalation, Level, Posture,
    RuleVersion,
};
pub use catalogue::{Area, Catalogue, EventType, PARENTS_MAX, Property, Text, Thing, WindowSpec};
pub use class::Class;
pub use command::{Command, CommandAct};
pub use decision::{Act, Decision, Means, Part, Seen};
pub use drill::{Drill, DrillForm, DrillStep, DrillTruth, Drilled};
pub use duty::{Changed, Duty, Escalated, Unshelved, Why};
pub use event::Event;
pub use finding::{
    DerivedBefore, DerivedResult, Finding, IndexBefore, IndexKind, IndexResult, Outcome, Quantile,
    Stage, SubIndex, WindowBefore, WindowResult,
};
pub use id::{
    AlarmId, DatastreamId, DrillId, EventKey, EventKind, IdError, IncidentId, NoticeId, PropertyId,
    RuleId, SourceId, TaskId, ThingId, UnitId, hex,
};
pub use notice::{AlarmTold, Message, Notice, NoticeCause, NoticeStep};
pub use reading::{Measured, Quality, Reading};
pub use recall::{Recall, RecallPoint};
pub use record::{Body, CodecError, Kind, Position, Record};
pub use reject::{Disposition, Reason, Reject};
pub use secret::Secret;
pub use shelving::{OutOfService, Point, Quiet, Shelf, Shelving};
pub use time::{TimeError, Timestamp, WindowLength, Zone, read_length, write_length};
pub use turn::Turn;
pub use unit::{Fix, Positions, UnitStatus};
