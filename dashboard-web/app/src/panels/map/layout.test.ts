import { describe, expect, it } from "vitest";
import type { AlarmView, ThingView } from "../../feed/messages";
import { unplaced } from "../../map/drawing";
import { CITY_VIEW, closeUp, MAP } from "./layout";

const PLANT = [118.87, 28.9] as const;

function thing(id: string, place: readonly [number, number] | null): [string, ThingView] {
  const at: [number, number] | null = place === null ? null : [place[0], place[1]];
  return [
    id,
    { id, name: { zh: id, en: id }, kind: "gas", place: at, area: null, properties: ["cl2"], period_secs: null },
  ];
}

function alarm(number: number, of: string, level = 2): AlarmView {
  return {
    id: `a${number}`,
    number,
    level,
    state: "unacknowledged",
    rule: "r",
    thing: of,
    property: "cl2",
    key: null,
    value: 1,
    extreme: 1,
    threshold: 1,
    started_ms: 0,
    ended_ms: null,
    raised_ms: 0,
    acknowledged: null,
    corrected: false,
    before: null,
  };
}

const things = new Map([
  thing("p1", PLANT),
  thing("p2", [PLANT[0] + 0.004, PLANT[1] + 0.003]),
  thing("far", [118.4, 29.2]),
  thing("abroad", [10, 50]),
  thing("nowhere", null),
]);

describe("the close-up", () => {
  it("shows alarms that crowd, and leaves a far one to the map", () => {
    const shown = closeUp([alarm(1, "p1"), alarm(2, "far"), alarm(3, "p2"), alarm(4, "nowhere")], things);
    expect([...(shown?.things ?? [])].sort()).toEqual(["p1", "p2"]);
  });

  it("is not there for one thing, however many its alarms", () => {
    expect(closeUp([alarm(1, "p1"), alarm(2, "p1"), alarm(3, "far")], things)).toBeUndefined();
  });
});

describe("alarms that are not on the map", () => {
  it("are those of things without a place or outside, the most severe first", () => {
    const alarms = [alarm(1, "p1"), alarm(2, "nowhere", 3), alarm(3, "abroad", 1), alarm(4, "unheard", 2)];
    const frame = { x: 0, y: 0, width: MAP.width, height: MAP.height };
    expect(unplaced(alarms, things, { projection: CITY_VIEW, frame }).map(({ number }) => number)).toEqual([3, 4, 2]);
  });
});
