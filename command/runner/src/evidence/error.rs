//! Why a photograph is not kept.

use yiping_desk::evidence::NoPhotograph;
use yiping_log::LogError;

/// Why a photograph is not kept.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// It is none.
    #[error(transparent)]
    NoPhotograph(#[from] NoPhotograph),
    /// There is no room.
    #[error(
        "the store of photographs is full ({0} bytes): whoever runs the program raises evidence.total_bytes_max"
    )]
    Full(u64),
    /// The log cannot take it.
    #[error("the log cannot take it")]
    Log(#[from] LogError),
    /// The disk cannot.
    #[error("the photograph cannot be kept or read: {0}")]
    Io(#[from] std::io::Error),
}

impl EvidenceError {
    /// A stable name, for programs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoPhotograph(_) => "no_photograph",
            Self::Full(_) => "evidence_full",
            Self::Log(_) | Self::Io(_) => "unavailable",
        }
    }

    /// The sentence in Chinese.
    pub(crate) fn zh(&self) -> String {
        match self {
            Self::NoPhotograph(NoPhotograph::Unknown) => "不是 JPEG、PNG 或 WebP 照片".to_owned(),
            Self::NoPhotograph(NoPhotograph::CutOff) => "照片不完整，请重新发送".to_owned(),
            Self::NoPhotograph(NoPhotograph::Broken(_)) => "照片已损坏，请重新拍摄".to_owned(),
            Self::NoPhotograph(NoPhotograph::Moving) => "不接受动图，请发送静态照片".to_owned(),
            Self::Full(max) => {
                format!("照片存储已满（{max} 字节），请联系系统运维扩大容量")
            }
            Self::Log(_) => "日志暂时无法写入，请稍后重试".to_owned(),
            Self::Io(_) => "照片暂时无法保存或读取，请稍后重试".to_owned(),
        }
    }
}
