//! Photographs over HTTP: brought, named by steps, shown to whom a task may be shown.

use axum::http::HeaderMap;

use super::*;
use crate::evidence::tests::photograph;

impl Room {
    /// Brings bytes, or asks for a photograph: how it is answered, the head and the body.
    async fn raw(
        &self,
        who: &Who,
        method: &str,
        path: &str,
        body: Vec<u8>,
    ) -> (u16, HeaderMap, Vec<u8>) {
        let request = Request::builder().method(method).uri(path);
        let request = request.body(Bytes::from(body)).expect("a request");
        let router = self.router(who.clone());
        let answer = router.oneshot(request).await.expect("an answer");
        let (status, head) = (answer.status().as_u16(), answer.headers().clone());
        let body = to_bytes(answer.into_body(), 16 << 20)
            .await
            .expect("a body");
        (status, head, body.to_vec())
    }

    pub(super) async fn bring(&self, who: &Who, bytes: Vec<u8>) -> (u16, Value) {
        let (status, _, body) = self.raw(who, "POST", "/api/v1/evidence", bytes).await;
        (status, serde_json::from_slice(&body).expect("JSON"))
    }
}

#[tokio::test]
async fn a_photograph_is_shown_to_whom_its_task_may_be_shown() {
    let mut room = Room::open();
    let (_, tasks) = room.responding().await;
    let li = person("li", Role::Field, &["330802"]);
    let (status, kept) = room.bring(&li, photograph(7)).await;
    assert_eq!(
        (status, &kept["media"], &kept["again"]),
        (200, &json!("image/png"), &json!(false))
    );
    let (_, again) = room.bring(&li, photograph(7)).await;
    assert_eq!(
        (&again["again"], &again["digest"]),
        (&json!(true), &kept["digest"])
    );
    let digest = kept["digest"].as_str().expect("text").to_owned();
    let path = format!("/api/v1/evidence/{digest}");
    assert_eq!(
        room.raw(&leader(), "GET", &path, Vec::new()).await.0,
        404,
        "no task names it yet"
    );
    let task = &tasks["set-cordon"];
    room.step(&li, task, "sign").await;
    let steps = format!("/api/v1/tasks/{task}/steps");
    let photos = json!([{ "digest": digest, "taken_at": room.clock.now() }]);
    room.does(&li, &steps, json!({ "step": "set_out", "photos": photos }))
        .await;
    for (who, expected) in [
        (leader(), 200),
        (li.clone(), 200),
        (person("audit", Role::Auditor, &[]), 200),
        (person("far", Role::Field, &["330881"]), 404),
        (person("looks", Role::Viewer, &[]), 404),
        (person("admin", Role::Administrator, &[]), 404),
    ] {
        let (status, head, body) = room.raw(&who, "GET", &path, Vec::new()).await;
        assert_eq!(status, expected, "{:?}", who.person);
        if status == 200 {
            assert_eq!(body, photograph(7));
            assert_eq!(head["content-type"], "image/png");
            assert_eq!(head["x-content-type-options"], "nosniff");
            assert!(
                head["content-security-policy"]
                    .to_str()
                    .expect("text")
                    .contains("sandbox")
            );
            assert!(
                head["cache-control"]
                    .to_str()
                    .expect("text")
                    .starts_with("private")
            );
        }
    }
    for wrong in [
        "0".repeat(64),
        "..%2Fpeople.json".to_owned(),
        "x".to_owned(),
    ] {
        let path = format!("/api/v1/evidence/{wrong}");
        assert_eq!(room.raw(&leader(), "GET", &path, Vec::new()).await.0, 404);
    }
}

#[tokio::test]
async fn a_step_names_only_what_is_here() {
    let mut room = Room::open();
    let (_, tasks) = room.responding().await;
    let li = person("li", Role::Field, &["330802"]);
    let task = &tasks["set-cordon"];
    let path = format!("/api/v1/tasks/{task}/steps");
    let sign = |digest: &str| {
        let photos = json!([{ "digest": digest, "taken_at": at(1_000) }]);
        json!({ "key": "p-sign", "step": "sign", "photos": photos })
    };
    let (status, answer) = room
        .ask(&li, "POST", &path, &sign(&"a".repeat(64)), "zh-CN")
        .await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (StatusCode::CONFLICT, &json!("no_evidence"))
    );
    assert!(
        answer["error"]["message"]
            .as_str()
            .expect("text")
            .contains("照片")
    );
    let (status, _) = room.ask(&li, "POST", &path, &sign("../x"), "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    // The same act counts once the photograph is here: nothing was kept of the refusal.
    let (_, kept) = room.bring(&li, photograph(1)).await;
    let body = sign(kept["digest"].as_str().expect("text"));
    assert_eq!(
        room.ask(&li, "POST", &path, &body, "").await.0,
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_is_no_photograph_is_refused_by_name() {
    let room = Room::open();
    let li = person("li", Role::Field, &["330802"]);
    let cut = photograph(1)[..60].to_vec();
    for (bytes, status, code) in [
        (b"<script>alert(1)</script>".to_vec(), 415, "no_photograph"),
        (cut, 415, "no_photograph"),
        (vec![0xFF; (8 << 20) + 1], 413, "too_large"),
    ] {
        let (answered, answer) = room.bring(&li, bytes).await;
        assert_eq!((answered, &answer["error"]["code"]), (status, &json!(code)));
    }
}
