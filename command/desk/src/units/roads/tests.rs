use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::json;

use super::super::hazard::cell_of;
use super::*;

/// A town: a grid of streets, `side` × `side` crossings `step` degrees apart, some of them gone, with speeds and one-way streets by `chance`.
pub(in super::super) fn town(side: usize, step: f64, chance: &[u8]) -> Roads {
    let mut features = Vec::new();
    let at = |column: usize, row: usize| [118.80 + column as f64 * step, 28.90 + row as f64 * step];
    let mut number = 0;
    for column in 0..side {
        for row in 0..side {
            for (right, up) in [(1, 0), (0, 1)] {
                if column + right >= side || row + up >= side {
                    continue;
                }
                let luck = chance[number % chance.len()];
                number += 1;
                // A town without any street is none.
                if luck.is_multiple_of(7) && number > 1 {
                    continue;
                }
                features.push(json!({
                    "type": "Feature",
                    "properties": {
                        "id": format!("street-{number}"),
                        "speed_kmh": 20 + 20 * (luck % 4),
                        "oneway": luck.is_multiple_of(5),
                    },
                    "geometry": { "type": "LineString", "coordinates": [at(column, row), at(column + right, row + up)] },
                }));
            }
        }
    }
    let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
    Roads::read(text.as_bytes()).expect("roads")
}

/// All times to a node, by relaxing every way until nothing changes (Bellman and Ford).
pub(in super::super) fn slow_times(roads: &Roads, target: Node, closed: &Closed) -> Vec<u32> {
    let mut times = vec![NEVER; roads.nodes()];
    times[target.0 as usize] = 0;
    loop {
        let mut changed = false;
        for node in 0..roads.nodes() {
            for way in roads.ways_into(Node(node as u32)) {
                let (there, from) = (times[node], way.from as usize);
                if there != NEVER && !closed.is(way.piece) && there + way.millis < times[from] {
                    times[from] = there + way.millis;
                    changed = true;
                }
            }
        }
        if !changed {
            return times;
        }
    }
}

fn read(features: &serde_json::Value) -> Result<Roads, RoadError> {
    let text = json!({ "type": "FeatureCollection", "features": features }).to_string();
    Roads::read(text.as_bytes())
}

fn road(properties: &serde_json::Value, coordinates: &serde_json::Value) -> serde_json::Value {
    json!({ "type": "Feature", "properties": properties, "geometry": { "type": "LineString", "coordinates": coordinates } })
}

#[test]
fn roads_meet_where_they_have_a_point_in_common_and_long_ones_are_divided() {
    let roads = read(&json!([
        road(
            &json!({ "speed_kmh": 36, "id": "main" }),
            &json!([[118.80, 28.90], [118.81, 28.90, 70.0]])
        ),
        road(
            &json!({ "speed_kmh": 36, "oneway": true }),
            &json!([[118.81, 28.90], [118.81, 28.91]])
        ),
        road(
            &json!({ "speed_kmh": 36 }),
            &json!([[119.80, 28.90], [119.81, 28.90]])
        ),
    ]))
    .expect("roads");
    // 974 m and 1,112 m; the third road is an island of three nodes.
    assert_eq!((roads.nodes(), roads.pieces(), roads.left_out()), (6, 5, 3));
    let near = |lon, lat| {
        roads
            .nearest(Place::from([lon, lat]), 100.0)
            .expect("near")
            .0
    };
    let (west, corner, north) = (
        near(118.80, 28.90),
        near(118.81, 28.90),
        near(118.81, 28.91),
    );
    let to_north = roads.times_to(north, &roads.shut());
    // 36 km/h are 10 m a second.
    let metres = |millis: u32| f64::from(millis) / 100.0;
    assert!((metres(to_north[corner.0 as usize]) - 1_111.95).abs() < 0.1);
    assert!((metres(to_north[west.0 as usize]) - 2_085.4).abs() < 0.5);
    let to_west = roads.times_to(west, &roads.shut());
    assert_eq!(to_west[north.0 as usize], NEVER, "one way");
    let closed = roads.closed(&BTreeSet::from(["main".to_owned()]), &Hazard::default());
    assert_eq!(roads.times_to(north, &closed)[west.0 as usize], NEVER);
    assert!(roads.has_road("main") && !roads.has_road("side"));
    assert_eq!(roads.nearest(Place::from([118.9, 29.0]), 100.0), None);
}

#[test]
fn what_is_no_road_is_named_with_its_number() {
    let line = json!([[118.80, 28.90], [118.81, 28.90]]);
    let said = |feature| read(&json!([feature])).expect_err("no road").to_string();
    assert!(
        said(road(&json!({ "speed_kmh": 0 }), &line))
            .contains("road 1 (counted from 1): `speed_kmh`")
    );
    assert!(
        said(road(
            &json!({ "speed_kmh": 40 }),
            &json!([[28.9, 118.8], [28.9, 118.9]])
        ))
        .contains("a point is no place")
    );
    assert!(
        said(road(&json!({ "speed_kmh": 40 }), &json!([[118.8, 28.9]]))).contains("fewer than two")
    );
    assert!(said(road(&json!({}), &line)).contains("speed_kmh"));
    assert!(
        read(&json!([]))
            .expect_err("none")
            .to_string()
            .contains("at least one")
    );
    assert!(Roads::read(b"[").is_err());
}

#[test]
fn a_road_that_is_closed_in_the_file_is_closed() {
    let roads = read(&json!([
        road(
            &json!({ "speed_kmh": 40, "closed": true }),
            &json!([[118.80, 28.90], [118.801, 28.90]])
        ),
        road(
            &json!({ "speed_kmh": 40 }),
            &json!([[118.801, 28.90], [118.802, 28.90]])
        ),
    ]))
    .expect("roads");
    assert_eq!(roads.shut().count(), 1);
    let times = roads.times_to(Node(2), &roads.shut());
    assert_eq!(times[0], NEVER);
    assert_ne!(times[1], NEVER);
}

proptest! {
    #[test]
    fn times_are_those_of_a_slow_search(
        chance in prop::collection::vec(any::<u8>(), 30),
        target in 0_usize..30, hazards in prop::collection::vec((0_usize..36, 6_u8..=9), 0..3),
        shut in prop::collection::btree_set(0_usize..60, 0..6),
    ) {
        let roads = town(6, 0.004, &chance);
        let target = Node((target % roads.nodes()) as u32);
        let cells = hazards.into_iter().filter_map(|(node, resolution)| {
            let place = roads.place(Node((node % roads.nodes()) as u32));
            cell_of(place)?.parent(h3o::Resolution::try_from(resolution).ok()?)
        });
        let hazard = Hazard::of(cells);
        let shut = shut.into_iter().map(|number| format!("street-{number}")).collect();
        let closed = roads.closed(&shut, &hazard);
        // What is closed is what leads through the hazard, told point by point, and what was named.
        let mut by_piece: BTreeMap<u32, (Place, Place)> = BTreeMap::new();
        for node in 0..roads.nodes() as u32 {
            for way in roads.ways_into(Node(node)) {
                by_piece.insert(way.piece, (roads.place(Node(way.from)), roads.place(Node(node))));
            }
        }
        for (piece, (one, other)) in by_piece {
            let named = shut.iter().any(|id| roads.named.get(id).is_some_and(|pieces| pieces.contains(&piece)));
            prop_assert_eq!(closed.is(piece), named || hazard.is_crossed(one, other));
        }
        prop_assert_eq!(roads.times_to(target, &closed), slow_times(&roads, target, &closed));
    }
}

proptest! {
    /// A way that is drawn takes the time that is said, over ways that are open.
    #[test]
    fn a_drawn_way_takes_its_time(side in 3_usize..9, chance in prop::collection::vec(1_u8..30, 3..9), to in any::<prop::sample::Index>(), shut in any::<prop::sample::Index>()) {
        let roads = town(side, 0.004, &chance);
        let target = Node(to.index(roads.nodes()) as u32);
        let names: Vec<&String> = roads.named.keys().collect();
        let closed = roads.closed(&[names[shut.index(names.len())].clone()].into(), &Hazard::none());
        let times = roads.times_to(target, &closed);
        let next = roads.next_nodes(&times, &closed);
        for node in 0..roads.nodes() as u32 {
            if times[node as usize] == NEVER {
                continue;
            }
            let (mut at, mut sum) = (node, 0);
            while let Some(to) = next[at as usize] {
                let open = roads.ways_into(Node(to)).iter().filter(|way| way.from == at && !closed.is(way.piece));
                sum += open.map(|way| way.millis).min().expect("a way that is open");
                at = to;
            }
            prop_assert_eq!((at, sum), (target.0, times[node as usize]));
            prop_assert_eq!(roads.way(Node(node), &next).last().copied(), Some(roads.place(target)));
        }
    }
}
