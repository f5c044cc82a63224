import { describe, expect, it } from "vitest";
import type { LatestView, ThingView } from "../feed/messages";
import { pairKey, Scene } from "../feed/scene";
import { rehearse } from "../rehearsal/script";
import type { Live } from "./drawing";
import { between, field } from "./field";
import { CITY_BOUNDS } from "./land";
import { fitted } from "./project";

const VIEW = fitted(CITY_BOUNDS, 800, 712, 26);
const { snapshot } = rehearse(1);
const scene = new Scene();
scene.apply({ type: "snapshot", ...snapshot });

function live(more: readonly (readonly [ThingView, LatestView])[] = []): Live {
  if (scene.facts === undefined) throw new Error("a snapshot has facts");
  return {
    facts: scene.facts,
    things: new Map([...scene.things, ...more.map(([thing]) => [thing.id, thing] as const)]),
    latest: new Map([
      ...scene.latest,
      ...more.map(([thing, last]) => [pairKey(thing.id, last.property), last] as const),
    ]),
    alarms: scene.alarms,
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
    expect(between([100, 20], [{ place: [118, 29], value: 5 }])).toBeUndefined();
    const gauges = [
      { place: [118, 29] as const, value: 5 },
      { place: [118.2, 29] as const, value: 50 },
    ];
    expect(between([118, 29], gauges)).toBeCloseTo(5, 1);
    expect(between([118.1, 29], gauges)).toBeCloseTo(27.5, 1);
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
