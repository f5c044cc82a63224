//! The tokens of walls and programs.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_desk::people::{Token, TokenForm};
use yiping_desk::rights::Role;
use yiping_model::Timestamp;

use super::answer::Rows;
use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::Caller;
use crate::state::ServerState;

/// A token that is to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TokenRequest {
    /// Its name: 1 to 32 of a to z, 0 to 9, `.`, `_`, `-`. It is not given twice.
    #[schema(example = "hall-wall")]
    name: String,
    /// `wall`, `source` or `listener`.
    #[schema(example = "wall")]
    role: String,
    /// The seat that a wall belongs to, at most 64 characters.
    #[serde(default)]
    #[schema(example = "指挥大厅", max_length = 64)]
    seat: String,
}

/// A token, without what opens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenAnswer {
    /// Its name.
    name: String,
    /// `wall`, `source` or `listener`.
    role: &'static str,
    /// The seat that a wall belongs to.
    seat: String,
    /// When it was issued, by the machine's clock.
    #[schema(value_type = String, format = DateTime)]
    issued: Timestamp,
    /// Whether it opens nothing any more.
    revoked: bool,
}

/// A token that was just issued.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IssuedAnswer {
    /// Its name.
    name: String,
    /// What opens. It is shown this once: the program keeps only its digest.
    token: String,
}

impl From<&Token> for TokenAnswer {
    fn from(token: &Token) -> Self {
        Self {
            name: token.name.clone(),
            role: token.role.name(),
            seat: token.seat.clone(),
            issued: token.issued,
            revoked: token.revoked,
        }
    }
}

/// The tokens, by name.
#[utoipa::path(
    get,
    path = "/api/v1/tokens",
    tag = "people",
    responses((status = 200, description = "By name", body = Rows<TokenAnswer>))
)]
pub(super) async fn list(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
) -> Result<Json<Rows<TokenAnswer>>, ApiError> {
    params.finish()?;
    let register = state.people.register();
    let own = register
        .tokens()
        .filter(|_| caller.who.scope.is_everything());
    let rows: Vec<_> = own.map(TokenAnswer::from).collect();
    let all = rows.len();
    Ok(Json(Rows::cut(rows, all)))
}

/// Issues a token. Only an administrator of the whole city can.
#[utoipa::path(
    post,
    path = "/api/v1/tokens",
    tag = "people",
    request_body = TokenRequest,
    responses(
        (status = 201, description = "Issued; it is shown this once", body = IssuedAnswer),
        (status = 400, description = "Something is not as it must be; the message says what", body = ErrorAnswer),
        (status = 403, description = "Not an administrator of the whole city", body = ErrorAnswer),
        (status = 409, description = "The name is taken, or there are too many", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn issue(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Result<(StatusCode, Json<IssuedAnswer>), ApiError> {
    params.finish()?;
    let example = r#"{"name": "hall-wall", "role": "wall", "seat": "指挥大厅"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let role = request.role.parse::<Role>();
    let form = TokenForm {
        name: request.name.clone(),
        role: role.map_err(|error| ApiError::BadBody(error.to_string()))?,
        seat: request.seat,
    };
    let token = state.people.issue_token(&caller.who, form).await?;
    let issued = IssuedAnswer {
        name: request.name,
        token,
    };
    Ok((StatusCode::CREATED, Json(issued)))
}

/// Revokes a token: it opens nothing any more, and its live connections end.
#[utoipa::path(
    delete,
    path = "/api/v1/tokens/{name}",
    tag = "people",
    params(("name" = String, Path, description = "The token's name")),
    responses(
        (status = 204, description = "Revoked"),
        (status = 403, description = "Not an administrator of the whole city", body = ErrorAnswer),
        (status = 404, description = "There is none of this name", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn revoke(
    State(state): State<ServerState>,
    caller: Caller,
    Path(name): Path<String>,
    params: Params,
) -> Result<StatusCode, ApiError> {
    params.finish()?;
    state.people.revoke_token(&caller.who, &name).await?;
    Ok(StatusCode::NO_CONTENT)
}
