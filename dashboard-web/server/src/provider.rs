//! Sign-in by a provider: `OpenID` Connect, authorization code with PKCE, `state` and `nonce`.
//!
//! The provider is asked when somebody signs in by it and at no other time: who is signed in stays so whatever becomes of it. What it must be asked is
//! asked on threads that may wait, few at once, and nobody waits longer than [`ANSWER_MAX`].

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::{Request, Response};
use data_encoding::BASE64URL_NOPAD;
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJsonWebKeySet, CoreProviderMetadata,
};
use openidconnect::{
    AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken, IssuerUrl,
    Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError,
    TokenResponse as _,
};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};
use yiping_desk::people::{Identity, Oidc, Subject};

use crate::metrics;
use crate::people::fresh;

/// How long a person waits for the provider.
pub const ANSWER_MAX: Duration = Duration::from_secs(5);
/// What the provider said of itself is asked again for a sign-in after so long.
const DESCRIBED_MAX: Duration = Duration::from_secs(5);
/// Keys that are not known are asked for this often.
const KEYS_AGAIN: Duration = Duration::from_mins(1);
/// How long a person may be at the provider.
const AWAY_MAX: Duration = Duration::from_mins(10);
/// Sign-ins that may be under way; of more the oldest is forgotten.
const UNDER_WAY_MAX: usize = 1_000;
/// Questions to the provider at one time.
const QUESTIONS_MAX: usize = 4;

/// Sends a request and waits for its answer; an answer of any status is none of the errors.
pub type Ask = dyn Fn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, String> + Send + Sync;

/// A provider of sign-in; clones are the same.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    settings: Oidc,
    ask: Arc<Ask>,
    described: Mutex<Described>,
    under_way: Mutex<BTreeMap<String, UnderWay>>,
    questions: Arc<Semaphore>,
}

/// What the provider said of itself.
#[derive(Default)]
struct Described {
    metadata: Option<(CoreProviderMetadata, Instant)>,
    keys_asked: Option<Instant>,
    /// Whether it was away when it was asked last.
    is_away: bool,
}

/// A person who is at the provider, and what must be right when it sends that person back.
struct UnderWay {
    metadata: CoreProviderMetadata,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    redirect: RedirectUrl,
    seat: String,
    began: Instant,
}

/// Where a person goes to sign in.
pub(crate) struct Sent {
    /// The address.
    pub(crate) address: String,
    /// What the person's browser must come back with.
    pub(crate) state: String,
}

/// Who came back.
pub(crate) struct Returned {
    pub(crate) identity: Identity,
    pub(crate) seat: String,
}

/// Why nobody is let in by the provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ProviderError {
    /// It does not answer, or not as a provider does.
    #[error("the provider is away: {0}")]
    Away(String),
    /// Too many people sign in by it at this moment.
    #[error("too many people sign in by the provider at this moment")]
    Busy,
    /// Nobody was sent with this state, or it is used or too old.
    #[error("this sign-in was not begun here, is over, or took too long")]
    State,
    /// What the provider says of the person is not right.
    #[error("the provider's answer cannot be trusted: {0}")]
    Token(String),
}

impl ProviderError {
    /// How the app is told.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Away(_) => "away",
            Self::Busy => "busy",
            Self::State => "state",
            Self::Token(_) => "token",
        }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Provider").finish_non_exhaustive()
    }
}

/// What went wrong on the way to the provider.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct AskError(String);

impl Provider {
    /// The provider of these settings, asked in this way; nobody is asked yet.
    pub fn new(settings: Oidc, ask: Arc<Ask>) -> Self {
        Self(Arc::new(Inner {
            settings,
            ask,
            described: Mutex::default(),
            under_way: Mutex::default(),
            questions: Arc::new(Semaphore::new(QUESTIONS_MAX)),
        }))
    }

    /// What was configured.
    pub(crate) fn settings(&self) -> &Oidc {
        &self.0.settings
    }

    /// Whether it answered when it was asked last, or was not asked yet.
    pub(crate) fn is_there(&self) -> bool {
        !self.described().is_away
    }

    /// Sends a person to the provider, to come back to this address.
    pub(crate) async fn send(&self, redirect: String, seat: String) -> Result<Sent, ProviderError> {
        let state = fresh().map_err(|error| ProviderError::Away(error.to_string()))?;
        let redirect = RedirectUrl::new(redirect)
            .map_err(|error| ProviderError::Away(format!("server.public_url: {error}")))?;
        let metadata = self.asked(Self::describe).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let client = CoreClient::from_provider_metadata(metadata.clone(), self.client_id(), None)
            .set_redirect_uri(redirect.clone());
        let csrf = CsrfToken::new(state.clone());
        let (address, _, nonce) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                || csrf,
                Nonce::new_random,
            )
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(challenge)
            .url();
        let under_way = UnderWay {
            metadata,
            nonce,
            verifier,
            redirect,
            seat,
            began: Instant::now(),
        };
        self.remember(state.clone(), under_way);
        Ok(Sent {
            address: address.into(),
            state,
        })
    }

    /// Takes a person back who was sent with this state; a state counts once.
    pub(crate) async fn receive(
        &self,
        state: &str,
        code: String,
    ) -> Result<Returned, ProviderError> {
        let under_way = held(&self.0.under_way).remove(state);
        let under_way = under_way.filter(|one| one.began.elapsed() < AWAY_MAX);
        let under_way = under_way.ok_or(ProviderError::State)?;
        let seat = under_way.seat.clone();
        let identity = self
            .asked(move |provider| provider.identify(code, under_way))
            .await?;
        Ok(Returned { identity, seat })
    }

    /// Forgets a person who was sent and will not come back.
    pub(crate) fn forget(&self, state: &str) -> bool {
        held(&self.0.under_way).remove(state).is_some()
    }

    fn remember(&self, state: String, one: UnderWay) {
        let mut under_way = held(&self.0.under_way);
        if under_way.len() >= UNDER_WAY_MAX {
            under_way.retain(|_, one| one.began.elapsed() < AWAY_MAX);
        }
        if under_way.len() >= UNDER_WAY_MAX {
            let oldest = under_way.iter().min_by_key(|(_, one)| one.began);
            if let Some(oldest) = oldest.map(|(state, _)| state.clone()) {
                under_way.remove(&oldest);
            }
        }
        under_way.insert(state, one);
    }

    /// Asks on a thread that may wait, and waits for it only so long.
    async fn asked<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Self) -> Result<T, ProviderError> + Send + 'static,
    ) -> Result<T, ProviderError> {
        let place = Arc::clone(&self.0.questions).try_acquire_owned();
        let place = place.map_err(|_full| ProviderError::Busy)?;
        let provider = self.clone();
        let asking = tokio::task::spawn_blocking(move || {
            let answer = question(&provider);
            drop(place);
            answer
        });
        let answer = match timeout(ANSWER_MAX, asking).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(broke)) => Err(ProviderError::Away(broke.to_string())),
            Err(_elapsed) => Err(ProviderError::Away(format!(
                "no answer within {} s",
                ANSWER_MAX.as_secs()
            ))),
        };
        self.note(answer.as_ref().err());
        answer
    }

    /// Notes how asking went. That the provider is away is told once, for anybody can make us ask.
    fn note(&self, error: Option<&ProviderError>) {
        let is_away = matches!(error, Some(ProviderError::Away(_)));
        let was_away = std::mem::replace(&mut self.described().is_away, is_away);
        if error.is_some() {
            metrics::count(metrics::PROVIDER_FAILED, 1);
        }
        match error {
            Some(error) if !is_away || !was_away => {
                tracing::warn!(%error, "sign-in by the provider failed");
            }
            None if was_away => tracing::info!("the provider of sign-in is back"),
            _ => {}
        }
    }

    /// What the provider says of itself, with its keys. Blocks.
    fn describe(&self) -> Result<CoreProviderMetadata, ProviderError> {
        if let Some((metadata, at)) = &self.described().metadata
            && at.elapsed() < DESCRIBED_MAX
        {
            return Ok(metadata.clone());
        }
        let away = |error: String| ProviderError::Away(error);
        let issuer = IssuerUrl::new(self.0.settings.issuer.clone());
        let issuer = issuer.map_err(|error| away(error.to_string()))?;
        let metadata = CoreProviderMetadata::discover(&issuer, &self.http())
            .map_err(|error| away(with_sources(&error)))?;
        self.described().metadata = Some((metadata.clone(), Instant::now()));
        Ok(metadata)
    }

    /// Who came back with this code. Blocks.
    fn identify(&self, code: String, begun: UnderWay) -> Result<Identity, ProviderError> {
        let secret = Some(self.0.settings.client_secret.reveal().to_owned());
        let secret = secret
            .filter(|secret| !secret.is_empty())
            .map(ClientSecret::new);
        let client = |metadata: CoreProviderMetadata| {
            CoreClient::from_provider_metadata(metadata, self.client_id(), secret.clone())
        };
        let answer = client(begun.metadata.clone())
            .set_redirect_uri(begun.redirect)
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| ProviderError::Away(error.to_string()))?
            .set_pkce_verifier(begun.verifier)
            .request(&self.http())
            .map_err(|error| refused_or_away(&error))?;
        let token = answer
            .id_token()
            .ok_or_else(|| ProviderError::Token("it holds no id_token".into()))?;
        let check = |metadata| {
            let client = client(metadata);
            let claims = token.claims(&client.id_token_verifier(), &begun.nonce);
            claims.map(|claims| claims.subject().to_string())
        };
        let sub = match check(begun.metadata.clone()) {
            Err(error) if is_of_another_key(&error) => check(self.newer_keys(begun.metadata)?),
            sub => sub,
        };
        let sub = sub.map_err(|error| ProviderError::Token(with_sources(&error)))?;
        let issuer = self.0.settings.issuer.clone();
        Ok(Identity {
            subject: Subject { issuer, sub },
            // Signed by the provider and for us: its other claims may be read as they stand.
            name: claim(token, &self.0.settings.claim),
        })
    }

    /// The provider with the keys of now, asked for at most once in [`KEYS_AGAIN`]. Blocks.
    fn newer_keys(
        &self,
        metadata: CoreProviderMetadata,
    ) -> Result<CoreProviderMetadata, ProviderError> {
        {
            let mut described = self.described();
            let asked = described.keys_asked;
            if asked.is_some_and(|asked| asked.elapsed() < KEYS_AGAIN) {
                let known = described.metadata.as_ref();
                return Ok(known.map_or(metadata, |(known, _)| known.clone()));
            }
            described.keys_asked = Some(Instant::now());
        }
        let keys = CoreJsonWebKeySet::fetch(metadata.jwks_uri(), &self.http())
            .map_err(|error| ProviderError::Away(with_sources(&error)))?;
        let metadata = metadata.set_jwks(keys);
        self.described().metadata = Some((metadata.clone(), Instant::now()));
        Ok(metadata)
    }

    fn http(&self) -> impl Fn(Request<Vec<u8>>) -> Result<Response<Vec<u8>>, AskError> + '_ {
        |request| (self.0.ask)(request).map_err(AskError)
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.0.settings.client_id.clone())
    }

    fn described(&self) -> MutexGuard<'_, Described> {
        held(&self.0.described)
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A token endpoint that says no to a code is there; one that says nothing, or nothing that can be read, is not.
fn refused_or_away<T: openidconnect::ErrorResponse + 'static>(
    error: &openidconnect::RequestTokenError<AskError, T>,
) -> ProviderError {
    match error {
        openidconnect::RequestTokenError::ServerResponse(_) => {
            ProviderError::Token(with_sources(error))
        }
        _ => ProviderError::Away(with_sources(error)),
    }
}

fn is_of_another_key(error: &ClaimsVerificationError) -> bool {
    matches!(
        error,
        ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)
    )
}

/// A text in the payload of a token that was verified.
fn claim(token: &CoreIdToken, name: &str) -> Option<String> {
    let token = token.to_string();
    let payload = token.split('.').nth(1)?;
    let payload = BASE64URL_NOPAD.decode(payload.as_bytes()).ok()?;
    let claims: Value = serde_json::from_slice(&payload).ok()?;
    claims.get(name)?.as_str().map(str::to_owned)
}

fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
