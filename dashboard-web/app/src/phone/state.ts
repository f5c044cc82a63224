import { type Accessor, createMemo, createSignal, onCleanup, onMount } from "solid-js";
import { type Command, newKey, type Step, type TaskRow } from "../feed/command";
import type { Field, Fix, OwnUnit } from "../feed/field";
import { t } from "../lib/i18n";
import { keepLocate, keepTasks, keptQueue, knownTasks, mayLocate, type Received, waitingDigests } from "./kept";
import { picturesOfPhone } from "./pictures";
import { Positions } from "./positions";
import { Queue, type Queued, type QueuedPhoto, standing } from "./queue";
import { isDue, isOnWay, type KeptRoute } from "./route";
import { createSnap } from "./snap";
import { follows } from "./unit";

/** The tasks are asked for this often, and what waits is tried again. */
const ASK_MS = 5_000;
/** A task in full is asked for again after so long, or when it changed. */
const LOOK_MS = 20_000;
/** What was said of an act goes after so long. */
const TOLD_MS = 8_000;
const UNDER_WAY = ["signed", "en_route", "on_scene", "working"];

/** All that the phone's page shows, and what can be done on it. */
export interface PhoneState {
  readonly tasks: Accessor<readonly TaskRow[]>;
  readonly queue: Accessor<readonly Queued[]>;
  readonly shown: Accessor<TaskRow | undefined>;
  readonly outside: Accessor<Received | undefined>;
  readonly unit: Accessor<OwnUnit | undefined>;
  /** The way to the shown task, while one is on it. */
  readonly route: Accessor<KeptRoute | undefined>;
  readonly online: Accessor<boolean>;
  readonly heardMs: Accessor<number | undefined>;
  /** This phone's clock, and the city's. */
  readonly nowMs: Accessor<number>;
  readonly cityMs: Accessor<number>;
  readonly here: Accessor<Fix | undefined>;
  readonly locating: Accessor<boolean>;
  /** What is to be said of the last act, in words. */
  readonly told: Accessor<string | undefined>;
  open(task: string | undefined): void;
  take(task: string, step: Step, note: string, photos?: readonly QueuedPhoto[]): void;
  snap(task: string, files: FileList | null, note: string): Promise<void>;
  checkIn(): Promise<void>;
  locate(yes: boolean): void;
  forget(key: string): void;
  retry(key: string): void;
}

/** The state of a phone: what it knows, what waits, where it is. */
export function createPhone(given: { command: Command; field: Field; person: string; display: string }): PhoneState {
  const { command, field, person, display } = given;
  const before = knownTasks();
  const mine = before?.person === person ? before : undefined;
  const [tasks, setTasks] = createSignal<readonly TaskRow[]>(mine?.tasks ?? []);
  const [heardMs, setHeardMs] = createSignal(mine?.atMs);
  const [online, setOnline] = createSignal(false);
  const [nowMs, setNowMs] = createSignal(Date.now());
  const [aheadMs, setAheadMs] = createSignal(mine?.aheadMs ?? 0);
  const [queue, setQueue] = createSignal<readonly Queued[]>([]);
  const [opened, open] = createSignal(mine?.opened ?? mine?.outside?.task.id);
  const [outside, setOutside] = createSignal(mine?.outside);
  const [unit, setUnit] = createSignal<OwnUnit | null | undefined>(mine?.unit);
  const [route, setRoute] = createSignal(mine?.route);
  const [here, setHere] = createSignal<Fix>();
  const [allowed, allow] = createSignal(mayLocate(person));
  const [told, setTold] = createSignal<string>();
  let silence: ReturnType<typeof setTimeout> | undefined;
  const tell = (words: string | undefined) => {
    clearTimeout(silence);
    setTold(words);
    if (words !== undefined) silence = setTimeout(() => setTold(undefined), TOLD_MS);
  };
  const cityMs = () => nowMs() + aheadMs();
  const city = () => new Date(Date.now() + aheadMs()).toISOString();

  const waiting = new Queue(
    keptQueue(person),
    {
      async step({ task, step, key, done_at, place, note, photos: all }) {
        const photos = all.map(({ digest, taken_at }) => ({ digest, taken_at }));
        const result = await command.step("steps", task, { key, step, done_at, place, note, photos });
        if (result.outcome !== "done") return result;
        if (result.task !== null) replace(result.task);
        await follow(step);
        return result;
      },
      async photo({ digest }) {
        const photo = await picturesOfPhone.get(digest).catch(() => undefined);
        if (photo === undefined) return { outcome: "refused", code: "lost", why: t().outside.photoLost };
        return field.bring(photo);
      },
    },
    changed,
  );
  const replace = (task: TaskRow) => setTasks(tasks().map((each) => (each.id === task.id ? task : each)));
  /** What is not named by the queue any more goes from the phone. */
  function changed(list: readonly Queued[]): void {
    const kept = new Set(list.flatMap(({ photos }) => photos.map(({ digest }) => digest)));
    const gone = queue().flatMap(({ photos }) => photos.map(({ digest }) => digest));
    setQueue(list);
    void picturesOfPhone.drop(gone.filter((digest) => !kept.has(digest))).catch(() => undefined);
  }
  setQueue(waiting.all());

  /** The own unit is as busy as its task: best done by the phone, and no harm if somebody said so already. */
  async function follow(step: Step): Promise<void> {
    for (;;) {
      await askUnit();
      const own = unit();
      const next = own ? follows(own.status, step) : undefined;
      if (!own || next === undefined) return;
      if ((await field.status(own, next)).outcome !== "done") return;
    }
  }
  const askUnit = async () => {
    const own = await field.mine();
    if (own !== undefined) setUnit(own);
  };

  const shown = createMemo(
    () => tasks().find(({ id }) => id === opened()) ?? (tasks().length === 1 ? tasks()[0] : undefined),
  );
  const look = async () => {
    const [task, known] = [shown(), outside()];
    if (task === undefined) return;
    const same = known?.task.id === task.id && known.task.version === task.version;
    // A hazard is large, and a network outside is small.
    if (same && Date.now() + aheadMs() - known.receivedMs < LOOK_MS) return;
    const found = await field.task(task.id);
    if (found !== undefined) setOutside({ ...found, receivedMs: Date.now() + aheadMs() });
  };
  const askRoute = async () => {
    const [task, full, own] = [shown(), outside(), unit()];
    if (task === undefined || full?.task.id !== task.id || full.incident.place === null || !own) return;
    if (!isOnWay(standing(task, queue())) || !isDue(route(), task.id, cityMs())) return;
    // Where the phone is leaves it only with consent; else the way begins where the unit was heard last.
    const from = locating() ? here() : undefined;
    const found = await field.route(full.incident.place, from, full.hazard?.cells ?? []);
    if (found !== undefined) setRoute({ ...found, task: task.id, receivedMs: Date.now() + aheadMs() });
  };
  // What a page opened anew without a network begins with.
  const keep = () => {
    const [full, own, task] = [outside(), unit(), opened()];
    const rows = { person, display, atMs: heardMs() ?? Date.now(), aheadMs: aheadMs(), tasks: tasks() };
    const way = route();
    const more = {
      ...(full && { outside: full }),
      ...(own !== undefined && { unit: own }),
      ...(way && { route: way }),
    };
    keepTasks({ ...rows, ...more, ...(task !== undefined && { opened: task }) });
  };
  const ask = async () => {
    const answer = await command.tasks();
    setOnline(answer !== undefined);
    if (answer === undefined) return;
    setHeardMs(Date.now());
    setTasks(answer.items);
    // A phone whose clock is wrong tells the city's time all the same.
    if (Number.isFinite(answer.nowMs)) setAheadMs(answer.nowMs - Date.now());
    await Promise.all([look(), askUnit()]);
    await askRoute();
    keep();
    await waiting.replay();
  };

  const underWay = () => tasks().some(({ stage, assignee }) => assignee === person && UNDER_WAY.includes(stage));
  const locating = () => allowed() && underWay() && (unit() ?? null) !== null;
  const positions = new Positions(async (fix) => {
    const own = unit();
    return own ? field.position(own.id, fix) : { outcome: "away" };
  });
  if ("geolocation" in navigator) {
    const watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        const fix = { lon: coords.longitude, lat: coords.latitude, accuracy: coords.accuracy };
        setHere({ ...fix, atMs: timestamp + aheadMs() });
        if (locating()) positions.offer({ ...fix, atMs: timestamp + aheadMs() });
      },
      () => setHere(undefined),
      { enableHighAccuracy: true },
    );
    onCleanup(() => navigator.geolocation.clearWatch(watch));
  }

  const tick = () => {
    setNowMs(Date.now());
    if (!locating()) positions.stop();
    else if (online()) void positions.tell(Date.now());
  };
  onMount(() => {
    void picturesOfPhone
      .all()
      .then((all) => {
        const waits = waitingDigests();
        return picturesOfPhone.drop([...all.keys()].filter((digest) => !waits.has(digest)));
      })
      .catch(() => undefined)
      .then(ask);
    const asking = setInterval(() => void ask(), ASK_MS);
    const ticking = setInterval(tick, 1_000);
    const now = () => void ask();
    window.addEventListener("online", now);
    onCleanup(() => {
      clearInterval(asking);
      clearInterval(ticking);
      window.removeEventListener("online", now);
    });
  });

  const take: PhoneState["take"] = (task, step, note, photos = []) => {
    const fix = here();
    const place = fix && { lon: fix.lon, lat: fix.lat };
    void waiting.add({ key: newKey(), task, step, done_at: city(), ...(place && { place }), note, photos });
  };
  return {
    tasks,
    queue,
    shown,
    outside: () => (outside()?.task.id === shown()?.id ? outside() : undefined),
    unit: () => unit() ?? undefined,
    route: () => {
      const [task, way] = [shown(), route()];
      return task !== undefined && way?.task === task.id && isOnWay(standing(task, queue())) ? way : undefined;
    },
    online,
    heardMs,
    nowMs,
    cityMs,
    here,
    locating,
    told,
    open: (task) => {
      open(task);
      keep();
      void look().then(keep);
    },
    take,
    snap: createSnap({ tell, city, take }),
    async checkIn() {
      const own = unit();
      const sent = own ? await field.checkIn(own.id) : undefined;
      if (sent?.outcome === "away") tell(t().outside.checkInAway);
      else tell(sent?.outcome === "refused" ? sent.why : undefined);
      await askUnit();
    },
    locate: (yes) => {
      allow(yes);
      keepLocate(person, yes);
    },
    forget: (key) => waiting.drop(key),
    retry: (key) => void waiting.retry(key),
  };
}
