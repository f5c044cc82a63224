import { describe, expect, it } from "vitest";
import { freshness, periodSecs } from "./fresh";
import type { PropertyView, ThingView } from "./messages";

const THING: ThingView = {
  id: "t",
  name: { zh: "站", en: "Station" },
  kind: "station",
  place: null,
  area: null,
  properties: ["pm25"],
  period_secs: null,
};
const PROPERTY: PropertyView = {
  id: "pm25",
  title: { zh: "", en: "" },
  symbol: "PM2.5",
  unit: "µg/m³",
  decimals: 0,
  period_secs: 60,
};
const at = (at_ms: number) => ({
  thing: "t",
  property: "pm25",
  value: 1,
  at_ms,
  received_ms: at_ms,
  out_of_range: false,
});

describe("a datastream", () => {
  it("is fresh up to three periods and stale beyond", () => {
    expect(freshness(at(0), THING, PROPERTY, 180_000)).toBe("fresh");
    expect(freshness(at(0), THING, PROPERTY, 180_001)).toBe("stale");
  });

  it("is judged by the period of its thing where the thing says one", () => {
    expect(periodSecs({ ...THING, period_secs: 3_600 }, PROPERTY)).toBe(3_600);
    expect(freshness(at(0), { ...THING, period_secs: 3_600 }, PROPERTY, 3 * 3_600_000)).toBe("fresh");
  });

  it("that sends what cannot be is not fresh", () => {
    expect(freshness({ ...at(0), out_of_range: true }, THING, PROPERTY, 1_000)).toBe("invalid");
    expect(freshness({ ...at(0), out_of_range: true }, THING, PROPERTY, 180_001)).toBe("stale");
  });

  it("was never heard when there is no value", () => {
    expect(freshness(undefined, THING, PROPERTY, 0)).toBe("never");
  });
});
