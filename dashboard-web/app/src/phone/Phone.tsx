import "./phone.css";
import { type Component, createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { type At, type Command, newKey, type Photo, type Step, type TaskRow, type TaskStage } from "../feed/command";
import type { Own } from "../feed/presence";
import { say, t } from "../lib/i18n";
import { remaining, span } from "../lib/time";
import { SignOut } from "../sign-in/SignOut";
import { digestOf } from "./digest";
import { keepTasks, keptQueue, knownTasks } from "./kept";
import { nextStep, Queue, type Queued, standing } from "./queue";

/** The tasks are asked for this often, and what waits is tried again. */
const ASK_MS = 5_000;
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

/** The page of somebody in the field: one task at a time, its next step under the thumb, with and without a network. */
export const PhoneScreen: Component<{ command: Command; own: Own; person: string; display: string }> = (props) => {
  const before = knownTasks();
  const mine = before?.person === props.person ? before : undefined;
  const [tasks, setTasks] = createSignal<readonly TaskRow[]>(mine?.tasks ?? []);
  const [heardMs, setHeardMs] = createSignal(mine?.atMs);
  const [online, setOnline] = createSignal(false);
  const [nowMs, setNowMs] = createSignal(Date.now());
  /** How far the city's clock is ahead of this phone's. */
  const [aheadMs, setAheadMs] = createSignal(mine?.aheadMs ?? 0);
  const cityMs = () => nowMs() + aheadMs();
  const [queue, setQueue] = createSignal<readonly Queued[]>([]);
  const [opened, open] = createSignal<string>();

  const waiting = new Queue(
    keptQueue(props.person),
    async ({ task, step, key, done_at, place, note, photos }) => {
      const result = await props.command.step("steps", task, { key, step, done_at, place, note, photos });
      if (result.outcome === "done" && result.task !== null) replace(result.task);
      return result;
    },
    setQueue,
  );
  setQueue(waiting.all());
  const replace = (task: TaskRow) => setTasks(tasks().map((each) => (each.id === task.id ? task : each)));

  const ask = async () => {
    const answer = await props.command.tasks();
    setOnline(answer !== undefined);
    if (answer === undefined) return;
    setHeardMs(Date.now());
    setTasks(answer.items);
    // A phone whose clock is wrong tells the city's time all the same.
    if (Number.isFinite(answer.nowMs)) setAheadMs(answer.nowMs - Date.now());
    keepTasks({
      person: props.person,
      display: props.display,
      atMs: Date.now(),
      aheadMs: aheadMs(),
      tasks: answer.items,
    });
    await waiting.replay();
  };
  onMount(() => {
    void ask();
    const asking = setInterval(() => void ask(), ASK_MS);
    const ticking = setInterval(() => setNowMs(Date.now()), 1_000);
    const now = () => void ask();
    window.addEventListener("online", now);
    onCleanup(() => {
      clearInterval(asking);
      clearInterval(ticking);
      window.removeEventListener("online", now);
    });
  });

  const shown = createMemo(
    () => tasks().find(({ id }) => id === opened()) ?? (tasks().length === 1 ? tasks()[0] : undefined),
  );
  const where = whereabouts();
  const take = (task: TaskRow, step: Step, note: string, photos: readonly Photo[]) => {
    const place = where();
    const queued: Queued = {
      key: newKey(),
      task: task.id,
      step,
      done_at: new Date(Date.now() + aheadMs()).toISOString(),
      note,
      photos,
    };
    void waiting.add(place === undefined ? queued : { ...queued, place });
  };
  const offline = () => {
    const since = heardMs();
    if (since === undefined) return t().phone.offline;
    const { count, unit } = span(nowMs() - since);
    return t().offlineFor(t().span(count, unit));
  };
  return (
    <main class="phone">
      <div class="bar">
        <b>{props.display}</b>
        <span>{props.own.session()?.seat}</span>
        <time>{new Date(cityMs()).toTimeString().slice(0, 5)}</time>
      </div>
      <Show when={!online()}>
        <p class="band" role="status">
          <b>{offline()}</b>
          <span>{queue().length > 0 ? t().waitingToSend(queue().length) : t().phone.stale}</span>
        </p>
      </Show>
      <Refusals queue={queue()} tasks={tasks()} onForget={(key) => waiting.drop(key)} />
      <Show
        when={shown()}
        fallback={<Tasks tasks={tasks()} queue={queue()} nowMs={cityMs()} onOpen={(id) => open(id)} />}
      >
        {(task) => (
          <OneTask
            task={task()}
            queue={queue().filter((each) => each.task === task().id)}
            nowMs={cityMs()}
            aheadMs={aheadMs()}
            onBack={tasks().length > 1 ? () => open(undefined) : undefined}
            onStep={(step, note, photos) => take(task(), step, note, photos)}
          />
        )}
      </Show>
      <Show when={shown() === undefined}>
        <div class="leave">
          <SignOut own={props.own} />
        </div>
      </Show>
    </main>
  );
};

/** Where the phone is, as far as it has said so: a step never waits for a satellite. */
function whereabouts(): () => At | undefined {
  let last: At | undefined;
  if (!("geolocation" in navigator)) return () => undefined;
  const watch = navigator.geolocation.watchPosition(
    ({ coords }) => {
      last = { lon: coords.longitude, lat: coords.latitude };
    },
    () => {
      last = undefined;
    },
    { enableHighAccuracy: true },
  );
  onCleanup(() => navigator.geolocation.clearWatch(watch));
  return () => last;
}

/** What the server did not take: it is never thrown away in silence. */
const Refusals: Component<{
  queue: readonly Queued[];
  tasks: readonly TaskRow[];
  onForget: (key: string) => void;
}> = (props) => (
  <For each={props.queue.filter(({ refused }) => refused !== undefined)}>
    {(each) => (
      <section class="refused" role="alert">
        <p>
          <b>
            {t().phone.dropped}: {t().steps[each.step]}
          </b>
          <span>{each.refused}</span>
        </p>
        <button type="button" onClick={() => props.onForget(each.key)}>
          {t().phone.forget}
        </button>
      </section>
    )}
  </For>
);

const Tasks: Component<{
  tasks: readonly TaskRow[];
  queue: readonly Queued[];
  nowMs: number;
  onOpen: (id: string) => void;
}> = (props) => (
  <section class="tasks">
    <h1>
      {t().phone.openTasks} {props.tasks.length}
    </h1>
    <Show when={props.tasks.length > 0} fallback={<p class="none">{t().phone.none}</p>}>
      <For each={props.tasks}>
        {(task) => (
          <button type="button" class="task" onClick={() => props.onOpen(task.id)}>
            <b>{say(task.title)}</b>
            <span>{t().taskStages[standing(task, props.queue)]}</span>
            <Deadline task={task} stage={standing(task, props.queue)} nowMs={props.nowMs} />
          </button>
        )}
      </For>
    </Show>
  </section>
);

/** The time that is left, or that it is over. */
const Deadline: Component<{ task: TaskRow; stage: TaskStage; nowMs: number }> = (props) => {
  const until = () => (props.stage === "dispatched" ? props.task.sign_by : props.task.done_by);
  const left = () => (until() === null ? undefined : Date.parse(until() ?? "") - props.nowMs);
  return (
    <Show when={left() !== undefined} fallback={<i class="left">{t().phone.noDeadline}</i>}>
      <i class="left" classList={{ over: (left() ?? 0) < 0 }}>
        <small>{(left() ?? 0) < 0 ? t().phone.over : t().phone.until}</small>
        {remaining(left() ?? 0)}
      </i>
    </Show>
  );
};

const OneTask: Component<{
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
