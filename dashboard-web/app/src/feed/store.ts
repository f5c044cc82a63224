import { type Accessor, batch, createSignal } from "solid-js";
import { CityClock } from "./clock";
import type { Events } from "./events";
import type { LinkState } from "./link";
import type {
  AlarmView,
  CellView,
  ChannelView,
  IncidentView,
  IndexView,
  LatestView,
  ServerMessage,
  ShelvingView,
  SourceView,
  StateView,
  ThingView,
  ToldView,
  TrendView,
  WaitingView,
} from "./messages";
import { type Facts, Scene, type Slice, type Turn } from "./scene";

/** Everything but alarms and incidents is painted at most this often. */
export const PAINT_MS = 200;

/** What the panels draw from. Each accessor tells of its own slice only. */
export interface Wall {
  readonly facts: Accessor<Facts | undefined>;
  readonly things: Accessor<ReadonlyMap<string, ThingView>>;
  readonly latest: Accessor<ReadonlyMap<string, LatestView>>;
  readonly trends: Accessor<ReadonlyMap<string, TrendView>>;
  readonly indices: Accessor<ReadonlyMap<string, IndexView>>;
  readonly alarms: Accessor<ReadonlyMap<string, AlarmView>>;
  /** The alarms that changed with the last paint; `undefined` when all may be others. */
  readonly turns: Accessor<readonly Turn[] | undefined>;
  readonly sources: Accessor<ReadonlyMap<string, SourceView>>;
  /** The last events of each thing. */
  readonly events: Accessor<Events>;
  /** The last windows of H3 cells, by cell and property. */
  readonly cells: Accessor<ReadonlyMap<string, CellView>>;
  /** The ways to people who look at no screen, by name. */
  readonly channels: Accessor<ReadonlyMap<string, ChannelView>>;
  /** Who was told of open alarms, by alarm. */
  readonly told: Accessor<ReadonlyMap<string, ToldView>>;
  /** What is on the shelf and out of service. */
  readonly shelving: Accessor<ShelvingView>;
  /** Incidents that are neither over nor merged into another one, by id. */
  readonly incidents: Accessor<ReadonlyMap<string, IncidentView>>;
  /** Alarms that wait because an incident is at war, by alarm. */
  readonly waiting: Accessor<ReadonlyMap<string, WaitingView>>;
  /** City time in whole seconds (as milliseconds): the time to count ages from. */
  readonly now: Accessor<number>;
  readonly position: Accessor<number | undefined>;
  readonly link: Accessor<LinkState>;
  /** City time since which history cannot be filled; `null` while it can. */
  readonly historyAwayMs: Accessor<number | null>;
}

/** The store: messages in, painted state out. */
export interface Store extends Wall {
  /** Takes a message; `false` when it does not fit. */
  accept(message: ServerMessage): boolean;
  /** The link changed. */
  linked(state: LinkState): void;
  /** Position of the state that is held, painted or not. */
  held(): number | undefined;
  /** The canonical state. */
  view(): { position: number | undefined; now_ms: number; state: StateView };
}

/** How the store waits for a frame and for a pause; tests put their own in. */
export interface Pace {
  frame(run: () => void): void;
  pause(run: () => void, ms: number): void;
}

const BROWSER: Pace = {
  frame: (run) => void requestAnimationFrame(run),
  pause: (run, ms) => void setTimeout(run, ms),
};

/** An empty store. */
export function createStore(pace: Pace = BROWSER): Store {
  const scene = new Scene();
  const clock = new CityClock();
  const [facts, setFacts] = createSignal<Facts>();
  const [things, setThings] = createSignal<ReadonlyMap<string, ThingView>>(scene.things, { equals: false });
  const [latest, setLatest] = createSignal<ReadonlyMap<string, LatestView>>(scene.latest, { equals: false });
  const [trends, setTrends] = createSignal<ReadonlyMap<string, TrendView>>(scene.trends, { equals: false });
  const [indices, setIndices] = createSignal<ReadonlyMap<string, IndexView>>(scene.indices, { equals: false });
  const [alarms, setAlarms] = createSignal<ReadonlyMap<string, AlarmView>>(scene.alarms, { equals: false });
  const [turns, setTurns] = createSignal<readonly Turn[] | undefined>(undefined, { equals: false });
  const [sources, setSources] = createSignal<ReadonlyMap<string, SourceView>>(scene.sources, { equals: false });
  const [events, setEvents] = createSignal<Events>(scene.events, { equals: false });
  const [cells, setCells] = createSignal<ReadonlyMap<string, CellView>>(scene.cells, { equals: false });
  const [channels, setChannels] = createSignal<ReadonlyMap<string, ChannelView>>(scene.channels, { equals: false });
  const [told, setTold] = createSignal<ReadonlyMap<string, ToldView>>(scene.told, { equals: false });
  const [shelving, setShelving] = createSignal<ShelvingView>(scene.shelving, { equals: false });
  const [incidents, setIncidents] = createSignal<ReadonlyMap<string, IncidentView>>(scene.incidents, { equals: false });
  const [waiting, setWaiting] = createSignal<ReadonlyMap<string, WaitingView>>(scene.waiting, { equals: false });
  const [now, setNow] = createSignal(0);
  const [position, setPosition] = createSignal<number>();
  const [link, setLink] = createSignal<LinkState>({ state: "waiting", sinceMs: Date.now(), attempts: 0 });
  const [historyAwayMs, setHistoryAwayMs] = createSignal<number | null>(null);

  const publish: Readonly<Record<Slice, () => void>> = {
    facts: () => setFacts(scene.facts),
    things: () => setThings(scene.things),
    latest: () => setLatest(scene.latest),
    trends: () => setTrends(scene.trends),
    indices: () => setIndices(scene.indices),
    alarms: () => {
      setAlarms(scene.alarms);
      setTurns(scene.turns());
    },
    sources: () => setSources(scene.sources),
    events: () => setEvents(scene.events),
    cells: () => setCells(scene.cells),
    channels: () => setChannels(scene.channels),
    told: () => setTold(scene.told),
    shelving: () => setShelving(scene.shelving),
    incidents: () => setIncidents(scene.incidents),
    waiting: () => setWaiting(scene.waiting),
  };
  const dirty = new Set<Slice>();
  let framed = false;
  let paused = false;

  const paint = () => {
    batch(() => {
      for (const slice of dirty) publish[slice]();
      dirty.clear();
      setPosition(scene.position);
      tellTime();
    });
  };
  const paintNextFrame = () => {
    if (framed) return;
    framed = true;
    pace.frame(() => {
      framed = false;
      paint();
    });
  };
  const paintSoon = () => {
    if (paused) return;
    paused = true;
    pace.pause(() => {
      paused = false;
      paintNextFrame();
      // The clock goes on between messages.
      if (link().state === "live") paintSoon();
    }, PAINT_MS);
  };
  const tellTime = () => {
    const shown = link().state === "live" ? clock.read(Date.now()) : clock.stop();
    setNow(Math.floor(shown / 1_000) * 1_000);
  };

  return {
    facts,
    things,
    latest,
    trends,
    indices,
    alarms,
    turns,
    sources,
    events,
    cells,
    channels,
    told,
    shelving,
    incidents,
    waiting,
    now,
    position,
    link,
    historyAwayMs,
    accept(message) {
      if (message.type === "history") {
        setHistoryAwayMs(message.away_since_ms);
        return true;
      }
      const changed = scene.apply(message);
      if (changed === null) return false;
      clock.hear(scene.nowMs, Date.now());
      for (const slice of changed) dirty.add(slice);
      const urgent = changed.includes("alarms") || changed.includes("shelving") || changed.includes("incidents");
      if (message.type === "snapshot" || urgent) paintNextFrame();
      paintSoon();
      return true;
    },
    linked(state) {
      setLink(state);
      // The server says it anew to whoever connects.
      if (state.state !== "live") setHistoryAwayMs(null);
      paintNextFrame();
      if (state.state === "live") paintSoon();
    },
    held: () => scene.position,
    view: () => ({ position: scene.position, now_ms: scene.nowMs, state: scene.view() }),
  };
}
