//! Who stands behind a request, and whether the route is for them: the one place where rights are checked.
//!
//! A person's browser carries a cookie, a program a bearer token; where neither can be sent (a WebSocket of a program or a screen) the token
//! stands in the address, only for that.

use std::net::SocketAddr;

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use tokio::sync::watch;
use yiping_desk::people::{Key, Who};
use yiping_desk::rights::Right;

use crate::api::ApiError;
use crate::connections::Limited;
use crate::metrics;
use crate::people::People;

/// The cookie of a person's browser, or of a wall.
const COOKIE: &str = "yiping";
/// The same over TLS: browsers take one of this name only from the host itself, and send it nowhere else.
const COOKIE_SECURE: &str = "__Host-yiping";
/// The parameter of a WebSocket's address.
pub(crate) const TOKEN: &str = "token";

/// What a route asks of who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: it tells nothing of the city, or lets in.
    Nothing,
    /// To be signed in.
    SignedIn,
    /// A right that reaches anywhere; how far is the route's to ask.
    Right(Right),
}

/// Who was let in.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) who: Who,
    pub(crate) key: Key,
}

/// The address that a request comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(SocketAddr);

impl Connected<IncomingStream<'_, Limited>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Limited>) -> Self {
        Self(*stream.remote_addr())
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<ConnectInfo<Self>>();
        peer.map(|ConnectInfo(peer)| *peer)
            .ok_or_else(|| ApiError::Internal("a request without an address".into()))
    }
}

impl Peer {
    /// The address without its port, as the ledger writes it.
    pub(crate) fn address(self) -> String {
        self.0.ip().to_string()
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>();
        caller.cloned().ok_or(ApiError::NotSignedIn)
    }
}

/// Lets a request pass to a route that has this need, or answers it.
pub(crate) async fn admit(
    State((people, need)): State<(People, Need)>,
    mut request: Request,
    next: Next,
) -> Response {
    match admitted(&people, need, &request) {
        Ok(caller) => {
            if let Some(caller) = caller {
                // For routes of other rooms, which know no more of who comes.
                request.extensions_mut().insert(caller.who.clone());
                request.extensions_mut().insert(caller);
            }
            next.run(request).await
        }
        Err(error) => {
            metrics::count_refused(match error {
                ApiError::NotSignedIn => "not_signed_in",
                _ => "not_allowed",
            });
            error.into_response()
        }
    }
}

fn admitted(people: &People, need: Need, request: &Request) -> Result<Option<Caller>, ApiError> {
    let caller = carried(request).and_then(|secret| {
        let key = Key::of(secret);
        let who = people.hear(&key)?;
        Some(Caller { who, key })
    });
    match (need, caller) {
        (Need::Nothing, caller) => Ok(caller),
        (_, None) => Err(ApiError::NotSignedIn),
        (Need::SignedIn, Some(caller)) => Ok(Some(caller)),
        (Need::Right(right), Some(caller)) if caller.who.may(right) => Ok(Some(caller)),
        (Need::Right(right), Some(caller)) => Err(refused(right, &caller.who)),
    }
}

/// Why a right does not reach.
pub(crate) fn refused(right: Right, who: &Who) -> ApiError {
    if who.must_change {
        return ApiError::NotAllowed("first change the password that somebody else set".into());
    }
    if who.must_set_up() {
        return ApiError::NotAllowed(
            "first set up the second factor: POST /api/v1/session/totp".into(),
        );
    }
    let roles: Vec<_> = who.roles.iter().map(|role| role.name()).collect();
    ApiError::NotAllowed(format!(
        "`{right}` is not a right of {} {}: ask an administrator; docs/RIGHTS.md has the table",
        if roles.len() == 1 {
            "the role"
        } else {
            "the roles"
        },
        roles.join(", ")
    ))
}

/// The secret that a request carries.
fn carried(request: &Request) -> Option<&str> {
    let headers = request.headers();
    if let Some(authorization) = headers.get(header::AUTHORIZATION) {
        let (scheme, secret) = authorization.to_str().ok()?.split_once(' ')?;
        return scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim());
    }
    let in_address = || {
        let pairs = request.uri().query()?.split('&');
        pairs
            .filter_map(|pair| pair.split_once('='))
            .find_map(|(name, value)| (name == TOKEN).then_some(value))
    };
    if headers.contains_key(header::UPGRADE)
        && let Some(secret) = in_address()
    {
        return Some(secret);
    }
    carried_by_cookie(headers)
}

/// The secret that a browser carries.
pub(crate) fn carried_by_cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| [COOKIE, COOKIE_SECURE].contains(&name).then_some(value))
}

/// The cookie that carries this secret for so many seconds; none to forget it.
pub(crate) fn set_cookie(secret: &str, seconds: u64, over_tls: bool) -> String {
    let (name, and) = if over_tls {
        (COOKIE_SECURE, "; Secure")
    } else {
        (COOKIE, "")
    };
    format!("{name}={secret}; Path=/; HttpOnly; SameSite=Strict; Max-Age={seconds}{and}")
}

/// What a live connection stands on: it ends with the session or the token.
pub(crate) struct Standing {
    people: People,
    key: Key,
    changes: watch::Receiver<()>,
}

impl Standing {
    pub(crate) fn new(people: &People, caller: &Caller) -> Self {
        Self {
            changes: people.changes(),
            people: people.clone(),
            key: caller.key.clone(),
        }
    }

    /// Resolves when it stands no more.
    pub(crate) async fn ends(&mut self) {
        while self.people.opens(&self.key) {
            if self.changes.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}
