//! Why an act is not carried out.

use yiping_desk::command::Refusal;
use yiping_desk::plan::Unplanned;
use yiping_log::LogError;
use yiping_model::{Position, Text};

use crate::evidence::EvidenceError;

/// Why an act is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// It does not count.
    #[error("{0}")]
    Refused(#[from] Refusal),
    /// The plan does not fit.
    #[error("{}", .0.text().en)]
    Unplanned(Unplanned),
    /// No pack has such a plan.
    #[error("there is no plan `{0}`: see /api/v1/plans")]
    NoPlan(String),
    /// It lies outside the areas and domains of who acts.
    #[error("it lies outside your areas and domains")]
    OutOfReach,
    /// The request cannot be read.
    #[error("{0}")]
    Request(String),
    /// The request exceeds the limit.
    #[error("body exceeds the limit of {0} bytes")]
    TooLarge(usize),
    /// A photograph is not kept.
    #[error("{0}")]
    Evidence(#[from] EvidenceError),
    /// A photograph is not here.
    #[error("the photograph {0} is not here: send it first, /api/v1/evidence")]
    NoEvidence(String),
    /// There is no photograph to show.
    #[error("there is no such photograph, or no task that you may see names it")]
    NothingToShow,
    /// The log cannot take it.
    #[error("the log cannot take it")]
    Log(#[from] LogError),
    /// The log is not yet read up to where it stood at the start.
    #[error("the log is still being read: ask again in a moment")]
    NotYetRead,
    /// It is kept, and not yet shown.
    #[error(
        "it is kept as record {0}, but not shown yet: look again before repeating it under another key"
    )]
    Behind(Position),
}

impl ActError {
    /// A stable name, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Unplanned(_) => "does_not_fit",
            Self::NoPlan(_) | Self::NothingToShow => "not_found",
            Self::OutOfReach => "not_allowed",
            Self::Request(_) => "bad_body",
            Self::TooLarge(_) => "too_large",
            Self::Evidence(error) => error.code(),
            Self::NoEvidence(_) => "no_evidence",
            Self::Log(_) | Self::Behind(_) | Self::NotYetRead => "unavailable",
        }
    }

    /// The sentence, in both languages.
    pub fn text(&self) -> Text {
        let zh = match self {
            Self::Refused(refusal) => return refusal.text(),
            Self::Unplanned(unplanned) => return unplanned.text(),
            Self::NoPlan(plan) => format!("没有预案「{plan}」"),
            Self::OutOfReach => "不在您的区域或领域范围内".to_owned(),
            Self::Request(why) => format!("请求内容无法读取：{why}"),
            Self::TooLarge(max) => format!("请求超过 {max} 字节"),
            Self::Evidence(error) => error.zh(),
            Self::NothingToShow => "没有这张照片，或无权查看".to_owned(),
            Self::NoEvidence(_) => "照片不在这里：请先上传照片".to_owned(),
            Self::Log(_) => "日志暂时无法写入，请稍后重试".to_owned(),
            Self::NotYetRead => "日志尚在读取，请稍后再问".to_owned(),
            Self::Behind(position) => {
                format!("已记录（第 {position} 条），尚未显示：请先查看，勿用新编号重复提交")
            }
        };
        Text {
            zh,
            en: self.to_string(),
        }
    }
}
