//! What all routers of this room answer alike: how each describes itself, and how a refusal is said.

use std::convert::Infallible;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

/// Defines the description of each router.
macro_rules! documents {
    ($($name:ident, $function:ident: $($path:path),+;)+) => {
        $(
            #[derive(OpenApi)]
            #[openapi(paths($($path),+))]
            struct $name;

            /// What this router says of itself.
            pub fn $function() -> utoipa::openapi::OpenApi {
                $name::openapi()
            }
        )+
    };
}
pub(crate) use documents;

/// An error.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandError {
    error: CommandErrorBody,
}

/// What failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CommandErrorBody {
    /// Its name, for programs.
    code: &'static str,
    /// Its sentence, in the language that was asked for.
    message: String,
}

/// Whether who asks reads Chinese.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Chinese(bool);

impl<S: Sync> FromRequestParts<S> for Chinese {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let said = parts.headers.get(header::ACCEPT_LANGUAGE);
        let said = said.and_then(|value| value.to_str().ok());
        Ok(Self(
            said.is_some_and(|text| text.trim_start().starts_with("zh")),
        ))
    }
}

impl Chinese {
    /// A refusal in the language that was asked for.
    pub(crate) fn say(
        self,
        status: StatusCode,
        code: &'static str,
        zh: String,
        en: String,
    ) -> Response {
        let (language, message) = if self.0 { ("zh-CN", zh) } else { ("en", en) };
        let said = [(header::CONTENT_LANGUAGE, language)];
        let error = CommandErrorBody { code, message };
        (status, said, Json(CommandError { error })).into_response()
    }
}
