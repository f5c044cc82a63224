import { describe, expect, it } from "vitest";
import { linePath, roundStep, scales } from "./curve";

const MINUTE = 60_000;

describe("the scales of a curve", () => {
  it("hold every point and every line", () => {
    const points = [3, 9, 4].map((value, index) => ({ ms: index * 20 * MINUTE, value }));
    const { x, y, values, times } = scales(points, [12, -1], 400, 100);
    expect([x(0), x(40 * MINUTE)]).toEqual([0, 400]);
    for (const value of [3, 9, 12, -1]) {
      expect(y(value)).toBeGreaterThan(0);
      expect(y(value)).toBeLessThan(100);
    }
    expect(values).toEqual([0, 5, 10]);
    expect(times).toEqual([0, 10, 20, 30, 40].map((minutes) => minutes * MINUTE));
  });

  it("do not go below zero for what cannot", () => {
    expect(scales([{ ms: 0, value: 0.01 }], [2], 100, 100).values[0]).toBe(0);
  });

  it("of nothing are still scales", () => {
    const { x, y } = scales([], [], 100, 50);
    expect(Number.isFinite(x(0)) && Number.isFinite(y(0.5))).toBe(true);
  });

  it("have round steps", () => {
    expect([roundStep(10, 5), roundStep(11, 5), roundStep(0.4, 5), roundStep(95, 5)]).toEqual([2, 5, 0.1, 20]);
  });
});

describe("a curve", () => {
  it("is broken at a gap", () => {
    const flat = { x: (ms: number) => ms, y: (value: number) => value };
    const path = linePath(
      [1, null, 2, 3].map((value, ms) => ({ ms, value })),
      flat,
    );
    expect(path).toBe("M0.0 1.0M2.0 2.0L3.0 3.0");
  });
});
