import { type Component, createMemo, For, Show } from "solid-js";
import { type Incident, STAGES } from "../feed/command";
import { say, t } from "../lib/i18n";
import { clockMinutes, remaining } from "../lib/time";
import type { Hand } from "./Table";

/** Acts that are decisions and not facts. */
const DECISIONS = new Set(["respond", "adjust", "move", "offer_command", "take_command", "merge", "unmerge"]);
const LINES_MAX = 200;

interface Line {
  readonly atMs: number;
  readonly decided: boolean;
  readonly what: string;
  readonly who: string;
}

/** Everything that was done for an incident, the newest first: its own acts, and the steps of its tasks. */
export function course(incident: Incident): Line[] {
  const program = t().table.program;
  const acts = incident.history.map(({ at, act, what, note, person }): Line => {
    const stage = act === "move" ? (t().stageNames[what as keyof ReturnType<typeof t>["stageNames"]] ?? what) : what;
    return {
      atMs: Date.parse(at),
      decided: DECISIONS.has(act),
      what: [t().acts[act] ?? act, stage, note].filter((part) => part !== undefined && part !== "").join("　"),
      who: person ?? program,
    };
  });
  const steps = incident.tasks.flatMap((task) =>
    task.steps.map(({ at, step, person, note, reading }): Line => {
      const name = (t().steps as Readonly<Record<string, string>>)[step] ?? t().acts[step] ?? stepOf(step);
      const value = reading === undefined ? undefined : String(reading.value);
      return {
        atMs: Date.parse(at),
        decided: step === "verify" || step === "close" || step === "send_back",
        what: [`${task.number} ${say(task.title)}`, name, value, note]
          .filter((part) => part !== undefined && part !== "")
          .join("　"),
        who: person ?? program,
      };
    }),
  );
  return [...acts, ...steps].sort((a, b) => b.atMs - a.atMs).slice(0, LINES_MAX);
}

function stepOf(step: string): string {
  const late = t().late as Readonly<Record<string, string>>;
  const known: Readonly<Record<string, string>> = {
    overdue: late.overdue ?? step,
    remind: late.reminded ?? step,
    supervise: late.supervised ?? step,
    prove: t().taskStages.verified,
    relapse: t().relapsed(1),
  };
  return known[step] ?? step;
}

/** Where an incident stands, what was decided, and the reports that are due. */
export const Course: Component<{ incident: Incident; zone: string; nowMs: number; hand: Hand }> = (props) => {
  const lines = createMemo(() => course(props.incident));
  const at = () => STAGES.indexOf(props.incident.stage);
  return (
    <section class="course" aria-label={t().table.timeline}>
      <ol class="stage-line">
        <For each={STAGES}>
          {(stage, index) => (
            <li
              classList={{ done: index() < at(), now: index() === at() }}
              aria-current={index() === at() ? "step" : undefined}
            >
              {t().stageNames[stage]}
            </li>
          )}
        </For>
      </ol>
      <p class="facts">
        {t().incidentClasses[props.incident.class] ?? props.incident.class}
        <Show when={props.incident.event_level}>{(level) => <>　{t().eventLevels[level() - 1]}</>}</Show>
        <Show when={props.incident.place?.name}>{(name) => <>　{name()}</>}</Show>
        <Show when={props.incident.affected.length > 0}>　{props.incident.affected.join("、")}</Show>
      </p>
      <Show when={props.incident.reports.length > 0}>
        <h2>{t().table.reports}</h2>
        <For each={props.incident.reports}>
          {(report) => (
            <div class="report" classList={{ late: report.overdue }}>
              <b>{t().reportSteps[report.step]}</b>
              <span>{say(report.title)}</span>
              <Show
                when={report.given !== null && report.every_secs === undefined}
                fallback={
                  <>
                    <i
                      class="left"
                      classList={{ over: report.due !== undefined && Date.parse(report.due) < props.nowMs }}
                    >
                      {report.due === undefined ? t().table.noDue : remaining(Date.parse(report.due) - props.nowMs)}
                    </i>
                    <Show when={props.hand.may("incidents")}>
                      <button
                        type="button"
                        onClick={() => props.hand.act("acts", { type: "report", report: report.report, note: "" })}
                      >
                        {t().table.give}
                      </button>
                    </Show>
                  </>
                }
              >
                <i>
                  {t().table.given} {clockMinutes(Date.parse(report.given?.[0] ?? ""), props.zone)} {report.given?.[1]}
                </i>
              </Show>
            </div>
          )}
        </For>
      </Show>
      <h2>{t().table.timeline}</h2>
      <ol class="timeline">
        <For each={lines()}>
          {(line) => (
            <li classList={{ decided: line.decided }}>
              <time>{clockMinutes(line.atMs, props.zone)}</time>
              <span>{line.what}</span>
              <i>{line.who}</i>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
};
