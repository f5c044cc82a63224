//! The accounts of people: an administrator makes and changes those that lie within the own areas and domains.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_desk::people::{Account, AccountForm};
use yiping_desk::rights::{Role, Scope};
use yiping_model::{Secret, Timestamp};

use super::answer::Rows;
use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::Caller;
use crate::people::{Change, Link};
use crate::state::ServerState;

/// An account as it is to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountRequest {
    /// The person's name on screens, 1 to 32 characters.
    #[schema(example = "张伟", min_length = 1, max_length = 32)]
    display: String,
    /// At least one role of people, as docs/RIGHTS.md names them.
    #[schema(example = json!(["duty_officer"]))]
    roles: Vec<String>,
    /// Codes of areas, GB/T 2260, to which the rights are bound; none for no bound.
    #[serde(default)]
    areas: Vec<String>,
    /// Names of packs to which the rights are bound; none for no bound.
    #[serde(default)]
    domains: Vec<String>,
    /// Whether it is closed: nobody signs in, and its sessions end.
    #[serde(default)]
    closed: bool,
    /// A password that the person must change at once. A new account without one gets a link instead.
    #[schema(value_type = Option<String>)]
    password: Option<Secret>,
    /// Whether its second factor is taken away, for example because the phone is lost.
    #[serde(default)]
    reset_second_factor: bool,
    /// As whom the provider knows the person (`sub`); an empty text when it is to answer for nobody, left out to leave it as it is.
    #[schema(max_length = 255)]
    subject: Option<String>,
}

/// An account that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccountRequest {
    /// The name to sign in with: 1 to 32 of a to z, 0 to 9, `.`, `_`, `-`. It is not given twice.
    #[schema(example = "zhang.wei")]
    name: String,
    /// What it is to be.
    account: AccountRequest,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountAnswer {
    /// The name to sign in with.
    name: String,
    /// The person's name on screens.
    display: String,
    /// The roles.
    roles: Vec<&'static str>,
    /// The areas to which the rights are bound; none for no bound.
    areas: Vec<String>,
    /// The domains to which the rights are bound; none for no bound.
    domains: Vec<String>,
    /// Whether it is closed.
    closed: bool,
    /// When the password was set, by the machine's clock.
    #[schema(value_type = String, format = DateTime)]
    password_set: Timestamp,
    /// Whether the person must change it first.
    must_change_password: bool,
    /// Whether it has a second factor.
    second_factor: bool,
    /// As whom the provider knows the person; null when it does not.
    subject: Option<String>,
    /// When the person was last heard of, by the machine's clock; null when never.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_seen: Option<Timestamp>,
    /// Until when the link opens by which the person sets the password; null when there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    link_until: Option<Timestamp>,
    /// In how many places the person is signed in.
    sessions: usize,
}

/// A link by which a person sets the password: `/#link=TOKEN`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkAnswer {
    /// What opens. It is shown this once: the program keeps only its digest.
    token: String,
    /// Until when, by the machine's clock.
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
}

/// An account that was made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MadeAnswer {
    /// The account.
    #[serde(flatten)]
    account: AccountAnswer,
    /// The link by which the person sets the password; null when a password was given.
    link: Option<LinkAnswer>,
}

impl From<Link> for LinkAnswer {
    fn from(link: Link) -> Self {
        Self {
            token: link.secret,
            until: link.until,
        }
    }
}

impl AccountAnswer {
    fn with_sessions(self, sessions: usize) -> Self {
        Self { sessions, ..self }
    }
}

impl From<&Account> for AccountAnswer {
    fn from(account: &Account) -> Self {
        Self {
            name: account.name.clone(),
            display: account.display.clone(),
            roles: account.roles.iter().map(|role| role.name()).collect(),
            areas: account.scope.areas.clone(),
            domains: account.scope.domains.clone(),
            closed: account.closed,
            password_set: account.password_set,
            must_change_password: account.must_change,
            second_factor: account.second.is_some(),
            subject: account.subject.as_ref().map(|subject| subject.sub.clone()),
            last_seen: account.seen,
            link_until: account.invitation.as_ref().map(|link| link.until),
            sessions: 0,
        }
    }
}

/// The accounts within the own areas and domains, by name.
#[utoipa::path(
    get,
    path = "/api/v1/accounts",
    tag = "people",
    responses((status = 200, description = "By name", body = Rows<AccountAnswer>))
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<Json<Rows<AccountAnswer>>, ApiError> {
    params.finish()?;
    let register = state.people.register();
    let own = register
        .accounts()
        .filter(|account| caller.who.scope.covers_scope(&account.scope));
    let row = |account: &Account| {
        AccountAnswer::from(account).with_sessions(register.sessions_of(&account.name))
    };
    let rows: Vec<_> = own.map(row).collect();
    let all = rows.len();
    Ok(Json(Rows::cut(rows, all)))
}

/// Makes an account. Without a password the answer has a link, once, by which the person sets it; a password that is given must be changed at the first sign-in.
#[utoipa::path(
    post,
    path = "/api/v1/accounts",
    tag = "people",
    request_body = NewAccountRequest,
    responses(
        (status = 201, description = "Made; a link is shown this once", body = MadeAnswer),
        (status = 400, description = "Something is not as it must be; the message says what", body = ErrorAnswer),
        (status = 403, description = "It reaches beyond the own areas and domains", body = ErrorAnswer),
        (status = 409, description = "The name is taken, or there are too many", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn make(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<NewAccountRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<MadeAnswer>), ApiError> {
    params.finish()?;
    let example =
        r#"{"name": "zhang.wei", "account": {"display": "张伟", "roles": ["duty_officer"]}}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let password = revealed(&request.account);
    if request.account.reset_second_factor || request.account.subject.is_some() {
        return Err(ApiError::BadBody(
            "a new account has no second factor and no identity: PUT /api/v1/accounts/{name} gives it one".into(),
        ));
    }
    let form = form(request.name, request.account)?;
    let (people, by) = (&state.people, &caller.who);
    let (account, link) = if let Some(password) = password {
        (people.make_account(by, form, password, true).await?, None)
    } else {
        let (account, link) = people.make_invited(by, form).await?;
        (account, Some(link.into()))
    };
    let account = (&account).into();
    Ok((StatusCode::CREATED, Json(MadeAnswer { account, link })))
}

/// Makes a link by which the person sets the password. Until then nothing else lets the person in; sessions end, and a link before it is void.
#[utoipa::path(
    post,
    path = "/api/v1/accounts/{name}/link",
    tag = "people",
    params(("name" = String, Path, description = "The account's name")),
    responses(
        (status = 201, description = "Made; it is shown this once", body = LinkAnswer),
        (status = 403, description = "It reaches beyond the own areas and domains, or is the own account", body = ErrorAnswer),
        (status = 404, description = "There is none of this name", body = ErrorAnswer),
        (status = 409, description = "The account is closed", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn link(
    State(state): State<ServerState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
) -> Result<(StatusCode, Json<LinkAnswer>), ApiError> {
    params.finish()?;
    let link = state.people.invite(&caller.who, &name).await?;
    Ok((StatusCode::CREATED, Json(link.into())))
}

/// Ends all sessions of an account, and their live screens.
#[utoipa::path(
    delete,
    path = "/api/v1/accounts/{name}/sessions",
    tag = "people",
    params(("name" = String, Path, description = "The account's name")),
    responses(
        (status = 204, description = "Ended"),
        (status = 403, description = "It reaches beyond the own areas and domains, or is the own account", body = ErrorAnswer),
        (status = 404, description = "There is none of this name", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn end_sessions(
    State(state): State<ServerState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    params.finish()?;
    state.people.end_sessions(&caller.who, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes an account; with a password, the person must change that at the next sign-in. Other roles or bounds, a password and a second factor taken away end its sessions.
#[utoipa::path(
    put,
    path = "/api/v1/accounts/{name}",
    tag = "people",
    params(("name" = String, Path, description = "The account's name")),
    request_body = AccountRequest,
    responses(
        (status = 200, description = "As it is now", body = AccountAnswer),
        (status = 400, description = "Something is not as it must be; the message says what", body = ErrorAnswer),
        (status = 403, description = "It reaches beyond the own areas and domains, or is the own account", body = ErrorAnswer),
        (status = 404, description = "There is none of this name", body = ErrorAnswer),
        (status = 409, description = "The identity belongs to another account", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn change(
    State(state): State<ServerState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
    body: Result<Json<AccountRequest>, JsonRejection>,
) -> Result<Json<AccountAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"display": "张伟", "roles": ["duty_officer"], "areas": ["330802"]}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let how = Change {
        password: revealed(&request),
        drop_second: request.reset_second_factor,
        subject: request.subject.clone(),
    };
    let form = form(name, request)?;
    let account = state.people.change_account(&caller.who, form, how).await?;
    Ok(Json((&account).into()))
}

fn revealed(request: &AccountRequest) -> Option<String> {
    let password = request.password.as_ref();
    password.map(|password| password.reveal().to_owned())
}

fn form(name: String, request: AccountRequest) -> Result<AccountForm, ApiError> {
    let roles: Result<_, _> = request
        .roles
        .iter()
        .map(|role| role.parse::<Role>())
        .collect();
    Ok(AccountForm {
        name,
        display: request.display,
        roles: roles.map_err(|error| ApiError::BadBody(error.to_string()))?,
        scope: Scope {
            areas: request.areas,
            domains: request.domains,
        },
        closed: request.closed,
    })
}
