//! `yiping ledger`: was the ledger changed, and what does it say?

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use yiping_command::offline;
use yiping_desk::ledger::{By, Digest, Entry, Line};
use yiping_model::command::Paired;
use yiping_model::{
    Act, Command, CommandAct, DrillStep, Duty, Means, Notice, NoticeCause, NoticeStep, Part, Why,
};

use super::{complain, say};
use crate::cli::{Export, Form, Photographs, Verify};
use crate::house::LEDGER;

/// Checks a ledger.
pub(crate) fn verify(arguments: &Verify) -> anyhow::Result<()> {
    let verified = offline::verify(&folder(&arguments.folder), arguments.head, None)?;
    let head = verified.head;
    say(&format!(
        "the ledger is whole: {} entries of log {}\nhead {}:{}",
        head.n, verified.log, head.n, head.digest
    ));
    if verified.saved.is_none() && arguments.head.is_none() {
        complain(
            "no head is known from elsewhere, so entries could have been cut off its end: give --head, or the `head` file beside it",
        );
    }
    Ok(())
}

/// Writes its entries.
pub(crate) fn export(arguments: &Export) -> anyhow::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut written = Ok(());
    let mut each = |digest: Digest, entry: Entry<'static>| {
        if written.is_ok() {
            written = match arguments.form {
                Form::Jsonl => write_json(&mut out, digest, &entry),
                Form::Text => write_text(&mut out, digest, &entry),
            };
        }
    };
    let verified = offline::verify(&folder(&arguments.folder), None, Some(&mut each))?;
    written?;
    out.flush()?;
    let head = verified.head;
    complain(&format!(
        "{} entries; head {}:{}",
        head.n, head.n, head.digest
    ));
    Ok(())
}

/// Checks the photographs that the ledger names.
pub(crate) fn evidence(arguments: &Photographs) -> anyhow::Result<()> {
    let data = &arguments.folder;
    let checked = yiping_command::evidence::check(data, &folder(data))?;
    for (what, found) in [("missing", &checked.missing), ("changed", &checked.changed)] {
        for (digest, n) in found {
            complain(&format!("{what}: photograph {digest} of entry {n}"));
        }
    }
    let (missing, changed) = (checked.missing.len(), checked.changed.len());
    anyhow::ensure!(
        missing + changed == 0,
        "of the photographs that the ledger names {missing} are missing and {changed} changed; {} are whole",
        checked.whole
    );
    say(&format!("{} photographs are whole", checked.whole));
    Ok(())
}

/// The ledger's folder, when that of the data was named.
fn folder(named: &Path) -> PathBuf {
    let inside = named.join(LEDGER);
    if inside.is_dir() {
        inside
    } else {
        named.to_owned()
    }
}

fn write_json(out: &mut impl Write, digest: Digest, entry: &Entry<'_>) -> std::io::Result<()> {
    #[derive(Serialize)]
    struct Sealed<'a> {
        digest: Digest,
        entry: &'a Entry<'a>,
    }
    serde_json::to_writer(&mut *out, &Sealed { digest, entry })?;
    out.write_all(b"\n")
}

/// Two lines: what was decided, and the digest that seals it.
fn write_text(out: &mut impl Write, digest: Digest, entry: &Entry<'_>) -> std::io::Result<()> {
    let by = match &entry.by {
        By::Engine => "engine".to_owned(),
        By::Seat(seat) => seat.to_string(),
        By::Person { name, seat } if seat.is_empty() => name.to_string(),
        By::Person { name, seat } => format!("{name} ({seat})"),
    };
    let what = match &entry.line {
        Line::Alarm(event) => format!(
            "{:?} {:?} {} {} value {} threshold {} since {} alarm {}",
            event.change,
            event.level,
            event.rule,
            event.subject,
            event.value,
            event.threshold,
            event.started,
            event.alarm
        ),
        Line::Decision(decision) => done(&decision.act),
        Line::Notice(notice) => told(notice),
        Line::Command(command) => ordered(command),
        Line::Duty(duty) => on_duty(duty),
        Line::Drill(step) => drilled(step),
    };
    let mark = entry
        .drill
        .as_ref()
        .map(|drill| format!("[DRILL {drill}] "));
    let what = mark.unwrap_or_default() + &what;
    writeln!(out, "{:>8}  {}  {by}  {what}", entry.n, entry.at)?;
    writeln!(out, "          {digest}")
}

/// What takes two people, for people.
fn paired(what: &Paired) -> String {
    match what {
        Paired::Adjust(adjusted) => {
            let (from, to) = (adjusted.from.roman(), adjusted.to.roman());
            format!("response {from} to {to}: {:?}", adjusted.note)
        }
        Paired::HandOver(offer) => format!("the command to {}: {:?}", offer.to, offer.note),
        Paired::Warn(warning) => {
            let (level, reach) = (warning.level, &warning.reach);
            format!("a {level:?} warning for {reach:?}: {:?}", warning.text)
        }
    }
}

/// What was ordered, for people.
#[expect(clippy::too_many_lines, reason = "one sentence for each act")]
fn ordered(command: &Command) -> String {
    let of = &command.incident;
    match &command.act {
        CommandAct::Open(form) => format!("opened incident {of} {:?}", form.title),
        CommandAct::Amend(_) => format!("amended incident {of}"),
        CommandAct::Move(moved) => {
            format!("moved incident {of} to {:?}: {:?}", moved.to, moved.note)
        }
        CommandAct::Respond(response) => format!(
            "started response {} by plan {} for incident {of}: {} tasks, {} reports",
            response.level.roman(),
            response.plan,
            response.tasks.len(),
            response.reports.len()
        ),
        CommandAct::Adjust(adjusted) => format!(
            "adjusted the response of incident {of} from {} to {}: {} tasks added, {} withdrawn, {} kept: {:?}",
            adjusted.from.roman(),
            adjusted.to.roman(),
            adjusted.added.len(),
            adjusted.withdrawn.len(),
            adjusted.kept.len(),
            adjusted.note
        ),
        CommandAct::Merge(joined) => {
            format!(
                "merged incident {} into {of}: {:?}",
                joined.other, joined.note
            )
        }
        CommandAct::Unmerge(joined) => {
            format!(
                "took incident {} out of {of}: {:?}",
                joined.other, joined.note
            )
        }
        CommandAct::Attach(attached) => {
            format!(
                "joined {} to incident {of}: {:?}",
                attached.origins.len(),
                attached.note
            )
        }
        CommandAct::Dismiss(attached) => {
            format!(
                "kept {} out of incident {of}: {:?}",
                attached.origins.len(),
                attached.note
            )
        }
        CommandAct::OfferCommand(offer) => {
            format!(
                "offered the command of incident {of} to {}: {:?}",
                offer.to, offer.note
            )
        }
        CommandAct::TakeCommand(note) => {
            format!("took the command of incident {of}: {:?}", note.note)
        }
        CommandAct::AddTask(task) => {
            format!(
                "added task {} {:?} to incident {of}",
                task.task, task.title.zh
            )
        }
        CommandAct::Task(act) => format!(
            "{:?} task {} of incident {of} {:?}",
            act.step, act.task, act.note
        ),
        CommandAct::Tick(tick) => {
            let what = if tick.done { "ticked" } else { "unticked" };
            format!("{what} {} of incident {of}", tick.item)
        }
        CommandAct::Report(report) => {
            format!(
                "gave the report {} of incident {of}: {:?}",
                report.report, report.note
            )
        }
        CommandAct::Lesson(lesson) => {
            format!("wrote a lesson of incident {of}: {:?}", lesson.note)
        }
        CommandAct::Propose(proposal) => {
            let what = paired(&proposal.what);
            format!("proposed for incident {of}, which takes two: {what}")
        }
        CommandAct::Confirm(answer) => {
            let what = paired(&answer.what);
            format!("confirmed for incident {of}, as the second of two: {what}")
        }
        CommandAct::Recall(answer) => {
            format!(
                "took back the proposal {} for incident {of}",
                answer.proposal
            )
        }
        CommandAct::Receive(order) => format!("received order {} of a hotline", order.order),
        CommandAct::SetAside(attached) => {
            format!(
                "set {} aside as no incident: {:?}",
                attached.origins.len(),
                attached.note
            )
        }
        CommandAct::ReportOverdue(report) => {
            format!("the report {} of incident {of} is overdue", report.report)
        }
        CommandAct::Estimate(form) => format!(
            "estimated {} g/s for incident {of}, wind from {}° at {} m/s: {:?}",
            form.grams_a_sec, form.wind_from, form.wind_ms, form.note
        ),
        CommandAct::ToWar(form) => format!("switched incident {of} to war: {:?}", form.note),
        CommandAct::ToPeace(form) => format!("switched incident {of} to peace: {:?}", form.note),
        CommandAct::Deferred(told) => format!(
            "{} alarms waited while incident {of} was at war, {} of them are open; {} of rules of war sleep since",
            told.count,
            told.open,
            told.asleep.len()
        ),
    }
}

/// What was told to whom, for people.
fn told(notice: &Notice) -> String {
    let id = &notice.notice;
    match &notice.step {
        NoticeStep::Queued(message) => {
            let why = match &message.cause {
                NoticeCause::Alarm {
                    route,
                    alarm,
                    change,
                    ..
                } => format!("route {route} alarm {alarm} {}", change.name()),
                NoticeCause::Group { route, about, .. } => {
                    format!("route {route}, {} changes of alarms", about.len())
                }
                NoticeCause::Escalation {
                    route,
                    alarm,
                    stage,
                    ..
                } => format!("route {route} alarm {alarm} escalated, stage {stage}"),
                NoticeCause::Test { .. } => "a test".to_owned(),
            };
            let (channel, title) = (&message.channel, &message.title);
            format!("notice {id} by {channel}, {why}: {title:?}")
        }
        NoticeStep::Failed {
            attempt, reason, ..
        } => format!("notice {id} failed at try {attempt}: {reason:?}"),
        NoticeStep::Delivered { attempt, answer } => {
            format!("notice {id} delivered at try {attempt}: {answer:?}")
        }
        NoticeStep::GivenUp { attempts, reason } => {
            format!("notice {id} given up after {attempts} tries: {reason:?}")
        }
    }
}

/// What the house did about a shift, for people.
fn on_duty(duty: &Duty) -> String {
    match duty {
        Duty::Escalated(one) => format!(
            "escalated alarm {} to {} [{}], stage {}, due {}",
            one.event.alarm,
            one.to,
            one.people.join(" "),
            one.stage,
            one.due
        ),
        Duty::Missed { stage, alarms } => {
            format!(
                "too late to escalate {} alarms to stage {stage}",
                alarms.len()
            )
        }
        Duty::Unshelved(one) => format!(
            "brought back what record {} shelved of {} {}: {}",
            one.shelf,
            one.rule,
            one.subject,
            match one.why {
                Why::Over => "its time was over",
                Why::Worsened => "a graver alarm",
            }
        ),
        Duty::Changed { changes } => {
            let changes = changes.iter().map(|one| {
                let version = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".into());
                let (before, after) = (version(&one.before), version(&one.after));
                format!("{} {} {before} to {after}", one.what, one.id)
            });
            format!("changed: {}", changes.collect::<Vec<_>>().join(", "))
        }
    }
}

/// What became of a drill, for people.
fn drilled(step: &DrillStep) -> String {
    match step {
        DrillStep::Opened(form) => format!(
            "began a drill: scenario {} seed {} area {} participants [{}] channels [{}] {:?}",
            form.scenario,
            form.seed,
            form.area.as_deref().unwrap_or("all"),
            form.participants.join(" "),
            form.channels.join(" "),
            form.note
        ),
        DrillStep::Stopped { aborted, note, .. } => {
            let what = if *aborted { "broke off" } else { "ended" };
            format!("{what} the drill {note:?}")
        }
    }
}

/// What keeps alarms quiet, brings them back, or says that one was false, for people.
fn quieted(act: &Act) -> String {
    match act {
        Act::Shelve {
            alarm,
            until,
            reason,
            seen,
            ..
        } => format!(
            "shelved alarm {alarm} until {until} {reason:?}, seen at {} as {}",
            seen.position, seen.digest
        ),
        Act::Unshelve { shelf, reason } => {
            format!("brought back what record {shelf} shelved {reason:?}")
        }
        Act::MarkFalse { alarm, reason, .. } => {
            format!("marked alarm {alarm} as false {reason:?}")
        }
        Act::UnmarkFalse { alarm, reason } => {
            format!("withdrew the mark of alarm {alarm} {reason:?}")
        }
        Act::AskOutOfService {
            rule,
            thing,
            reason,
            ..
        } => format!("asked that {rule} is out of service at {thing} {reason:?}"),
        Act::ApproveOutOfService { request, note } => {
            format!("approved what record {request} asked {note:?}")
        }
        Act::EndOutOfService { request, reason } => {
            format!("ended what record {request} asked {reason:?}")
        }
        _ => String::new(),
    }
}

/// What was done, for people.
#[expect(
    clippy::too_many_lines,
    reason = "one arm an act, and none may be missing"
)]
fn done(act: &Act) -> String {
    let bounds = |areas: &[String], domains: &[String]| {
        let named = |list: &[String]| match list {
            [] => "everywhere".to_owned(),
            list => list.join(" "),
        };
        format!("areas {} domains {}", named(areas), named(domains))
    };
    match act {
        Act::Acknowledge { alarm, note, seen } => {
            let seen = seen.as_ref();
            let seen = seen.map(|seen| format!(", seen at {} as {}", seen.position, seen.digest));
            format!(
                "acknowledged alarm {alarm} {note:?}{}",
                seen.unwrap_or_default()
            )
        }
        act @ (Act::Shelve { .. }
        | Act::Unshelve { .. }
        | Act::MarkFalse { .. }
        | Act::UnmarkFalse { .. }
        | Act::AskOutOfService { .. }
        | Act::ApproveOutOfService { .. }
        | Act::EndOutOfService { .. }) => quieted(act),
        Act::SignIn { from, by } => format!(
            "signed in from {from}{}",
            match by {
                Means::Password => "",
                Means::Code => " with a one-time code",
                Means::RecoveryCode => " with a recovery code",
                Means::Provider => " by the provider",
            }
        ),
        Act::SignOut => "signed out".to_owned(),
        Act::SignInHeld { account, from } => {
            format!("sign-ins as {account:?} from {from} failed too often")
        }
        Act::SetAccount {
            account,
            display,
            roles,
            areas,
            domains,
            closed,
        } => format!(
            "account {account} {display:?} is {} {} {}",
            if *closed { "closed," } else { "open," },
            roles.join(" "),
            bounds(areas, domains)
        ),
        Act::SetPassword { account } => format!("set the password of {account}"),
        Act::SetSecondFactor { account } => format!("set a second factor of {account}"),
        Act::RemoveSecondFactor { account } => {
            format!("took the second factor of {account} away")
        }
        Act::SetSubject {
            account, issuer, ..
        } if issuer.is_empty() => {
            format!("no provider answers for {account} any more")
        }
        Act::SetSubject {
            account,
            issuer,
            subject,
        } => format!("{account} is {subject:?} at {issuer}"),
        Act::InviteAccount { account, until } => {
            format!("made a link for {account} to set a password until {until}")
        }
        Act::EndSessions { account } => format!("ended all sessions of {account}"),
        Act::SetUnit { unit, definition } => format!("unit {unit} is {definition}"),
        Act::IssueToken {
            token,
            role,
            of_seat,
        } => format!("issued the token {token} for {role} {of_seat}"),
        Act::RevokeToken { token } => format!("revoked the token {token}"),
        Act::SetUnitStatus {
            unit,
            status,
            seen,
            until,
            note,
        } => {
            let seen = seen.map(|seen| format!(", seen as of record {seen}"));
            let until = until.map(|until| format!(", free about {until}"));
            let (seen, until) = (seen.unwrap_or_default(), until.unwrap_or_default());
            format!("unit {unit} is {status}{until} {note:?}{seen}")
        }
        Act::KeepPhoto {
            digest,
            media,
            size_bytes,
        } => format!("brought the photograph {digest} ({media}, {size_bytes} bytes)"),
        Act::CheckInUnit { unit, note } => format!("checked in for unit {unit} {note:?}"),
        Act::SetUnitStock {
            unit,
            item,
            amount,
            note,
        } => format!("unit {unit} has {amount} of {item} {note:?}"),
        Act::TakeDuty { of_seat } => format!("took the seat {of_seat}"),
        Act::LeaveDuty { of_seat } => format!("left the seat {of_seat}"),
        Act::DutyNote { text, .. } => format!("wrote {text:?}"),
        Act::SignHandover {
            handover,
            of_seat,
            part,
            absent,
            ..
        } => format!(
            "signed the handover {handover} of the seat {of_seat} as {}{}",
            match part {
                Part::Giver => "giver",
                Part::Taker => "taker",
            },
            if *absent { ", the giver absent" } else { "" }
        ),
    }
}
