import { describe, expect, it } from "vitest";
import type { PropertyView, ThingView } from "../../feed/messages";
import { delayed, silenceMsMax } from "./doors";

const PM25: PropertyView = {
  id: "pm25",
  title: { zh: "", en: "" },
  symbol: "PM2.5",
  unit: "µg/m³",
  decimals: 0,
  period_secs: 60,
};
const PROPERTIES = new Map([[PM25.id, PM25]]);

function thing(period_secs: number | null): ThingView {
  return { id: "t", name: { zh: "", en: "" }, kind: "", place: null, area: null, properties: ["pm25"], period_secs };
}

describe("a door", () => {
  it("may be silent for three periods of what speaks most often, and for a minute at least", () => {
    expect(silenceMsMax([thing(3_600), thing(null)], PROPERTIES)).toBe(180_000);
    expect(silenceMsMax([thing(3_600)], PROPERTIES)).toBe(3 * 3_600_000);
    expect(silenceMsMax([thing(5)], PROPERTIES)).toBe(60_000);
    expect(silenceMsMax([], PROPERTIES)).toBe(60_000);
  });

  it("tells long delays in the unit that people would", () => {
    expect(delayed(1_840)).toBe("1.8 s");
    expect(delayed(-5)).toBe("0.0 s");
    expect(delayed(3_600_000)).toBe("1 小时");
  });
});
