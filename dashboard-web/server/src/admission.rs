//! From where a request comes, who stands behind it, whether it is one too many, and whether the route is for them: the one place where rights are checked.
//!
//! A person's browser carries a cookie, a program a bearer token; where neither can be sent (a WebSocket of a program or a screen) the token
//! stands in the address, only for that.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::connect_info::Connected;
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::serve::IncomingStream;
use tokio::sync::watch;
use tokio::time::Instant;
use yiping_desk::people::{Key, Who};
use yiping_desk::rights::Right;

use crate::api::ApiError;
use crate::buckets::{Buckets, Pace};
use crate::connections::Limited;
use crate::metrics;
use crate::people::People;
use crate::proxies::{self, Network};
use crate::settings::Settings;

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

/// Addresses without a session or token whose requests are counted one by one; further ones share one count.
const ADDRESSES_MAX: usize = 10_000;
/// The same for sessions and tokens.
const KEYS_MAX: usize = 100_000;

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherEnd(SocketAddr);

impl Connected<IncomingStream<'_, Limited>> for OtherEnd {
    fn connect_info(stream: IncomingStream<'_, Limited>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// The address that a request comes from; of the one before the proxies that are trusted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(IpAddr);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let peer = parts.extensions.get::<Self>();
        peer.copied().ok_or_else(without_address)
    }
}

impl Peer {
    /// The address without its port, as the ledger writes it.
    pub(crate) fn address(self) -> String {
        self.0.to_string()
    }
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let caller = parts.extensions.get::<Self>();
        caller.cloned().ok_or(ApiError::NotSignedIn)
    }
}

/// What every request passes before its route.
#[derive(Clone)]
pub(crate) struct Door(Arc<Inner>);

struct Inner {
    people: People,
    proxies: Vec<Network>,
    began: Instant,
    /// Of who carries a session or a token that opens: what opens nothing has no bucket of its own.
    known: Mutex<Buckets<Key>>,
    /// Of everybody else.
    unknown: Mutex<Buckets<IpAddr>>,
}

impl Door {
    pub(crate) fn new(people: People, settings: &Settings) -> Self {
        let pace = Pace::new(settings.requests_per_second, settings.requests_burst);
        Self(Arc::new(Inner {
            people,
            proxies: settings.proxies.clone(),
            began: Instant::now(),
            known: Mutex::new(Buckets::new(pace, KEYS_MAX)),
            unknown: Mutex::new(Buckets::new(pace, ADDRESSES_MAX)),
        }))
    }

    fn take(&self, caller: Option<&Caller>, from: IpAddr) -> Result<(), ApiError> {
        let door = &self.0;
        let now = u64::try_from(door.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let taken = match caller {
            Some(caller) => held(&door.known).take(caller.key.clone(), now),
            None => held(&door.unknown).take(household(from), now),
        };
        taken.map_err(|micros| ApiError::TooManyRequests(micros.div_ceil(1_000_000)))
    }
}

fn held<K>(buckets: &Mutex<Buckets<K>>) -> std::sync::MutexGuard<'_, Buckets<K>> {
    buckets.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whose address it is: of IPv6 everybody has 2⁶⁴ of them.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
    }
}

fn without_address() -> ApiError {
    ApiError::Internal("a request without an address".into())
}

/// Finds out who comes and from where, and answers who comes too often.
pub(crate) async fn know(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    let Some(ConnectInfo(OtherEnd(peer))) = request.extensions().get() else {
        return without_address().into_response();
    };
    let from = proxies::address(peer.ip(), request.headers(), &door.0.proxies);
    let caller = carried(&request).and_then(|secret| {
        let key = Key::of(secret);
        let who = door.0.people.hear(&key)?;
        Some(Caller { who, key })
    });
    if let Err(error) = door.take(caller.as_ref(), from) {
        metrics::count_refused("too_many_requests");
        return error.into_response();
    }
    let extensions = request.extensions_mut();
    extensions.insert(Peer(from));
    if let Some(caller) = caller {
        // For routes of other rooms, which know no more of who comes.
        extensions.insert(caller.who.clone());
        extensions.insert(caller);
    }
    next.run(request).await
}

/// Lets a request pass to a route that has this need, or answers it.
pub(crate) async fn admit(State(need): State<Need>, request: Request, next: Next) -> Response {
    match check(need, request.extensions().get()) {
        Ok(()) => next.run(request).await,
        Err(error) => {
            metrics::count_refused(match error {
                ApiError::NotSignedIn => "not_signed_in",
                _ => "not_allowed",
            });
            error.into_response()
        }
    }
}

fn check(need: Need, caller: Option<&Caller>) -> Result<(), ApiError> {
    match (need, caller) {
        (Need::Nothing, _) | (Need::SignedIn, Some(_)) => Ok(()),
        (_, None) => Err(ApiError::NotSignedIn),
        (Need::Right(right), Some(caller)) if caller.who.may(right) => Ok(()),
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
    cookie_of(headers, &[COOKIE, COOKIE_SECURE])
}

/// The value of the first cookie of one of these names.
pub(crate) fn cookie_of<'a>(headers: &'a HeaderMap, names: &[&str]) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter();
    let pairs = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    pairs
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| names.contains(&name).then_some(value))
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
