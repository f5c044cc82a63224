import "./phone.css";
import { type Component, createMemo, createSignal, onCleanup, onMount, Show } from "solid-js";
import { type At, type Command, newKey, type Photo, type Step, type TaskRow } from "../feed/command";
import type { Own } from "../feed/presence";
import { t } from "../lib/i18n";
import { span } from "../lib/time";
import { SignOut } from "../sign-in/SignOut";
import { keepTasks, keptQueue, knownTasks } from "./kept";
import { OneTask } from "./OneTask";
import { Queue, type Queued } from "./queue";
import { Refusals, Tasks } from "./Tasks";

/** The tasks are asked for this often, and what waits is tried again. */
const ASK_MS = 5_000;
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
