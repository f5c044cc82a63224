import { describe, expect, it } from "vitest";
import type { AlarmView, IndexView, LatestView, ThingView } from "../../feed/messages";
import { pairKey, Scene } from "../../feed/scene";
import { rehearse } from "../../rehearsal/script";
import { type Column, cell, columns, type Ground } from "./cell";

const { snapshot } = rehearse(1);
const scene = new Scene();
scene.apply({ type: "snapshot", ...snapshot });
const facts = scene.facts;
if (facts === undefined) throw new Error("the rehearsal begins with a snapshot");

const PM25: Column = { key: "pm25", title: { zh: "", en: "" }, properties: new Set(["pm25"]), derived: false };

function station(id: string): ThingView {
  return {
    id,
    name: { zh: id, en: id },
    kind: "station",
    place: null,
    area: "330802",
    properties: ["pm25"],
    period_secs: null,
  };
}

function heard(thing: string, at_ms: number): [string, LatestView] {
  const value = { thing, property: "pm25", value: 1, at_ms, received_ms: at_ms, out_of_range: false };
  return [pairKey(thing, "pm25"), value];
}

function alarm(number: number, level: number, ended_ms: number | null = null): AlarmView {
  return {
    id: `a${number}`,
    number,
    level,
    state: ended_ms === null ? "unacknowledged" : "returned_unacknowledged",
    rule: "r",
    thing: "s1",
    property: "pm25",
    key: null,
    value: 1,
    extreme: 1,
    threshold: 1,
    started_ms: 0,
    ended_ms,
    raised_ms: 0,
    acknowledged: null,
    corrected: false,
    before: null,
  };
}

function ground(rest: Partial<Ground>): Ground {
  return {
    properties: new Map(snapshot.properties.map((property) => [property.id, property])),
    things: [station("s1"), station("s2")],
    latest: new Map(),
    indices: new Map(),
    alarms: [],
    nowMs: 600_000,
    ...rest,
  };
}

describe("a cell", () => {
  it("is blank where nothing observes", () => {
    expect(cell("330803", PM25, ground({})).kind).toBe("blank");
  });

  it("is normal while one sensor is heard", () => {
    expect(cell("330802", PM25, ground({ latest: new Map([heard("s1", 0), heard("s2", 590_000)]) })).kind).toBe(
      "normal",
    );
  });

  it("has no data when all are stale or were never heard", () => {
    expect(cell("330802", PM25, ground({ latest: new Map([heard("s1", 0)]) })).kind).toBe("silent");
  });

  it("shows the most severe alarm that lasts, and how many more there are", () => {
    const alarms = [alarm(1, 3), alarm(2, 1, 5), alarm(3, 2), alarm(4, 2)];
    expect(cell("330802", PM25, ground({ alarms }))).toMatchObject({ kind: "alarm", alarm: { number: 3 }, others: 3 });
  });

  it("of an index is normal while an index of late hours is there", () => {
    const column: Column = { ...PM25, properties: new Set(["aqi_hourly"]), derived: true };
    const index = (start_ms: number): [string, IndexView] => [
      pairKey("s1", "aqi_hourly"),
      {
        thing: "s1",
        kind: "aqi_hourly",
        start_ms,
        law: "",
        value: 40,
        level: 1,
        primary: [],
        parts: [],
        trend: [],
        before: null,
      },
    ];
    const nowMs = 10 * 3_600_000;
    expect(cell("330802", column, ground({ nowMs, indices: new Map([index(8 * 3_600_000)]) })).kind).toBe("normal");
    expect(cell("330802", column, ground({ nowMs, indices: new Map([index(0)]) })).kind).toBe("silent");
    expect(cell("330802", column, ground({ nowMs })).kind).toBe("silent");
    expect(cell("330803", column, ground({ nowMs })).kind).toBe("blank");
  });
});

describe("the columns", () => {
  it("are the index, the pollutants in the order of the report, the gas and the weather", () => {
    const keys = columns(facts, snapshot.state.things, { zh: "气象", en: "Weather" }).map(({ key }) => key);
    expect(keys).toEqual(["derived", "pm25", "pm10", "so2", "no2", "co", "o3", "cl2", "weather"]);
  });
});
