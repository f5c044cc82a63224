//! A response (响应) by a plan: its roles, its tasks, the reports that are due and the lines that are to be ticked.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::{ResponseLevel, TaskForm};
use crate::catalogue::Text;
use crate::id::TaskId;
use crate::time::Timestamp;

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
