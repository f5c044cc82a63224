use super::*;

const GOOD: &str = r#"
unknown = "accept"

[limits]
max_ahead_secs = 60

[[mqtt]]
name = "mqtt-main"
url = "mqtt://broker.city:8883"
version = "5"
username = "yiping"
password = "tell nobody"

[[mqtt.subscription]]
topic = "city/+/air"
mapping = { id = "topic:2" }
"#;

fn parsed(text: &str) -> IngestSettings {
    toml::from_str(text).expect("the TOML of [ingest]")
}

#[test]
fn settings_have_defaults_and_are_read_from_toml() {
    let settings = parsed(GOOD);
    settings.validate().expect("valid");
    let mqtt = &settings.mqtt[0];
    assert_eq!(mqtt.session_name(), "yiping-mqtt-main");
    assert_eq!(mqtt.address().expect("valid"), ("broker.city".into(), 8883));
    assert_eq!(mqtt.subscriptions[0].qos, 1);
    assert_eq!(settings.limits.max_behind_days, 400);
    IngestSettings::default().validate().expect("valid");
}

#[test]
fn a_password_is_never_shown() {
    let settings = parsed(GOOD);
    let shown = format!("{settings:?}") + &toml::to_string(&settings).expect("has a TOML form");
    assert!(!shown.contains("tell nobody"), "{shown}");
    let password = settings.mqtt[0].password.as_ref().expect("given");
    assert_eq!(password.reveal(), "tell nobody");
}

#[test]
fn an_address_has_one_form() {
    for (url, expected) in [
        ("mqtt://127.0.0.1:1884", Some(("127.0.0.1", 1884))),
        ("mqtt://localhost", Some(("localhost", 1883))),
        ("mqtt://localhost/", Some(("localhost", 1883))),
        ("mqtt://[::1]:1884", Some(("[::1]", 1884))),
        ("mqtt://[::1]", Some(("[::1]", 1883))),
        ("mqtts://localhost", None),
        ("localhost:1883", None),
        ("mqtt://", None),
        ("mqtt://localhost:port", None),
        ("mqtt://user@localhost", None),
    ] {
        let settings = MqttSettings {
            url: url.to_owned(),
            ..MqttSettings::default()
        };
        let expected = expected.map(|(host, port)| (host.to_owned(), port));
        assert_eq!(settings.address().ok(), expected, "{url}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_by_its_name() {
    for (from, to, expected) in [
        (
            "mqtt-main",
            "http",
            "ingest.mqtt[0].name: is taken; give every door its own name",
        ),
        (
            "mqtt-main",
            "replay",
            "ingest.mqtt[0].name: is taken; give every door its own name",
        ),
        (
            "mqtt-main",
            "a b",
            "ingest.mqtt[0].name: `a b` cannot be the name of a source: an id must not contain ' '",
        ),
        (
            "city/+/air",
            "city+",
            "ingest.mqtt[0].subscription[0].topic: is not a topic filter such as city/+/air or city/#",
        ),
        (
            "topic = ",
            "qos = 2\ntopic = ",
            "ingest.mqtt[0].subscription[0].qos: must be 0 or 1",
        ),
        (
            "username = \"yiping\"",
            "",
            "ingest.mqtt[0].username: is missing; a password needs one",
        ),
        (
            "version = ",
            "keep_alive_secs = 1\nversion = ",
            "ingest.mqtt[0].keep_alive_secs: must be at least 5",
        ),
        (
            "version = ",
            "packet_bytes_max = 1000\nversion = ",
            "ingest.mqtt[0].packet_bytes_max: must exceed payload_bytes_max by 70000, the room of the longest topic",
        ),
        (
            "mqtt://",
            "http://",
            "ingest.mqtt[0].url: `http://broker.city:8883` is not an address such as mqtt://127.0.0.1:1883",
        ),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let error = parsed(&GOOD.replacen(from, to, 1))
            .validate()
            .expect_err("makes no sense");
        assert_eq!(error.to_string(), expected);
    }
    let mut twice = parsed(GOOD);
    twice.mqtt[0].client_id = "same".into();
    twice.mqtt.push(MqttSettings {
        name: "second".into(),
        ..twice.mqtt[0].clone()
    });
    let error = twice.validate().expect_err("one session name");
    assert_eq!(error.field, "mqtt[1].client_id");
}

#[test]
fn an_unknown_key_is_an_error() {
    for (from, to) in [
        ("unknown", "unknwon"),
        ("topic", "topics"),
        ("version", "versoin"),
    ] {
        assert!(
            toml::from_str::<IngestSettings>(&GOOD.replacen(from, to, 1)).is_err(),
            "{from}"
        );
    }
}

#[test]
fn a_password_in_the_address_of_a_broker_is_refused_and_not_repeated() {
    let settings = MqttSettings {
        url: "mqtt://wall:tiger@127.0.0.1:1883".to_owned(),
        ..MqttSettings::default()
    };
    let message = settings.address().expect_err("credentials").to_string();
    assert!(
        message.contains("username") && !message.contains("tiger"),
        "{message}"
    );
}
