import { type Component, createMemo, For, Show } from "solid-js";
import { type Incident, STAGES } from "../feed/command";
import { t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { course, type Line } from "./course";
import { Pair } from "./Pair";
import { Reports } from "./Reports";
import type { Hand, TableState } from "./state";

const SIGNS = { decided: "■", fact: "●", inferred: "○" } as const;

/** Where an incident stands, what was decided, and the reports that are due. */
export const Course: Component<{
  state: TableState;
  incident: Incident;
  zone: string;
  nowMs: number;
  hand: Hand;
}> = (props) => {
  const lines = createMemo((): Line[] => {
    const made = props.state.estimate();
    const own = course(props.incident, props.state.plans());
    if (made === undefined) return own;
    const km = (made.plume.reach_m / 1_000).toFixed(1);
    const line: Line = {
      atMs: made.atMs,
      mark: "inferred",
      what: t().plumeSaid(clockMinutes(made.atMs, props.zone), km, made.plume.is_cut),
      who: made.plume.model,
    };
    return [...own, line].sort((a, b) => b.atMs - a.atMs);
  });
  const at = () => STAGES.indexOf(props.incident.stage);
  const tasks = () => props.incident.tasks;
  const figures = (): [string, string, string][] => [
    [
      String(tasks().filter(({ stage }) => stage === "closed" || stage === "verified").length),
      ` / ${tasks().length}`,
      t().deck.closedFolded,
    ],
    [String(tasks().filter(({ late }) => late !== "no").length), "", t().late.overdue],
    [String(tasks().filter(({ stage }) => stage === "done").length), "", t().taskStages.done],
    [String(props.incident.affected.length), "", t().deck.affected.split(/[（(]/)[0] ?? ""],
  ];
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
      <dl class="figures">
        <For each={figures()}>
          {([count, of, name]) => (
            <div>
              <dt>{name.trim()}</dt>
              <dd>
                {count}
                <i>{of}</i>
              </dd>
            </div>
          )}
        </For>
      </dl>
      <p class="facts">
        {t().incidentClasses[props.incident.class] ?? props.incident.class}
        <Show when={props.incident.event_level}>
          {(level) => (
            <>
              {"　"}
              {t().eventLevels[level() - 1]}
            </>
          )}
        </Show>
        <Show when={props.incident.place?.name}>
          {(name) => (
            <>
              {"　"}
              {name()}
            </>
          )}
        </Show>
        <Show when={props.incident.affected.length > 0}>
          {"　"}
          {props.incident.affected.join("、")}
        </Show>
      </p>
      <Reports incident={props.incident} zone={props.zone} nowMs={props.nowMs} hand={props.hand} />
      <h2>
        {t().table.timeline}{" "}
        <i>
          ■ {t().deck.decided} ● {t().deck.fact} ○ {t().deck.inferred}
        </i>
      </h2>
      <ol class="timeline" tabindex="0">
        <For each={lines()}>
          {(line) => (
            <li class={line.mark}>
              <time>{clockMinutes(line.atMs, props.zone)}</time>
              <em aria-label={t().deck[line.mark]} role="img">
                {SIGNS[line.mark]}
              </em>
              <span>{line.what}</span>
              <i>{line.who}</i>
            </li>
          )}
        </For>
      </ol>
      <Show when={props.incident.pending} keyed>
        {(pending) => (
          <Pair pending={pending} incident={props.incident} nowMs={props.nowMs} zone={props.zone} hand={props.hand} />
        )}
      </Show>
    </section>
  );
};
