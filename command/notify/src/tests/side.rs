//! The other side of a webhook or of an SMS gateway: a real server on a port of its own.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How it answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    /// As it should.
    Well,
    /// Status 500.
    Broken,
    /// Status 200 and something else.
    Garbage,
    /// As a robot that knows no such token.
    Refusing,
    /// Not at all, until it changes.
    Slow,
    /// It goes elsewhere.
    Elsewhere,
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Got {
    pub(super) mood: Mood,
    pub(super) path: String,
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) content_type: String,
    pub(super) body: String,
}

#[derive(Debug, Clone)]
pub(super) struct Side {
    mood: Arc<watch::Sender<Mood>>,
    got: Arc<Mutex<Vec<Got>>>,
    count: Arc<watch::Sender<usize>>,
    pub(super) port: u16,
}

impl Side {
    /// One that has a port and does not listen yet.
    pub(super) async fn down() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        Self {
            mood: Arc::new(watch::Sender::new(Mood::Well)),
            got: Arc::default(),
            count: Arc::new(watch::Sender::new(0)),
            port: listener.local_addr().expect("bound").port(),
        }
    }

    pub(super) async fn up() -> Self {
        let side = Self::down().await;
        side.listen().await;
        side
    }

    pub(super) async fn listen(&self) -> JoinHandle<()> {
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await;
        let router = Router::new().fallback(take).with_state(self.clone());
        let listener = listener.expect("its port is free");
        tokio::spawn(async move {
            axum::serve(listener, router).await.expect("serves");
        })
    }

    pub(super) fn be(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// What came, in order.
    pub(super) fn got(&self) -> Vec<Got> {
        let got = self.got.lock().unwrap_or_else(PoisonError::into_inner);
        got.clone()
    }

    /// What came and was answered well.
    pub(super) fn taken(&self) -> Vec<Got> {
        let got = self.got().into_iter();
        got.filter(|one| one.mood == Mood::Well).collect()
    }

    /// Waits until so many more requests came.
    pub(super) async fn hears(&self, more: usize) {
        let mut count = self.count.subscribe();
        let target = *count.borrow() + more;
        count
            .wait_for(|count| *count >= target)
            .await
            .expect("it lives");
    }
}

async fn take(State(side): State<Side>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let header = |name: &str| {
        let value = head.headers.get(name);
        value.map_or_else(String::new, |value| {
            value.to_str().expect("text").to_owned()
        })
    };
    let mut mood = side.mood.subscribe();
    let is = *mood.borrow_and_update();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let got = Got {
        mood: is,
        path: head.uri.to_string(),
        id: header("idempotency-key"),
        secret: header("x-secret"),
        content_type: header("content-type"),
        body: String::from_utf8(body.to_vec()).expect("text"),
    };
    side.got
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(got);
    side.count.send_modify(|count| *count += 1);
    match is {
        Mood::Well => r#"{"errcode":0,"errmsg":"ok"}"#.into_response(),
        Mood::Broken => (StatusCode::INTERNAL_SERVER_ERROR, "out of order").into_response(),
        Mood::Garbage => "<html>welcome</html>".into_response(),
        Mood::Refusing => r#"{"errcode":300005,"errmsg":"token is not exist"}"#.into_response(),
        Mood::Slow => {
            mood.changed().await.ok();
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Mood::Elsewhere => (
            StatusCode::TEMPORARY_REDIRECT,
            [("location", "http://127.0.0.1:1/")],
        )
            .into_response(),
    }
}
