//! Signing in and out, and who is signed in.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_desk::people::{Key, Policy, Standing, Who};
use yiping_desk::rights::{Role, TABLE};
use yiping_model::Secret;

use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::{Caller, Peer, carried_by_cookie, set_cookie};
use crate::people::People;
use crate::state::ServerState;

/// How long a wall's browser keeps its token: the longest that browsers allow. Each look at the session begins it anew.
const WALL_COOKIE_SECS: u64 = 400 * 24 * 3_600;

/// An answer that sets the cookie.
type WithCookie<T> = ([(HeaderName, String); 1], T);

/// A sign-in: name and password of a person, or the token of a wall.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInRequest {
    /// The account's name.
    #[schema(example = "zhang.wei")]
    name: Option<String>,
    /// Its password.
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
    /// The code of the second factor, where the account has one: as the phone shows it, or one of the recovery codes.
    #[schema(value_type = Option<String>, example = "123456")]
    code: Option<Secret>,
    /// The seat, at most 64 characters.
    #[serde(default)]
    #[schema(example = "1号席", max_length = 64)]
    seat: String,
    /// The token of a wall, instead of name and password.
    #[schema(value_type = Option<String>)]
    token: Option<Secret>,
}

/// The first administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstRequest {
    /// From the link that the program printed at its start.
    #[schema(value_type = String)]
    token: Secret,
    /// The name to sign in with.
    name: String,
    /// The name on screens.
    display: String,
    /// The password.
    #[schema(value_type = String)]
    password: Secret,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordRequest {
    /// The present one.
    #[schema(value_type = String)]
    old: Secret,
    /// The new one.
    #[schema(value_type = String)]
    new: Secret,
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionAnswer {
    /// The account's name; of a wall or a program that of its token.
    name: String,
    /// The name on screens.
    display: String,
    /// The roles.
    roles: Vec<&'static str>,
    /// The areas to which the rights are bound, GB/T 2260; none for no bound.
    areas: Vec<String>,
    /// The domains to which the rights are bound; none for no bound.
    domains: Vec<String>,
    /// The seat; may be empty.
    seat: String,
    /// Whether it is a wall or a program, which is never signed out by itself.
    device: bool,
    /// The rights that reach anywhere.
    acts: Vec<&'static str>,
    /// Whether the password must be changed before anything else.
    must_change_password: bool,
    /// The second factor of the account: `off`, none is asked for; `none`; `missing`, it must be set up before anything else; `set`.
    second_factor: &'static str,
}

impl From<Who> for SessionAnswer {
    fn from(who: Who) -> Self {
        let rights = TABLE.iter().filter(|(right, _)| who.may(*right));
        Self {
            acts: rights.map(|(right, _)| right.name()).collect(),
            device: who.is_device(),
            name: who.person.unwrap_or_else(|| who.display.clone()),
            display: who.display,
            roles: who.roles.iter().map(|role| role.name()).collect(),
            areas: who.scope.areas,
            domains: who.scope.domains,
            seat: who.seat,
            must_change_password: who.must_change,
            second_factor: match who.second {
                Standing::Off => "off",
                Standing::None => "none",
                Standing::Missing => "missing",
                Standing::Set => "set",
            },
        }
    }
}

/// Signs in: the answer sets a cookie. A wall signs in once, by its token, and stays.
#[utoipa::path(
    post,
    path = "/api/v1/session",
    tag = "people",
    request_body = SignInRequest,
    responses(
        (status = 200, description = "Signed in; sets the cookie", body = SessionAnswer),
        (status = 400, description = "Neither name and password nor a token", body = ErrorAnswer),
        (status = 401, description = "They do not open; with code `second_factor`, a `code` is missing or wrong", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 429, description = "Too many failed; `retry-after` says how long to wait", body = ErrorAnswer),
        (status = 503, description = "Too many sign in at once", body = ErrorAnswer),
    )
)]
pub(super) async fn sign_in(
    State(state): State<ServerState>,
    peer: Peer,
    params: Params,
    body: Result<Json<SignInRequest>, JsonRejection>,
) -> Result<WithCookie<Json<SessionAnswer>>, ApiError> {
    params.finish()?;
    let example = r#"{"name": "zhang.wei", "password": "…", "seat": "1号席"} or {"token": "…"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    match (request.name, request.password, request.token) {
        (Some(name), Some(password), None) => {
            let code = request.code.as_ref().map(Secret::reveal);
            let password = password.reveal().to_owned();
            let entered = state
                .people
                .sign_in(&name, password, code, &request.seat, &peer.address())
                .await?;
            let kept = session_secs(state.people.policy());
            Ok(answer(&state, &entered.secret, kept, entered.who))
        }
        (None, None, Some(token)) => {
            let who = state.people.hear(&Key::of(token.reveal()));
            let who = who.filter(|who| who.roles.contains(&Role::Wall));
            let who = who.ok_or(ApiError::WrongSignIn(
                "this token opens no wall: it was revoked, or is another one".into(),
            ))?;
            Ok(answer(&state, token.reveal(), WALL_COOKIE_SECS, who))
        }
        _ => Err(ApiError::BadBody(format!("body must be {example}"))),
    }
}

/// Who is signed in. A person who asks is heard of: the idle time begins anew.
#[utoipa::path(
    get,
    path = "/api/v1/session",
    tag = "people",
    responses(
        (status = 200, description = "Who it is", body = SessionAnswer),
        (status = 401, description = "Nobody, or not any more", body = ErrorAnswer),
    )
)]
pub(super) async fn shown(
    State(state): State<ServerState>,
    caller: Caller,
    headers: HeaderMap,
    params: Params,
) -> Result<(Option<[(HeaderName, String); 1]>, Json<SessionAnswer>), ApiError> {
    params.finish()?;
    let wall = carried_by_cookie(&headers).filter(|_| caller.who.is_device());
    let kept = wall.map(|secret| cookie(&state, secret, WALL_COOKIE_SECS));
    Ok((kept, Json(caller.who.into())))
}

/// Signs out: the session ends, and its live connections with it. A token is not ended by this, only forgotten by the browser.
#[utoipa::path(
    delete,
    path = "/api/v1/session",
    tag = "people",
    responses(
        (status = 204, description = "Signed out; the cookie is taken back"),
        (status = 401, description = "Nobody is signed in", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn sign_out(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<WithCookie<StatusCode>, ApiError> {
    params.finish()?;
    state.people.sign_out(&caller.key, &caller.who).await?;
    Ok((cookie(&state, "", 0), StatusCode::NO_CONTENT))
}

/// Makes the first administrator and signs in, by the link that `yiping run` prints while there is no account.
#[utoipa::path(
    post,
    path = "/api/v1/session/first",
    tag = "people",
    request_body = FirstRequest,
    responses(
        (status = 200, description = "Made, and signed in; sets the cookie", body = SessionAnswer),
        (status = 400, description = "Name or password is not as it must be", body = ErrorAnswer),
        (status = 403, description = "There is an account already, or the link is an old one", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn first(
    State(state): State<ServerState>,
    peer: Peer,
    params: Params,
    body: Result<Json<FirstRequest>, JsonRejection>,
) -> Result<WithCookie<Json<SessionAnswer>>, ApiError> {
    params.finish()?;
    let example = r#"{"token": "…", "name": "zhang.wei", "display": "张伟", "password": "…"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let people: &People = &state.people;
    let entered = people
        .make_first(
            request.token.reveal(),
            &request.name,
            &request.display,
            request.password.reveal().to_owned(),
            &peer.address(),
        )
        .await?;
    let kept = session_secs(people.policy());
    Ok(answer(&state, &entered.secret, kept, entered.who))
}

/// Changes the own password; the person's other sessions end.
#[utoipa::path(
    put,
    path = "/api/v1/session/password",
    tag = "people",
    request_body = PasswordRequest,
    responses(
        (status = 204, description = "Changed"),
        (status = 400, description = "The new one breaks a rule; the message says which", body = ErrorAnswer),
        (status = 401, description = "The old one is wrong, or nobody is signed in", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 429, description = "Too many failed", body = ErrorAnswer),
        (status = 503, description = "Too many sign in at once", body = ErrorAnswer),
    )
)]
pub(super) async fn password(
    State(state): State<ServerState>,
    caller: Caller,
    peer: Peer,
    params: Params,
    body: Result<Json<PasswordRequest>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    params.finish()?;
    let example = r#"{"old": "…", "new": "…"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let reveal = |secret: Secret| secret.reveal().to_owned();
    state
        .people
        .change_password(
            &caller.key,
            &caller.who,
            reveal(request.old),
            reveal(request.new),
            &peer.address(),
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A password, by a link of an administrator.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkRequest {
    /// From the link.
    #[schema(value_type = String)]
    token: Secret,
    /// The password.
    #[schema(value_type = String)]
    password: Secret,
}

/// Whose password was set.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkedAnswer {
    /// The name to sign in with.
    name: String,
}

/// Sets the password of the person for whom an administrator made a link. The link opens nothing any more; the person then signs in.
#[utoipa::path(
    put,
    path = "/api/v1/session/link",
    tag = "people",
    request_body = LinkRequest,
    responses(
        (status = 200, description = "Set: sign in with it", body = LinkedAnswer),
        (status = 400, description = "The password breaks a rule; the message says which", body = ErrorAnswer),
        (status = 403, description = "The link was used, is too old, or another was made after it", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn link(
    State(state): State<ServerState>,
    params: Params,
    body: Result<Json<LinkRequest>, JsonRejection>,
) -> Result<Json<LinkedAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"token": "…", "password": "…"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let password = request.password.reveal().to_owned();
    let name = state
        .people
        .accept(request.token.reveal(), password)
        .await?;
    Ok(Json(LinkedAnswer { name }))
}

fn answer(
    state: &ServerState,
    secret: &str,
    seconds: u64,
    who: Who,
) -> WithCookie<Json<SessionAnswer>> {
    (cookie(state, secret, seconds), Json(who.into()))
}

pub(super) fn cookie(state: &ServerState, secret: &str, seconds: u64) -> [(HeaderName, String); 1] {
    [(
        header::SET_COOKIE,
        set_cookie(secret, seconds, state.secure),
    )]
}

pub(super) fn session_secs(policy: &Policy) -> u64 {
    u64::from(policy.session_hours) * 3_600
}
