//! The clients that people use: rumqttc and Debian's mosquitto clients.

use rumqttc::{mqttbytes, v5};
use tokio::process::Command;
use yiping_model::Reason;

use super::*;
use crate::settings::MqttVersion;
use crate::testing::device::publish;
use crate::testing::{message, rejects, things};

#[tokio::test]
async fn rumqttc_of_either_version_publishes_in_order() {
    for version in [MqttVersion::V311, MqttVersion::V5] {
        let house = House::open().await;
        let messages: Vec<(&str, String)> = (0..2_000)
            .map(|at| (TOPIC, message(&format!("t{at}"), 1.0)))
            .collect();
        publish(house.port, version, &messages).await;
        let expected: Vec<String> = (0..2_000).map(|at| format!("t{at}")).collect();
        assert_eq!(things(&house.log.bodies(2_000).await), expected);
        house.close().await;
    }
}

#[tokio::test]
async fn bad_payloads_become_dead_letters_and_disturb_nothing() {
    for version in [MqttVersion::V311, MqttVersion::V5] {
        let house = House::open().await;
        let payloads: [(&str, Vec<u8>); 5] = [
            (TOPIC, message("before", 1.0).into()),
            (TOPIC, vec![b'x'; 1024 * 1024]),
            (TOPIC, vec![0, 159, 146, 150]),
            (TOPIC, Vec::new()),
            (TOPIC, message("after", 1.0).into()),
        ];
        publish(house.port, version, &payloads).await;
        let bodies = house.log.bodies(5).await;
        assert_eq!(things(&bodies), ["before", "after"]);
        let reasons: Vec<Reason> = rejects(&bodies)
            .iter()
            .map(|letter| letter.reason)
            .collect();
        assert_eq!(
            reasons,
            [Reason::TooLarge, Reason::NotText, Reason::NotJson]
        );
        house.close().await;
    }
}

#[tokio::test]
async fn rumqttc_hears_that_there_are_no_subscriptions() {
    let house = House::open().await;
    let options = rumqttc::MqttOptions::new("older", "127.0.0.1", house.port);
    let (client, mut wire) = rumqttc::AsyncClient::new(options, 10);
    client
        .subscribe("city/#", mqttbytes::QoS::AtLeastOnce)
        .await
        .expect("queued");
    let refused = async {
        loop {
            let event = wire.poll().await.expect("the connection stays");
            if let rumqttc::Event::Incoming(mqttbytes::v4::Packet::SubAck(answer)) = event {
                return answer.return_codes;
            }
        }
    };
    let codes = in_time("SUBACK", refused).await;
    assert_eq!(codes, [mqttbytes::v4::SubscribeReasonCode::Failure]);

    let options = v5::MqttOptions::new("newer", "127.0.0.1", house.port);
    let (client, mut wire) = v5::AsyncClient::new(options, 10);
    client
        .subscribe("city/#", v5::mqttbytes::QoS::AtLeastOnce)
        .await
        .expect("queued");
    let refused = async {
        loop {
            let event = wire.poll().await.expect("the connection stays");
            if let v5::Event::Incoming(v5::mqttbytes::v5::Packet::SubAck(answer)) = event {
                return answer.return_codes;
            }
        }
    };
    let codes = in_time("SUBACK", refused).await;
    assert_eq!(
        codes,
        [v5::mqttbytes::v5::SubscribeReasonCode::NotAuthorized]
    );
    house.close().await;
}

/// Runs one of Debian's clients; whether it is content, and what it says.
async fn mosquitto(program: &str, port: u16, arguments: &[&str]) -> (bool, String) {
    let port = port.to_string();
    let running = Command::new(program)
        .args(["-h", "127.0.0.1", "-p", &port])
        .args(arguments)
        .kill_on_drop(true)
        .output();
    let output = in_time(program, running).await;
    let output = output.expect("mosquitto-clients is installed");
    let said = [output.stdout, output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

#[tokio::test]
async fn mosquitto_pub_of_either_version_is_content() {
    for version in ["mqttv311", "mqttv5"] {
        for qos in ["0", "1"] {
            let house = House::open().await;
            let text = message("a", 1.0);
            let arguments = ["-V", version, "-q", qos, "-t", TOPIC, "-m", &text];
            let (content, said) = mosquitto("mosquitto_pub", house.port, &arguments).await;
            assert!(content, "{version} {qos}: {said}");
            assert_eq!(things(&house.log.bodies(1).await), ["a"]);
            house.close().await;
        }
    }
}

#[tokio::test]
async fn mosquitto_sub_is_told_that_it_may_not_subscribe() {
    for version in ["mqttv311", "mqttv5"] {
        let house = House::open().await;
        let arguments = ["-V", version, "-t", "city/#", "-W", "20"];
        let (_, said) = mosquitto("mosquitto_sub", house.port, &arguments).await;
        let said = said.to_lowercase();
        assert!(
            said.contains("denied") || said.contains("rejected"),
            "{version}: {said}"
        );
        house.close().await;
    }
}
