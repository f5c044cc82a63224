import { describe, expect, it } from "vitest";
import { rehearse } from "../rehearsal/script";
import { leakAtWar } from "../rehearsal/war";
import type {
  AlarmView,
  CellView,
  ChannelView,
  Delta,
  LatestView,
  NoticeView,
  Snapshot,
  ToldView,
  TrendPoint,
} from "./messages";
import { extended, Scene } from "./scene";

function empty(): Snapshot {
  return {
    scene: "wall",
    position: 10,
    now_ms: 1_000,
    city: { name: { zh: "衢州市", en: "Quzhou" }, zone: "Asia/Shanghai", simulated: false, areas: [] },
    properties: [],
    rules: [],
    state: { things: [], latest: [], trends: [], indices: [], alarms: [], sources: [] },
  };
}

function delta(after: number, position: number, rest: Partial<Delta> = {}): Delta & { type: "delta" } {
  return { type: "delta", after, position, now_ms: position * 100, ...rest };
}

function latest(thing: string, property: string, value: number): LatestView {
  return { thing, property, value, at_ms: 0, received_ms: 0, out_of_range: false };
}

const ALARM: AlarmView = {
  id: "a1",
  number: 1,
  level: 2,
  state: "unacknowledged",
  rule: "r",
  thing: "t",
  property: "cl2",
  key: null,
  value: 3,
  extreme: 3,
  threshold: 2,
  started_ms: 0,
  ended_ms: null,
  raised_ms: 0,
  acknowledged: null,
  corrected: false,
  before: null,
};

const NOTICE: NoticeView = {
  notice: "n1",
  channel: "短信",
  change: "raised",
  state: "waiting",
  at_ms: 0,
  attempts: 0,
};

const CHANNEL: ChannelView = {
  channel: "短信",
  waiting: 3,
  waiting_since_ms: 0,
  failing_since_ms: 100,
  given_up: 0,
  given_up_ms: null,
};

describe("a scene", () => {
  it("holds what is kept quiet as it was last told, and forgets it with a snapshot that has none", () => {
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty() });
    const by = { person: "li", seat: "", at_ms: 0, note: "筒体清淤" };
    const shelf = {
      record: 11,
      alarm: "a1",
      level: 2,
      rule: "r",
      thing: "t",
      property: "cl2",
      key: null,
      until_ms: 9,
      by,
    };
    const shelving = { shelved: [shelf], out_of_service: [] };
    expect(scene.apply(delta(10, 11, { shelving }))).toEqual(["shelving"]);
    expect(scene.apply(delta(11, 12))).toEqual([]);
    expect(scene.view().shelving).toEqual(shelving);
    scene.apply({ type: "snapshot", ...empty() });
    expect(scene.view().shelving).toBeUndefined();
  });

  it("takes a snapshot whole and forgets what was before", () => {
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty(), state: { ...empty().state, alarms: [ALARM] } });
    scene.apply({ type: "snapshot", ...empty(), position: 20 });
    expect(scene.position).toBe(20);
    expect(scene.view()).toEqual(empty().state);
  });

  it("replaces values by key and tells which slices changed", () => {
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty() });
    scene.apply(delta(10, 11, { latest: [latest("b", "co", 1), latest("a", "pm25", 2)] }));
    const changed = scene.apply(delta(11, 12, { latest: [latest("b", "co", 9)], alarms: [ALARM] }));
    expect(changed).toEqual(["latest", "alarms"]);
    expect(scene.view().latest).toEqual([latest("a", "pm25", 2), latest("b", "co", 9)]);
    expect(scene.position).toBe(12);
    expect(scene.nowMs).toBe(1_200);
  });

  it("holds incidents that are not over, and what waits because one is at war", () => {
    const scene = new Scene();
    const incident = leakAtWar();
    scene.apply({ type: "snapshot", ...empty() });
    const waiting = [{ alarm: "a1", incident: 1 }];
    expect(scene.apply(delta(10, 11, { incidents: [incident], waiting }))).toEqual(["incidents", "waiting"]);
    expect(scene.view()).toMatchObject({ incidents: [incident], waiting });
    const peace = { ...incident, war: null };
    const changed = scene.apply(delta(11, 12, { incidents: [peace], waiting_over: ["a1"] }));
    expect(changed).toEqual(["incidents", "waiting"]);
    expect(scene.waiting.size).toBe(0);
    expect(scene.apply(delta(12, 13, { incidents_over: [incident.id] }))).toEqual(["incidents"]);
    expect(scene.view()).toEqual(empty().state);
  });

  it("removes an alarm that closed", () => {
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty() });
    scene.apply(delta(10, 11, { alarms: [ALARM] }));
    expect(scene.apply(delta(11, 12, { closed: ["a1"] }))).toEqual(["alarms", "told"]);
    expect(scene.view().alarms).toEqual([]);
  });

  it("knows who was told of an alarm until it closes, or nobody was", () => {
    const scene = new Scene();
    const told = (alarm: string, count: number): ToldView => ({ alarm, notices: Array(count).fill(NOTICE) });
    scene.apply({ type: "snapshot", ...empty(), state: { ...empty().state, alarms: [ALARM], told: [told("a1", 1)] } });
    scene.apply(delta(10, 11, { told: [told("a1", 2), told("a0", 1)], channels: [CHANNEL] }));
    expect(scene.view()).toMatchObject({ told: [told("a0", 1), told("a1", 2)], channels: [CHANNEL] });
    scene.apply(delta(11, 12, { told: [told("a0", 0)], closed: ["a1"] }));
    expect(scene.view().told).toBeUndefined();
  });

  it("takes back a last value that is no more", () => {
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty() });
    scene.apply(delta(10, 11, { latest: [latest("a", "wait", 1), latest("b", "wait", 2)] }));
    expect(scene.apply(delta(11, 12, { gone: [{ thing: "a", property: "wait" }] }))).toEqual(["latest"]);
    expect(scene.view().latest).toEqual([latest("b", "wait", 2)]);
  });

  it("holds the last window of each cell and property", () => {
    const cell = (thing: string, mean: number): CellView => ({
      thing,
      property: "pm25",
      start_ms: 0,
      length_secs: 60,
      count: 1,
      expected: 1,
      mean,
      min: mean,
      max: mean,
      early: false,
      received_ms: 0,
      corrected: false,
      before: null,
    });
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty(), state: { ...empty().state, cells: [cell("h3:b", 1)] } });
    expect(scene.apply(delta(10, 11, { cells: [cell("h3:a", 2), cell("h3:b", 3)] }))).toEqual(["cells"]);
    expect(scene.view().cells).toEqual([cell("h3:a", 2), cell("h3:b", 3)]);
    scene.apply({ type: "snapshot", ...empty(), position: 20 });
    expect(scene.view()).toEqual(empty().state);
  });

  it("refuses a delta that does not begin where it stands, and stays as it was", () => {
    const scene = new Scene();
    expect(scene.apply(delta(0, 1))).toBeNull();
    scene.apply({ type: "snapshot", ...empty() });
    expect(scene.apply(delta(11, 12, { alarms: [ALARM] }))).toBeNull();
    expect(scene.position).toBe(10);
    expect(scene.view().alarms).toEqual([]);
  });

  it("sorts by the pair of ids, so that a shorter id comes before the longer one it begins", () => {
    const scene = new Scene();
    scene.apply({ type: "snapshot", ...empty() });
    scene.apply(delta(10, 11, { latest: [latest("a-1", "co", 1), latest("a", "so2", 2), latest("a", "co", 3)] }));
    expect(scene.view().latest.map(({ thing, property }) => `${thing} ${property}`)).toEqual([
      "a co",
      "a so2",
      "a-1 co",
    ]);
  });

  it("reaches the same state through all deltas of a rehearsal as another one that joined in the middle", () => {
    const { snapshot, deltas } = rehearse(90);
    const first = new Scene();
    first.apply({ type: "snapshot", ...snapshot });
    const second = new Scene();
    deltas.forEach((each, index) => {
      expect(first.apply({ type: "delta", ...each })).not.toBeNull();
      if (index === 40)
        second.apply({
          type: "snapshot",
          ...snapshot,
          position: each.position,
          now_ms: each.now_ms,
          state: first.view(),
        });
      if (index > 40) second.apply({ type: "delta", ...each });
    });
    expect(second.view()).toEqual(first.view());
    expect(second.position).toBe(first.position);
  });
});

describe("a trend", () => {
  const point = (minute: number, mean: number | null, step_secs = 60): TrendPoint => ({
    thing: "t",
    property: "p",
    start_ms: minute * 60_000,
    step_secs,
    mean,
    corrected: false,
    before: null,
  });
  const grown = (...points: TrendPoint[]) =>
    points.reduce<ReturnType<typeof extended> | undefined>((trend, each) => extended(trend, each), undefined);

  it("shows a gap as one", () => {
    expect(grown(point(0, 1), point(3, 4))?.means).toEqual([1, null, null, 4]);
  });

  it("leaves a gap where a value was taken back", () => {
    expect(grown(point(0, 1), point(1, 2), point(1, null))?.means).toEqual([1, null]);
  });

  it("replaces a window that it spans and passes over what lies before it", () => {
    const trend = grown(point(1, 1), point(2, 2), point(1, 1.5), point(0, 9));
    expect(trend?.means).toEqual([1.5, 2]);
    expect(trend?.last_ms).toBe(120_000);
  });

  it("keeps a correction with what was told before, as long as its window is spanned", () => {
    const corrected = { ...point(1, 1.5), corrected: true, before: 1 };
    expect(grown(point(1, 1), point(2, 2), corrected)?.corrected).toEqual([{ start_ms: 60_000, before: 1 }]);
    expect(grown(point(1, 1), corrected, point(60, 2))?.corrected).toHaveLength(1);
    expect(grown(point(1, 1), corrected, point(61, 2))?.corrected).toEqual([]);
  });

  it("never outgrows its limit, however long the gap", () => {
    const trend = grown(point(0, 1), point(1_000_000, 2));
    expect(trend?.means).toHaveLength(60);
    expect(trend?.means[0]).toBeNull();
    expect(trend?.means[59]).toBe(2);
  });

  it("begins anew when the length of its windows changes", () => {
    expect(grown(point(0, 1), point(1, 2, 10))?.means).toEqual([2]);
  });
});
