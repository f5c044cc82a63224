//! Every kind of channel down, slow and broken at the same time, beside one that is well.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use tokio::runtime::Runtime;
use tokio_tungstenite::tungstenite;
use yiping_model::{Body, NoticeStep};

use super::outside::{Kind, Mood, Side};
use super::{Yiping, access, for_each_record, free_port, post, until, until_within};

/// The channel that is well all the time.
const WELL: &str = "well";
/// A channel that is mended is tried again after the longest wait and its spread, 375 s; there is more to do then.
const RECOVERS_WITHIN: Duration = Duration::from_mins(8);

/// Each of these sensors is too hot.
pub(crate) fn heat(program: &Yiping, sensors: std::ops::Range<u32>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now_ms = now.expect("after 1970").as_millis();
    let readings = sensors
        .map(|sensor| format!(r#"{{"id":"n{sensor}","ts":{now_ms},"metrics":{{"temp":95}}}}"#));
    let body = format!("[{}]", readings.collect::<Vec<_>>().join(","));
    let answer = post(program.port, "/api/v1/observations", &body);
    assert_eq!(answer.map(|(status, _)| status), Some(202));
}

/// The program with these lines of `[notify]`, which end with its channels.
pub(crate) fn start(folder: &Path, notify: &str) -> Yiping {
    let port = free_port();
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/pack-rig");
    let text = format!(
        "[data]\ndir = \"{}\"\n[ingest]\nunknown = \"accept\"\n[packs]\ndirs = [\"{}\"]\n[server]\nlisten = \"127.0.0.1:{port}\"\n\
         [notify]\nlink = \"http://127.0.0.1:{port}/\"\ncheckpoint_secs = 1\n{notify}",
        folder.display(),
        pack.display(),
    );
    let file = folder.join("yiping.toml");
    fs::write(&file, text).expect("written");
    let file = file.to_str().expect("UTF-8");
    Yiping::start(port, &["run", "--config", file], &[])
}

/// What the wall shows at this moment.
pub(crate) fn wall(program: &Yiping) -> Value {
    let token = &access::access(program.port).wall;
    let url = format!("ws://127.0.0.1:{}/api/v1/live?token={token}", program.port);
    let (mut socket, _) = tungstenite::connect(url).expect("the feed answers");
    let message = socket.read().expect("a snapshot");
    let text = message.to_text().expect("text");
    let mut message: Value = serde_json::from_str(text).expect("JSON");
    message["state"].take()
}

/// How the wall shows the channels: waiting, and whether they fail.
fn channels(program: &Yiping) -> BTreeMap<String, (u64, bool)> {
    let state = wall(program);
    let channels = state["channels"].as_array().cloned().unwrap_or_default();
    let stands = |channel: &Value| {
        let name = channel["channel"].as_str().expect("a name").to_owned();
        assert_eq!(channel["given_up"], 0, "{channel}");
        let waiting = channel["waiting"].as_u64().expect("a number");
        assert_eq!(
            channel["waiting_since_ms"].is_i64(),
            waiting > 0,
            "{channel}"
        );
        (name, (waiting, channel["failing_since_ms"].is_i64()))
    };
    channels.iter().map(stands).collect()
}

/// Of each open alarm and channel, what the wall says of its notice: waiting or delivered.
fn told(program: &Yiping) -> Vec<String> {
    let state = wall(program);
    let alarms = state["told"].as_array().cloned().unwrap_or_default();
    let notices = alarms.iter().filter_map(|told| told["notices"].as_array());
    let states = notices
        .flatten()
        .filter_map(|notice| notice["state"].as_str());
    states.map(str::to_owned).collect()
}

/// A channel that is to suffer.
struct Victim {
    name: String,
    mood: Mood,
    side: Side,
}

/// The program with nine channels that suffer, and one that does not.
struct Outage {
    runtime: Runtime,
    victims: Vec<Victim>,
    well: Side,
    folder: tempfile::TempDir,
    program: Yiping,
}

impl Outage {
    /// All is well, and everybody was told of one alarm.
    fn before(settings: &str) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let victims: Vec<Victim> = [Kind::Webhook, Kind::Sms, Kind::Mail]
            .into_iter()
            .flat_map(|kind| [Mood::Down, Mood::Slow, Mood::Broken].map(|mood| (kind, mood)))
            .map(|(kind, mood)| Victim {
                name: format!("{kind:?}-{mood:?}").to_lowercase(),
                mood,
                side: Side::start(&runtime, kind),
            })
            .collect();
        let well = Side::start(&runtime, Kind::Webhook);
        let names: Vec<&str> = victims.iter().map(|one| one.name.as_str()).collect();
        let channels = victims.iter().map(|one| one.side.channel(&one.name));
        let notify = format!(
            "{settings}{}{}[[notify.route]]\nname = \"rig\"\nchannels = {:?}\ndomains = [\"rig\"]\ngroup_secs = 0\n",
            channels.collect::<String>(),
            well.channel(WELL),
            [&names[..], &[WELL]].concat(),
        );
        let folder = tempfile::tempdir().expect("a folder");
        let program = start(folder.path(), &notify);
        let outage = Self {
            runtime,
            victims,
            well,
            folder,
            program,
        };
        heat(&outage.program, 0..1);
        outage.until_shown((0, false));
        outage
    }

    fn all_be(&self, mood: impl Fn(&Victim) -> Mood) {
        for victim in &self.victims {
            victim.side.be(&self.runtime, mood(victim));
        }
    }

    /// So many alarms, spread over this time. Who is well is told at once.
    fn last(&self, alarms: u32, lasts: Duration) {
        let from = Instant::now();
        for alarm in 1..=alarms {
            heat(&self.program, alarm..alarm + 1);
            until_within(
                Duration::from_secs(10),
                "no other channel holds it up",
                || self.well.taken().len() == alarm as usize + 1,
            );
            let limit = lasts + Duration::from_mins(1);
            until_within(limit, "the outage lasts", || {
                from.elapsed() >= lasts * alarm / alarms
            });
        }
    }

    /// Waits until the wall shows all victims so, and that nothing is wrong with who is well.
    fn until_shown(&self, victims: (u64, bool)) {
        let names = self.victims.iter().map(|one| (one.name.clone(), victims));
        let expected = names.chain([(WELL.to_owned(), (0, false))]).collect();
        until("the wall shows how the channels stand", || {
            channels(&self.program) == expected
        });
    }

    /// Waits until each was told of so many alarms; how long that took.
    fn recover(&self, alarms: usize) -> BTreeMap<&str, Duration> {
        let from = Instant::now();
        let mut recovered = BTreeMap::new();
        until_within(RECOVERS_WITHIN, "everything is delivered", || {
            for victim in &self.victims {
                if victim.side.taken().len() == alarms {
                    let took = recovered.entry(victim.name.as_str());
                    took.or_insert_with(|| from.elapsed());
                }
            }
            recovered.len() == self.victims.len()
        });
        recovered
    }
}

/// So many alarms while every kind of channel is down, slow and broken for so long, and what became of them.
pub(crate) fn ride_out(settings: &str, alarms: u32, lasts: Duration) -> String {
    let mut outage = Outage::before(settings);
    let all = alarms as usize + 1;
    let from = Instant::now();
    outage.all_be(|victim| victim.mood);
    outage.last(alarms, lasts);
    outage.until_shown((u64::from(alarms), true));
    let health = outage.program.get("/healthz");
    let waiting = 9 * (all - 1);
    assert_eq!(health["notices"]["waiting"], waiting);
    assert!(health["notices"]["failing_since"].is_string(), "{health}");
    let states = told(&outage.program);
    assert_eq!(
        states.iter().filter(|state| *state == "waiting").count(),
        waiting
    );
    for victim in &outage.victims {
        assert_eq!(victim.side.taken().len(), 1, "nothing is taken meanwhile");
    }
    let lasted = from.elapsed();

    outage.all_be(|_| Mood::Well);
    let recovered = outage.recover(all);
    let mut report = format!("{lasted:.1?} of outage, {alarms} alarms by each channel\n");
    outage.until_shown((0, false));
    let states = told(&outage.program);
    assert_eq!(states.len(), 10 * all);
    assert!(
        states.iter().all(|state| state == "delivered"),
        "{states:?}"
    );
    for side in outage
        .victims
        .iter()
        .map(|one| &one.side)
        .chain([&outage.well])
    {
        let taken = side.taken();
        assert_eq!(taken.len(), all, "nothing is lost");
        assert!(
            taken.values().all(|times| *times == 1),
            "nothing comes twice: {taken:?}"
        );
    }
    let recovered: Vec<String> = recovered
        .iter()
        .map(|(name, took)| format!("{name}: all delivered {took:.1?} after it was mended"))
        .collect();
    assert!(outage.program.terminate().1, "it ends well");
    let failed = steps(outage.folder.path());
    writeln!(
        report,
        "tries that failed: {failed:?}\n{}",
        recovered.join("\n")
    )
    .expect("text takes all");
    report
}

/// In the log each notice is queued once and delivered once; the tries that failed, by channel.
fn steps(folder: &Path) -> BTreeMap<String, u32> {
    let mut channel_of: BTreeMap<String, String> = BTreeMap::new();
    let mut delivered = BTreeSet::new();
    let mut failed: BTreeMap<String, u32> = BTreeMap::new();
    for_each_record(&folder.join("log"), |record| {
        let Body::Notice(notice) = &record.body else {
            return;
        };
        let id = notice.notice.to_string();
        match &notice.step {
            NoticeStep::Queued(message) => {
                let before = channel_of.insert(id, message.channel.clone());
                assert_eq!(before, None, "queued once");
            }
            NoticeStep::Failed { .. } => *failed.entry(channel_of[&id].clone()).or_default() += 1,
            NoticeStep::Delivered { .. } => assert!(delivered.insert(id), "delivered once"),
            NoticeStep::GivenUp { .. } => panic!("{notice:?}"),
        }
    });
    assert_eq!(delivered.len(), channel_of.len());
    failed
}
