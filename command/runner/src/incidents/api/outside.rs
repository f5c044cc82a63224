//! A task, for who does it outside.

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use yiping_desk::command::Refusal;
use yiping_desk::people::Who;
use yiping_desk::rights::Right;

use super::super::{ActError, Incidents, answer};
use super::{Chinese, CommandError, answered, reaches, task_id};

/// What who does a task needs to know of it, within the own areas and domains: where it is, who commands, where nobody may go, and its steps.
#[utoipa::path(
    get,
    path = "/api/v1/tasks/{id}",
    tag = "incidents",
    params(("id" = String, Path, description = "The task's id, 32 hex digits")),
    responses(
        (status = 200, description = "As `docs/COMMAND.md` describes it", body = Object),
        (status = 403, description = "It lies outside the own areas and domains", body = CommandError),
        (status = 404, description = "No such task", body = CommandError),
    )
)]
pub(super) async fn task(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    Path(id): Path<String>,
) -> Response {
    let found = || {
        let id = task_id(&id)?;
        let folded = state.0.folded();
        let book = folded.desk.book();
        let task = book.task(&id).ok_or(Refusal::NoTask)?;
        let incident = book.incident(&task.incident).ok_or(Refusal::NoIncident)?;
        if !reaches(&who, Right::Tasks, incident) {
            return Err(ActError::OutOfReach);
        }
        let (task, incident, position) = (task.clone(), incident.clone(), book.position());
        drop(folded);
        let sms = &state.0.settings.help_sms;
        let now = state.0.clock.now();
        Ok(answer::outside(&task, &incident, sms, (position, now)))
    };
    answered(language, found())
}
