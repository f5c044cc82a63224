import { describe, expect, it } from "vitest";
import { load, worstActor } from "./load";

const MINUTE = 60_000;

describe("the alarm load", () => {
  it("counts by whole ten minutes, the present ones last", () => {
    const now = 125 * MINUTE;
    const bins = load([now, 120 * MINUTE, 119 * MINUTE, 100 * MINUTE, 5 * MINUTE], now, 3);
    expect(bins.map(({ startMs, count }) => [startMs / MINUTE, count])).toEqual([
      [100, 1],
      [110, 1],
      [120, 2],
    ]);
  });

  it("of ten alarms in ten minutes is a flood", () => {
    const times = (count: number) => Array.from({ length: count }, () => MINUTE);
    expect(load(times(9), MINUTE, 1)[0]?.flood).toBe(false);
    expect(load(times(10), MINUTE, 1)[0]?.flood).toBe(true);
  });

  it("names what raised most", () => {
    const of = (thing: string, wrong = false) => ({ thing, false: wrong });
    expect(worstActor([of("a"), of("b", true), of("b")])).toEqual({ thing: "b", count: 2, wrong: 1 });
    expect(worstActor([])).toBeUndefined();
  });
});
