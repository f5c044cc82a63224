//! What a request brings. Query parameters: each is taken by its name; what is left over is an error, and every error names the parameter and an example.
//!
//! An empty parameter (`from=`) counts as absent. In a time, a space stands for the `+` that forms decode to one.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use yiping_model::Timestamp;

use super::error::ApiError;

/// Rows of an answer when nobody says how many.
pub(crate) const ROWS_DEFAULT: usize = 1_000;

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Params {
    given: Vec<(String, String)>,
    asked: Vec<&'static str>,
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let Query(given) = Query::<Vec<(String, String)>>::try_from_uri(&parts.uri)
            .map_err(|error| ApiError::BadQuery(format!("query cannot be read: {error}")))?;
        Ok(Self {
            given,
            asked: Vec::new(),
        })
    }
}

impl Params {
    /// A text; `None` when absent or empty.
    pub(crate) fn text(&mut self, name: &'static str) -> Result<Option<String>, ApiError> {
        self.asked.push(name);
        let mut found = None;
        while let Some(place) = self.given.iter().position(|(key, _)| key == name) {
            let (_, text) = self.given.remove(place);
            if found.is_some() {
                return Err(ApiError::BadQuery(format!("`{name}` is given twice")));
            }
            found = Some(text);
        }
        Ok(found.filter(|text| !text.is_empty()))
    }

    /// A value that `parse` reads; `example` shows how it is written.
    pub(crate) fn parsed<T>(
        &mut self,
        name: &'static str,
        example: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, ApiError> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        match parse(&text) {
            Some(value) => Ok(Some(value)),
            None => Err(ApiError::BadQuery(format!(
                "`{name}` cannot be {:?}: write it as {name}={example}",
                text.chars().take(64).collect::<String>()
            ))),
        }
    }

    /// An instant.
    pub(crate) fn time(&mut self, name: &'static str) -> Result<Option<Timestamp>, ApiError> {
        self.parsed(name, "2026-03-01T08:00:00Z", |text| {
            let plus = text.replacen(' ', "+", 1);
            Timestamp::parse(text)
                .or_else(|_not_a_time| Timestamp::parse(&plus))
                .ok()
        })
    }

    /// How many rows: so many when nobody says, and never more than `rows_max`.
    pub(crate) fn limit(
        &mut self,
        rows_default: usize,
        rows_max: usize,
    ) -> Result<usize, ApiError> {
        let given = self.parsed("limit", "1000", |text| {
            text.parse().ok().filter(|limit| *limit > 0)
        })?;
        match given {
            None => Ok(rows_default.min(rows_max)),
            Some(limit) if limit <= rows_max => Ok(limit),
            Some(limit) => Err(ApiError::BadQuery(format!(
                "`limit` {limit} is more than {rows_max}: write it as limit=1000"
            ))),
        }
    }

    /// Refuses what nobody asked for.
    pub(crate) fn finish(self) -> Result<(), ApiError> {
        let Some((unknown, _)) = self.given.first() else {
            return Ok(());
        };
        let known = if self.asked.is_empty() {
            "this path takes none".to_owned()
        } else {
            format!("this path takes {}", self.asked.join(", "))
        };
        Err(ApiError::BadQuery(format!(
            "there is no parameter {:?}: {known}",
            unknown.chars().take(64).collect::<String>()
        )))
    }
}

/// The body of a request; `example` shows how it is written.
pub(crate) fn taken<T>(
    body: Result<Json<T>, JsonRejection>,
    bytes_max: usize,
    example: &str,
) -> Result<T, ApiError> {
    let Json(request) = body.map_err(|rejection| match rejection {
        JsonRejection::BytesRejection(_) => ApiError::TooLarge(bytes_max),
        JsonRejection::MissingJsonContentType(_) => ApiError::NotJson,
        other => ApiError::BadBody(format!("body must be {example}: {}", other.body_text())),
    })?;
    Ok(request)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(given: &[(&str, &str)]) -> Params {
        Params {
            given: given
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
            asked: Vec::new(),
        }
    }

    #[test]
    fn a_time_may_have_lost_its_plus() {
        let mut given = params(&[("from", "2026-03-01T08:00:00 08:00")]);
        let at = given.time("from").expect("readable").expect("given");
        assert_eq!(at.to_string(), "2026-03-01T00:00:00Z");
    }

    #[test]
    fn an_error_names_the_parameter_and_an_example() {
        let error = params(&[("from", "yesterday")]).time("from");
        let message = error.expect_err("not a time").to_string();
        assert!(message.contains("`from`") && message.contains("2026-03-01T08:00:00Z"));
    }

    #[test]
    fn an_empty_parameter_is_absent_and_a_second_one_is_an_error() {
        assert_eq!(params(&[("to", "")]).time("to").expect("absent"), None);
        assert!(params(&[("to", ""), ("to", "")]).time("to").is_err());
    }

    #[test]
    fn an_unknown_parameter_is_refused_with_the_known_ones() {
        let mut given = params(&[("form", "x")]);
        given.time("from").expect("absent");
        let message = given.finish().expect_err("unknown").to_string();
        assert!(message.contains("form") && message.contains("from"));
    }

    #[test]
    fn a_limit_has_a_limit() {
        assert_eq!(
            params(&[]).limit(ROWS_DEFAULT, 10_000).expect("default"),
            1_000
        );
        assert!(
            params(&[("limit", "0")])
                .limit(ROWS_DEFAULT, 10_000)
                .is_err()
        );
        assert!(
            params(&[("limit", "10001")])
                .limit(ROWS_DEFAULT, 10_000)
                .is_err()
        );
    }
}
