//! Who may do what: one table of role × right × reach. The checks, `docs/RIGHTS.md` and the tests of every route are made from it.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What somebody is here for. The first eight are of people, the others of programs and screens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 观察员: watches.
    Viewer,
    /// 值班员: watches and acknowledges.
    DutyOfficer,
    /// 值班长: leads a shift.
    ShiftLeader,
    /// 指挥长: commands.
    Commander,
    /// 部门: owns data.
    Department,
    /// 现场人员: acts outside.
    Field,
    /// 管理员: manages accounts and tokens; decides nothing.
    Administrator,
    /// 审计员: reads all records; changes nothing.
    Auditor,
    /// 大屏: a screen that nobody signs in to.
    Wall,
    /// 数据源: a program that sends readings, and does nothing else.
    Source,
    /// 订阅程序: a program that listens.
    Listener,
}

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// See the live scene and what the city has: things, datastreams, open alarms.
    Watch,
    /// Ask about the past.
    History,
    /// Acknowledge an alarm.
    Acknowledge,
    /// Keep an alarm quiet for a while and bring it back, mark a false one, ask that a rule is out of service at a thing.
    Shelve,
    /// Approve that a rule is out of service at a thing, and bring it back.
    Approve,
    /// See how the doors do: sources, rejects.
    Figures,
    /// Hear the records of the log as they come, decisions among them.
    Records,
    /// Send readings and events.
    Send,
    /// See how often sources are asked to measure.
    Sampling,
    /// Read the program's own figures.
    Metrics,
    /// Make and change accounts and tokens.
    Accounts,
    /// Change the register of units, see the packs that are loaded, and check drafts of packs and plans.
    Registers,
    /// Try the channels by which people are told.
    Notices,
    /// See the units, and ask who can be somewhere soonest.
    Units,
    /// Say what a unit is busy with, check in, count its stock; who acts outside does so for the own unit only.
    Dispatch,
    /// Tell where units are; a person only where the own one is.
    Locate,
    /// Open incidents and look after them.
    Incidents,
    /// Start and change responses, hand over the command, verify and close tasks.
    Command,
    /// See tasks and do them.
    Tasks,
    /// See the photographs of tasks.
    Evidence,
    /// Be on duty: take, leave and hand over a seat, write the duty log.
    Duty,
    /// Begin a drill, end it, break it off.
    Drill,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Nowhere.
    None,
    /// In the areas and domains of who asks; everywhere for who has no such bounds.
    Own,
    /// Everywhere.
    All,
}

/// Every role, in the order of the table.
pub const ROLES: [Role; 11] = [
    Role::Viewer,
    Role::DutyOfficer,
    Role::ShiftLeader,
    Role::Commander,
    Role::Department,
    Role::Field,
    Role::Administrator,
    Role::Auditor,
    Role::Wall,
    Role::Source,
    Role::Listener,
];

const N: Reach = Reach::None;
const O: Reach = Reach::Own;
const A: Reach = Reach::All;

/// The table: how far each right reaches for each of [`ROLES`].
#[rustfmt::skip]
pub const TABLE: [(Right, [Reach; ROLES.len()]); 22] = [
    //                   viewer officer leader commander department field administrator auditor wall source listener
    (Right::Watch,       [A,    A,      A,     A,        A,         N,    A,            A,      A,   N,     A]),
    (Right::History,     [A,    A,      A,     A,        A,         N,    N,            A,      A,   N,     A]),
    (Right::Acknowledge, [N,    O,      O,     O,        N,         N,    N,            N,      N,   N,     N]),
    (Right::Shelve,      [N,    O,      O,     O,        N,         N,    N,            N,      N,   N,     N]),
    (Right::Approve,     [N,    N,      O,     O,        N,         N,    N,            N,      N,   N,     N]),
    (Right::Figures,     [N,    A,      A,     A,        A,         N,    A,            A,      A,   N,     A]),
    (Right::Records,     [N,    N,      A,     A,        N,         N,    N,            A,      N,   N,     A]),
    (Right::Send,        [N,    N,      N,     N,        N,         N,    N,            N,      N,   A,     N]),
    (Right::Sampling,    [A,    A,      A,     A,        A,         N,    A,            A,      A,   A,     A]),
    (Right::Metrics,     [N,    N,      N,     N,        N,         N,    A,            A,      N,   N,     A]),
    (Right::Accounts,    [N,    N,      N,     N,        N,         N,    O,            N,      N,   N,     N]),
    (Right::Registers,   [N,    N,      N,     N,        N,         N,    O,            N,      N,   N,     N]),
    (Right::Notices,     [N,    N,      A,     A,        N,         N,    A,            N,      N,   N,     N]),
    (Right::Units,       [N,    A,      A,     A,        N,         N,    N,            A,      N,   N,     N]),
    (Right::Dispatch,    [N,    O,      O,     O,        N,         O,    N,            N,      N,   N,     N]),
    (Right::Locate,      [N,    N,      N,     N,        N,         O,    N,            N,      N,   A,     N]),
    (Right::Incidents,   [N,    O,      O,     O,        N,         N,    N,            N,      N,   N,     N]),
    (Right::Command,     [N,    N,      O,     O,        N,         N,    N,            N,      N,   N,     N]),
    (Right::Tasks,       [N,    O,      O,     O,        O,         O,    N,            N,      N,   N,     N]),
    (Right::Evidence,    [N,    O,      O,     O,        O,         O,    N,            A,      N,   N,     N]),
    (Right::Duty,        [N,    O,      O,     O,        N,         N,    N,            N,      N,   N,     N]),
    (Right::Drill,       [N,    N,      N,     A,        N,         N,    A,            N,      N,   N,     N]),
];

impl Role {
    /// Whether a person can have it; programs and screens have the others, by a token.
    pub const fn is_of_people(self) -> bool {
        !matches!(self, Self::Wall | Self::Source | Self::Listener)
    }

    /// The name in the table, in requests and on the ledger.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::DutyOfficer => "duty_officer",
            Self::ShiftLeader => "shift_leader",
            Self::Commander => "commander",
            Self::Department => "department",
            Self::Field => "field",
            Self::Administrator => "administrator",
            Self::Auditor => "auditor",
            Self::Wall => "wall",
            Self::Source => "source",
            Self::Listener => "listener",
        }
    }

    /// The name on Chinese screens.
    pub const fn name_zh(self) -> &'static str {
        match self {
            Self::Viewer => "观察员",
            Self::DutyOfficer => "值班员",
            Self::ShiftLeader => "值班长",
            Self::Commander => "指挥长",
            Self::Department => "部门",
            Self::Field => "现场人员",
            Self::Administrator => "管理员",
            Self::Auditor => "审计员",
            Self::Wall => "大屏",
            Self::Source => "数据源",
            Self::Listener => "订阅程序",
        }
    }

    /// Roles that one account must not have, neither together nor one after the other: who manages accounts is not who checks it.
    pub const fn excludes(self, other: Self) -> bool {
        matches!(
            (self, other),
            (Self::Administrator, Self::Auditor) | (Self::Auditor, Self::Administrator)
        )
    }
}

impl fmt::Display for Role {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// A text that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no role `{0}`: see docs/RIGHTS.md")]
pub struct NoRole(String);

impl FromStr for Role {
    type Err = NoRole;

    fn from_str(text: &str) -> Result<Self, NoRole> {
        let found = ROLES.into_iter().find(|role| role.name() == text);
        found.ok_or_else(|| NoRole(text.chars().take(32).collect()))
    }
}

impl Right {
    /// The name in the table and in answers.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Watch => "watch",
            Self::History => "history",
            Self::Acknowledge => "acknowledge",
            Self::Shelve => "shelve",
            Self::Approve => "approve",
            Self::Figures => "figures",
            Self::Records => "records",
            Self::Send => "send",
            Self::Sampling => "sampling",
            Self::Metrics => "metrics",
            Self::Accounts => "accounts",
            Self::Registers => "registers",
            Self::Notices => "notices",
            Self::Units => "units",
            Self::Dispatch => "dispatch",
            Self::Locate => "locate",
            Self::Incidents => "incidents",
            Self::Command => "command",
            Self::Tasks => "tasks",
            Self::Evidence => "evidence",
            Self::Duty => "duty",
            Self::Drill => "drill",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

/// How far this right reaches for this role.
pub fn reach(role: Role, right: Right) -> Reach {
    let column = ROLES.iter().position(|other| *other == role);
    let row = TABLE.iter().find(|(other, _)| *other == right);
    match (row, column) {
        (Some((_, reaches)), Some(column)) => reaches[column],
        _ => Reach::None,
    }
}

/// The table as a page of text, for `docs/RIGHTS.md`.
pub fn as_markdown() -> String {
    let mut text = String::from("| |");
    for role in ROLES {
        write!(text, " {role} {} |", role.name_zh()).expect("text takes all");
    }
    text.push_str("\n|---|");
    text.push_str(&"---|".repeat(ROLES.len()));
    text.push('\n');
    for (right, reaches) in TABLE {
        write!(text, "| {right} |").expect("text takes all");
        for reach in reaches {
            text.push_str(match reach {
                Reach::None => " |",
                Reach::Own => " own |",
                Reach::All => " all |",
            });
        }
        text.push('\n');
    }
    text
}

/// Where somebody may act: nothing named is no bound.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scope {
    /// Codes of areas, GB/T 2260: a code covers all that begin with it, so `33` is a province, `3308` a city, `330802` a county, and nine
    /// digits are a township.
    pub areas: Vec<String>,
    /// Domains, by the name of their pack: what a department answers for.
    pub domains: Vec<String>,
}

impl Scope {
    /// Whether it has no bounds.
    pub fn is_everything(&self) -> bool {
        self.areas.is_empty() && self.domains.is_empty()
    }

    /// Whether a place of this area and domain lies within it. What has no area lies in no area that is named.
    pub fn covers(&self, area: Option<&str>, domain: Option<&str>) -> bool {
        let within = |bounds: &[String], place: Option<&str>, covers: fn(&str, &str) -> bool| {
            bounds.is_empty()
                || place.is_some_and(|place| bounds.iter().any(|bound| covers(bound, place)))
        };
        within(&self.areas, area, |bound, place| place.starts_with(bound))
            && within(&self.domains, domain, |bound, place| bound == place)
    }

    /// Whether all of the other lies within it.
    pub fn covers_scope(&self, other: &Self) -> bool {
        let within = |mine: &[String], theirs: &[String], covers: fn(&str, &str) -> bool| {
            mine.is_empty()
                || (!theirs.is_empty()
                    && theirs
                        .iter()
                        .all(|place| mine.iter().any(|bound| covers(bound, place))))
        };
        within(&self.areas, &other.areas, |bound, place| {
            place.starts_with(bound)
        }) && within(&self.domains, &other.domains, |bound, place| bound == place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_and_role_stands_once_in_the_table() {
        for (place, (right, _)) in TABLE.iter().enumerate() {
            let first = TABLE.iter().position(|(other, _)| other == right);
            assert_eq!(first, Some(place), "{right}");
        }
        for (place, role) in ROLES.iter().enumerate() {
            assert_eq!(ROLES.iter().position(|other| other == role), Some(place));
            assert_eq!(role.name().parse(), Ok(*role));
        }
        assert!("emperor".parse::<Role>().is_err());
    }

    /// The page holds the table as it is; `BLESS=1` writes it there.
    #[test]
    fn the_page_shows_the_table() {
        let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/RIGHTS.md");
        let text = std::fs::read_to_string(&page).expect("docs/RIGHTS.md");
        let (before, rest) = text.split_once("<!-- table -->\n").expect("its place");
        let (table, after) = rest.split_once("<!-- end of table -->").expect("its end");
        if std::env::var_os("BLESS").is_some() {
            let all = format!(
                "{before}<!-- table -->\n{}<!-- end of table -->{after}",
                as_markdown()
            );
            std::fs::write(&page, all).expect("docs/RIGHTS.md");
        } else {
            assert_eq!(table, as_markdown(), "run `make bless`");
        }
    }

    #[test]
    fn who_manages_accounts_decides_nothing_and_who_audits_changes_nothing() {
        for right in [
            Right::Acknowledge,
            Right::Send,
            Right::Dispatch,
            Right::Locate,
            Right::Incidents,
            Right::Command,
            Right::Tasks,
        ] {
            assert_eq!(reach(Role::Administrator, right), Reach::None);
            assert_eq!(reach(Role::Auditor, right), Reach::None);
        }
        assert_eq!(reach(Role::Auditor, Right::Accounts), Reach::None);
        assert_eq!(reach(Role::Auditor, Right::Registers), Reach::None);
        assert!(Role::Auditor.excludes(Role::Administrator));
        assert!(Role::Administrator.excludes(Role::Auditor));
        assert!(!Role::Auditor.excludes(Role::Auditor));
    }

    fn scope(areas: &[&str], domains: &[&str]) -> Scope {
        let owned = |list: &[&str]| list.iter().map(|&text| text.to_owned()).collect();
        Scope {
            areas: owned(areas),
            domains: owned(domains),
        }
    }

    #[test]
    fn a_scope_covers_what_lies_below_it() {
        let city = scope(&["3308"], &[]);
        assert!(city.covers(Some("330802"), Some("air")));
        assert!(!city.covers(Some("330702"), Some("air")));
        assert!(!city.covers(None, Some("air")));
        let water = scope(&["330802", "330803"], &["water"]);
        assert!(water.covers(Some("330803001"), Some("water")));
        assert!(!water.covers(Some("330803"), Some("air")));
        assert!(Scope::default().covers(None, None));
    }

    #[test]
    fn a_scope_covers_no_wider_one() {
        let (all, city, county) = (
            scope(&[], &[]),
            scope(&["3308"], &[]),
            scope(&["330802"], &[]),
        );
        for (wide, narrow) in [(&all, &city), (&city, &county), (&all, &county)] {
            assert!(wide.covers_scope(narrow) && !narrow.covers_scope(wide));
            assert!(wide.covers_scope(wide));
        }
        assert!(!county.covers_scope(&scope(&["330802", "330803"], &[])));
        assert!(!scope(&["3308"], &["air"]).covers_scope(&county));
        assert!(city.covers_scope(&scope(&["330802"], &["air"])));
    }
}
