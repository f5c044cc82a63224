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

[[mqtt.subscription]]
topic = "city/hall/#"
form = "ticket"
mapping = { kinds = { "取号" = "taken" } }
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
            "ingest.mqtt[0].name: `replay` is the program's own name for what comes through no door; choose another",
        ),
        (
            "mqtt-main",
            "derived",
            "ingest.mqtt[0].name: `derived` is the program's own name for what comes through no door; choose another",
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

const DOOR: &str = r#"
[[mqttd]]
name = "devices"
listen = "127.0.0.1:1885"
username = "station"
password = "tell nobody"
unacknowledged_max = 100

[[mqttd.route]]
topic = "city/+/air"
mapping = { id = "topic:2" }
"#;

#[test]
fn the_door_for_devices_has_defaults_and_is_read_from_toml() {
    let settings = parsed(DOOR);
    settings.validate().expect("valid");
    let door = &settings.mqttd[0];
    assert_eq!(door.listen.port(), 1885);
    assert_eq!(door.unacknowledged_max.get(), 100);
    assert_eq!(door.keep_alive_secs_max, 3_600);
    let shown = format!("{settings:?}") + &toml::to_string(&settings).expect("has a TOML form");
    assert!(!shown.contains("tell nobody"), "{shown}");
}

#[test]
fn what_makes_no_sense_for_devices_is_refused_by_its_name() {
    for (from, to, expected) in [
        (
            "127.0.0.1:1885",
            "0.0.0.0:1885",
            "ingest.mqttd[0].listen: is not a loopback address: others are answered only over TLS, and only devices that say who they are; set tls, and client_ca or username and password, or use 127.0.0.1 or [::1]",
        ),
        (
            "\"devices\"",
            "\"http\"",
            "ingest.mqttd[0].name: is taken; give every door its own name",
        ),
        (
            "username = \"station\"",
            "",
            "ingest.mqttd[0].username: is missing; a password needs one",
        ),
        (
            "username",
            "connections_max = 0\nusername",
            "ingest.mqttd[0].connections_max: must be at least 1",
        ),
        (
            "username",
            "packet_bytes_max = 263000\nusername",
            "ingest.mqttd[0].packet_bytes_max: must exceed payload_bytes_max and topic_bytes_max together by 1024",
        ),
        (
            "username",
            "unfinished_bytes_max = 2097151\nusername",
            "ingest.mqttd[0].unfinished_bytes_max: must be at least packet_bytes_max",
        ),
        (
            "city/+/air",
            "city+",
            "ingest.mqttd[0].route[0].topic: is not a topic filter such as city/+/air or city/#",
        ),
        (
            "[[mqttd.route]]\ntopic = \"city/+/air\"\nmapping = { id = \"topic:2\" }",
            "",
            "ingest.mqttd[0].route: is missing; add [[ingest.mqttd.route]] with a topic",
        ),
    ] {
        assert!(DOOR.contains(from), "{from}");
        let error = parsed(&DOOR.replacen(from, to, 1))
            .validate()
            .expect_err("makes no sense");
        assert_eq!(error.to_string(), expected);
    }
    let twice = parsed(&(DOOR.to_owned() + &DOOR.replace("devices", "others")));
    let error = twice.validate().expect_err("one port");
    assert_eq!(error.field, "mqttd[1].listen");
    for nothing in ["unacknowledged_max = 0", "unknown_key = 1"] {
        let text = DOOR.replace("unacknowledged_max = 100", nothing);
        assert!(
            toml::from_str::<IngestSettings>(&text).is_err(),
            "{nothing}"
        );
    }
}

#[test]
fn a_secret_matches_itself_only() {
    let secret = Secret::from("tell nobody".to_owned());
    assert!(secret.matches(b"tell nobody"));
    for other in ["", "tell nobod", "tell nobody!", "tell nobodx"] {
        assert!(!secret.matches(other.as_bytes()), "{other}");
    }
}

#[test]
fn a_mapping_of_observations_is_none_of_events_and_the_other_way_round() {
    let metrics = GOOD.replace(
        "form = \"ticket\"\nmapping = { kinds",
        "form = \"ticket\"\nmapping = { metrics = \"/m\", kinds",
    );
    let error = parsed(&metrics).validate().expect_err("metrics");
    assert_eq!(error.field, "mqtt[0].subscription[1].mapping.metrics");
    let kinds = GOOD.replace("form = \"ticket\"\n", "");
    let error = parsed(&kinds).validate().expect_err("kinds");
    assert_eq!(error.field, "mqtt[0].subscription[1].mapping.kinds");
}
