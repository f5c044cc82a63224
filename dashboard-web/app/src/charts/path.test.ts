import { describe, expect, it } from "vitest";
import { logShare, sparkPath } from "./path";

describe("a small line", () => {
  it("keeps gaps open and shows a lone value as a dot", () => {
    const { line, dots, last } = sparkPath([1, 2, null, 3, null, 1, 2], 60, 20);
    expect(line.match(/M/g)).toHaveLength(2);
    expect(dots).toHaveLength(1);
    expect(last?.[0]).toBe(60);
  });

  it("of nothing is nothing", () => {
    expect(sparkPath([null, null], 60, 20)).toEqual({ line: "", dots: [], last: undefined, points: [] });
  });

  it("stays in its box", () => {
    for (const [, y] of sparkPath([5, null, 5, null, 9], 60, 20).dots) {
      expect(y).toBeGreaterThanOrEqual(0);
      expect(y).toBeLessThanOrEqual(20);
    }
  });
});

describe("a logarithmic bar", () => {
  it("runs from empty to full", () => {
    expect(logShare(0, 0.1, 100)).toBe(0);
    expect(logShare(0.1, 0.1, 100)).toBe(0);
    expect(logShare(100, 0.1, 100)).toBe(1);
    expect(logShare(1_000, 0.1, 100)).toBe(1);
    expect(logShare(Math.sqrt(10), 0.1, 100)).toBeCloseTo(0.5, 6);
  });
});
