import { describe, expect, it } from "vitest";
import type { CellView, LatestView, ThingView } from "../feed/messages";
import { pairKey, Scene } from "../feed/scene";
import { rehearse } from "../rehearsal/script";
import type { Live } from "./drawing";
import { field, shares } from "./field";
import { CITY_BOUNDS } from "./land";
import { fitted } from "./project";

const VIEW = fitted(CITY_BOUNDS, 800, 712, 26);
const { snapshot } = rehearse(1);
const scene = new Scene();
scene.apply({ type: "snapshot", ...snapshot });

function live(
  more: readonly (readonly [ThingView, LatestView])[] = [],
  cells: ReadonlyMap<string, CellView> = new Map(),
): Live {
  if (scene.facts === undefined) throw new Error("a snapshot has facts");
  return {
    facts: scene.facts,
    things: new Map([...scene.things, ...more.map(([thing]) => [thing.id, thing] as const)]),
    latest: new Map([
      ...scene.latest,
      ...more.map(([thing, last]) => [pairKey(thing.id, last.property), last] as const),
    ]),
    alarms: scene.alarms,
    cells,
    nowMs: scene.nowMs,
  };
}

const CELL: ThingView = {
  id: "h3:8741a6c5affffff",
  name: { zh: "", en: "" },
  kind: "cell",
  place: [118.87, 28.97],
  area: null,
  properties: ["crowd_10m"],
  period_secs: null,
  outline: [
    [118.86, 28.96],
    [118.88, 28.96],
    [118.89, 28.97],
    [118.88, 28.98],
    [118.86, 28.98],
    [118.85, 28.97],
  ],
};
const seen = (value: number, back = 0): LatestView => {
  const at_ms = scene.nowMs - back;
  return { thing: CELL.id, property: "crowd_10m", value, at_ms, received_ms: at_ms, out_of_range: false };
};

describe("the field of rain", () => {
  it("lies in the city, where it rains, and says that it is interpolated", () => {
    const found = field("rain", live(), VIEW, 0.1);
    expect(found?.interpolated).toBe(true);
    expect(found?.cells.length).toBeGreaterThan(50);
    const most = Math.max(
      ...[...scene.latest.values()].flatMap(({ property, value }) => (property === "rain_1h" ? [value] : [])),
    );
    for (const { value } of found?.cells ?? []) {
      expect(value).toBeGreaterThanOrEqual(0.1);
      expect(value).toBeLessThanOrEqual(most);
    }
  });

  it("is nothing where no gauge is near, and the gauge's own value at the gauge", () => {
    expect(shares([100, 20], [[118, 29]])).toEqual([]);
    const two = [
      [118, 29],
      [118.2, 29],
    ] as const;
    expect(shares([118, 29], two)[0]).toMatchObject({ gauge: 0, part: expect.closeTo(1, 3) });
    expect(shares([118.1, 29], two)).toEqual([
      { gauge: 0, part: expect.closeTo(0.5, 6) },
      { gauge: 1, part: expect.closeTo(0.5, 6) },
    ]);
  });

  it("follows its gauges, whatever they say", () => {
    const gauges = [...scene.latest.values()].filter(({ property }) => property === "rain_1h");
    const all = (value: (index: number) => number) =>
      field(
        "rain",
        live(
          gauges.flatMap((last, index) => {
            const thing = scene.things.get(last.thing);
            return thing === undefined ? [] : [[thing, { ...last, value: value(index) }] as const];
          }),
        ),
        VIEW,
        0.1,
      );
    expect(all(() => 7)?.cells.every(({ value }) => Math.abs(value - 7) < 1e-9)).toBe(true);
    expect(all(() => 0)).toBeUndefined();
    expect(all((index) => (index === 0 ? 9 : 0))?.cells.length).toBeGreaterThan(0);
  });
});

describe("cells of the server", () => {
  it("are drawn with their own outline while they are fresh", () => {
    const found = field("people", live([[CELL, seen(3)]]), VIEW, 1);
    expect(found).toMatchObject({ interpolated: false, cells: [{ value: 3 }] });
    expect(found?.cells[0]?.corners).toHaveLength(6);
    expect(field("people", live([[CELL, seen(3, 3_600_000)]]), VIEW, 1)).toBeUndefined();
    expect(field("people", live([[CELL, seen(0)]]), VIEW, 1)).toBeUndefined();
  });
});

describe("windows of cells", () => {
  const rain = [...scene.cells.values()].filter(({ property }) => property === "rain_5m");
  const only = (cell: CellView) =>
    field("rain", live([], new Map([["", cell]])), VIEW, 0.1)?.cells.filter(({ measured }) => measured);

  it("sum up what comes in portions, over the whole window", () => {
    const [first] = rain;
    if (first === undefined) throw new Error("the rehearsal has cells of rain");
    const cell = { ...first, mean: 0.5, count: 12, expected: 12 };
    // An hour holds twelve times five minutes, however many gauges there are.
    expect(only(cell)).toMatchObject([{ value: 6, measured: "whole" }]);
    expect(only({ ...cell, count: 8 })).toMatchObject([{ measured: "part" }]);
    expect(only({ ...cell, mean: 0.001 })).toEqual([]);
  });

  it("are gone when the next one is overdue, and lie beside what is interpolated", () => {
    const [first] = rain;
    if (first === undefined) throw new Error("the rehearsal has cells of rain");
    const cell = { ...first, mean: 0.5 };
    expect(only({ ...cell, start_ms: cell.start_ms - 2 * 3_600_000 })).toEqual([]);
    const both = field("rain", live([], scene.cells), VIEW, 0.1);
    expect(both).toMatchObject({
      interpolated: true,
      window: { startMs: first.start_ms, endMs: first.start_ms + 3_600_000 },
    });
    expect(field("noise", live([], scene.cells), VIEW, 50)).toMatchObject({ interpolated: false });
  });
});
