use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

const ISSUER: &str = "https://sso.example";

fn provider(ask: Arc<Ask>) -> Provider {
    let settings = Oidc {
        issuer: ISSUER.into(),
        client_id: "yiping".into(),
        ..Oidc::default()
    };
    Provider::new(settings, ask)
}

/// What a provider says of itself, or the keys that it has.
fn described(request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let said = if request.uri().path() == "/jwks" {
        serde_json::json!({ "keys": [] })
    } else {
        serde_json::json!({
            "issuer": ISSUER,
            "authorization_endpoint": format!("{ISSUER}/auth"),
            "token_endpoint": format!("{ISSUER}/token"),
            "jwks_uri": format!("{ISSUER}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    };
    let answer = Response::builder().header("content-type", "application/json");
    answer.body(said.to_string().into()).expect("an answer")
}

async fn send(provider: &Provider) -> Result<Sent, ProviderError> {
    let back = "http://127.0.0.1/api/v1/session/oidc/answer".to_owned();
    provider.send(back, "1号席".into()).await
}

#[tokio::test]
async fn a_person_is_sent_with_a_state_a_nonce_and_a_challenge() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let provider = provider(Arc::new(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        Ok(described(&request))
    }));
    let first = send(&provider).await.expect("it is there");
    let second = send(&provider).await.expect("it is there");
    assert_ne!(first.state, second.state);
    for part in [
        "response_type=code",
        "client_id=yiping",
        "code_challenge_method=S256",
        "nonce=",
        "scope=openid+profile",
    ] {
        assert!(first.address.contains(part), "{part}: {}", first.address);
    }
    assert!(first.address.contains(&format!("state={}", first.state)));
    assert_eq!(
        asked.load(Ordering::Relaxed),
        2,
        "itself and its keys, once for both"
    );
    assert!(provider.forget(&first.state) && !provider.forget(&first.state));
    let nobody = provider.receive(&first.state, "code".into()).await;
    assert_eq!(nobody.err(), Some(ProviderError::State));
}

#[tokio::test]
async fn of_too_many_under_way_the_oldest_is_forgotten() {
    let provider = provider(Arc::new(|request| Ok(described(&request))));
    let first = send(&provider).await.expect("it is there");
    let second = send(&provider).await.expect("it is there");
    for _ in 1..UNDER_WAY_MAX {
        send(&provider).await.expect("it is there");
    }
    assert_eq!(held(&provider.0.under_way).len(), UNDER_WAY_MAX);
    assert!(!provider.forget(&first.state) && provider.forget(&second.state));
}

#[tokio::test]
async fn few_ask_at_one_time_and_one_more_is_told_so() {
    let gate = Arc::new(Barrier::new(QUESTIONS_MAX + 1));
    let inside = Arc::clone(&gate);
    let provider = provider(Arc::new(move |_request| {
        // In, and out again when the test says so.
        inside.wait();
        inside.wait();
        Err("cut".into())
    }));
    let asking: Vec<_> = (0..QUESTIONS_MAX)
        .map(|_| {
            let provider = provider.clone();
            tokio::spawn(async move { send(&provider).await.err() })
        })
        .collect();
    let all_in = Arc::clone(&gate);
    let wait = |gate: Arc<Barrier>| tokio::task::spawn_blocking(move || gate.wait().is_leader());
    wait(all_in).await.expect("no panic");
    assert_eq!(send(&provider).await.err(), Some(ProviderError::Busy));
    wait(gate).await.expect("no panic");
    for one in asking {
        let error = one.await.expect("no panic").expect("the line was cut");
        assert_eq!(error.word(), "away");
    }
    assert!(!provider.is_there());
}
