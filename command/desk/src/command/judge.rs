//! Whether an act counts. Nothing is changed here; what counts can be carried out.

use std::collections::BTreeSet;

use yiping_model::command::{
    Adjustment, Attached, CommandAct, IncidentForm, ItemForm, Joined, KEY_CHARS_MAX, Move, Origin,
    Paired, Place, Proof, ReportForm, Response, Stage, Step, TaskAct, TaskForm,
};
use yiping_model::{Command, IncidentId, Level, TaskId, Timestamp};

use super::book::{Book, Counts, INCIDENTS_OPEN_MAX, TASKS_MAX};
use super::drawn::{estimate, hazard};
use super::pair::judge_recall;
use super::refusal::Refusal;
use crate::incident::{Clock, Incident, Way, is_over, may_move};

/// Characters of a title, and of a name.
const TITLE_CHARS_MAX: usize = 200;
/// Characters of a note.
const NOTE_CHARS_MAX: usize = 2_000;
/// Things that are affected, and what an incident comes from.
const LIST_MAX: usize = 500;
/// Reports, lines and roles of a response.
const LINES_MAX: usize = 100;

impl Book {
    /// Whether this act would count now, and why not. `at` is when the log takes it.
    ///
    /// # Errors
    /// [`Refusal`] when it would not.
    pub fn judge(&self, command: &Command, at: Timestamp) -> Result<Counts, Refusal> {
        check_form(command)?;
        if let CommandAct::Open(form) = &command.act {
            return self.judge_open(&command.incident, form);
        }
        if command.act.is_of_no_incident() {
            return self.intake.judge(&command.act, command.person.as_deref());
        }
        let incident = self
            .incidents
            .get(&command.incident)
            .ok_or(Refusal::NoIncident)?;
        if let CommandAct::Task(act) = &command.act {
            return self.judge_task(command, act, at);
        }
        if incident.keys.contains(&command.key) {
            return Ok(Counts::Again);
        }
        match (&command.act, &command.person) {
            (CommandAct::Deferred(_), Some(_)) => return Err(Refusal::OnlyAutomatic),
            (act, None) if !act.is_automatic() => return Err(Refusal::NobodyActs),
            _ => {}
        }
        see(command, incident)?;
        self.judge_incident(command, incident, at)
    }

    fn judge_open(&self, id: &IncidentId, form: &IncidentForm) -> Result<Counts, Refusal> {
        if self.incidents.contains_key(id) {
            return Ok(Counts::Again);
        }
        if self.open() >= INCIDENTS_OPEN_MAX {
            return Err(Refusal::Full("open incidents", INCIDENTS_OPEN_MAX));
        }
        self.check_origins(&form.origins, None)?;
        Ok(Counts::New)
    }

    /// No origin belongs to another incident.
    fn check_origins(&self, origins: &[Origin], own: Option<&IncidentId>) -> Result<(), Refusal> {
        for origin in origins {
            let of = self.of_origin(origin);
            if let Some(other) = of.filter(|other| Some(&other.id) != own) {
                return Err(Refusal::Taken(other.number));
            }
        }
        Ok(())
    }

    fn judge_task(
        &self,
        command: &Command,
        act: &TaskAct,
        at: Timestamp,
    ) -> Result<Counts, Refusal> {
        let task = self.tasks.get(&act.task).ok_or(Refusal::NoTask)?;
        if task.incident != command.incident {
            return Err(Refusal::NoTask);
        }
        if task.knows(&command.key) {
            return Ok(Counts::Again);
        }
        if act.step == Step::Reassign && command.seen.is_none() {
            return Err(Refusal::NeedsSeen);
        }
        seen_is(command.seen, task.version)?;
        if act.step.is_automatic() != command.person.is_none() {
            return Err(if act.step.is_automatic() {
                Refusal::OnlyAutomatic
            } else {
                Refusal::NobodyActs
            });
        }
        task.judge(act, command.person.as_deref(), at)?;
        Ok(Counts::New)
    }

    fn judge_incident(
        &self,
        command: &Command,
        incident: &Incident,
        at: Timestamp,
    ) -> Result<Counts, Refusal> {
        let person = command.person.as_deref().unwrap_or_default();
        match &command.act {
            CommandAct::Open(_)
            | CommandAct::Task(_)
            | CommandAct::Amend(_)
            | CommandAct::Receive(_)
            | CommandAct::SetAside(_) => {}
            CommandAct::Propose(proposal) => self.judge_proposal(incident, proposal, person, at)?,
            CommandAct::Confirm(answer) => self.judge_confirm(incident, answer, person, at)?,
            CommandAct::Recall(answer) => judge_recall(incident, answer, person)?,
            CommandAct::Move(moved) => self.judge_move(incident, moved)?,
            CommandAct::Respond(response) => self.judge_respond(incident, response)?,
            CommandAct::Adjust(adjusted) => self.judge_adjust(incident, adjusted)?,
            CommandAct::Merge(joined) => self.judge_merge(incident, joined)?,
            CommandAct::Unmerge(joined) => {
                reason(&joined.note)?;
                if !incident.merged.contains(&joined.other) {
                    return Err(Refusal::NotJoined);
                }
            }
            CommandAct::Attach(attached) => {
                alive(incident)?;
                self.check_origins(&attached.origins, Some(&incident.id))?;
                return Ok(all_are(attached, &incident.origins));
            }
            CommandAct::Dismiss(attached) => {
                reason(&attached.note)?;
                return Ok(all_are(attached, &incident.dismissed));
            }
            CommandAct::Lesson(lesson) => reason(&lesson.note)?,
            CommandAct::OfferCommand(offer) => judge_offer(incident, &offer.to, person)?,
            CommandAct::TakeCommand(_) => {
                running(incident)?;
                let offered = incident.offered.as_deref() == Some(person);
                if !offered && incident.commander.is_some() {
                    return Err(Refusal::NotOffered);
                }
            }
            CommandAct::AddTask(form) => {
                alive(incident)?;
                self.check_tasks(incident, std::slice::from_ref(&**form))?;
            }
            CommandAct::Tick(tick) => {
                let mut items = incident.items.iter();
                let item = items.find(|item| item.form.item == tick.item);
                if item.ok_or(Refusal::NoLine)?.done.is_some() == tick.done {
                    return Ok(Counts::Again);
                }
            }
            CommandAct::Report(report) => {
                let clock = clock(incident, &report.report)?;
                if clock.times > 0 && clock.form.every_secs.is_none() {
                    return Ok(Counts::Again);
                }
            }
            CommandAct::ToWar(_)
            | CommandAct::ToPeace(_)
            | CommandAct::Estimate(_)
            | CommandAct::Deferred(_) => return posture(incident, &command.act, person),
            CommandAct::ReportOverdue(report) => {
                let clock = clock(incident, &report.report)?;
                if clock.overdue || clock.due().is_none_or(|due| due > at) {
                    return Err(Refusal::NotDue);
                }
            }
        }
        Ok(Counts::New)
    }

    fn judge_move(&self, incident: &Incident, moved: &Move) -> Result<(), Refusal> {
        not_merged(incident)?;
        if !may_move(incident.stage, moved.to, Way::Move) {
            return Err(Refusal::StageMove {
                from: incident.stage,
                to: moved.to,
            });
        }
        let again = incident.stage == Stage::Ended;
        if moved.to == Stage::Ended || again {
            reason(&moved.note)?;
        }
        if moved.to == Stage::Ended {
            if incident.war.is_some() {
                return Err(Refusal::AtWar);
            }
            let open = self.open_tasks(incident);
            if !open.is_empty() {
                return Err(Refusal::OpenTasks(open));
            }
        }
        Ok(())
    }

    /// The numbers of the tasks that are not over, of those that were merged into it too.
    fn open_tasks(&self, incident: &Incident) -> Vec<u32> {
        let mut open = Vec::new();
        let mut left = vec![incident];
        while let Some(one) = left.pop() {
            let tasks = self.tasks_of(one).filter(|task| !task.stage.is_over());
            open.extend(tasks.map(|task| task.number));
            left.extend(one.merged.iter().filter_map(|id| self.incidents.get(id)));
        }
        open
    }

    fn judge_respond(&self, incident: &Incident, response: &Response) -> Result<(), Refusal> {
        not_merged(incident)?;
        if !may_move(incident.stage, Stage::Responding, Way::Respond) {
            return Err(Refusal::StageMove {
                from: incident.stage,
                to: Stage::Responding,
            });
        }
        check_lines(&response.reports, &response.items)?;
        self.check_tasks(incident, &response.tasks)
    }

    pub(super) fn judge_adjust(
        &self,
        incident: &Incident,
        adjusted: &Adjustment,
    ) -> Result<(), Refusal> {
        not_merged(incident)?;
        reason(&adjusted.note)?;
        let running = incident.response.as_ref().ok_or(Refusal::NoResponse)?;
        if !may_move(incident.stage, Stage::Adjusting, Way::Adjust) {
            return Err(Refusal::StageMove {
                from: incident.stage,
                to: Stage::Adjusting,
            });
        }
        if adjusted.to == running.level {
            return Err(Refusal::SameLevel);
        }
        if adjusted.from != running.level {
            return Err(Refusal::Form("`from` is the level that runs"));
        }
        let once: BTreeSet<&TaskId> = adjusted.withdrawn.iter().collect();
        let withdrawn = adjusted.withdrawn.iter().all(|id| {
            let task = self.tasks.get(id);
            task.is_some_and(|task| task.incident == incident.id && can_go(task.stage))
        });
        if !withdrawn || once.len() != adjusted.withdrawn.len() {
            return Err(Refusal::NoTask);
        }
        check_lines(&adjusted.reports_added, &adjusted.items_added)?;
        self.check_tasks(incident, &adjusted.added)
    }

    fn judge_merge(&self, incident: &Incident, joined: &Joined) -> Result<(), Refusal> {
        reason(&joined.note)?;
        alive(incident)?;
        let other = self
            .incidents
            .get(&joined.other)
            .ok_or(Refusal::NoIncident)?;
        let free = other.merged_into.is_none() && !is_over(other.stage);
        if other.id == incident.id || !free {
            return Err(Refusal::NotJoinable);
        }
        if other.war.is_some() {
            return Err(Refusal::AtWar);
        }
        Ok(())
    }

    /// New tasks have new ids, bounds that can be, and room.
    fn check_tasks(&self, incident: &Incident, forms: &[TaskForm]) -> Result<(), Refusal> {
        if incident.tasks.len() + forms.len() > TASKS_MAX {
            return Err(Refusal::Full("tasks of an incident", TASKS_MAX));
        }
        let mut ids = BTreeSet::new();
        for form in forms {
            if self.tasks.contains_key(&form.task) || !ids.insert(&form.task) {
                return Err(Refusal::TaskExists);
            }
            title(&form.title.zh)?;
            title(&form.title.en)?;
            crate::task::judge_units(&form.units, &form.note)?;
            if form.remind_after_secs > form.supervise_after_secs {
                return Err(Refusal::Form("a reminder comes before supervision"));
            }
            if let Proof::Reading(proof) = &form.proof {
                let bounds = [proof.at_most, proof.at_least];
                let finite = bounds.iter().flatten().all(|bound| bound.is_finite());
                if bounds == [None, None] || !finite || proof.gap_secs == 0 {
                    return Err(Refusal::Form("a proof by readings has a bound and a gap"));
                }
            }
        }
        Ok(())
    }
}

/// Whether a task of this stage can be withdrawn.
pub(crate) fn can_go(stage: crate::task::TaskStage) -> bool {
    crate::task::after(stage, Step::Withdraw).is_some()
}

/// What can be told without the book.
fn check_form(command: &Command) -> Result<(), Refusal> {
    let key = command.key.chars().count();
    if key == 0 || key > KEY_CHARS_MAX {
        return Err(Refusal::Form("a key has 1 to 64 characters"));
    }
    let (text, what) = match &command.act {
        CommandAct::Open(form) => {
            title(&form.title)?;
            place(form.place.as_ref())?;
            list(form.affected.len().max(form.origins.len()))?;
            (&form.note, form.affected.iter())
        }
        CommandAct::Amend(amendment) => {
            amendment.title.as_deref().map_or(Ok(()), title)?;
            place(amendment.place.as_ref())?;
            amendment.hazard.as_ref().map_or(Ok(()), hazard)?;
            let affected = amendment.affected.as_deref().unwrap_or_default();
            list(affected.len())?;
            (&amendment.note, affected.iter())
        }
        CommandAct::Task(act) => {
            place(act.place.as_ref())?;
            (&act.note, [].iter())
        }
        CommandAct::Attach(attached)
        | CommandAct::Dismiss(attached)
        | CommandAct::SetAside(attached) => {
            list(attached.origins.len())?;
            (&attached.note, [].iter())
        }
        CommandAct::Move(moved) => (&moved.note, [].iter()),
        CommandAct::Respond(response) => (&response.note, [].iter()),
        CommandAct::Adjust(adjusted) => (&adjusted.note, [].iter()),
        CommandAct::Merge(joined) | CommandAct::Unmerge(joined) => (&joined.note, [].iter()),
        CommandAct::OfferCommand(offer) => (&offer.note, [].iter()),
        CommandAct::TakeCommand(note) | CommandAct::Lesson(note) => (&note.note, [].iter()),
        CommandAct::Tick(tick) => (&tick.note, [].iter()),
        CommandAct::Report(report) => (&report.note, [].iter()),
        CommandAct::Confirm(answer) => (&answer.note, [].iter()),
        CommandAct::Recall(answer) => (&answer.note, [].iter()),
        CommandAct::Propose(proposal) => match &proposal.what {
            Paired::Adjust(adjusted) => (&adjusted.note, [].iter()),
            Paired::HandOver(offer) => (&offer.note, [].iter()),
            Paired::Warn(warning) => (&warning.note, [].iter()),
        },
        CommandAct::ToWar(form) => {
            list(form.thresholds.len().max(form.sampling.len()))?;
            list(form.walls.len())?;
            if form.quiet == Some(Level::Red) {
                return Err(Refusal::Form("alarms of the gravest level never wait"));
            }
            (&form.note, form.walls.iter())
        }
        CommandAct::ToPeace(form) => (&form.note, [].iter()),
        CommandAct::Estimate(form) => {
            estimate(form)?;
            (&form.note, [].iter())
        }
        CommandAct::AddTask(form) => (&form.note, [].iter()),
        CommandAct::Receive(_) | CommandAct::ReportOverdue(_) | CommandAct::Deferred(_) => {
            return Ok(());
        }
    };
    let mut names = what;
    if text.chars().count() > NOTE_CHARS_MAX {
        return Err(Refusal::Form("a note has at most 2000 characters"));
    }
    if names.any(|name| name.is_empty() || name.chars().count() > TITLE_CHARS_MAX) {
        return Err(Refusal::Form("a name has 1 to 200 characters"));
    }
    Ok(())
}

/// The clock of a report.
fn clock<'a>(incident: &'a Incident, report: &str) -> Result<&'a Clock, Refusal> {
    let mut clocks = incident.reports.iter();
    let clock = clocks.find(|clock| clock.form.report == report);
    clock.ok_or(Refusal::NoLine)
}

fn list(length: usize) -> Result<(), Refusal> {
    if length > LIST_MAX {
        return Err(Refusal::Full("lines of a list", LIST_MAX));
    }
    Ok(())
}

pub(super) fn title(text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() || text.chars().count() > TITLE_CHARS_MAX {
        return Err(Refusal::Form("a title has 1 to 200 characters"));
    }
    Ok(())
}

pub(super) fn place(place: Option<&Place>) -> Result<(), Refusal> {
    let right = place.is_none_or(|place| {
        (-180.0..=180.0).contains(&place.lon)
            && (-90.0..=90.0).contains(&place.lat)
            && place.name.chars().count() <= TITLE_CHARS_MAX
    });
    if right {
        Ok(())
    } else {
        Err(Refusal::Form("a place has a longitude and a latitude"))
    }
}

/// Who commands offers it, to somebody else.
fn judge_offer(incident: &Incident, to: &str, person: &str) -> Result<(), Refusal> {
    running(incident)?;
    commands(incident, person)?;
    if to.is_empty() || to == person {
        return Err(Refusal::Form("`to` is another account"));
    }
    Ok(())
}

fn check_lines(reports: &[ReportForm], items: &[ItemForm]) -> Result<(), Refusal> {
    if reports.len().max(items.len()) > LINES_MAX {
        return Err(Refusal::Full("lines of a response", LINES_MAX));
    }
    Ok(())
}

/// Acts that change what others may be about to change say what they saw.
fn see(command: &Command, incident: &Incident) -> Result<(), Refusal> {
    let needed = matches!(
        command.act,
        CommandAct::Amend(_)
            | CommandAct::Move(_)
            | CommandAct::Respond(_)
            | CommandAct::Adjust(_)
            | CommandAct::Merge(_)
            | CommandAct::Unmerge(_)
            | CommandAct::OfferCommand(_)
            | CommandAct::TakeCommand(_)
            | CommandAct::AddTask(_)
            | CommandAct::Report(_)
            | CommandAct::Propose(_)
            | CommandAct::ToWar(_)
            | CommandAct::ToPeace(_)
    );
    if needed && command.seen.is_none() {
        return Err(Refusal::NeedsSeen);
    }
    seen_is(command.seen, incident.version)
}

fn seen_is(seen: Option<u32>, now: u32) -> Result<(), Refusal> {
    match seen {
        Some(seen) if seen != now => Err(Refusal::Stale { seen, now }),
        _ => Ok(()),
    }
}

pub(super) fn reason(note: &str) -> Result<(), Refusal> {
    if note.trim().is_empty() {
        return Err(Refusal::NeedsReason);
    }
    Ok(())
}

fn not_merged(incident: &Incident) -> Result<(), Refusal> {
    if incident.merged_into.is_some() {
        return Err(Refusal::Merged);
    }
    Ok(())
}

pub(super) fn alive(incident: &Incident) -> Result<(), Refusal> {
    not_merged(incident)?;
    if is_over(incident.stage) {
        return Err(Refusal::Over);
    }
    Ok(())
}

pub(super) fn running(incident: &Incident) -> Result<(), Refusal> {
    alive(incident)?;
    match incident.response {
        Some(_) => Ok(()),
        None => Err(Refusal::NoResponse),
    }
}

pub(super) fn commands(incident: &Incident, person: &str) -> Result<(), Refusal> {
    match incident.commander.as_deref() {
        Some(commander) if commander != person => Err(Refusal::NotCommander(commander.to_owned())),
        _ => Ok(()),
    }
}

/// What concerns war and peace.
fn posture(incident: &Incident, act: &CommandAct, person: &str) -> Result<Counts, Refusal> {
    let so_already = |war: bool| {
        if incident.war.is_some() == war {
            Counts::Again
        } else {
            Counts::New
        }
    };
    match act {
        CommandAct::ToWar(form) => {
            running(incident)?;
            may_switch(incident, person, form.by_rank, &form.note)?;
            Ok(so_already(true))
        }
        CommandAct::ToPeace(form) => {
            may_switch(incident, person, form.by_rank, &form.note)?;
            Ok(so_already(false))
        }
        CommandAct::Estimate(_) => {
            alive(incident)?;
            match incident.place {
                Some(_) => Ok(Counts::New),
                None => Err(Refusal::Form("an estimate needs the place of the incident")),
            }
        }
        _ => {
            let told = incident.wars_over.iter().all(|war| war.told.is_some());
            if told {
                Err(Refusal::NotDue)
            } else {
                Ok(Counts::New)
            }
        }
    }
}

/// Who commands switches, and who stands above them, with a reason.
fn may_switch(incident: &Incident, person: &str, by_rank: bool, note: &str) -> Result<(), Refusal> {
    if by_rank {
        reason(note)
    } else {
        commands(incident, person)
    }
}

fn all_are(attached: &Attached, known: &[Origin]) -> Counts {
    if attached.origins.iter().all(|origin| known.contains(origin)) {
        Counts::Again
    } else {
        Counts::New
    }
}
