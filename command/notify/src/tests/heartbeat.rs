use yiping_model::{Position, Secret, Timestamp};

use super::side::{Mood, Side};
use crate::{Beat, HeartbeatSettings};

fn beat() -> Beat {
    Beat {
        city: "衢州市".into(),
        version: "1.2.3",
        time: Timestamp::from_secs(9),
        city_time: Timestamp::from_secs(8),
        position: Position(7),
        ledger: Some("3:9f2c".into()),
        ledger_trouble: None,
        gaps: vec!["一号席".into()],
        unacknowledged: 2,
    }
}

#[tokio::test]
async fn a_beat_says_how_the_centre_is_and_goes_on_though_it_is_not_heard() {
    let side = Side::up().await;
    side.be(Mood::Broken);
    let settings = HeartbeatSettings {
        url: Some(Secret::from(format!("http://127.0.0.1:{}/beat", side.port))),
        every_secs: 1,
        ..HeartbeatSettings::default()
    };
    let kept = tokio::spawn(settings.keep(beat));
    side.hears(1).await;
    side.be(Mood::Well);
    side.hears(1).await;
    kept.abort();
    let got = side.got();
    assert_eq!(got[0].path, "/beat");
    assert_eq!(got[1].body, got[0].body);
    let said: serde_json::Value = serde_json::from_str(&got[0].body).expect("JSON");
    assert_eq!(said["position"], 7);
    assert_eq!(said["ledger"], "3:9f2c");
    assert_eq!(said["gaps"][0], "一号席");
    assert_eq!(said["city_time"], "1970-01-01T00:00:08Z");
}

#[tokio::test]
async fn nobody_hears_a_heartbeat_by_default_and_what_cannot_be_is_named() {
    let none = HeartbeatSettings::default();
    none.check().expect("right");
    none.keep(beat).await.expect("nothing to do");
    let wrong = |url: &str, every_secs| HeartbeatSettings {
        url: Some(Secret::from(url.to_owned())),
        every_secs,
        ..HeartbeatSettings::default()
    };
    assert!(wrong("ftp://h/", 30).check().is_err());
    assert!(wrong("http://h/", 0).check().is_err());
}
