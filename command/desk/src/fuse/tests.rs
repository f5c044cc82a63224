//! Proposals: against a slow oracle, and what people say to them.

use std::collections::BTreeSet;

use proptest::prelude::*;
use yiping_model::command::{Attached, HotlineOrder, IncidentClass, IncidentForm};
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
            posture: None,
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

impl World {
    fn order(
        &mut self,
        number: &str,
        minute: i64,
        lon: f64,
        lat: f64,
        domain: Option<&str>,
    ) -> Origin {
        let order = HotlineOrder {
            order: number.into(),
            at: Timestamp::from_secs(minute * 60),
            text: "刺鼻".into(),
            category: "环保".into(),
            domain: domain.map(Into::into),
            place: Place {
                lon,
                lat,
                name: String::new(),
            },
            area: None,
        };
        let origin = Origin::Order {
            order: number.into(),
            text: "刺鼻".into(),
        };
        self.act(minute, number, CommandAct::Receive(Box::new(order)));
        origin
    }

    fn detection(&mut self, minute: i64, at: &ThingId, key: Option<&str>) -> Origin {
        let event = Event {
            source: yiping_model::SourceId::new("cameras").expect("valid"),
            thing: at.clone(),
            phenomenon_time: Timestamp::from_secs(minute * 60),
            kind: yiping_model::EventKind::new("smoke").expect("valid"),
            key: key.map(|key| yiping_model::EventKey::new(key).expect("valid")),
            part: None,
            values: std::iter::empty().collect(),
        };
        let origin = Origin::Detection {
            thing: event.thing.clone(),
            kind: event.kind.clone(),
            key: event.key.clone(),
            at: event.phenomenon_time,
        };
        self.take(minute, Body::Event(event));
        origin
    }
}

#[test]
fn orders_and_detections_are_proposed_beside_alarms() {
    let mut world = World::new();
    world.open(0, "leak", 118.882, 28.905, "air", Vec::new());
    let order = world.order("A-1", 4, 118.883, 28.9055, Some("air"));
    let camera = thing(118.884, 28.906);
    let seen = world.detection(6, &camera, Some("t-1"));
    world.detection(7, &camera, Some("t-1"));
    let said = world.desk.proposals(place);
    let candidates: Vec<&Candidate> = said.iter().map(|one| &one.candidate).collect();
    assert_eq!(
        candidates,
        [&Candidate::Origin(order), &Candidate::Origin(seen)],
        "of one matter the first: {said:?}"
    );
    assert_eq!(
        (said[0].same_domain, said[1].same_domain),
        (Some(true), None)
    );
}

#[test]
fn what_no_incident_has_is_proposed_as_one_until_it_is_opened_or_set_aside() {
    let mut world = World::new();
    let here = thing(118.882, 28.905);
    let alarm = world.alarm(1, 0, &here, "air", AlarmChange::Raised);
    assert_eq!(
        world.desk.proposals(place),
        [],
        "an alarm alone has its list"
    );
    let order = world.order("A-1", 4, 118.883, 28.9055, Some("air"));
    let far = world.order("A-2", 5, 119.3, 29.3, None);
    let said = world.desk.proposals(place);
    assert_eq!(said.len(), 2, "{said:?}");
    assert_eq!(
        said[0].candidate,
        Candidate::Group(vec![alarm.clone(), order.clone()])
    );
    assert_eq!((said[0].incident.as_ref(), said[0].minutes), (None, 4));
    assert!(
        said[0].because.zh.starts_with("报警 1、工单 1：至多相距"),
        "{said:?}"
    );
    assert_eq!(said[1].candidate, Candidate::Group(vec![far.clone()]));
    let aside = Attached {
        origins: vec![far],
        note: "咨询".into(),
    };
    world.act(6, "aside", CommandAct::SetAside(aside));
    world.open(7, "leak", 118.882, 28.905, "air", vec![alarm, order]);
    assert_eq!(world.desk.proposals(place), []);
}

proptest! {
    /// Whatever came, nothing is in two groups, nothing of a group is in an incident's proposal, and the first of each is near all others.
    #[test]
    fn groups_hold_each_once_and_near(spots in prop::collection::vec((0_i32..30, 0_i32..30, 0_i64..150, any::<bool>()), 1..40)) {
        let mut world = World::new();
        let mut known = Vec::new();
        for (number, (x, y, minute, is_order)) in spots.into_iter().enumerate() {
            let (lon, lat) = (118.8 + f64::from(x) * 0.004, 28.9 + f64::from(y) * 0.004);
            let origin = if is_order {
                world.order(&number.to_string(), minute, lon, lat, Some("air"))
            } else {
                world.alarm(number as u32, minute, &thing(lon, lat), "air", AlarmChange::Raised)
            };
            known.push((origin, lon, lat, minute, is_order));
        }
        let find = |origin: &Origin| known.iter().find(|one| one.0 == *origin).expect("known");
        let cell = |lon, lat| LatLng::new(lat, lon).expect("on earth").to_cell(Resolution::Eight);
        let newest = known.iter().map(|one| one.3).max().expect("one");
        let mut once = BTreeSet::new();
        for proposal in world.desk.proposals(place) {
            let Candidate::Group(origins) = &proposal.candidate else { continue };
            let first = find(&origins[0]);
            prop_assert!(origins.len() > 1 || first.4);
            for origin in origins {
                prop_assert!(once.insert(origin.clone()), "in two groups");
                let one = find(origin);
                prop_assert!(newest - one.3 <= 120);
                let rings = cell(first.1, first.2).grid_distance(cell(one.1, one.2)).expect("near");
                let points = 100 - 10 * i64::from(rings) - (one.3 - first.3).abs() / 2;
                prop_assert!(rings <= 3 && (one.3 - first.3).abs() <= 60 && points >= 50);
            }
        }
        // No order of late is lost: it is in a group, if only alone.
        for one in known.iter().filter(|one| one.4 && newest - one.3 <= 120) {
            prop_assert!(once.contains(&one.0));
        }
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
                incidents.push((Some(incidents.len() as u32 + 1), lon, lat, minute, domain));
            } else {
                world.alarm(number as u32, minute, &thing(lon, lat), domain, AlarmChange::Raised);
                alarms.push((None, lon, lat, minute, domain));
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
        let mut proposals = world.desk.proposals(place);
        proposals.retain(|proposal| proposal.incident.is_some());
        let mut said: Vec<_> = proposals.iter().map(|one| (one.number, i64::from(one.rings), one.minutes, one.points)).collect();
        said.sort_unstable();
        prop_assert_eq!(said, expected);
        let points: Vec<i64> = proposals.iter().map(|one| one.points).collect();
        prop_assert!(points.is_sorted_by(|one, other| one >= other));
        let distinct: BTreeSet<String> = proposals.iter().map(|one| format!("{:?}{:?}", one.incident, one.candidate)).collect();
        prop_assert_eq!(distinct.len(), proposals.len());
    }
}
