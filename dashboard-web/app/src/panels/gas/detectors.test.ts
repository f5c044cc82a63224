import { describe, expect, it } from "vitest";
import type { ThingView } from "../../feed/messages";
import { byValue, type Detector, quiet } from "./detectors";

function detector(id: string, value: number | undefined, more: Partial<Detector> = {}, out_of_range = false): Detector {
  const thing: ThingView = {
    id,
    name: { zh: id, en: id },
    kind: "gas",
    place: null,
    area: null,
    properties: ["cl2"],
    period_secs: null,
  };
  const last =
    value === undefined ? undefined : { thing: id, property: "cl2", value, at_ms: 0, received_ms: 0, out_of_range };
  return { thing, last, heard: last === undefined ? "never" : "fresh", alarm: undefined, ...more };
}

describe("the detectors of a gas", () => {
  it("are quiet while none is above the lowest threshold, be they silent or not", () => {
    expect(quiet([detector("a", 0.5), detector("b", undefined), detector("c", 0.1, { heard: "stale" })], 0.5)).toBe(
      true,
    );
    expect(quiet([detector("a", 0.51)], 0.5)).toBe(false);
    expect(quiet([detector("a", 0.1)], undefined)).toBe(false);
  });

  it("are not quiet when one fell silent high", () => {
    expect(quiet([detector("a", 40, { heard: "stale" })], 0.5)).toBe(false);
  });

  it("stand by value, and those whose value cannot be stand last", () => {
    const list = [detector("a", 1), detector("b", 900, {}, true), detector("c", undefined), detector("d", 7)];
    expect(byValue(list).map(({ thing }) => thing.id)).toEqual(["d", "a", "b", "c"]);
  });
});
