//! What belongs to no incident yet and is near each other: it may be one incident.

use std::collections::BTreeSet;
use std::time::Duration;

use h3o::CellIndex;
use yiping_model::Text;
use yiping_model::command::Origin;

use super::{Candidate, Near, POINTS_MIN, Proposal, Spot, What, sort_of};

/// What came longer than this before the newest is not put into groups any more.
const RECENT: Duration = Duration::from_hours(2);
/// Origins of one group.
const GROUP_MAX: usize = 50;

/// Adds the groups among what no incident has; what is proposed for an incident is in none. The first of a group is the earliest, and the others
/// are near to it. An order of a hotline makes a group alone.
pub(super) fn add(proposals: &mut Vec<Proposal>, mut alone: Vec<Spot<'_>>) {
    let taken: BTreeSet<&Origin> = proposals
        .iter()
        .filter_map(|proposal| match &proposal.candidate {
            Candidate::Origin(origin) => Some(origin),
            Candidate::Incident(_) | Candidate::Group(_) => None,
        })
        .collect();
    let Some(newest) = alone.iter().map(|spot| spot.at).max() else {
        return;
    };
    alone.retain(|spot| {
        spot.at + RECENT >= newest && origin_of(spot).is_some_and(|origin| !taken.contains(origin))
    });
    alone.sort_by(|one, other| (one.at, origin_of(one)).cmp(&(other.at, origin_of(other))));
    let mut by_cell: std::collections::BTreeMap<u64, Vec<usize>> =
        std::collections::BTreeMap::new();
    for (number, spot) in alone.iter().enumerate() {
        by_cell.entry(spot.cell.into()).or_default().push(number);
    }
    let mut used = vec![false; alone.len()];
    for first in 0..alone.len() {
        if used[first] {
            continue;
        }
        let cells: Vec<CellIndex> = alone[first].cell.grid_disk(super::RINGS_MAX);
        let near_by = cells
            .iter()
            .filter_map(|cell| by_cell.get(&u64::from(*cell)))
            .flatten();
        let mut others: Vec<usize> = near_by
            .copied()
            .filter(|other| *other != first && !used[*other])
            .collect();
        others.sort_unstable();
        let with: Vec<(usize, Near)> = others
            .into_iter()
            .filter_map(|other| Some((other, alone[first].near(&alone[other])?)))
            .take(GROUP_MAX - 1)
            .collect();
        let lone_order = matches!(alone[first].what, What::Origin(Origin::Order { .. }));
        if with.is_empty() && !lone_order {
            continue;
        }
        used[first] = true;
        for (other, _) in &with {
            used[*other] = true;
        }
        proposals.push(group(&alone, first, &with));
    }
}

fn origin_of<'a>(spot: &Spot<'a>) -> Option<&'a Origin> {
    match spot.what {
        What::Origin(origin) => Some(origin),
        What::Incident(_) => None,
    }
}

fn group(alone: &[Spot<'_>], first: usize, with: &[(usize, Near)]) -> Proposal {
    let members = std::iter::once(first).chain(with.iter().map(|(other, _)| *other));
    let origins: Vec<Origin> = members
        .filter_map(|number| origin_of(&alone[number]).cloned())
        .collect();
    let near = || with.iter().map(|(_, near)| near);
    let metres = near().map(|near| near.metres).max().unwrap_or(0);
    let minutes = near().map(|near| near.minutes).max().unwrap_or(0);
    let same_domain = near()
        .map(|near| near.same_domain)
        .reduce(|one, other| match (one, other) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        })
        .flatten();
    let because = because(&origins, metres, minutes, same_domain);
    Proposal {
        incident: None,
        number: None,
        at: alone[first].at,
        place: alone[first].lon_lat(),
        rings: near().map(|near| near.rings).max().unwrap_or(0),
        metres,
        minutes,
        same_domain,
        points: near().map(Near::points).min().unwrap_or(POINTS_MIN),
        because,
        candidate: Candidate::Group(origins),
    }
}

fn because(origins: &[Origin], metres: i64, minutes: i64, same_domain: Option<bool>) -> Text {
    let mut counts = [0_usize; 3];
    for origin in origins {
        counts[sort_of(origin)] += 1;
    }
    let named = |names: [&str; 3], between: &str| {
        let parts = names.iter().zip(counts).filter(|(_, count)| *count > 0);
        let parts: Vec<String> = parts
            .map(|(name, count)| format!("{name} {count}"))
            .collect();
        parts.join(between)
    };
    let zh = named(["报警", "检测", "工单"], "、");
    let en = named(["alarms", "detections", "orders"], ", ");
    if origins.len() == 1 {
        return Text {
            zh: format!("{zh}：附近没有别的"),
            en: format!("{en}: nothing else is near"),
        };
    }
    let near = super::because(metres, minutes, same_domain);
    Text {
        zh: format!("{zh}：至多{}", near.zh),
        en: format!("{en}: at most {}", near.en),
    }
}
