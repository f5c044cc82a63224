use tempfile::TempDir;
use tokio::task::JoinHandle;
use yiping_desk::calendar::{Calendar, CalendarSettings};
use yiping_desk::duty::{DutySettings, EscalationSettings, Facts, Pattern};
use yiping_log::memory::MemoryLog;
use yiping_model::{
    Act, AlarmChange, AlarmEvent, AlarmId, DatastreamId, Decision, Finding, Level, Outcome, RuleId,
    Seen, Timestamp, Zone,
};

use super::*;

struct City {
    dir: TempDir,
    log: Arc<dyn Log>,
    clock: CityClock,
}

struct Running {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    desk: DutyDesk,
}

impl City {
    fn new() -> Self {
        let clock = CityClock::driven(Timestamp::from_secs(0));
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            log: Arc::new(MemoryLog::new(clock.clone())),
            clock,
        }
    }

    fn run(&self) -> Running {
        let settings = DutySettings {
            escalation: EscalationSettings {
                late_max: 3,
                ..EscalationSettings::default()
            },
            ..DutySettings::default()
        };
        let zone = Zone::named("Asia/Shanghai").expect("built in");
        let calendar = Calendar::new(zone, &CalendarSettings::default()).expect("right");
        let house = House {
            pattern: Pattern::new(calendar, &settings),
            escalation: settings.escalation,
            shelving: settings.shelving,
            facts: Facts::from([("rule a".to_owned(), "1".to_owned())]),
        };
        let keeping = Keeping {
            batch_records_max: 7,
            checkpoint_secs: 1,
        };
        let (log, clock) = (Arc::clone(&self.log), self.clock.clone());
        let desk = DutyDesk::new(house, keeping, log, clock, self.dir.path().join("ledger"));
        let (stop, stopped) = watch::channel(false);
        let checkpoint = Checkpoint::new(self.dir.path().join("duty.checkpoint"), self.log.id());
        let progress = watch::channel(DutyProgress::default()).0;
        let task = tokio::spawn(desk.clone().follow(checkpoint, stopped, progress));
        Running { stop, task, desk }
    }

    async fn raise(&self, number: u32) {
        let event = AlarmEvent {
            alarm: AlarmId::parse(&format!("{number:032x}")).expect("an id"),
            change: AlarmChange::Raised,
            at: self.clock.now(),
            rule: RuleId::new("cl2-high").expect("an id"),
            rule_version: None,
            subject: DatastreamId::parse("gas-1:cl2").expect("an id"),
            key: None,
            level: Level::Red,
            started: self.clock.now(),
            ended: None,
            value: 2.0,
            extreme: 2.0,
            threshold: 1.0,
            before: None,
            posture: None,
        };
        let finding = Finding {
            cause: Position(1),
            ordinal: 0,
            outcome: Outcome::Alarm(event),
        };
        let bodies = vec![Body::Finding(finding), Body::Tick];
        self.log.append(bodies).await.expect("appends");
    }

    /// The records of duty, once there are at least so many.
    async fn said(&self, at_least: usize) -> Vec<Duty> {
        let mut end = self.log.end();
        loop {
            let records = self.log.read(Position::START, 10_000).await.expect("reads");
            let said: Vec<Duty> = records
                .iter()
                .filter_map(|record| match &record.body {
                    Body::Duty(duty) => Some(duty.clone()),
                    _ => None,
                })
                .collect();
            if said.len() >= at_least {
                return said;
            }
            end.mark_unchanged();
            let last = records.last().map_or(Position::START, |last| last.position);
            end.wait_for(|end| *end > last).await.expect("it lives");
        }
    }
}

impl Running {
    async fn close(self) {
        self.stop.send_replace(true);
        self.task.await.expect("no panic");
    }

    /// As the machine ends a program: nothing is kept.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.expect_err("ended").is_cancelled());
    }
}

#[tokio::test]
async fn an_alarm_is_escalated_by_the_city_clock_and_not_again_after_a_crash() {
    let city = City::new();
    let running = city.run();
    assert!(matches!(city.said(1).await[0], Duty::Changed { .. }));
    city.raise(1).await;
    city.clock.advance(Timestamp::from_secs(61));
    city.raise(2).await;
    assert!(matches!(&city.said(2).await[1], Duty::Escalated(one) if one.stage == 1));
    let end = *city.log.end().borrow();
    assert!(running.desk.reaches(end, Duration::from_mins(1)).await);
    running.kill().await;
    let running = city.run();
    city.clock.advance(Timestamp::from_secs(185));
    let said = city.said(4).await;
    let stages: Vec<_> = said
        .iter()
        .filter_map(|duty| match duty {
            Duty::Escalated(one) => Some((one.event.alarm.as_str().ends_with('1'), one.stage)),
            _ => None,
        })
        .collect();
    assert_eq!(stages.len(), said.len() - 1, "{said:?}");
    let first: Vec<_> = stages.iter().filter(|(first, _)| *first).collect();
    assert_eq!(first, [&(true, 1), &(true, 2)]);
    running.close().await;
}

#[tokio::test]
async fn a_program_that_was_away_for_long_makes_no_storm() {
    let city = City::new();
    for number in 1..=9 {
        city.raise(number).await;
    }
    city.clock.advance(Timestamp::from_secs(100_000));
    let running = city.run();
    let said = city.said(5).await;
    let escalated = said
        .iter()
        .filter(|duty| matches!(duty, Duty::Escalated(_)));
    assert_eq!(escalated.count(), 3);
    let missed = said.iter().find_map(|duty| match duty {
        Duty::Missed { alarms, .. } => Some(alarms.len()),
        _ => None,
    });
    assert_eq!(missed, Some(6));
    running.close().await;
    let running = city.run();
    let end = *city.log.end().borrow();
    assert!(running.desk.reaches(end, Duration::from_mins(1)).await);
    running.close().await;
    assert_eq!(city.said(5).await.len(), 5);
}

#[tokio::test]
async fn what_is_shelved_comes_back_by_the_city_clock_once_also_over_a_crash() {
    let city = City::new();
    let running = city.run();
    city.raise(1).await;
    let act = Act::Shelve {
        alarm: AlarmId::parse(&format!("{:032x}", 1)).expect("an id"),
        level: Level::Red,
        domain: None,
        until: Timestamp::from_secs(3_600),
        reason: "筒体清淤".into(),
        seen: Seen {
            position: Position(1),
            digest: String::new(),
        },
    };
    let (person, seat) = (Some("li".to_owned()), String::new());
    let decision = Body::Decision(Decision { person, seat, act });
    let shelf = city.log.append(vec![decision]).await.expect("appends").last;
    assert!(running.desk.reaches(shelf, Duration::from_mins(1)).await);
    city.clock.advance(Timestamp::from_secs(3_599));
    city.log.append(vec![Body::Tick]).await.expect("appends");
    running.kill().await;
    city.clock.advance(Timestamp::from_secs(3_600));
    let running = city.run();
    let said = city.said(2).await;
    assert!(
        matches!(&said[1], Duty::Unshelved(one) if one.shelf == shelf),
        "{said:?}"
    );
    let end = *city.log.end().borrow();
    assert!(running.desk.reaches(end, Duration::from_mins(1)).await);
    running.kill().await;
    let running = city.run();
    city.clock.advance(Timestamp::from_secs(3_661));
    let said = city.said(3).await;
    assert!(
        matches!(&said[2], Duty::Escalated(one) if one.stage == 1),
        "{said:?}"
    );
    running.close().await;
}
