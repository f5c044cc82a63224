//! Incidents and tasks of a running city: the desk that reads the log, what it says by itself, and the API by which people act.
//!
//! One follower folds the log. An act of a person is looked at first, appended, and answered when the fold has taken it, so that of two at once the
//! loser hears why. Only what was appended counts: the answer is the fold's, not the first look's.

pub(crate) mod answer;
pub mod api;
mod ask;
mod error;
mod follow;
pub mod metrics;
mod settings;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use yiping_desk::command::{Counts, Desk, Outcome, Refusal};
use yiping_desk::incident::Incident;
use yiping_desk::plan::{Plan, Terms};
use yiping_desk::task::Task;
use yiping_log::{CityClock, Log};
use yiping_model::{Body, Catalogue, Command, DatastreamId, IncidentId, Position, Timestamp};

use crate::evidence::Evidence;

pub use answer::plan as plan_view;
use api::SamplingText;
pub use error::ActError;
pub use settings::Settings;

/// Outcomes that are remembered, to answer who waits for one.
const OUTCOMES_MAX: usize = 8_192;

/// Where the follower stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// What retention must not drop lies behind this record.
    pub position: Position,
    /// Why it does not go on; `None` while all is well.
    pub trouble: Option<String>,
}

/// What it needs to know of the city.
#[derive(Clone)]
pub struct City {
    /// Things and properties.
    pub catalogue: Arc<Catalogue>,
    /// The plans of all packs.
    pub plans: Arc<[Plan]>,
    /// By which deadlines become times.
    pub calendar: Arc<dyn Terms + Send + Sync>,
}

/// The incidents of a city; clones are the same.
#[derive(Clone)]
pub struct Incidents(Arc<Inner>);

pub(crate) struct Inner {
    log: Arc<dyn Log>,
    clock: CityClock,
    city: City,
    evidence: Evidence,
    settings: Settings,
    /// How the titles of its incidents begin.
    mark: &'static str,
    folded: Mutex<Folded>,
    /// Where the log ended at the start: before this is read nothing is known.
    begun: Position,
    /// The last answer of what sources are asked, which many ask for often.
    sampling: Mutex<Option<Arc<SamplingText>>>,
    position: watch::Sender<Position>,
}

#[derive(Default)]
struct Folded {
    desk: Desk,
    outcomes: VecDeque<Outcome>,
}

impl std::fmt::Debug for Incidents {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Incidents")
    }
}

impl Incidents {
    /// Those of this log.
    pub fn new(
        log: Arc<dyn Log>,
        clock: CityClock,
        city: City,
        evidence: Evidence,
        settings: Settings,
    ) -> Self {
        Self(Arc::new(Inner::new(log, clock, city, evidence, settings)))
    }

    /// The same in a drill: what is opened here says so in its title.
    #[must_use]
    pub fn of_drill(
        log: Arc<dyn Log>,
        clock: CityClock,
        city: City,
        evidence: Evidence,
        settings: Settings,
    ) -> Self {
        let mut inner = Inner::new(log, clock, city, evidence, settings);
        inner.mark = "【演练】";
        Self(Arc::new(inner))
    }

    /// City time.
    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// An incident that is remembered, with its tasks in the order of their numbers.
    pub(crate) fn whole(&self, id: &str) -> Option<(Incident, Vec<Task>)> {
        let id = IncidentId::parse(id)?;
        let folded = self.0.folded();
        let book = folded.desk.book();
        let incident = book.incident(&id)?;
        Some((incident.clone(), book.tasks_of(incident).cloned().collect()))
    }

    /// The last record that was taken.
    pub fn position(&self) -> Position {
        *self.0.position.borrow()
    }

    /// Carries an act out, and waits until it counts or does not.
    ///
    /// # Errors
    /// [`ActError`] when it does not count, or cannot be kept.
    pub async fn act(&self, command: Command) -> Result<Outcome, ActError> {
        let now = self.0.clock.now();
        let first_look = self.0.folded().desk.book().judge(&command, now);
        if first_look? == Counts::Again {
            return Ok(Outcome {
                position: self.position(),
                incident: command.incident.clone(),
                task: None,
                verdict: Ok(Counts::Again),
            });
        }
        let outcome = self.appended(vec![command]).await?.pop();
        let outcome = outcome.ok_or(ActError::Behind(self.position()))?;
        match &outcome.verdict {
            Ok(_) => Ok(outcome),
            Err(refusal) => Err(refusal.clone().into()),
        }
    }

    /// Carries acts out at once, and waits until each counts or does not; what became of them, in their order.
    ///
    /// # Errors
    /// [`ActError`] when they cannot be kept.
    pub(crate) async fn act_all(
        &self,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Counts, Refusal>>, ActError> {
        if commands.is_empty() {
            return Ok(Vec::new());
        }
        let outcomes = self.appended(commands).await?;
        Ok(outcomes
            .into_iter()
            .map(|outcome| outcome.verdict)
            .collect())
    }

    async fn appended(&self, commands: Vec<Command>) -> Result<Vec<Outcome>, ActError> {
        let bodies: Vec<Body> = commands.into_iter().map(Body::Command).collect();
        let appended = self.0.log.append(bodies).await?;
        let patience = Duration::from_millis(self.0.settings.wait_ms);
        let mut position = self.0.position.subscribe();
        let taken = position.wait_for(|position| *position >= appended.last);
        match tokio::time::timeout(patience, taken).await {
            Ok(Ok(_)) => {}
            _ => return Err(ActError::Behind(appended.last)),
        }
        let folded = self.0.folded();
        let outcomes: Option<Vec<Outcome>> = (appended.first.0..=appended.last.0)
            .map(|position| folded.outcome(Position(position)))
            .collect();
        outcomes.ok_or(ActError::Behind(appended.last))
    }
}

impl Inner {
    fn new(
        log: Arc<dyn Log>,
        clock: CityClock,
        city: City,
        evidence: Evidence,
        settings: Settings,
    ) -> Self {
        let begun = *log.end().borrow();
        Self {
            log,
            clock,
            city,
            evidence,
            settings,
            mark: "",
            folded: Mutex::default(),
            begun,
            sampling: Mutex::default(),
            position: watch::Sender::new(Position::START),
        }
    }

    fn folded(&self) -> MutexGuard<'_, Folded> {
        self.folded.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The limit of this name of a datastream's thing.
    fn limit(&self, datastream: &DatastreamId, name: &str) -> Option<f64> {
        let thing = self.city.catalogue.things.get(&datastream.thing)?;
        thing.limits.get(name).copied()
    }
}

impl Folded {
    fn outcome(&self, position: Position) -> Option<Outcome> {
        let place = self
            .outcomes
            .binary_search_by_key(&position, |outcome| outcome.position);
        place
            .ok()
            .and_then(|place| self.outcomes.get(place))
            .cloned()
    }
}
