import { describe, expect, it } from "vitest";
import type { IndexView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import { countyAir } from "./county";

const AREA = { code: "330802", name: { zh: "柯城区", en: "Kecheng" } };
const HOUR = 3_600_000;

function things(...ids: string[]): Map<string, ThingView> {
  return new Map(
    ids.map((id) => [
      id,
      { id, name: { zh: id, en: id }, kind: "station", place: null, area: "330802", properties: [], period_secs: null },
    ]),
  );
}

function index(thing: string, hour: number, value: number | null, trend: (number | null)[]): [string, IndexView] {
  return [
    pairKey(thing, "aqi_hourly"),
    {
      thing,
      kind: "aqi_hourly",
      start_ms: hour * HOUR,
      law: "",
      value,
      level: 1,
      primary: [],
      parts: [],
      trend,
      before: null,
    },
  ];
}

describe("the air of a county", () => {
  it("is that of its worst station, with how many are valid", () => {
    const indices = new Map([index("a", 5, 60, [60]), index("b", 5, 90, [90]), index("c", 5, null, [null])]);
    const air = countyAir(AREA, things("a", "b", "c", "d"), indices, 6.2 * HOUR);
    expect(air).toMatchObject({ valid: 2, stations: 4, stale: false, hourMs: 5 * HOUR });
    expect(air.worst?.thing).toBe("b");
  });

  it("takes the worst of each hour, also where a station is an hour behind", () => {
    const indices = new Map([index("a", 5, 10, [70, 10]), index("b", 4, 90, [90])]);
    const air = countyAir(AREA, things("a", "b"), indices, 6.2 * HOUR);
    expect(air.trend.slice(-2)).toEqual([90, 10]);
    expect(air.valid).toBe(1);
  });

  it("is stale when its last hour is long ago", () => {
    const air = countyAir(AREA, things("a"), new Map([index("a", 5, 60, [60])]), 8.1 * HOUR);
    expect(air.stale).toBe(true);
  });

  it("of a county without a report is empty", () => {
    expect(countyAir(AREA, things("a"), new Map(), 0)).toMatchObject({ worst: undefined, valid: 0, trend: [] });
  });
});
