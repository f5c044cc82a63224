//! Which status may follow which: one table.

use yiping_model::UnitStatus;

use UnitStatus::{Assigned, Available, EnRoute, OnScene, OutOfService, Returning};

/// The moves of what can be sent. What is not here is refused. The table is ours: no standard gives one.
pub const MOVES: [(UnitStatus, &[UnitStatus]); 6] = [
    (Available, &[Assigned, OutOfService]),
    // A crew that is next door may arrive without having said that it left.
    (Assigned, &[EnRoute, OnScene, Available, OutOfService]),
    // Called off on the way, it returns; sent elsewhere, it is assigned anew.
    (EnRoute, &[OnScene, Returning, Assigned, OutOfService]),
    (OnScene, &[Returning, Available, Assigned, OutOfService]),
    (Returning, &[Available, Assigned, OutOfService]),
    (OutOfService, &[Available]),
];

/// The moves of what stands where it is: a warehouse, a shelter, a hospital.
pub const MOVES_OF_PLACES: [(UnitStatus, &[UnitStatus]); 2] =
    [(Available, &[OutOfService]), (OutOfService, &[Available])];

/// What may follow this status.
pub fn after(from: UnitStatus, moves: bool) -> &'static [UnitStatus] {
    let table: &[(UnitStatus, &'static [UnitStatus])] =
        if moves { &MOVES } else { &MOVES_OF_PLACES };
    let row = table.iter().find(|(status, _)| *status == from);
    row.map_or(&[], |(_, next)| *next)
}

/// Whether a unit of this status can be sent somewhere.
pub const fn is_free(status: UnitStatus) -> bool {
    matches!(status, Available | Returning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_row_and_no_move_leads_nowhere() {
        let mut allowed = Vec::new();
        for from in UnitStatus::ALL {
            for to in UnitStatus::ALL {
                if after(from, true).contains(&to) {
                    allowed.push((from, to));
                }
            }
            assert!(!after(from, true).contains(&from), "{from} after itself");
            assert!(!after(from, true).is_empty(), "{from} is an end");
        }
        assert_eq!(allowed.len(), 18);
        assert_eq!(after(OnScene, false), &[]);
    }

    #[test]
    fn what_is_free_may_be_assigned_and_two_assignments_do_not_follow_each_other() {
        for status in UnitStatus::ALL {
            if is_free(status) {
                assert!(after(status, true).contains(&Assigned), "{status}");
            }
        }
        assert!(!after(Assigned, true).contains(&Assigned));
    }
}
