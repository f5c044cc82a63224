import { describe, expect, it } from "vitest";
import { createStore } from "../../feed/store";
import { rehearse } from "../../rehearsal/script";
import { chosen, GUARANTEED_AT, gauges, stageShare, WARNING_AT } from "./stages";

const now = { frame: (run: () => void) => run(), pause: () => {} };

function wallAt(secs: number) {
  const { snapshot, deltas } = rehearse(secs);
  const store = createStore(now);
  store.accept({ type: "snapshot", ...snapshot });
  for (const delta of deltas) store.accept({ type: "delta", ...delta });
  store.linked({ state: "live", sinceMs: 0, attempts: 0 });
  return store;
}

describe("the gauges", () => {
  it("nearest to their warning stage get a row, each at its place", () => {
    const { shown, others } = chosen(gauges(wallAt(5)), 7);
    expect([shown.length, others.length]).toEqual([7, 13]);
    const ids = shown.map(({ reading }) => reading.thing.id);
    expect(ids).toEqual([...ids].sort());
    const least = Math.min(...shown.map(({ over }) => over ?? 0));
    for (const { over } of others) expect(over ?? Number.NEGATIVE_INFINITY).toBeLessThanOrEqual(least);
  });

  it("with an alarm are always among them", () => {
    const { shown } = chosen(gauges(wallAt(200)), 1);
    expect(shown[0]?.alarm?.rule).toBe("stage-warning");
    expect(shown[0]?.over).toBeGreaterThan(0);
  });
});

describe("the bar of a stage", () => {
  it("has its limits where every other bar has them", () => {
    expect(stageShare(61.2, 61.2, 63.7)).toBeCloseTo(WARNING_AT);
    expect(stageShare(63.7, 61.2, 63.7)).toBeCloseTo(GUARANTEED_AT);
    expect(stageShare(20, 61.2, undefined)).toBe(0);
    expect(stageShare(90, 61.2, undefined)).toBe(1);
  });
});
