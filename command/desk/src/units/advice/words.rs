//! Why a unit was not chosen, in two languages.

use yiping_model::{Text, Timestamp, Zone};

use super::Why;

const MICROS_A_MINUTE: i64 = 60_000_000;
const MINUTES_A_DAY: i64 = 1_440;

impl Why {
    /// In words; times of day in this zone.
    pub fn text(&self, zone: &Zone) -> Text {
        let (zh, en) = match self {
            Self::Busy { status, until } => {
                let clock = until.map(|until| clock(zone, until));
                let (zh, en) = match clock {
                    Some(clock) => (
                        format!("，预计 {clock} 空闲"),
                        format!(", free about {clock}"),
                    ),
                    None => (String::new(), String::new()),
                };
                let name = status.name().replace('_', " ");
                (
                    format!("任务中（{}）{zh}", status.name_zh()),
                    format!("busy ({name}){en}"),
                )
            }
            Self::OutOfService => ("停用".into(), "out of service".into()),
            Self::LacksSkill { skills } => (
                format!("缺少能力：{}", skills.join("、")),
                format!("cannot do {}", skills.join(", ")),
            ),
            Self::LostPosition { age_secs } => {
                let minutes = age_secs / 60;
                (
                    format!("位置失联 {minutes} 分钟"),
                    format!("not heard of for {minutes} min"),
                )
            }
            Self::OffShift => ("不在班".into(), "off shift".into()),
            Self::CutOff { round_secs: None } => (
                "被危险区或封路隔断".into(),
                "behind the hazard or a closed road".into(),
            ),
            Self::CutOff {
                round_secs: Some(secs),
            } => {
                let minutes = secs.div_ceil(60);
                (
                    format!("须绕行危险区或封路，约 {minutes} 分钟"),
                    format!("behind the hazard or a closed road, {minutes} min round it"),
                )
            }
        };
        Text { zh, en }
    }
}

/// The time of day, hours and minutes.
fn clock(zone: &Zone, at: Timestamp) -> String {
    let local = at.as_micros().saturating_add(zone.offset_micros(at));
    let minute = local.div_euclid(MICROS_A_MINUTE).rem_euclid(MINUTES_A_DAY);
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use yiping_model::UnitStatus;

    use super::*;

    #[test]
    fn a_reason_says_what_belongs_to_it() {
        let zone = Zone::named("Asia/Shanghai").expect("a zone");
        let said = |why: Why| {
            let text = why.text(&zone);
            (text.zh, text.en)
        };
        let until = Some(Timestamp::parse("2026-03-01T04:10:30Z").expect("a time"));
        let status = UnitStatus::EnRoute;
        let expected = (
            "任务中（出动），预计 12:10 空闲",
            "busy (en route), free about 12:10",
        );
        let (zh, en) = said(Why::Busy { status, until });
        assert_eq!((zh.as_str(), en.as_str()), expected);
        assert_eq!(
            said(Why::LostPosition { age_secs: 901 }).0,
            "位置失联 15 分钟"
        );
        let round = Why::CutOff {
            round_secs: Some(61),
        };
        assert_eq!(
            said(round).1,
            "behind the hazard or a closed road, 2 min round it"
        );
    }
}
