import { describe, expect, it } from "vitest";
import { contour } from "./contour";

const square = (x: number, y: number): readonly (readonly [number, number])[] => [
  [x, y],
  [x + 1, y],
  [x + 1, y + 1],
  [x, y + 1],
];

describe("the contour of cells", () => {
  it("is the outer line of cells that lie side by side", () => {
    const rings = contour([square(0, 0), square(1, 0), square(2, 0)]);
    expect(rings).toHaveLength(1);
    expect(rings[0]).toHaveLength(8);
  });

  it("has a ring for each part, and for each hole", () => {
    expect(contour([square(0, 0), square(5, 5)])).toHaveLength(2);
    const around = [0, 1, 2].flatMap((x) => [0, 1, 2].map((y) => square(x, y)));
    expect(contour(around.filter((_, place) => place !== 4))).toHaveLength(2);
    expect(contour([])).toEqual([]);
  });
});
