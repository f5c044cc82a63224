//! Acts that take two people: another level, the command handed over, a warning. The first one's proposal changes nothing but that it is there; the
//! second one's word in time carries it out, as it is judged then.

use std::time::Duration;

use yiping_model::command::{PAIR_SECS, PairConfirm, PairProposal, PairRecall, Paired, Warning};
use yiping_model::{Command, Position, Timestamp};

use super::book::Book;
use super::judge::{alive, commands, reason, running, title};
use super::refusal::Refusal;
use crate::incident::{Incident, Issued, Pending};

impl Book {
    /// Whether this may be proposed now.
    pub(super) fn judge_proposal(
        &self,
        incident: &Incident,
        proposal: &PairProposal,
        person: &str,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        if let Some(pending) = incident.pending_at(at) {
            return Err(Refusal::Pending(pending.by.clone()));
        }
        self.judge_paired(incident, &proposal.what, person)
    }

    /// Whether this person's word carries the proposal out.
    pub(super) fn judge_confirm(
        &self,
        incident: &Incident,
        answer: &PairConfirm,
        person: &str,
        at: Timestamp,
    ) -> Result<(), Refusal> {
        let pending = named(incident, &answer.proposal)?;
        if pending.what != answer.what {
            return Err(Refusal::Form("`what` is what was proposed"));
        }
        if at > pending.until {
            return Err(Refusal::TooLate);
        }
        if pending.by == person {
            return Err(Refusal::NeedsSecondPerson);
        }
        if let Paired::HandOver(offer) = &pending.what
            && offer.to != person
        {
            return Err(Refusal::NotOffered);
        }
        self.judge_paired(incident, &pending.what, &pending.by)
    }

    fn judge_paired(&self, incident: &Incident, what: &Paired, first: &str) -> Result<(), Refusal> {
        match what {
            Paired::Adjust(adjusted) => self.judge_adjust(incident, adjusted),
            Paired::HandOver(offer) => {
                running(incident)?;
                commands(incident, first)?;
                reason(&offer.note)?;
                if offer.to.is_empty() || offer.to == first {
                    return Err(Refusal::Form("`to` is another account"));
                }
                Ok(())
            }
            Paired::Warn(warning) => {
                alive(incident)?;
                judge_warning(warning)
            }
        }
    }

    pub(super) fn propose(&mut self, command: &Command, proposal: &PairProposal, at: Timestamp) {
        let pending = Pending {
            key: command.key.clone(),
            by: command.person.clone().unwrap_or_default(),
            at,
            until: at + Duration::from_secs(PAIR_SECS.into()),
            what: proposal.what.clone(),
        };
        self.with(&command.incident, |incident| {
            incident.pending = Some(pending);
        });
    }

    /// Carries out what was proposed; what it was.
    pub(super) fn confirm(
        &mut self,
        command: &Command,
        position: Position,
        at: Timestamp,
    ) -> Option<Pending> {
        let id = &command.incident;
        let incident = self.incidents.get_mut(id)?;
        let pending = incident.pending.take()?;
        match &pending.what {
            Paired::Adjust(adjusted) => self.adjust(command, adjusted, position, at),
            Paired::HandOver(offer) => {
                incident.commander = Some(offer.to.clone());
                incident.offered = None;
            }
            Paired::Warn(warning) => {
                incident.warning = Some(warning.level);
                let number = u32::try_from(incident.warnings.len() + 1).unwrap_or(u32::MAX);
                incident.warnings.push(Issued {
                    number,
                    at,
                    by: [
                        pending.by.clone(),
                        command.person.clone().unwrap_or_default(),
                    ],
                    warning: warning.clone(),
                });
            }
        }
        Some(pending)
    }
}

/// The proposal that is spoken of.
fn named<'a>(incident: &'a Incident, proposal: &str) -> Result<&'a Pending, Refusal> {
    let pending = incident.pending.as_ref();
    let pending = pending.filter(|pending| pending.key == proposal);
    pending.ok_or(Refusal::NoProposal)
}

/// Whoever proposed takes it back.
pub(super) fn judge_recall(
    incident: &Incident,
    recall: &PairRecall,
    person: &str,
) -> Result<(), Refusal> {
    let pending = named(incident, &recall.proposal)?;
    if pending.by == person {
        Ok(())
    } else {
        Err(Refusal::NotProposer(pending.by.clone()))
    }
}

fn judge_warning(warning: &Warning) -> Result<(), Refusal> {
    reason(&warning.note)?;
    title(&warning.reach)?;
    let long = |text: &str| text.chars().count() > 2_000;
    if warning.text.trim().is_empty() || long(&warning.text) || long(&warning.ways) {
        return Err(Refusal::Form(
            "a warning has a text of 1 to 2000 characters",
        ));
    }
    Ok(())
}
