//! Why an act does not count, for people and for programs.

use std::fmt;

use yiping_model::Text;
use yiping_model::command::{Stage, Step};

use crate::incident::stage_names;
use crate::task::{TaskStage, step_names};

/// Why an act does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such incident, or it is long over.
    NoIncident,
    /// The incident has no such task.
    NoTask,
    /// Another task has this id.
    TaskExists,
    /// The actor saw an older version.
    Stale {
        /// What was seen.
        seen: u32,
        /// What it is.
        now: u32,
    },
    /// The act must say which version the actor saw.
    NeedsSeen,
    /// The incident does not move there, or not so.
    StageMove {
        /// Where it stands.
        from: Stage,
        /// Where to.
        to: Stage,
    },
    /// The task does not take that step there.
    TaskMove {
        /// Where it stands.
        stage: TaskStage,
        /// The step.
        step: Step,
    },
    /// The program says that before it is time, or a second time.
    NotDue,
    /// Only the program does that.
    OnlyAutomatic,
    /// Only a person does that.
    NobodyActs,
    /// The task is somebody else's.
    NotYours(String),
    /// The task is nobody's.
    NotAssigned,
    /// Who did it does not check it.
    NeedsAnotherPerson,
    /// Photographs are missing.
    NeedsEvidence {
        /// How many it takes.
        needed: u8,
        /// How many are fresh.
        fresh: u8,
    },
    /// Readings prove it, no person does.
    ProvenByReadings,
    /// A person proves it, no reading does.
    ProvenByPeople,
    /// A reason is missing.
    NeedsReason,
    /// A time is in the future, or before the task was there.
    WrongTime,
    /// Tasks are open: their numbers.
    OpenTasks(Vec<u32>),
    /// It was merged into another one.
    Merged,
    /// The other one cannot be joined: it is this one, or over, or joined already.
    NotJoinable,
    /// The other one is not joined to it.
    NotJoined,
    /// An origin belongs to another incident: its number.
    Taken(u32),
    /// No response runs.
    NoResponse,
    /// It is over.
    Over,
    /// The level is the same.
    SameLevel,
    /// The command is not offered to this person.
    NotOffered,
    /// Somebody else commands.
    NotCommander(String),
    /// It is at war.
    AtWar,
    /// The response has no such line or report.
    NoLine,
    /// Something that takes two waits already, proposed by this person.
    Pending(String),
    /// Nothing of this name waits for a second person.
    NoProposal,
    /// Whoever proposed it does not confirm it.
    NeedsSecondPerson,
    /// The time to confirm is over.
    TooLate,
    /// Somebody else proposed it.
    NotProposer(String),
    /// An order of this number came before, with other words.
    OrderDiffers,
    /// A field is not as it must be.
    Form(&'static str),
    /// There are too many.
    Full(&'static str, usize),
}

impl Refusal {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoIncident | Self::NoTask | Self::NoLine => "not_found",
            Self::Stale { .. } => "stale",
            Self::NeedsSeen => "needs_seen",
            Self::StageMove { .. } | Self::TaskMove { .. } => "illegal_move",
            Self::NotDue | Self::OnlyAutomatic | Self::NobodyActs => "not_a_persons_act",
            Self::NotYours(_) | Self::NotAssigned | Self::NotProposer(_) => "not_yours",
            Self::NeedsAnotherPerson | Self::NeedsSecondPerson => "needs_another_person",
            Self::Pending(_) => "pending",
            Self::NoProposal => "no_proposal",
            Self::TooLate => "too_late",
            Self::OrderDiffers => "order_differs",
            Self::NeedsEvidence { .. } => "needs_evidence",
            Self::ProvenByReadings | Self::ProvenByPeople => "other_proof",
            Self::NeedsReason => "needs_reason",
            Self::WrongTime => "wrong_time",
            Self::OpenTasks(_) => "open_tasks",
            Self::Merged => "merged",
            Self::NotJoinable | Self::NotJoined => "not_joinable",
            Self::Taken(_) | Self::TaskExists => "taken",
            Self::NoResponse => "no_response",
            Self::Over => "over",
            Self::AtWar => "at_war",
            Self::SameLevel => "same_level",
            Self::NotOffered | Self::NotCommander(_) => "not_commander",
            Self::Form(_) => "bad_form",
            Self::Full(..) => "full",
        }
    }

    /// The reason and what to do, in both languages.
    #[expect(clippy::too_many_lines, reason = "one sentence for each")]
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::StageMove { from, to } => {
                let ((from_zh, from_en), (to_zh, to_en)) = (stage_names(*from), stage_names(*to));
                (
                    format!("事件处于「{from_zh}」，不能这样进入「{to_zh}」"),
                    format!("the incident is {from_en}: it does not become {to_en} this way"),
                )
            }
            Self::TaskMove { stage, step } => {
                let ((stage_zh, stage_en), (step_zh, step_en)) = (stage.names(), step_names(*step));
                (
                    format!("任务处于「{stage_zh}」，不能「{step_zh}」"),
                    format!("the task is {stage_en}: it takes no step `{step_en}` there"),
                )
            }
            Self::Stale { seen, now } => (
                format!("您看到的是第 {seen} 版，现在已是第 {now} 版：请重新查看"),
                format!("you saw version {seen}, it is version {now} by now: look again"),
            ),
            Self::NotYours(owner) => (
                format!("任务已派给 {owner}：请先改派"),
                format!("the task is {owner}'s: have it reassigned first"),
            ),
            Self::NeedsEvidence { needed, fresh } => (
                format!("需要 {needed} 张开始处置后拍摄的照片，现有 {fresh} 张"),
                format!(
                    "it takes {needed} photographs made since the work began, there are {fresh}"
                ),
            ),
            Self::OpenTasks(numbers) => {
                let listed: Vec<String> = numbers.iter().map(u32::to_string).collect();
                let listed = listed.join(", ");
                (
                    format!("还有任务未关闭：{listed}。请核证关闭，或说明原因撤销"),
                    format!(
                        "tasks are open: {listed}. Close them by proof, or withdraw them with a reason"
                    ),
                )
            }
            Self::Taken(number) => (
                format!("该来源已属于事件 {number}"),
                format!("it belongs to incident {number} already"),
            ),
            Self::NotCommander(who) => (
                format!("指挥权在 {who}：请由其移交"),
                format!("{who} commands: the command is theirs to offer"),
            ),
            Self::Pending(who) => (
                format!("{who} 已提请一项双人操作：请先确认或等其撤回、过时"),
                format!(
                    "{who} proposed something that takes two: confirm it, or wait until it is taken back or over"
                ),
            ),
            Self::NotProposer(who) => (
                format!("由 {who} 提请：只能由其撤回"),
                format!("{who} proposed it: only they take it back"),
            ),
            Self::Form(what) => (
                format!("内容不符合要求：{what}"),
                format!("it is not as it must be: {what}"),
            ),
            Self::Full(what, max) => (
                format!("数量已达上限（{max}）：{what}"),
                format!("no more than {max}: {what}"),
            ),
            plain => {
                let (zh, en) = plain.plain();
                (zh.to_owned(), en.to_owned())
            }
        };
        Text { zh, en }
    }

    /// Those whose words never change.
    const fn plain(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoIncident => (
                "没有这个事件，或早已结束",
                "there is no such incident, or it is long over",
            ),
            Self::NoTask => ("该事件没有这个任务", "the incident has no such task"),
            Self::TaskExists => ("任务已存在", "there is such a task already"),
            Self::NeedsSeen => (
                "请注明所见版本（seen）",
                "say which version was seen (`seen`)",
            ),
            Self::NotDue => ("还未到时间", "it is not time for that"),
            Self::OnlyAutomatic => ("只能由系统自动执行", "only the program does that"),
            Self::NobodyActs => ("只能由人员执行", "only a person does that"),
            Self::NotAssigned => (
                "任务还没有派给任何人，无需拒绝",
                "the task is nobody's yet: there is nothing to refuse",
            ),
            Self::NeedsAnotherPerson => (
                "处置人员不能核证自己的任务：请由他人核证",
                "who did the task does not verify it: another person must",
            ),
            Self::OrderDiffers => (
                "同号工单内容不同：请用新编号",
                "an order of this number came before, with other words: use another number",
            ),
            Self::ProvenByReadings => (
                "该任务由监测读数核证；如传感器失效，请撤销并另派以照片核证的任务",
                "readings prove this task; where the sensor is dead, withdraw it and add one that photographs prove",
            ),
            Self::ProvenByPeople => (
                "该任务由人员核证",
                "a person proves this task, no reading does",
            ),
            Self::NeedsReason => ("请说明原因（note）", "say why (`note`)"),
            Self::WrongTime => (
                "时间晚于城市时钟，或早于派发时间",
                "a time is ahead of the city clock, or before the task was made",
            ),
            Self::Merged => (
                "事件已并入另一事件：请在该事件上操作，或先拆分",
                "the incident was merged into another: act on that one, or take it out first",
            ),
            Self::NotJoinable => (
                "不能合并：同一事件、已结束或已并入他处",
                "these cannot be merged: the same, over, or merged elsewhere already",
            ),
            Self::NotJoined => ("该事件未并入此事件", "it is not merged into this one"),
            Self::NoResponse => ("尚未启动响应", "no response was started"),
            Self::Over => ("事件已终止", "the incident is over"),
            Self::SameLevel => ("响应等级未变", "the level is the same"),
            Self::NotOffered => ("指挥权未移交给您", "the command was not offered to you"),
            Self::AtWar => (
                "事件处于战时：请先转平时",
                "the incident is at war: switch it to peace first",
            ),
            Self::NoLine => (
                "响应中没有这一项",
                "the response has no such line or report",
            ),
            _ => self.of_two(),
        }
    }

    /// The same, of what takes two people.
    const fn of_two(&self) -> (&'static str, &'static str) {
        match self {
            Self::NoProposal => (
                "没有等待第二人的这一项：已撤回、已办或从未提请",
                "nothing of this name waits for a second person: it was taken back, done, or never proposed",
            ),
            Self::NeedsSecondPerson => (
                "提请人不能自己确认：须由第二人",
                "who proposed it does not confirm it: it takes a second person",
            ),
            Self::TooLate => (
                "确认时限已过：请重新提请",
                "the time to confirm is over: propose it again",
            ),
            _ => ("", ""),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text().en)
    }
}

impl std::error::Error for Refusal {}
