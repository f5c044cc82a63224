//! How fast history is filled and asked: `cargo run --release -p yiping-store --example history_speed -- PLACE`, where PLACE is a folder
//! for SQLite, the address of an empty PostgreSQL database (`postgres://..`), or `timescale` for the WebAssembly build of TimescaleDB in
//! `tests/timescale`, which it starts (`make bench-timescale`). A place that is filled is only asked.
//!
//! It writes, in batches of 5,000 records, 1,000 things once a second, then one thing once a minute for a year, with its windows; and reads
//! that year, its hours and days, a week of rows, and 1,000 last values, each several times: the best and the middle one are told. TimescaleDB is asked
//! again after its parts were packed by columns.
#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a program that measures and tells"
)]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use yiping_model::{
    Body, DatastreamId, Finding, Measured, Outcome, Position, Quality, Reading, Record, SourceId,
    Stage, ThingId, Timestamp, WindowLength, WindowResult, Zone,
};
use yiping_store::{
    AggregateQuery, AggregateWidth, Backend, ObservationQuery, Opened, PostgresSettings, Settings,
    WindowQuery, open,
};

type Told<T> = Result<T, Box<dyn Error>>;

const YEAR_MINUTES: i64 = 525_600;
const BATCH_RECORDS: usize = 5_000;
const THINGS: i64 = 1_000;
const TIMES: usize = 9;
/// 2026-01-01 in Shanghai.
const BEGIN_SECS: i64 = 1_767_196_800;

#[path = "../../../tests/timescale/server.rs"]
mod server;

#[tokio::main]
async fn main() -> Told<()> {
    let place = std::env::args()
        .nth(1)
        .ok_or("name a folder, an address, or timescale")?;
    if place != "timescale" {
        return measure(&Place::of(&place)).await;
    }
    let server = server::Server::start();
    server.execute(&[]).await;
    let place = Place::wasm(&server);
    measure(&place).await?;
    let begin = Instant::now();
    server.execute(&PACK_BY_COLUMNS).await;
    println!("packed by columns in {:?}", begin.elapsed());
    ask(&place.open().await?).await
}

/// What the workers of TimescaleDB do, which the WebAssembly build does not have.
const PACK_BY_COLUMNS: [&str; 2] = [
    "SELECT compress_chunk(part) FROM show_chunks('observations') part",
    "SELECT compress_chunk(part) FROM show_chunks('windows') part",
];

/// Where history is.
struct Place {
    file: PathBuf,
    settings: Settings,
}

impl Place {
    fn of(place: &str) -> Self {
        let postgres = place.starts_with("postgres://");
        let settings = Settings {
            backend: if postgres {
                Backend::Postgres
            } else {
                Backend::Sqlite
            },
            url: postgres.then(|| place.to_owned().into()),
            ..Settings::default()
        };
        Self {
            file: Path::new(place).join("history.sqlite"),
            settings,
        }
    }

    fn wasm(server: &server::Server) -> Self {
        let Self { file, settings } = Self::of(server.url().reveal());
        let settings = Settings {
            read_connections: 0,
            postgres: PostgresSettings {
                statement_rows_max: 500,
                ..settings.postgres
            },
            ..settings
        };
        Self { file, settings }
    }

    async fn open(&self) -> Told<Opened> {
        Ok(open(&self.file, &self.settings, &Zone::named("Asia/Shanghai")?).await?)
    }
}

async fn measure(place: &Place) -> Told<()> {
    let opened = place.open().await?;
    let mut position = opened.store.position().await?;
    if position == Position::START {
        let seconds = (0..THINGS * 1_000).map(|n| reading(n % THINGS, n / THINGS, n));
        fill(&opened, &mut position, "things each second", seconds).await?;
        let minutes = (0..YEAR_MINUTES).map(|n| reading(0, 86_400 + n * 60, n));
        fill(&opened, &mut position, "a year of minutes", minutes).await?;
        let windows = (0..YEAR_MINUTES).map(window);
        fill(&opened, &mut position, "a year of windows", windows).await?;
    }
    let begin = Instant::now();
    for _some in 0..TIMES {
        let now = Timestamp::from_secs(BEGIN_SECS + YEAR_MINUTES * 60 + 10 * 86_400);
        opened.store.refresh(now).await?;
    }
    println!(
        "packs, hours and days brought up to date in {:?}",
        begin.elapsed()
    );
    ask(&opened).await
}

async fn fill(
    opened: &Opened,
    position: &mut Position,
    what: &str,
    bodies: impl Iterator<Item = Told<Body>>,
) -> Told<()> {
    let mut bodies = bodies.peekable();
    let (mut rows, mut spent) = (0, Duration::ZERO);
    while bodies.peek().is_some() {
        let mut batch = Vec::with_capacity(BATCH_RECORDS);
        for body in bodies.by_ref().take(BATCH_RECORDS) {
            *position = position.next();
            batch.push(Record {
                position: *position,
                received_at: Timestamp::from_secs(BEGIN_SECS),
                body: body?,
            });
        }
        let begin = Instant::now();
        opened.store.apply(&batch).await?;
        spent += begin.elapsed();
        rows += batch.len();
    }
    let rate = rows as f64 / spent.as_secs_f64();
    println!("{what}: {rows} rows in {spent:?}, {rate:.0} rows/s");
    Ok(())
}

fn thing(number: i64) -> Told<DatastreamId> {
    Ok(DatastreamId::parse(&format!("thing-{number:04}:pm25"))?)
}

fn reading(number: i64, secs: i64, value: i64) -> Told<Body> {
    let DatastreamId { thing, property } = thing(number)?;
    Ok(Body::Reading(Reading {
        source: SourceId::new("mqtt")?,
        thing: ThingId::clone(&thing),
        phenomenon_time: Timestamp::from_secs(BEGIN_SECS + secs),
        values: std::iter::once(Measured {
            property,
            value: value as f64 / 7.0,
            quality: Quality::Good,
        })
        .collect(),
    }))
}

fn window(minute: i64) -> Told<Body> {
    let mean = minute as f64 / 7.0;
    Ok(Body::Finding(Finding {
        cause: Position::START,
        ordinal: 0,
        outcome: Outcome::Window(WindowResult {
            datastream: thing(0)?,
            start: Timestamp::from_secs(BEGIN_SECS + 86_400 + minute * 60),
            length: WindowLength::from_secs(60).ok_or("a length")?,
            hop: None,
            stage: Stage::Final,
            revision: 0,
            count: 1,
            expected: 1,
            mean,
            min: mean,
            max: mean,
            last: mean,
            std_dev: 0.0,
            quantiles: Vec::new(),
            before: None,
        }),
    }))
}

/// Asks the same several times, and tells.
macro_rules! told {
    ($what:expr, $answer:expr) => {{
        let mut times = Vec::new();
        for _time in 0..TIMES {
            times.push(timed($answer).await?);
        }
        tell($what, times);
    }};
}

async fn ask(opened: &Opened) -> Told<()> {
    let history = &opened.history;
    let from = Timestamp::from_secs(BEGIN_SECS + 86_400);
    let to = Timestamp::from_secs(BEGIN_SECS + 86_400 + YEAR_MINUTES * 60);
    let year = ObservationQuery {
        datastream: thing(0)?,
        from,
        to,
        limit: usize::MAX,
    };
    let week = ObservationQuery {
        to: from + Duration::from_hours(7 * 24),
        ..year.clone()
    };
    let things: Vec<DatastreamId> = (0..THINGS).map(thing).collect::<Told<_>>()?;
    let windows = WindowQuery {
        thing: Some(year.datastream.thing.clone()),
        property: Some(year.datastream.property.clone()),
        length: WindowLength::from_secs(60),
        hop: None,
        from: week.from,
        to: week.to,
        limit: usize::MAX,
    };
    let aggregates = |width| AggregateQuery {
        datastream: year.datastream.clone(),
        width,
        from,
        to,
        limit: usize::MAX,
    };
    let (hours, days) = (
        aggregates(AggregateWidth::Hour),
        aggregates(AggregateWidth::Day),
    );
    told!("1,000 last values", history.latest(&things));
    told!("a year of minutes as a series", history.series(&year));
    told!("a year of hours", history.aggregates(&hours));
    told!("a year of days", history.aggregates(&days));
    told!(
        "a week of minutes as observations",
        history.observations(&week)
    );
    told!("a week of minute windows", history.windows(&windows));
    Ok(())
}

async fn timed<T>(
    answer: impl Future<Output = Result<Vec<T>, yiping_store::StoreError>>,
) -> Told<(Duration, usize)> {
    let begin = Instant::now();
    let rows = answer.await?.len();
    Ok((begin.elapsed(), rows))
}

fn tell(what: &str, mut times: Vec<(Duration, usize)>) {
    times.sort_unstable();
    let (best, rows) = times[0];
    let (middle, _) = times[times.len() / 2];
    println!("{what}: {rows} rows, best {best:?}, middle {middle:?}");
}
