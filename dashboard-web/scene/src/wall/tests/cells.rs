use super::*;

fn of_cell(place: usize, start: i64, secs: u32, mean: f64) -> Body {
    window(&format!("{}:pm25", CELLS[place]), start, secs, mean)
}

#[test]
fn the_last_window_of_a_cell_is_shown_with_the_place_of_the_cell() {
    let mut wall = told(vec![
        of_cell(0, 60, 60, 1.0),
        of_cell(0, 0, 3_600, 9.0),
        of_cell(0, 120, 60, 2.0),
        of_cell(0, 60, 60, 7.0),
    ]);
    let state = wall.snapshot().state;
    let cell = &state.cells[0];
    assert_eq!((cell.thing.as_str(), cell.mean), (CELLS[0], 2.0));
    assert_eq!((cell.start_ms, cell.length_secs), (120_000, 60));
    let known = (cell.count, cell.expected, cell.received_ms);
    assert_eq!(known, (1, 1, 1_003_000));
    let thing = state.things.iter().find(|thing| thing.id == CELLS[0]);
    let thing = thing.expect("a cell is a thing");
    assert_eq!((thing.kind.as_str(), thing.outline.len()), ("cell", 6));
    assert!(state.latest.is_empty() && state.trends.is_empty());
    assert_eq!(wall.take_delta().expect("moved").cells, state.cells);
}

#[test]
fn a_corrected_window_says_what_it_said_before() {
    let Body::Finding(mut found) = of_cell(0, 60, 60, 3.0) else {
        panic!("a window")
    };
    if let Outcome::Window(window) = &mut found.outcome {
        window.revision = 1;
        window.before = Some(yiping_model::WindowBefore {
            count: 1,
            mean: 1.0,
            min: 1.0,
            max: 1.0,
        });
    }
    let state = told(vec![of_cell(0, 60, 60, 1.0), Body::Finding(found)])
        .snapshot()
        .state;
    let cell = &state.cells[0];
    assert_eq!((cell.mean, cell.before), (3.0, Some(1.0)));
    assert!(cell.corrected);
}

#[test]
fn a_cell_beyond_the_limit_is_counted() {
    let wall = told(vec![
        of_cell(0, 60, 60, 1.0),
        of_cell(1, 60, 60, 1.0),
        of_cell(2, 60, 60, 1.0),
        of_cell(0, 120, 60, 1.0),
    ]);
    assert_eq!(wall.snapshot().state.cells.len(), 2);
    assert_eq!(wall.unshown(), 1);
}
