//! The second factor of who is signed in: one-time codes of the phone.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use yiping_model::Secret;

use super::error::{ApiError, ErrorAnswer};
use super::params::{Params, taken};
use crate::admission::{Caller, Peer};
use crate::state::ServerState;

/// Who asks shows again that it is the person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpOfferRequest {
    /// The account's password.
    #[schema(value_type = String)]
    password: Secret,
}

/// What the phone must know. It is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TotpOfferAnswer {
    /// To be typed into the phone.
    #[schema(example = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")]
    secret: String,
    /// The same for a QR code.
    #[schema(example = "otpauth://totp/Yiping:zhang.wei?secret=…")]
    uri: String,
}

/// The first code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpConfirmRequest {
    /// As the phone shows it.
    #[schema(value_type = String, example = "123456")]
    code: Secret,
}

/// Codes for when the phone is lost. They are shown this once, and each opens once.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveryAnswer {
    /// Ten of them.
    recovery_codes: Vec<String>,
}

/// What shows that it is the person.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TotpRemovalRequest {
    /// The account's password.
    #[schema(value_type = String)]
    password: Secret,
    /// As the phone shows it, or one of the recovery codes.
    #[schema(value_type = String, example = "123456")]
    code: Secret,
}

/// Offers a second factor: a secret for the phone. It counts when its first code was confirmed.
#[utoipa::path(
    post,
    path = "/api/v1/session/totp",
    tag = "people",
    request_body = TotpOfferRequest,
    responses(
        (status = 200, description = "What the phone must know", body = TotpOfferAnswer),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 401, description = "The password is wrong, or nobody is signed in", body = ErrorAnswer),
        (status = 403, description = "No second factor is asked for here", body = ErrorAnswer),
        (status = 409, description = "The account has one already", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 429, description = "Too many failed", body = ErrorAnswer),
        (status = 503, description = "Too many sign in at once", body = ErrorAnswer),
    )
)]
pub(super) async fn offer(
    State(state): State<ServerState>,
    caller: Caller,
    peer: Peer,
    params: Params,
    body: Result<Json<TotpOfferRequest>, JsonRejection>,
) -> Result<Json<TotpOfferAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"password": "…"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let password = request.password.reveal().to_owned();
    let (secret, uri) = state
        .people
        .offer_second(&caller.key, &caller.who, password, &peer.address())
        .await?;
    Ok(Json(TotpOfferAnswer {
        secret: secret.base32(),
        uri,
    }))
}

/// Confirms the second factor that was offered to this session, by its first code.
#[utoipa::path(
    put,
    path = "/api/v1/session/totp",
    tag = "people",
    request_body = TotpConfirmRequest,
    responses(
        (status = 200, description = "It counts; these are the codes for when the phone is lost", body = RecoveryAnswer),
        (status = 400, description = "The code is wrong, or nothing was offered", body = ErrorAnswer),
        (status = 401, description = "Nobody is signed in", body = ErrorAnswer),
        (status = 409, description = "The account has one already", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 503, description = "The log is busy", body = ErrorAnswer),
    )
)]
pub(super) async fn confirm(
    State(state): State<ServerState>,
    caller: Caller,
    params: Params,
    body: Result<Json<TotpConfirmRequest>, JsonRejection>,
) -> Result<Json<RecoveryAnswer>, ApiError> {
    params.finish()?;
    let example = r#"{"code": "123456"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let recovery_codes = state
        .people
        .confirm_second(&caller.key, &caller.who, request.code.reveal())
        .await?;
    Ok(Json(RecoveryAnswer { recovery_codes }))
}

/// Takes the own second factor away.
#[utoipa::path(
    post,
    path = "/api/v1/session/totp/removal",
    tag = "people",
    request_body = TotpRemovalRequest,
    responses(
        (status = 204, description = "Taken away"),
        (status = 400, description = "The body is not as it must be", body = ErrorAnswer),
        (status = 401, description = "Password or code are wrong, or nobody is signed in", body = ErrorAnswer),
        (status = 409, description = "The account has none", body = ErrorAnswer),
        (status = 413, description = "The body is too large", body = ErrorAnswer),
        (status = 415, description = "The body is not JSON", body = ErrorAnswer),
        (status = 429, description = "Too many failed", body = ErrorAnswer),
        (status = 503, description = "Too many sign in at once", body = ErrorAnswer),
    )
)]
pub(super) async fn remove(
    State(state): State<ServerState>,
    caller: Caller,
    peer: Peer,
    params: Params,
    body: Result<Json<TotpRemovalRequest>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    params.finish()?;
    let example = r#"{"password": "…", "code": "123456"}"#;
    let request = taken(body, state.settings.body_bytes_max, example)?;
    let password = request.password.reveal().to_owned();
    let code = request.code.reveal();
    state
        .people
        .remove_second(&caller.who, password, code, &peer.address())
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
