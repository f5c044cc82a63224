import { describe, expect, it } from "vitest";
import { CITY_BOUNDS } from "./land";
import { boundsOf, fitted, metresBetween, scaleBar } from "./project";

describe("a projection", () => {
  const view = fitted(CITY_BOUNDS, 800, 712, 26);

  it("shows the whole city inside its padding", () => {
    const [left, bottom] = view.point([CITY_BOUNDS[0], CITY_BOUNDS[1]]);
    const [right, top] = view.point([CITY_BOUNDS[2], CITY_BOUNDS[3]]);
    expect(Math.min(left, top, 800 - right, 712 - bottom)).toBeGreaterThanOrEqual(26 - 1e-6);
    expect(Math.min(left, top)).toBeCloseTo(26, 6);
  });

  it("puts its centre in the middle", () => {
    const [x, y] = view.point(view.centre);
    expect(x).toBeCloseTo(400, 6);
    expect(y).toBeCloseTo(356, 6);
  });

  it("measures metres", () => {
    const [a, b] = [view.centre, [view.centre[0] + 0.01, view.centre[1]] as const];
    const pixels = view.point(b)[0] - view.point(a)[0];
    expect((pixels * view.metresPerPixel) / metresBetween(a, b)).toBeCloseTo(1, 2);
  });
});

describe("bounds", () => {
  it("of one place are as wide as asked", () => {
    const [west, south, east, north] = boundsOf([[118.9, 28.9]], 2_000);
    expect(metresBetween([west, south], [west, north])).toBeCloseTo(2_000, 0);
    expect(metresBetween([west, 28.9], [east, 28.9])).toBeCloseTo(2_000, 0);
  });
});

describe("a scale bar", () => {
  it("has a round length that fits", () => {
    expect(scaleBar(170, 120)).toEqual({ metres: 20_000, pixels: 20_000 / 170 });
    expect(scaleBar(9, 110).metres).toBe(500);
  });
});
