//! Random acts against an oracle that keeps only the acts that counted and scans them for every question; and races.

use std::collections::BTreeSet;

use super::*;
use crate::task::TaskStage;
use crate::task::TaskStage as S;

const PEOPLE: [&str; 3] = ["li", "wang", "zhao"];

/// The acts that counted, with their times.
#[derive(Default)]
struct Oracle(Vec<(Command, i64)>);

impl Oracle {
    fn of<'a>(&'a self, id: &'a IncidentId) -> impl Iterator<Item = &'a Command> {
        let acts = self.0.iter().map(|(command, _)| command);
        acts.filter(move |command| command.incident == *id)
    }

    fn exists(&self, id: &IncidentId) -> bool {
        self.of(id)
            .any(|command| matches!(command.act, CommandAct::Open(_)))
    }

    fn stage(&self, id: &IncidentId) -> Stage {
        let to = |command: &Command| match &command.act {
            CommandAct::Open(_) => Some(Stage::Reported),
            CommandAct::Move(moved) => Some(moved.to),
            CommandAct::Respond(_) => Some(Stage::Responding),
            CommandAct::Adjust(_) => Some(Stage::Adjusting),
            _ => None,
        };
        self.of(id).filter_map(to).last().expect("it was opened")
    }

    fn version(&self, id: &IncidentId) -> usize {
        let counts = |act: &CommandAct| {
            !matches!(
                act,
                CommandAct::Task(_) | CommandAct::Tick(_) | CommandAct::ReportOverdue(_)
            )
        };
        let own = self.of(id).filter(|command| counts(&command.act)).count();
        let joined = self.0.iter().filter(|(command, _)| match &command.act {
            CommandAct::Merge(joined) | CommandAct::Unmerge(joined) => joined.other == *id,
            _ => false,
        });
        own + joined.count()
    }

    fn merged_into(&self, id: &IncidentId) -> Option<&IncidentId> {
        let mut into = None;
        for (command, _) in &self.0 {
            match &command.act {
                CommandAct::Merge(joined) if joined.other == *id => into = Some(&command.incident),
                CommandAct::Unmerge(joined) if joined.other == *id => into = None,
                _ => {}
            }
        }
        into
    }

    /// Tasks by the incident that made them.
    fn tasks<'a>(&'a self, id: &'a IncidentId) -> Vec<&'a TaskForm> {
        let mut tasks = Vec::new();
        for command in self.of(id) {
            match &command.act {
                CommandAct::Respond(response) => tasks.extend(&response.tasks),
                CommandAct::AddTask(form) => tasks.push(form),
                _ => {}
            }
        }
        tasks
    }

    fn steps(&self, task: &TaskId) -> Vec<(Step, Option<&str>)> {
        let steps = self.0.iter().filter_map(|(command, _)| match &command.act {
            CommandAct::Task(act) if act.task == *task => {
                Some((act.step, command.person.as_deref()))
            }
            _ => None,
        });
        steps.collect()
    }

    fn task_stage(&self, task: &TaskId) -> TaskStage {
        let mut stage = TaskStage::Dispatched;
        for (step, _) in self.steps(task) {
            stage = match step {
                Step::Sign => TaskStage::Signed,
                Step::Refuse => TaskStage::Refused,
                Step::Reassign => TaskStage::Dispatched,
                Step::SetOut => TaskStage::EnRoute,
                Step::Arrive => TaskStage::OnScene,
                Step::Begin | Step::SendBack | Step::Relapse => TaskStage::Working,
                Step::Finish => TaskStage::Done,
                Step::Verify | Step::Prove => TaskStage::Verified,
                Step::Close => TaskStage::Closed,
                Step::Withdraw => TaskStage::Withdrawn,
                Step::Tell
                | Step::CallHelp
                | Step::HearCall
                | Step::Overdue
                | Step::Remind
                | Step::Supervise => stage,
            };
        }
        stage
    }

    fn assignee(&self, task: &TaskId) -> Option<&str> {
        let mut assignee = None;
        for (step, person) in self.steps(task) {
            match step {
                Step::Sign => assignee = person,
                Step::Reassign => assignee = Some("wang"),
                _ => {}
            }
        }
        assignee
    }

    fn open_tasks(&self, id: &IncidentId) -> usize {
        let own = self.tasks(id).into_iter().filter(|form| {
            !matches!(
                self.task_stage(&form.task),
                TaskStage::Closed | TaskStage::Withdrawn
            )
        });
        let joined = (0..4)
            .map(incident)
            .filter(|other| self.exists(other) && self.merged_into(other) == Some(id));
        own.count() + joined.map(|other| self.open_tasks(&other)).sum::<usize>()
    }

    /// Whether the act counts: `None` when it changes nothing.
    #[expect(clippy::too_many_lines, reason = "one table")]
    fn judge(&self, command: &Command) -> Option<bool> {
        let id = &command.incident;
        let of = |origin: &Origin| {
            self.0.iter().any(|(command, _)| match &command.act {
                CommandAct::Open(form) => form.origins.contains(origin),
                _ => false,
            })
        };
        if let CommandAct::Open(form) = &command.act {
            if self.exists(id) {
                return None;
            }
            return Some(!form.origins.iter().any(of));
        }
        if !self.exists(id) {
            return Some(false);
        }
        if let CommandAct::Task(act) = &command.act {
            return self.judge_task(command, act);
        }
        let touches = |other: &Command| match &other.act {
            CommandAct::Merge(joined) | CommandAct::Unmerge(joined) => joined.other == *id,
            _ => false,
        };
        let mine = |other: &&(Command, i64)| {
            other.0.incident == *id && !matches!(other.0.act, CommandAct::Task(_))
        };
        let mut known = self
            .0
            .iter()
            .filter(|other| mine(other) || touches(&other.0));
        if known.any(|(other, _)| other.key == command.key) {
            return None;
        }
        if let CommandAct::Tick(tick) = &command.act {
            let started = self
                .of(id)
                .any(|other| matches!(other.act, CommandAct::Respond(_)));
            let fresh = |other: &Command| matches!(other.act, CommandAct::Respond(_));
            let since: Vec<&Command> = self.of(id).collect();
            let since = since.rsplit(|other| fresh(other)).next().expect("one part");
            let last = since.iter().rev().find_map(|other| match &other.act {
                CommandAct::Tick(tick) => Some(tick.done),
                _ => None,
            });
            let right = command
                .seen
                .is_none_or(|seen| seen as usize == self.version(id));
            return match (right && started, last.unwrap_or(false) == tick.done) {
                (false, _) => Some(false),
                (true, true) => None,
                (true, false) => Some(true),
            };
        }
        let (stage, over) = (self.stage(id), |stage| {
            matches!(stage, Stage::Ended | Stage::Evaluated)
        });
        let seen = command
            .seen
            .is_some_and(|seen| seen as usize == self.version(id));
        let alone = self.merged_into(id).is_none();
        Some(
            seen && match &command.act {
                CommandAct::Amend(_) => true,
                CommandAct::Move(moved) => {
                    let legal =
                        matches!(
                            (stage, moved.to),
                            (Stage::Reported, Stage::Assessing)
                                | (Stage::Responding | Stage::Adjusting, Stage::Handling)
                                | (Stage::Ended, Stage::Assessing | Stage::Evaluated)
                        ) || (moved.to == Stage::Ended && !over(stage) && self.open_tasks(id) == 0);
                    alone && legal
                }
                CommandAct::Respond(_) => alone && stage == Stage::Assessing,
                CommandAct::Merge(joined) => {
                    let other = &joined.other;
                    alone
                        && !over(stage)
                        && other != id
                        && self.exists(other)
                        && self.merged_into(other).is_none()
                        && !over(self.stage(other))
                }
                CommandAct::Unmerge(joined) => self.merged_into(&joined.other) == Some(id),
                other => unreachable!("not made here: {other:?}"),
            },
        )
    }

    fn judge_task(&self, command: &Command, act: &TaskAct) -> Option<bool> {
        let made = self.tasks(&command.incident);
        let Some(form) = made.iter().find(|form| form.task == act.task) else {
            return Some(false);
        };
        let known = self.0.iter().any(|(other, _)| {
            other.key == command.key
                && matches!(&other.act, CommandAct::Task(other) if other.task == act.task)
        });
        if known {
            return None;
        }
        let steps = self.steps(&act.task);
        let seen = command.seen.map_or(act.step != Step::Reassign, |seen| {
            seen as usize == steps.len() + 1
        });
        let (stage, person) = (
            self.task_stage(&act.task),
            command.person.as_deref().expect("a person"),
        );
        let mine = self
            .assignee(&act.task)
            .is_none_or(|assignee| assignee == person);
        let photo = matches!(form.proof, Proof::Evidence { .. });
        let did = |(step, who): &(Step, Option<&str>)| {
            *who == Some(person)
                && matches!(
                    step,
                    Step::Sign | Step::SetOut | Step::Arrive | Step::Begin | Step::Finish
                )
        };
        let legal = match act.step {
            Step::Sign => stage == S::Dispatched && mine,
            Step::Refuse => {
                matches!(stage, S::Dispatched | S::Signed)
                    && mine
                    && self.assignee(&act.task).is_some()
            }
            Step::Reassign => !matches!(stage, S::Done | S::Verified | S::Closed | S::Withdrawn),
            Step::SetOut => stage == S::Signed && mine,
            Step::Arrive => stage == S::EnRoute && mine,
            Step::Begin => matches!(stage, S::Signed | S::OnScene) && mine,
            Step::Finish => stage == S::Working && mine,
            Step::Verify => stage == S::Done && photo && !steps.iter().any(did),
            Step::SendBack => stage == S::Done,
            Step::Close => stage == S::Verified,
            Step::Withdraw => !matches!(stage, S::Verified | S::Closed | S::Withdrawn),
            Step::Tell | Step::CallHelp => {
                let at_it = [S::Signed, S::EnRoute, S::OnScene, S::Working, S::Done];
                at_it.contains(&stage) && mine
            }
            Step::HearCall => {
                let calls = |step: &&(Step, _)| matches!(step.0, Step::CallHelp | Step::HearCall);
                let last = steps.iter().rfind(calls);
                last.is_some_and(|(step, _)| *step == Step::CallHelp)
            }
            _ => unreachable!("not made here"),
        };
        Some(seen && legal)
    }
}

/// A random act of a person: mostly one that may count.
#[expect(clippy::too_many_lines, reason = "one table")]
fn random(dice: &mut Dice, world: &World) -> Command {
    const STEPS: [Step; 14] = [
        Step::Sign,
        Step::Refuse,
        Step::Reassign,
        Step::SetOut,
        Step::Arrive,
        Step::Begin,
        Step::Finish,
        Step::Verify,
        Step::SendBack,
        Step::Close,
        Step::Withdraw,
        Step::Tell,
        Step::CallHelp,
        Step::HearCall,
    ];
    const STAGES: [Stage; 4] = [
        Stage::Assessing,
        Stage::Handling,
        Stage::Ended,
        Stage::Evaluated,
    ];
    let id = incident(dice.below(4));
    let other = incident(dice.below(4));
    let joined = |other: IncidentId| Joined {
        other,
        note: "n".into(),
    };
    let round = dice.below(2) as u32;
    let act = match dice.below(24) {
        0..=2 => open(vec![origin(dice.below(6))]),
        3 => CommandAct::Amend(Box::default()),
        4..=6 => go(*dice.of(&STAGES)),
        7..=8 => {
            // A second response has tasks of its own.
            let rounds = world
                .desk
                .book()
                .incident(&id)
                .and_then(|known| known.response.as_ref());
            respond(&id, rounds.map_or(0, |running| running.round), world.now)
        }
        9 => CommandAct::Merge(joined(other)),
        10 => CommandAct::Unmerge(joined(other)),
        11 => CommandAct::Tick(Tick {
            item: "wind".into(),
            done: dice.below(2) == 0,
            note: String::new(),
        }),
        _ => {
            let name = format!("{}{round}", dice.of(&["photo", "gas"]));
            step(task_id(&id, &name), *dice.of(&STEPS), world.now)
        }
    };
    let book = world.desk.book();
    let version = match &act {
        CommandAct::Task(act) => book.task(&act.task).map(|task| task.version),
        _ => book.incident(&id).map(|incident| incident.version),
    };
    let seen = match dice.below(10) {
        0 => None,
        1 => Some(dice.below(9) as u32),
        _ => version,
    };
    let key = if dice.below(12) == 0 {
        dice.below(world.log.len() + 1)
    } else {
        world.log.len()
    };
    command(
        Some(*dice.of::<&str>(&PEOPLE)),
        format!("k{key}"),
        &id,
        seen,
        act,
    )
}

/// What must hold of every book, whatever was done.
fn holds(world: &World) {
    let book = world.desk.book();
    let mut origins = BTreeSet::new();
    for incident in book.incidents() {
        for origin in &incident.origins {
            assert!(
                origins.insert(origin.clone()),
                "of one alarm there is one incident"
            );
        }
    }
    for task in book.tasks() {
        let keys: BTreeSet<_> = task.steps.iter().map(|took| took.key.clone()).collect();
        assert_eq!(keys.len(), task.steps.len(), "a key counts once");
        assert_eq!(task.version as usize, task.steps.len() + 1);
        if task.stage == TaskStage::Closed {
            let proof = task
                .steps
                .iter()
                .rev()
                .find(|took| took.step == Step::Verify)
                .expect("closed by proof");
            let who = proof.person.as_deref().expect("a person");
            assert!(!task.doers().contains(who), "{who} verified the own work");
        }
    }
}

#[test]
fn random_acts_count_as_the_oracle_says() {
    let (mut counted, mut refused, mut again) = (0, 0, 0);
    for seed in 0..300 {
        let mut dice = Dice::new(seed);
        let (mut world, mut oracle) = (World::default(), Oracle::default());
        for _ in 0..160 {
            world.now += 1;
            let command = random(&mut dice, &world);
            let expected = oracle.judge(&command);
            let said = world
                .append(Body::Command(command.clone()))
                .expect("an act")
                .verdict;
            let found = match &said {
                Ok(Counts::New) => Some(true),
                Ok(Counts::Again) => None,
                Err(_) => Some(false),
            };
            assert_eq!(found, expected, "seed {seed}: {command:?}: {said:?}");
            match found {
                Some(true) => {
                    counted += 1;
                    oracle.0.push((command, world.now));
                }
                Some(false) => refused += 1,
                None => again += 1,
            }
        }
        holds(&world);
        for known in world.desk.book().incidents() {
            assert_eq!(known.stage, oracle.stage(&known.id));
            assert_eq!(known.version as usize, oracle.version(&known.id));
            assert_eq!(known.merged_into.as_ref(), oracle.merged_into(&known.id));
        }
        for task in world.desk.book().tasks() {
            assert_eq!(task.stage, oracle.task_stage(&task.id));
        }
        // The same log says the same, also from the middle on.
        let before = world.desk.clone();
        world.restart(None);
        assert_eq!(world.desk, before, "seed {seed}");
    }
    assert!(
        counted > 4_000 && refused > 5_000 && again > 300,
        "{counted} {refused} {again}"
    );
}

/// Two people see the same book and act at once; both acts go into the log.
#[test]
fn of_two_that_act_at_once_one_counts() {
    let mut tried = std::collections::BTreeMap::new();
    let mut races = 0;
    for seed in 0_u64.. {
        if races >= 10_000 {
            break;
        }
        let mut dice = Dice::new(1_000_000 + seed);
        let mut world = World::default();
        for _ in 0..60 + dice.below(80) {
            world.now += 1;
            let command = random(&mut dice, &world);
            world.append(Body::Command(command));
        }
        for _ in 0..200 {
            world.now += 1;
            let one = random(&mut dice, &world);
            let book = world.desk.book();
            let mut two = one.clone();
            two.key = format!("{}-too", one.key).into();
            two.person = Some((*dice.of(&PEOPLE)).to_owned());
            if let CommandAct::Open(_) = &two.act {
                two.incident = IncidentId::of(&["other", &two.key]);
            }
            let fine = |command| book.judge(command, at(world.now)) == Ok(Counts::New);
            // A version that is right is known to both; a tick is a state and not a thing, and what is told or called excludes nothing.
            let is_no_thing = match &one.act {
                CommandAct::Tick(_) => true,
                CommandAct::Task(act) => matches!(act.step, Step::Tell | Step::CallHelp),
                _ => false,
            };
            if !fine(&one) || !fine(&two) || is_no_thing {
                continue;
            }
            races += 1;
            let name = match &one.act {
                CommandAct::Task(act) => format!("{:?}", act.step),
                other => format!("{other:?}")
                    .split('(')
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            };
            *tried.entry(name).or_insert(0) += 1;
            let pair = if dice.below(2) == 0 {
                [one, two]
            } else {
                [two, one]
            };
            let verdicts = pair.map(|command| {
                world
                    .append(Body::Command(command))
                    .expect("an act")
                    .verdict
            });
            assert_eq!(verdicts[0], Ok(Counts::New));
            assert!(verdicts[1].is_err(), "seed {seed}: two of one thing");
        }
        holds(&world);
    }
    assert!(tried.len() >= 12, "{tried:?}");
}
