//! Proposals: against a slow oracle, and what people say to them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use yiping_model::command::{Attached, IncidentClass, IncidentForm};
use yiping_model::{
    AlarmId, Body, Command, CommandAct, DatastreamId, Finding, Level, Outcome, Position, Record,
    RuleId, RuleVersion,
};

use super::*;
use crate::command::{Counts, Desk};

struct World {
    desk: Desk,
    position: u64,
}

fn place(thing: &ThingId) -> Option<(f64, f64)> {
    let (lon, lat) = thing.as_str().split_once('_')?;
    Some((lon.parse().ok()?, lat.parse().ok()?))
}

fn thing(lon: f64, lat: f64) -> ThingId {
    ThingId::new(format!("{lon}_{lat}")).expect("an id")
}

impl World {
    fn new() -> Self {
        Self {
            desk: Desk::default(),
            position: 0,
        }
    }

    fn take(&mut self, minute: i64, body: Body) -> Option<Result<Counts, crate::command::Refusal>> {
        self.position += 1;
        let record = Record {
            position: Position(self.position),
            received_at: Timestamp::from_secs(minute * 60),
            body,
        };
        self.desk.take(&record).map(|outcome| outcome.verdict)
    }

    fn alarm(
        &mut self,
        number: u32,
        minute: i64,
        at: &ThingId,
        domain: &str,
        change: AlarmChange,
    ) -> Origin {
        let alarm = AlarmId::parse(&format!("{number:032x}")).expect("valid");
        let subject = DatastreamId::parse(&format!("{at}:cl2")).expect("valid");
        let event = AlarmEvent {
            alarm: alarm.clone(),
            change,
            at: Timestamp::from_secs(minute * 60),
            rule: RuleId::new("r").expect("valid"),
            rule_version: Some(RuleVersion {
                pack: domain.into(),
                version: "1".into(),
                digest: "0".into(),
            }),
            subject: subject.clone(),
            key: None,
            level: Level::Red,
            started: Timestamp::from_secs(minute * 60),
            ended: None,
            value: 1.0,
            extreme: 1.0,
            threshold: 1.0,
            before: None,
        };
        let finding = Finding {
            cause: Position(self.position),
            ordinal: 0,
            outcome: Outcome::Alarm(event),
        };
        self.take(minute, Body::Finding(finding));
        Origin::Alarm { alarm, subject }
    }

    fn act(&mut self, minute: i64, incident: &str, act: CommandAct) {
        let command = Command {
            person: Some("li".into()),
            seat: String::new(),
            key: format!("{}", self.position).into(),
            incident: IncidentId::of(&[incident]),
            seen: None,
            act,
        };
        assert_eq!(
            self.take(minute, Body::Command(command)),
            Some(Ok(Counts::New))
        );
    }

    fn open(
        &mut self,
        minute: i64,
        name: &str,
        lon: f64,
        lat: f64,
        domain: &str,
        origins: Vec<Origin>,
    ) {
        let form = IncidentForm {
            title: name.into(),
            class: IncidentClass::Accident,
            event_level: None,
            warning: None,
            origins,
            place: Some(Place {
                lon,
                lat,
                name: String::new(),
            }),
            area: None,
            domain: Some(domain.into()),
            affected: Vec::new(),
            note: String::new(),
        };
        self.act(minute, name, CommandAct::Open(Box::new(form)));
    }
}

#[test]
fn a_near_alarm_is_proposed_with_its_reasons_until_somebody_says_yes_or_no() {
    let mut world = World::new();
    let own = world.alarm(1, 0, &thing(118.882, 28.905), "air", AlarmChange::Raised);
    world.open(2, "leak", 118.882, 28.905, "air", vec![own]);
    let near = world.alarm(2, 7, &thing(118.8874, 28.9097), "air", AlarmChange::Raised);
    let other = world.alarm(
        3,
        8,
        &thing(118.8820, 28.9051),
        "street",
        AlarmChange::Raised,
    );
    world.alarm(4, 9, &thing(119.5, 29.5), "air", AlarmChange::Raised);
    world.alarm(5, 200, &thing(118.882, 28.905), "air", AlarmChange::Raised);
    let said = world.desk.proposals(place);
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(said[0].candidate, Candidate::Origin(near.clone()));
    assert!((600..=900).contains(&said[0].metres), "{said:?}");
    assert_eq!(
        said[0].because.en,
        format!("{} m apart, 5 min apart, of one domain", said[0].metres)
    );
    assert_eq!((said[1].points, said[1].same_domain), (67, Some(false)));
    assert_eq!(
        world
            .desk
            .book()
            .incidents()
            .next()
            .map(|incident| incident.origins.len()),
        Some(1),
        "nothing by itself"
    );
    let attached = |origin| Attached {
        origins: vec![origin],
        note: "n".into(),
    };
    world.act(10, "leak", CommandAct::Attach(attached(near)));
    world.act(11, "leak", CommandAct::Dismiss(attached(other)));
    assert_eq!(world.desk.proposals(place), []);
}

#[test]
fn an_alarm_that_never_was_is_not_proposed() {
    let mut world = World::new();
    world.open(0, "leak", 118.882, 28.905, "air", Vec::new());
    let here = thing(118.882, 28.905);
    world.alarm(1, 1, &here, "air", AlarmChange::Raised);
    assert_eq!(world.desk.proposals(place).len(), 1);
    world.alarm(
        1,
        2,
        &here,
        "air",
        AlarmChange::Withdrawn { merged_into: None },
    );
    assert_eq!(world.desk.proposals(place), []);
}

#[test]
fn memory_is_bounded_and_the_oldest_goes() {
    let mut world = World::new();
    world.open(0, "x", 118.0, 28.0, "air", Vec::new());
    for number in 0..SIGNALS_MAX as u32 + 50 {
        world.alarm(
            number,
            i64::from(number),
            &thing(118.0, 28.0),
            "air",
            AlarmChange::Raised,
        );
    }
    let signals = world.desk_signals();
    assert_eq!(signals.of.len(), SIGNALS_MAX);
    let oldest = signals.of.values().map(|signal| signal.at).min();
    assert_eq!(oldest, Some(Timestamp::from_secs(50 * 60)));
}

impl World {
    /// The signals as they are kept.
    fn desk_signals(&self) -> Signals {
        let kept = serde_json::to_value(&self.desk).expect("JSON");
        serde_json::from_value(kept["signals"].clone()).expect("as kept")
    }
}

proptest! {
    /// Every pair is looked at, one by one; the distance is that of the cells.
    #[test]
    fn proposals_are_those_of_the_oracle(spots in prop::collection::vec((0_i32..40, 0_i32..40, 0_i64..120, 0_usize..2, any::<bool>()), 1..24)) {
        let mut world = World::new();
        let (mut incidents, mut alarms) = (Vec::new(), Vec::new());
        for (number, (x, y, minute, domain, is_incident)) in spots.into_iter().enumerate() {
            let (lon, lat) = (118.8 + f64::from(x) * 0.004, 28.9 + f64::from(y) * 0.004);
            let domain = ["air", "water"][domain];
            if is_incident {
                world.open(minute, &number.to_string(), lon, lat, domain, Vec::new());
                incidents.push((incidents.len() as u32 + 1, lon, lat, minute, domain));
            } else {
                world.alarm(number as u32, minute, &thing(lon, lat), domain, AlarmChange::Raised);
                alarms.push((0, lon, lat, minute, domain));
            }
        }
        let cell = |lon, lat| LatLng::new(lat, lon).expect("on earth").to_cell(Resolution::Eight);
        let mut expected = Vec::new();
        for (number, lon, lat, minute, domain) in &incidents {
            let later = incidents.iter().filter(|other| other.0 > *number);
            for (_, other_lon, other_lat, other_minute, other_domain) in alarms.iter().chain(later) {
                let rings = cell(*lon, *lat).grid_distance(cell(*other_lon, *other_lat)).expect("near");
                let minutes = (minute - other_minute).abs();
                let points = 100 - 10 * i64::from(rings) - minutes / 2 - if domain == other_domain { 0 } else { 30 };
                if rings <= 3 && minutes <= 60 && points >= 50 {
                    expected.push((*number, i64::from(rings), minutes, points));
                }
            }
        }
        expected.sort_unstable();
        let proposals = world.desk.proposals(place);
        let mut said: Vec<_> = proposals.iter().map(|one| (one.number, i64::from(one.rings), one.minutes, one.points)).collect();
        said.sort_unstable();
        prop_assert_eq!(said, expected);
        let points: Vec<i64> = proposals.iter().map(|one| one.points).collect();
        prop_assert!(points.is_sorted_by(|one, other| one >= other));
        let distinct: BTreeSet<String> = proposals.iter().map(|one| format!("{:?}{:?}", one.incident, one.candidate)).collect();
        prop_assert_eq!(distinct.len(), proposals.len());
    }
}
