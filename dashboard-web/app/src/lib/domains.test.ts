import { describe, expect, it } from "vitest";
import type { ThingView } from "../feed/messages";
import { rehearse } from "../rehearsal/script";
import { COLUMNS, columnOf, columnOfThing, isCell, thingsOf } from "./domains";

const { snapshot } = rehearse(1);
const thing = (kind: string, ...properties: string[]): ThingView => ({
  id: "t",
  name: { zh: "t", en: "t" },
  kind,
  place: null,
  area: null,
  properties,
  period_secs: null,
});

describe("the column of a thing", () => {
  it("is known by its kind, or by what only such things observe", () => {
    expect(columnOfThing(thing("station", "pm25", "humidity"))).toBe("air");
    expect(columnOfThing(thing("gauge", "flow", "stage"))).toBe("stage");
    expect(columnOfThing(thing("noise", "temperature", "noise_leq"))).toBe("street");
    expect(columnOfThing(thing("", "temperature"))).toBe("weather");
    expect(columnOfThing(thing("", "radiation"))).toBe("other");
  });

  it("leaves the weather at an air station to the weather, and at a street sensor to the street", () => {
    expect(columnOf(thing("station", "pm25", "humidity"), "humidity")).toBe("weather");
    expect(columnOf(thing("street", "noise_leq", "humidity"), "humidity")).toBe("street");
  });

  it("is told by the property when nobody knows the thing", () => {
    expect(columnOf(undefined, "stage")).toBe("stage");
    expect(columnOf(undefined, "no_data")).toBe("other");
  });

  it("is found for everything in the rehearsal", () => {
    const { things } = snapshot.state;
    expect(thingsOf("other", things)).toEqual([]);
    const counts = COLUMNS.map(({ id }) => thingsOf(id, things).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(things.filter((each) => !isCell(each)).length);
  });
});
