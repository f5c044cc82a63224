//! Sign-in by the provider: out to it, and back. A browser walks both ways, so whatever happens leads back to the app, which is told in the
//! fragment of its address: `/#oidc=away`.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use yiping_desk::people::Refused;

use super::error::{ApiError, ErrorAnswer};
use super::params::Params;
use super::session::{cookie, session_secs};
use crate::admission::{Peer, cookie_of};
use crate::people::PeopleError;
use crate::provider::Provider;
use crate::state::ServerState;

/// Where the provider sends people back to.
const ANSWER: &str = "/api/v1/session/oidc/answer";
/// What binds a sign-in to the browser that began it.
const COOKIE: &str = "yiping-oidc";
/// How long a person may be at the provider.
const COOKIE_SECS: u64 = 600;

/// By what people sign in here.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WaysAnswer {
    /// The provider besides name and password; null for none.
    oidc: Option<OidcWay>,
}

/// A provider.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OidcWay {
    /// What people call it.
    name: WayName,
    /// Whether it answered when it was asked last.
    available: bool,
}

/// A name in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayName {
    /// Chinese.
    zh: String,
    /// English.
    en: String,
}

/// By what people sign in here, besides name and password.
#[utoipa::path(
    get,
    path = "/api/v1/session/ways",
    tag = "people",
    responses((status = 200, description = "What there is", body = WaysAnswer))
)]
pub(super) async fn ways(
    State(state): State<ServerState>,
    params: Params,
) -> Result<Json<WaysAnswer>, ApiError> {
    params.finish()?;
    let oidc = state.provider.as_ref().map(|provider| {
        let name = &provider.settings().name;
        OidcWay {
            name: WayName {
                zh: name.zh.clone(),
                en: name.en.clone(),
            },
            available: provider.is_there(),
        }
    });
    Ok(Json(WaysAnswer { oidc }))
}

/// Sends a browser to the provider.
#[utoipa::path(
    get,
    path = "/api/v1/session/oidc",
    tag = "people",
    params(("seat" = Option<String>, Query, description = "The seat, at most 64 characters", max_length = 64)),
    responses(
        (status = 303, description = "To the provider, or back to the app, which is told why: `/#oidc=away`"),
        (status = 400, description = "A parameter that cannot be read", body = ErrorAnswer),
        (status = 404, description = "There is no provider", body = ErrorAnswer),
    )
)]
pub(super) async fn start(
    State(state): State<ServerState>,
    headers: HeaderMap,
    mut params: Params,
) -> Result<Response, ApiError> {
    let seat = params.text("seat")?.unwrap_or_default();
    params.finish()?;
    let provider = provider(&state)?;
    let redirect = format!("{}{ANSWER}", origin(&state, &headers));
    Ok(match provider.send(redirect, seat).await {
        Ok(to_there) => {
            let cookie = state_cookie(&to_there.state, COOKIE_SECS, state.secure);
            to(&to_there.address, &[&cookie])
        }
        Err(error) => back(error.word(), &[]),
    })
}

/// Takes a browser back from the provider.
#[utoipa::path(
    get,
    path = "/api/v1/session/oidc/answer",
    tag = "people",
    params(
        ("state" = Option<String>, Query, description = "What the browser was sent with"),
        ("code" = Option<String>, Query, description = "What the provider knows the sign-in by"),
        ("error" = Option<String>, Query, description = "Why the provider lets nobody in"),
        ("error_description" = Option<String>, Query, description = "The same for people"),
        ("error_uri" = Option<String>, Query, description = "Where it is explained"),
        ("iss" = Option<String>, Query, description = "The provider"),
        ("session_state" = Option<String>, Query, description = "Of the provider's own; not used"),
    ),
    responses(
        (status = 303, description = "To the app: signed in, with the cookie; or not, and told why: `/#oidc=state`"),
        (status = 400, description = "A parameter that cannot be read", body = ErrorAnswer),
        (status = 404, description = "There is no provider", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn answer(
    State(state): State<ServerState>,
    headers: HeaderMap,
    peer: Peer,
    mut params: Params,
) -> Result<Response, ApiError> {
    let (given, code) = (params.text("state")?, params.text("code")?);
    let refused = params.text("error")?;
    for said in ["error_description", "error_uri", "iss", "session_state"] {
        params.text(said)?;
    }
    params.finish()?;
    let provider = provider(&state)?;
    let begun = cookie_of(&headers, &[COOKIE]);
    let over = state_cookie("", 0, state.secure);
    // Only the browser that was sent may come back: nobody is signed in as somebody else by a link.
    let Some(given) = given.filter(|given| begun == Some(given.as_str())) else {
        return Ok(back("state", &[]));
    };
    let code = match (code, refused) {
        (Some(code), None) => code,
        (_, refused) => {
            let known = provider.forget(&given);
            tracing::info!(refused, known, "the provider let nobody in");
            return Ok(back(if known { "refused" } else { "state" }, &[&over]));
        }
    };
    let returned = match provider.receive(&given, code).await {
        Ok(returned) => returned,
        Err(error) => return Ok(back(error.word(), &[&over])),
    };
    let entered = state
        .people
        .enter_vouched(
            &returned.identity,
            provider.settings(),
            &returned.seat,
            &peer.address(),
        )
        .await;
    match entered {
        Ok(entered) => {
            let kept = session_secs(state.people.policy());
            let [(_, session)] = cookie(&state, &entered.secret, kept);
            Ok(to("/", &[&over, &session]))
        }
        Err(PeopleError::Refused(Refused::None(_))) => {
            // The administrator needs it to say whose account this is.
            let sub = encoded(&returned.identity.subject.sub);
            Ok(back(&format!("unknown&subject={sub}"), &[&over]))
        }
        Err(PeopleError::Refused(Refused::Form(_))) => Ok(back("seat", &[&over])),
        Err(error) => Err(error.into()),
    }
}

fn provider(state: &ServerState) -> Result<&Provider, ApiError> {
    state.provider.as_ref().ok_or_else(|| {
        ApiError::NotFound(
            "no provider answers for people here: sign in with name and password, or set [people.oidc]".into(),
        )
    })
}

/// How the program is asked from outside. The name in `Host` has passed the guard.
fn origin(state: &ServerState, headers: &HeaderMap) -> String {
    if !state.settings.public_url.is_empty() {
        return state.settings.public_url.trim_end_matches('/').to_owned();
    }
    let scheme = if state.secure { "https" } else { "http" };
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    format!("{scheme}://{}", host.unwrap_or_default())
}

fn back(word: &str, cookies: &[&str]) -> Response {
    to(&format!("/#oidc={word}"), cookies)
}

fn to(address: &str, cookies: &[&str]) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(address) = HeaderValue::from_str(address) {
        headers.insert(header::LOCATION, address);
    }
    for cookie in cookies {
        if let Ok(cookie) = HeaderValue::from_str(cookie) {
            headers.append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Sent along when the provider's page leads back here, which `Strict` would not be.
fn state_cookie(state: &str, seconds: u64, over_tls: bool) -> String {
    let and = if over_tls { "; Secure" } else { "" };
    format!(
        "{COOKIE}={state}; Path=/api/v1/session/oidc; HttpOnly; SameSite=Lax; Max-Age={seconds}{and}"
    )
}

/// A text as it stands in an address.
fn encoded(text: &str) -> String {
    let keeps = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes()
        .map(|byte| {
            if keeps(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
