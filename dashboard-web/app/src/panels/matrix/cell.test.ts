import { describe, expect, it } from "vitest";
import type { AlarmView, LatestView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { rehearse } from "../../rehearsal/script";
import { type Ground, matrix } from "./cell";

const { snapshot } = rehearse(1);
const AREA = "330802";

function station(id: string, more: Partial<ThingView> = {}): ThingView {
  return {
    id,
    name: { zh: id, en: id },
    kind: "station",
    place: null,
    area: AREA,
    properties: ["pm25"],
    period_secs: null,
    ...more,
  };
}

function heard(thing: string, at_ms: number, property = "pm25"): [string, LatestView] {
  const value = { thing, property, value: 1, at_ms, received_ms: at_ms, out_of_range: false };
  return [pairKey(thing, property), value];
}

function alarm(number: number, level: number, ended_ms: number | null = null, thing = "s1"): AlarmView {
  return {
    id: `a${number}`,
    number,
    level,
    state: ended_ms === null ? "unacknowledged" : "returned_unacknowledged",
    rule: "r",
    thing,
    property: thing === "s1" ? "pm25" : "no_data",
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

function ground(rest: Partial<Ground> = {}, things = [station("s1"), station("s2")]): Ground {
  return {
    properties: new Map(snapshot.properties.map((property) => [property.id, property])),
    things: new Map(things.map((thing) => [thing.id, thing])),
    latest: new Map(),
    alarms: [],
    nowMs: 600_000,
    ...rest,
  };
}

describe("a cell", () => {
  it("is blank where nothing observes", () => {
    expect(matrix(ground()).cell("330803", "air").kind).toBe("blank");
  });

  it("is normal while one sensor is heard, and tells how many are", () => {
    const latest = new Map([heard("s1", 0), heard("s2", 590_000)]);
    expect(matrix(ground({ latest })).cell(AREA, "air")).toEqual({ kind: "normal", fresh: 1, all: 2 });
  });

  it("has no data when all are stale or were never heard", () => {
    expect(matrix(ground({ latest: new Map([heard("s1", 0)]) })).cell(AREA, "air")).toEqual({ kind: "silent", all: 2 });
  });

  it("shows the most severe alarm that lasts, and how many more there are", () => {
    const alarms = [alarm(1, 3), alarm(2, 1, 5), alarm(3, 2), alarm(4, 2)];
    expect(matrix(ground({ alarms })).cell(AREA, "air")).toMatchObject({ alarm: { number: 3 }, others: 3 });
  });

  it("keeps the weather at an air station apart", () => {
    const things = [station("s1", { properties: ["pm25", "humidity"] })];
    const found = matrix(ground({ latest: new Map([heard("s1", 590_000, "humidity")]) }, things));
    expect([found.cell(AREA, "air").kind, found.cell(AREA, "weather").kind]).toEqual(["silent", "normal"]);
  });
});

describe("a gateway", () => {
  const gateway = station("g", { kind: "gateway", properties: [] });
  const child = (id: string) => station(id, { kind: "street", properties: ["noise_leq"], parent: "g" });

  it("is as alive as what is behind it", () => {
    const things = [gateway, child("c1"), child("c2")];
    const latest = new Map([heard("c2", 590_000, "noise_leq")]);
    expect(matrix(ground({ latest }, things)).cell(AREA, "gateway")).toEqual({ kind: "normal", fresh: 1, all: 1 });
    expect(matrix(ground({}, things)).cell(AREA, "gateway").kind).toBe("silent");
  });

  it("has its alarm in its own column, whatever the alarm is about", () => {
    const found = matrix(ground({ alarms: [alarm(7, 4, null, "g")] }, [gateway, child("c1")]));
    expect(found.cell(AREA, "gateway")).toMatchObject({ kind: "alarm", others: 0 });
    expect(found.cell(AREA, "street").kind).toBe("silent");
  });
});

describe("the columns", () => {
  it("are those in which the city has something, in a fixed order", () => {
    const things = new Map(snapshot.state.things.map((thing) => [thing.id, thing]));
    expect(matrix({ ...ground(), things }).columns.map(({ id }) => id)).toEqual([
      "air",
      "gas",
      "weather",
      "rain",
      "stage",
      "quality",
      "hall",
      "video",
      "street",
      "gateway",
    ]);
    expect(matrix(ground()).columns.map(({ id }) => id)).toEqual(["air"]);
  });
});
