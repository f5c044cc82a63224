import { type Component, For, Show } from "solid-js";
import type { Step, TaskRow, TaskStage } from "../feed/command";
import { t } from "../lib/i18n";
import type { Received } from "./kept";
import { nextStep, type Queued } from "./queue";

/** The five squares of a task. */
const SQUARES = [
  ["signed", "sign"],
  ["en_route", "set_out"],
  ["on_scene", "arrive"],
  ["working", "begin"],
  ["done", "finish"],
] as const satisfies readonly (readonly [TaskStage, Step])[];
const ORDER: readonly TaskStage[] = [
  "dispatched",
  "signed",
  "en_route",
  "on_scene",
  "working",
  "done",
  "verified",
  "closed",
];

const clock = (at: string) => new Date(Date.parse(at)).toTimeString().slice(0, 5);

/** How far a task is, and when it came so far; what waits is not shown as done. */
export const Squares: Component<{
  task: TaskRow;
  stage: TaskStage;
  queue: readonly Queued[];
  outside: Received | undefined;
}> = (props) => (
  <ol class="squares">
    <For each={SQUARES}>
      {([reached, taken], index) => {
        const done = () => ORDER.indexOf(props.stage) >= ORDER.indexOf(reached);
        const waits = () => props.queue.find((each) => each.step === taken && each.refused === undefined);
        const when = () => {
          const took = props.outside?.steps.findLast(({ step }) => step === taken);
          return done() ? (waits()?.done_at ?? took?.done_at ?? took?.at) : undefined;
        };
        return (
          <li classList={{ done: done(), now: nextStep(props.stage) === taken, pending: waits() !== undefined }}>
            <b>{done() && waits() === undefined ? "✓" : index() + 1}</b>
            <span>{t().squares[taken]}</span>
            <Show when={waits()} fallback={<Show when={when()}>{(at) => <time>{clock(at())}</time>}</Show>}>
              <i>{t().phone.pending}</i>
            </Show>
          </li>
        );
      }}
    </For>
  </ol>
);
