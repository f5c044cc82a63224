use std::collections::BTreeSet;

use super::side::{Mood, Side};
use super::{City, reasons, those};

fn webhook(port: u16) -> String {
    format!(
        "[[channel]]\nkind = \"webhook\"\nname = \"duty\"\nurl = \"http://127.0.0.1:{port}/robot/send?access_token=t0ken\"\n\
         secret = \"SEC1\"\nper_minute_max = 0\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_webhook_that_is_down_broken_slow_and_back_gets_each_notice_once() {
    let side = Side::down().await;
    let city = City::new(&webhook(side.port));
    let running = city.tell().await;
    for _ in 0..6 {
        city.raise().await;
    }
    // Nobody listens.
    city.until(|steps| those(steps, "failed").len() > 8).await;
    running
        .until(|standing| standing.waiting == 6 && standing.failing_since.is_some())
        .await;
    // It listens, and nothing that it says is an answer.
    side.be(Mood::Broken);
    side.listen().await;
    for mood in [
        Mood::Broken,
        Mood::Garbage,
        Mood::Refusing,
        Mood::Elsewhere,
        Mood::Slow,
    ] {
        side.be(mood);
        side.hears(7).await;
    }
    side.be(Mood::Well);
    let steps = city
        .until(|steps| those(steps, "delivered").len() >= 6)
        .await;

    let delivered: BTreeSet<_> = those(&steps, "delivered").into_iter().collect();
    let queued: BTreeSet<_> = those(&steps, "queued").into_iter().collect();
    assert_eq!((queued.len(), &delivered), (6, &queued));
    let taken: Vec<_> = side.taken();
    assert_eq!(taken.len(), 6, "each once: {taken:#?}");
    let ids: BTreeSet<_> = taken.iter().map(|got| got.id.clone()).collect();
    assert_eq!(ids, queued.iter().map(ToString::to_string).collect());
    let reasons = reasons(&steps).join("\n");
    for said in [
        "500 out of order",
        "<html>",
        "300005",
        "HTTP 307",
        "timeout",
    ] {
        assert!(reasons.contains(said), "{said} in {reasons}");
    }
    for secret in ["t0ken", "SEC1", "sign="] {
        assert!(!reasons.contains(secret), "{secret} in {reasons}");
    }
    let first = &taken[0];
    assert!(
        first
            .path
            .starts_with("/robot/send?access_token=t0ken&timestamp=")
    );
    assert!(first.path.contains("&sign="), "{}", first.path);
    assert!(
        first.body.contains(r#""msgtype":"markdown""#),
        "{}",
        first.body
    );
    running
        .until(|standing| standing.waiting == 0 && standing.failing_since.is_none())
        .await;
    running.close().await;
    assert_eq!(city.steps().await.len(), steps.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_after_a_restart_and_what_was_told_is_not() {
    let side = Side::up().await;
    let city = City::new(&webhook(side.port));
    let running = city.tell().await;
    city.raise().await;
    city.until(|steps| those(steps, "delivered").len() == 1)
        .await;
    side.be(Mood::Broken);
    city.raise().await;
    city.until(|steps| !those(steps, "failed").is_empty()).await;
    running.close().await;
    // Raised while nobody tells.
    city.raise().await;
    side.be(Mood::Well);
    let running = city.tell().await;
    let steps = city
        .until(|steps| those(steps, "delivered").len() == 3)
        .await;
    assert_eq!(those(&steps, "queued").len(), 3);
    assert_eq!(side.taken().len(), 3);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outbox_that_was_not_kept_is_read_from_the_log() {
    let side = Side::up().await;
    let city = City::new(&webhook(side.port));
    let running = city.tell().await;
    city.raise().await;
    city.until(|steps| those(steps, "delivered").len() == 1)
        .await;
    side.be(Mood::Broken);
    city.raise().await;
    city.until(|steps| !those(steps, "failed").is_empty()).await;
    running.close().await;
    std::fs::remove_file(city.dir.path().join("notices.checkpoint")).expect("there");
    side.be(Mood::Well);
    let running = city.tell().await;
    let steps = city
        .until(|steps| those(steps, "delivered").len() == 2)
        .await;
    assert_eq!(those(&steps, "queued").len(), 2);
    assert_eq!(side.taken().len(), 2);
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_channel_holds_up_no_other() {
    let (slow, quick) = (Side::up().await, Side::up().await);
    slow.be(Mood::Slow);
    let other = webhook(quick.port).replace("\"duty\"", "\"other\"");
    let city = City::new(&format!(
        "{}{other}[[route]]\nname = \"second\"\nchannels = [\"other\"]\n",
        webhook(slow.port)
    ));
    let running = city.tell().await;
    city.raise().await;
    city.until(|steps| !those(steps, "delivered").is_empty())
        .await;
    assert_eq!(quick.taken().len(), 1);
    running.until(|standing| standing.waiting == 1).await;
    slow.be(Mood::Well);
    city.until(|steps| those(steps, "delivered").len() == 2)
        .await;
    running.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sms_gateway_gets_what_its_form_asks_for() {
    let side = Side::up().await;
    let city = City::new(&format!(
        "[[channel]]\nkind = \"sms\"\nname = \"duty\"\nurl = \"http://127.0.0.1:{}/send\"\nto = [\"13800000000\", \"13900000000\"]\n\
         headers = {{ x-secret = \"s3cret\" }}\nbody = '{{\"phones\":\"{{to}}\",\"text\":\"{{text}}\",\"id\":\"{{id}}\"}}'\n\
         expect = '\"errcode\":0'\nper_minute_max = 0\n",
        side.port
    ));
    side.be(Mood::Garbage);
    let running = city.tell().await;
    city.raise().await;
    city.until(|steps| !those(steps, "failed").is_empty()).await;
    side.be(Mood::Well);
    let steps = city
        .until(|steps| !those(steps, "delivered").is_empty())
        .await;
    let taken = side.taken();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].secret, "s3cret");
    assert!(taken[0].content_type.starts_with("application/json"));
    let body: serde_json::Value = serde_json::from_str(&taken[0].body).expect("JSON");
    assert_eq!(body["phones"], "13800000000,13900000000");
    assert!(
        body["text"]
            .as_str()
            .expect("text")
            .contains("衢州市 报警\n")
    );
    let id = those(&steps, "delivered")[0].to_string();
    assert_eq!(body["id"], id.as_str());
    running.close().await;
}
