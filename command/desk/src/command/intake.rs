//! Acts that are about no incident: an order of a hotline came in; somebody said that what came in is no incident together.

use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use yiping_model::command::{Attached, HotlineOrder, Origin};
use yiping_model::{CommandAct, Timestamp};

use super::book::Counts;
use super::judge::{place, reason, title};
use super::refusal::Refusal;

/// Numbers of orders that are remembered, so that each counts once.
pub const ORDERS_MAX: usize = 16_384;
/// Origins that were set aside and are remembered as such.
const ASIDE_MAX: usize = 4_096;
/// Characters of what a caller said.
pub const ORDER_CHARS_MAX: usize = 1_000;

/// What came in and is about no incident.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Intake {
    /// Orders by their numbers: when they came, and their digest.
    orders: BTreeMap<SmolStr, u64>,
    /// The same numbers as they came.
    order_of: VecDeque<SmolStr>,
    /// What is no incident.
    aside: VecDeque<Origin>,
}

impl Intake {
    pub(super) fn judge(&self, act: &CommandAct, person: Option<&str>) -> Result<Counts, Refusal> {
        match act {
            CommandAct::Receive(order) => self.judge_order(order),
            CommandAct::SetAside(attached) => {
                if person.is_none() {
                    return Err(Refusal::NobodyActs);
                }
                reason(&attached.note)?;
                if attached.origins.is_empty() {
                    return Err(Refusal::Form("`origins` names at least one"));
                }
                let all = attached.origins.iter().all(|origin| self.is_aside(origin));
                Ok(if all { Counts::Again } else { Counts::New })
            }
            _ => Err(Refusal::NoIncident),
        }
    }

    fn judge_order(&self, order: &HotlineOrder) -> Result<Counts, Refusal> {
        if order.order.is_empty() || order.order.chars().count() > 64 {
            return Err(Refusal::Form("`order` has 1 to 64 characters"));
        }
        if order.text.chars().count() > ORDER_CHARS_MAX || order.text.trim().is_empty() {
            return Err(Refusal::Form("`text` has 1 to 1000 characters"));
        }
        if !order.category.is_empty() {
            title(&order.category)?;
        }
        place(Some(&order.place))?;
        match self.orders.get(&order.order) {
            None => Ok(Counts::New),
            Some(known) if *known == print(order) => Ok(Counts::Again),
            Some(_) => Err(Refusal::OrderDiffers),
        }
    }

    pub(super) fn enact(&mut self, act: &CommandAct, _at: Timestamp) {
        match act {
            CommandAct::Receive(order) => {
                self.orders.insert(order.order.clone(), print(order));
                self.order_of.push_back(order.order.clone());
                if self.order_of.len() > ORDERS_MAX
                    && let Some(oldest) = self.order_of.pop_front()
                {
                    self.orders.remove(&oldest);
                }
            }
            CommandAct::SetAside(Attached { origins, .. }) => {
                for origin in origins {
                    if !self.is_aside(origin) {
                        self.aside.push_back(origin.clone());
                    }
                }
                while self.aside.len() > ASIDE_MAX {
                    self.aside.pop_front();
                }
            }
            _ => {}
        }
    }

    pub(super) fn is_aside(&self, origin: &Origin) -> bool {
        self.aside.contains(origin)
    }
}

/// A print of what an order says (FNV-1a): the same number with other words is another order, and is told so.
fn print(order: &HotlineOrder) -> u64 {
    let micros = order.at.as_micros().to_be_bytes();
    let place = [order.place.lon.to_bits(), order.place.lat.to_bits()].map(u64::to_be_bytes);
    let parts = [
        order.text.as_bytes(),
        order.category.as_bytes(),
        &micros,
        place.as_flattened(),
    ];
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.into_iter().flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}
