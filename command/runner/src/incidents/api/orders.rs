//! What is about no incident: the door of a hotline's orders: durable in the log before the answer, each number once, nothing of who called.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::response::Response;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;
use yiping_desk::command::{Counts, Refusal};
use yiping_desk::hotline::{Judged, Refused, judge};
use yiping_desk::people::Who;
use yiping_model::command::HotlineOrder;
use yiping_model::{Body, Command, CommandAct, Disposition, IncidentId, Reason, Reject, SourceId};

use super::super::answer::AsideAnswer;
use super::super::ask::AsideRequest;
use super::super::{ActError, Incidents, metrics};
use super::{Asked, Chinese, CommandError, answered};

/// The door by whose name dead letters stand in lists.
const SOURCE: &str = "orders";

/// What became of a message of orders.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrdersAnswer {
    /// How many are new.
    accepted: usize,
    /// How many had come before under their numbers, with the same words.
    again: usize,
    /// What was refused, all of it; it is counted in dead letters, which hold nothing of the message.
    rejected: Vec<RefusedOrder>,
    /// How many numbers and names were taken out of texts.
    hidden: usize,
}

/// One refusal.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RefusedOrder {
    /// Which of the message's, counted from 0.
    index: u32,
    /// Why, by its name.
    reason: &'static str,
    /// Why, in a sentence.
    detail: String,
}

/// Orders of a hotline (12345 工单), one or an array of at most 100. Only what is named here is read; who called is not kept.
#[utoipa::path(
    post,
    path = "/api/v1/orders",
    tag = "incidents",
    request_body(
        content_type = "application/json",
        description = "`{\"order\",\"ts\",\"text\",\"lon\",\"lat\"}`, with `place`, `category`, `domain` (the name of a pack) and `area` where known; `ts` is epoch milliseconds or an RFC 3339 text with an offset"
    ),
    responses(
        (status = 200, description = "Durable: what was accepted counts, and each number once", body = OrdersAnswer),
        (status = 400, description = "Nothing was usable", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
pub(super) async fn post(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let Ok(body) = body else {
        return language.refuse(&ActError::TooLarge(state.0.settings.body_bytes_max));
    };
    match taken(&state, &who, &body).await {
        Ok(answer) if answer.accepted + answer.again == 0 => {
            let first = answer.rejected.first();
            let why = first.map_or("no order", |first| first.detail.as_str());
            language.refuse(&ActError::Request(format!(
                "nothing was usable; the first: {why}"
            )))
        }
        answer => answered(language, answer),
    }
}

async fn taken(state: &Incidents, who: &Who, body: &[u8]) -> Result<OrdersAnswer, ActError> {
    let now = state.0.clock.now();
    let mut judged = judge(body, now);
    let orders = std::mem::take(&mut judged.orders);
    let mut again = 0;
    let mut fresh: Vec<(u32, Command)> = Vec::new();
    for (index, order) in orders {
        let command = received(who, order);
        let said = state.0.folded().desk.book().judge(&command, now);
        match said {
            Ok(Counts::New) => fresh.push((index, command)),
            Ok(Counts::Again) => again += 1,
            Err(refusal) => refuse(&mut judged, index, &refusal),
        }
    }
    let indices: Vec<u32> = fresh.iter().map(|(index, _)| *index).collect();
    let commands = fresh.into_iter().map(|(_, command)| command);
    let mut accepted = 0;
    for (index, verdict) in indices.iter().zip(state.act_all(commands.collect()).await?) {
        match verdict {
            Ok(Counts::New) => accepted += 1,
            Ok(Counts::Again) => again += 1,
            Err(refusal) => refuse(&mut judged, *index, &refusal),
        }
    }
    let letters = letters(&judged)?;
    if !letters.is_empty() {
        state.0.log.append(letters).await?;
    }
    metrics::orders(accepted, &judged.refused);
    Ok(OrdersAnswer {
        accepted,
        again,
        hidden: judged.hidden,
        rejected: judged.refused.into_iter().map(RefusedOrder::from).collect(),
    })
}

/// Says that what came in is no incident together, and why: it is not proposed as one again.
#[utoipa::path(
    post,
    path = "/api/v1/proposals/aside",
    tag = "incidents",
    request_body = AsideRequest,
    responses(
        (status = 200, description = "It counts", body = AsideAnswer),
        (status = 400, description = "The body is not as it must be", body = CommandError),
        (status = 413, description = "The body exceeds the limit", body = CommandError),
        (status = 503, description = "The log cannot take it, or it is not shown yet", body = CommandError),
    )
)]
pub(super) async fn aside(
    State(state): State<Incidents>,
    Extension(who): Extension<Who>,
    language: Chinese,
    body: Asked<AsideRequest>,
) -> Response {
    let carried = async {
        let request = super::taken(body, state.0.settings.body_bytes_max)?;
        let outcome = state.act(super::acts::aside(&who, request)).await?;
        Ok(AsideAnswer {
            again: outcome.verdict == Ok(Counts::Again),
        })
    };
    let carried: Result<AsideAnswer, ActError> = carried.await;
    answered(language, carried)
}

fn received(who: &Who, order: HotlineOrder) -> Command {
    Command {
        person: None,
        seat: who.seat.clone(),
        key: order.order.clone(),
        incident: IncidentId::of(&["order", &order.order]),
        seen: None,
        act: CommandAct::Receive(Box::new(order)),
    }
}

fn refuse(judged: &mut Judged, index: u32, refusal: &Refusal) {
    let reason = match refusal {
        Refusal::OrderDiffers => Reason::Repeated,
        _ => Reason::WrongType,
    };
    judged.refuse(index, reason, refusal.text().en);
}

/// One dead letter for each reason, with how many it stands for.
fn letters(judged: &Judged) -> Result<Vec<Body>, ActError> {
    let source = SourceId::new(SOURCE).map_err(|error| ActError::Request(error.to_string()))?;
    let mut letters: BTreeMap<Reason, Reject> = BTreeMap::new();
    for refused in &judged.refused {
        let letter = letters.entry(refused.reason).or_insert_with(|| Reject {
            source: source.clone(),
            disposition: Disposition::Rejected,
            reason: refused.reason,
            detail: refused.detail.clone(),
            origin: String::new().into(),
            offset: None,
            size_bytes: 0,
            items: 0,
            sample: String::new(),
        });
        letter.items += 1;
    }
    Ok(letters.into_values().map(Body::Reject).collect())
}

impl From<Refused> for RefusedOrder {
    fn from(refused: Refused) -> Self {
        Self {
            index: refused.index,
            reason: refused.reason.name(),
            detail: refused.detail,
        }
    }
}
