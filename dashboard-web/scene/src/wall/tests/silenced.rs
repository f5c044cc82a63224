use super::*;
use crate::message::{OperatorView, RuleView};

/// Who is marked, and by whom.
fn marked(wall: &WallScene) -> Vec<(String, String)> {
    let things = wall.snapshot().state.things.into_iter();
    let by = |thing: ThingView| Some((thing.id, thing.silenced_by?.thing));
    things.filter_map(by).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(thing, by): &(&str, &str)| ((*thing).to_owned(), (*by).to_owned());
    list.iter().map(own).collect()
}

/// A wall that takes a record in each second from 1001 on. Both `a` and `b` are heard through the gateway `gw`.
struct Going {
    wall: WallScene,
    seconds: i64,
}

impl Going {
    fn new() -> Self {
        let mut facts = facts();
        let catalogue = Arc::get_mut(&mut facts.catalogue).expect("nobody else has it");
        let mut other = catalogue.things["a"].clone();
        other.id = ThingId::new("b").expect("valid");
        catalogue.things.insert(other.id.clone(), other);
        facts.rules = vec![no_data_rule()];
        let limits = Limits {
            things_max: 9,
            ..limits()
        };
        Self {
            wall: WallScene::new(facts, limits),
            seconds: 1_000,
        }
    }

    fn say(&mut self, body: Body) -> Vec<(String, String)> {
        self.seconds += 1;
        self.wall.apply(&Record {
            position: Position(self.seconds.unsigned_abs()),
            received_at: at(self.seconds),
            body,
        });
        marked(&self.wall)
    }

    /// What the gateway's two children and a stranger say in the seconds 1001 to 1003.
    fn hear_all(&mut self) {
        for thing in ["a", "b", "x"] {
            self.say(reading("s", &format!("{thing}:pm25"), 1, 1.0));
        }
    }
}

fn no_data_rule() -> RuleView {
    RuleView {
        id: "r".into(),
        title: views::text(&text("无数据")),
        properties: vec!["pm25".into()],
        event: None,
        level: 4,
        operator: OperatorView::NoData,
        direction: None,
        raise: None,
        clear: None,
        raise_limit: None,
        clear_limit: None,
        for_secs: Some(60),
        over_secs: None,
        periods: None,
        min_count: None,
        except: Vec::new(),
        min: Vec::new(),
        by: None,
        hold_secs: None,
        source: "a test".into(),
        written: None,
    }
}

#[test]
fn the_children_of_a_dead_gateway_are_marked_and_come_back_one_by_one() {
    let mut city = Going::new();
    city.hear_all();
    let both = pairs(&[("a", "gw"), ("b", "gw")]);
    let raised = silence("gw", 1_002, AlarmChange::Raised, None);
    assert_eq!(city.say(raised), both);
    let delta = city.wall.take_delta().expect("moved");
    let marked = |thing: &&ThingView| thing.silenced_by.is_some();
    assert_eq!(delta.things.iter().filter(marked).count(), 2);
    // The first one brings the gateway back; of the other nothing is known yet.
    let other = pairs(&[("b", "gw")]);
    assert_eq!(city.say(reading("s", "a:pm25", 9, 1.0)), other);
    let returned = silence("gw", 1_002, AlarmChange::Returned, Some(1_005));
    assert_eq!(city.say(returned), other);
    assert_eq!(city.wall.take_delta().expect("moved").things.len(), 1);
    assert_eq!(city.say(event("b:pm25", "t", 9, 1.0)), []);
}

#[test]
fn a_child_that_stays_silent_has_an_alarm_of_its_own_and_no_mark() {
    let mut city = Going::new();
    city.hear_all();
    city.say(silence("gw", 1_002, AlarmChange::Raised, None));
    city.say(reading("s", "a:pm25", 9, 1.0));
    let returned = silence("gw", 1_002, AlarmChange::Returned, Some(1_005));
    city.say(returned);
    assert_eq!(city.say(own_silence("b:pm25")), []);
}

fn own_silence(stream: &str) -> Body {
    let Body::Finding(mut found) = alarm(1_002, AlarmChange::Raised, None) else {
        panic!("an alarm")
    };
    if let Outcome::Alarm(event) = &mut found.outcome {
        event.subject = datastream(stream);
    }
    Body::Finding(found)
}

#[test]
fn a_silent_door_marks_what_was_last_heard_through_it() {
    let mut city = Going::new();
    city.hear_all();
    city.say(reading("t", "x:pm25", 2, 1.0));
    city.say(reading("t", "y:pm25", 2, 1.0));
    let through = pairs(&[("x", "door:t"), ("y", "door:t")]);
    let raised = silence("door:t", 1_005, AlarmChange::Raised, None);
    assert_eq!(city.say(raised), through);
}

#[test]
fn what_was_heard_after_its_gateway_is_not_marked() {
    let mut city = Going::new();
    city.hear_all();
    let raised = silence("gw", 1_001, AlarmChange::Raised, None);
    assert_eq!(city.say(raised), pairs(&[("a", "gw")]));
}

#[test]
fn an_alarm_that_is_merged_into_that_of_the_door_hands_its_marks_on() {
    let mut city = Going::new();
    city.hear_all();
    city.say(silence("gw", 1_002, AlarmChange::Raised, None));
    let withdrawn = AlarmChange::Withdrawn { merged_into: None };
    assert_eq!(city.say(silence("gw", 1_002, withdrawn, None)), []);
    let all = pairs(&[("a", "door:s"), ("b", "door:s"), ("x", "door:s")]);
    let raised = silence("door:s", 1_003, AlarmChange::Raised, None);
    assert_eq!(city.say(raised), all);
}
