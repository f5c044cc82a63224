import type { Incident, Plan } from "../feed/command";
import { say, t } from "../lib/i18n";

/** What a line of the course is: decided by people, a fact, or inferred by the program. */
export type Mark = "decided" | "fact" | "inferred";

/** A line of the course. */
export interface Line {
  readonly atMs: number;
  readonly mark: Mark;
  readonly what: string;
  /** Who decided, two where it took two; of a fact its source. */
  readonly who: string;
}

const DECISIONS = new Set([
  "respond",
  "adjust",
  "move",
  "offer_command",
  "take_command",
  "hand_over",
  "warn",
  "merge",
  "unmerge",
  "add_task",
]);
const STEP_DECISIONS = new Set(["verify", "close", "send_back", "reassign", "withdraw"]);
/** What the program makes of readings. */
const INFERRED = new Set(["prove", "relapse"]);
const LINES_MAX = 200;

const joined = (...parts: (string | undefined)[]): string =>
  parts.filter((part) => part !== undefined && part !== "").join("　");

function stepName(step: string): string {
  const { late } = t();
  const known: Readonly<Record<string, string>> = {
    overdue: late.overdue,
    remind: late.reminded,
    supervise: late.supervised,
    prove: t().taskStages.verified,
    relapse: t().relapsed(1),
  };
  return (t().steps as Readonly<Record<string, string>>)[step] ?? known[step] ?? step;
}

/** Everything that was done for an incident, the newest first: its own acts, and the steps of its tasks. */
export function course(incident: Incident, plans: readonly Pick<Plan, "id" | "title">[] = []): Line[] {
  const program = t().table.program;
  const stages = t().stageNames as Readonly<Record<string, string>>;
  const acts = incident.history.map(({ at, act, what, note, person, second }): Line => {
    const told: Readonly<Record<string, (what: string) => string | undefined>> = {
      move: (stage) => stages[stage] ?? stage,
      propose: proposed,
      respond: (running) => responding(running, plans),
    };
    const shown = told[act]?.(what ?? "") ?? what;
    return {
      atMs: Date.parse(at),
      mark: DECISIONS.has(act) ? "decided" : "fact",
      what: joined(t().acts[act] ?? act, shown, note),
      who: second === undefined ? (person ?? program) : `${person} + ${second}`,
    };
  });
  const steps = incident.tasks.flatMap((task) =>
    task.steps.map(({ at, step, person, note, reading }): Line => {
      const mark = STEP_DECISIONS.has(step) ? "decided" : INFERRED.has(step) ? "inferred" : "fact";
      const value = reading === undefined ? undefined : String(reading.value);
      const source = mark === "inferred" && task.proof.by === "reading" ? task.proof.datastream : program;
      return {
        atMs: Date.parse(at),
        mark,
        what: joined(`${task.number} ${say(task.title)}`, stepName(step), value, note),
        who: person ?? source,
      };
    }),
  );
  return [...acts, ...steps].sort((a, b) => b.atMs - a.atMs).slice(0, LINES_MAX);
}

/** `hazardous-gas Ⅱ` in words: the plan by its title, where it is known. */
function responding(what: string, plans: readonly Pick<Plan, "id" | "title">[]): string {
  const [id = "", ...level] = what.split(" ");
  const plan = plans.find((known) => known.id === id);
  return joined(plan === undefined ? id : say(plan.title), level.join(" "));
}

/** `adjust Ⅱ → Ⅰ` in words. */
function proposed(what: string): string | undefined {
  const [act = "", ...rest] = what.split(" ");
  const name = (t().pairNames as Readonly<Record<string, string>>)[act];
  return name === undefined ? what : joined(name, rest.join(" "));
}
