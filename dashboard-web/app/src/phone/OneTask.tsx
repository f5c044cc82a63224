import { type Component, createSignal, For, Show } from "solid-js";
import type { Photo, Step, TaskRow, TaskStage } from "../feed/command";
import { say, t } from "../lib/i18n";
import { Deadline } from "./Deadline";
import { digestOf } from "./digest";
import { nextStep, type Queued, standing } from "./queue";

/** The five squares of a task. */
const SQUARES: readonly (readonly [TaskStage, Step])[] = [
  ["signed", "sign"],
  ["en_route", "set_out"],
  ["on_scene", "arrive"],
  ["working", "begin"],
  ["done", "finish"],
];
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

/** A task: where it stands, and its next step under the thumb. */
export const OneTask: Component<{
  task: TaskRow;
  queue: readonly Queued[];
  nowMs: number;
  aheadMs: number;
  onBack: (() => void) | undefined;
  onStep: (step: Step, note: string, photos: readonly Photo[]) => void;
}> = (props) => {
  const [note, setNote] = createSignal("");
  const [refusing, refuse] = createSignal(false);
  const [photos, setPhotos] = createSignal<readonly Photo[]>([]);
  const stage = () => standing(props.task, props.queue);
  const next = () => nextStep(stage());
  const needed = () => (props.task.proof.by === "evidence" ? props.task.proof.photos : 0);
  const missing = () => next() === "finish" && photos().length < needed();
  const at = () => ORDER.indexOf(stage());
  const add = async (files: FileList | null) => {
    for (const file of files ?? []) {
      const digest = await digestOf(await file.arrayBuffer());
      setPhotos([
        ...photos().filter((each) => each.digest !== digest),
        { digest, taken_at: new Date(Date.now() + props.aheadMs).toISOString() },
      ]);
    }
  };
  const step = (taken: Step) => {
    props.onStep(taken, note().trim(), taken === "finish" ? photos() : []);
    setNote("");
    refuse(false);
  };
  return (
    <section class="one" data-task={props.task.id} data-stage={stage()}>
      <div class="what">
        <div>
          <h1>{say(props.task.title)}</h1>
          <p>
            # {props.task.incident_number}-{props.task.number}
            <Show when={props.task.late !== "no"}>
              {" "}
              <mark>{t().late[props.task.late]}</mark>
            </Show>
            <Show when={props.task.relapses > 0}> {t().relapsed(props.task.relapses)}</Show>
          </p>
        </div>
        <Deadline task={props.task} stage={stage()} nowMs={props.nowMs} />
      </div>
      <ol class="squares">
        <For each={SQUARES}>
          {([reached, taken], index) => {
            const done = () => at() >= ORDER.indexOf(reached);
            const pending = () => props.queue.some((each) => each.step === taken && each.refused === undefined);
            return (
              <li classList={{ done: done(), now: next() === taken, pending: pending() }}>
                <b>{done() && !pending() ? "✓" : index() + 1}</b>
                <span>{t().steps[taken]}</span>
                <Show when={pending()}>
                  <i>{t().phone.pending}</i>
                </Show>
              </li>
            );
          }}
        </For>
      </ol>
      <Show when={props.task.proof.by === "reading"}>
        <p class="proof">{t().phone.proofReading}</p>
      </Show>
      <Show
        when={next()}
        fallback={<p class="proof">{stage() === "done" ? t().phone.waitsProof : t().taskStages[stage()]}</p>}
      >
        {(following) => (
          <>
            <label class="note">
              <span>{refusing() ? t().phone.reason : t().phone.note}</span>
              <textarea
                rows="2"
                maxLength={1_000}
                value={note()}
                onInput={(event) => setNote(event.currentTarget.value)}
              />
            </label>
            <Show when={needed() > 0 && following() === "finish"}>
              <label class="camera">
                <input
                  type="file"
                  accept="image/*"
                  capture="environment"
                  multiple
                  onChange={(event) => void add(event.currentTarget.files)}
                />
                <b>{t().phone.photo}</b> <span>{t().evidenceOf(photos().length, needed())}</span>
              </label>
            </Show>
            <Show
              when={!refusing()}
              fallback={
                <button type="button" class="primary" disabled={note().trim() === ""} onClick={() => step("refuse")}>
                  {t().steps.refuse}
                </button>
              }
            >
              <button
                type="button"
                class="primary"
                classList={{ missing: missing() }}
                disabled={missing()}
                onClick={() => step(following())}
              >
                {t().steps[following()]}
                <Show when={missing()}>
                  <small>{t().phone.needPhotos}</small>
                </Show>
              </button>
            </Show>
          </>
        )}
      </Show>
      <div class="others">
        <Show when={props.onBack}>
          {(back) => (
            <button type="button" onClick={() => back()()}>
              {t().phone.back}
            </button>
          )}
        </Show>
        <Show when={stage() === "dispatched" || stage() === "signed"}>
          <button type="button" onClick={() => refuse(!refusing())}>
            {refusing() ? t().cancel : t().phone.refuse}
          </button>
        </Show>
      </div>
    </section>
  );
};
