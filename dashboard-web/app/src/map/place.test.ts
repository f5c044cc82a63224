import { describe, expect, it } from "vitest";
import { along, around, type Box, beside, boxOf, overlaps, placeLabels, spread } from "./place";

const FRAME: Box = { x: 0, y: 0, width: 800, height: 712 };

function distances(points: readonly (readonly [number, number])[]): number[] {
  return points.flatMap((a, i) => points.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1])));
}

describe("signs", () => {
  it("stay where they belong when there is room", () => {
    const discs = [
      { at: [100, 100], radius: 30 },
      { at: [300, 300], radius: 30 },
    ] as const;
    expect(spread(discs, FRAME)).toEqual([
      [100, 100],
      [300, 300],
    ]);
  });

  it("of one place are spread so that no two overlap and all stay in the frame", () => {
    const discs = Array.from({ length: 12 }, () => ({ at: [20, 20] as const, radius: 30 }));
    const points = spread(discs, FRAME);
    expect(Math.min(...distances(points))).toBeGreaterThanOrEqual(60);
    for (const at of points) expect(boxOf({ at, radius: 30 }).x).toBeGreaterThanOrEqual(0);
  });

  it("do not move when another one comes after them", () => {
    const discs = Array.from({ length: 8 }, (_, index) => ({ at: [400 + index, 300] as const, radius: 30 }));
    expect(spread(discs, FRAME).slice(0, 5)).toEqual(spread(discs.slice(0, 5), FRAME));
  });

  it("keep their numbers apart where the room is short", () => {
    const small: Box = { x: 0, y: 0, width: 230, height: 230 };
    const discs = Array.from({ length: 12 }, () => ({ at: [115, 115] as const, radius: 30 }));
    const points = spread(discs, small);
    expect(Math.min(...distances(points))).toBeGreaterThanOrEqual(40);
  });

  it("keep off what is taken", () => {
    const taken: Box = { x: 350, y: 250, width: 100, height: 100 };
    const [at] = spread([{ at: [400, 300], radius: 20 }], FRAME, [taken]);
    expect(at === undefined || overlaps(boxOf({ at, radius: 20 }), taken)).toBe(false);
  });
});

describe("labels", () => {
  it("never overlap each other, a sign or the frame, and the first ones win", () => {
    const wanted = Array.from({ length: 40 }, (_, index) => ({
      label: index,
      choices: 5,
      boxes: index % 2 === 0 ? beside([200 + 7 * index, 300], 90, 24, 30) : around([200 + 7 * index, 310], 80, 34),
    }));
    const sign: Box = { x: 300, y: 280, width: 48, height: 48 };
    const placed = placeLabels(wanted, FRAME, [sign]);
    expect(placed[0]?.label).toBe(0);
    expect(placed.length).toBeGreaterThan(5);
    placed.forEach(({ box }, index) => {
      expect(overlaps(box, sign)).toBe(false);
      expect(box.x).toBeGreaterThanOrEqual(0);
      for (const other of placed.slice(index + 1)) expect(overlaps(box, other.box)).toBe(false);
    });
  });

  it("that find no place are left out", () => {
    const box: Box = { x: 10, y: 10, width: 50, height: 20 };
    const placed = placeLabels(
      [
        { label: "first", boxes: [box], choices: 1 },
        { label: "second", boxes: [box], choices: 1 },
      ],
      FRAME,
      [],
    );
    expect(placed.map(({ label }) => label)).toEqual(["first"]);
  });

  it("make way for what is shy, but do not leave their place for it", () => {
    const spots: Box[] = [10, 100, 200].map((x) => ({ x, y: 10, width: 50, height: 20 }));
    const thing: Box = { x: 30, y: 15, width: 8, height: 8 };
    const chosen = (choices: number) =>
      placeLabels([{ label: "", boxes: spots, choices }], FRAME, [], [{ box: thing, weight: 1 }])[0]?.choice;
    expect(chosen(3)).toBe(1);
    expect(chosen(1)).toBe(0);
  });
});

describe("names along a course", () => {
  it("are turned with it and never upside down", () => {
    const course = Array.from({ length: 40 }, (_, index) => [400 - 5 * index, 300 + 5 * index] as const);
    const spots = along(course, 60, 20);
    expect(spots.length).toBeGreaterThan(10);
    for (const { angle } of spots) expect(angle).toBeCloseTo(-Math.PI / 4, 6);
  });

  it("stand beside it, not on it", () => {
    const course = Array.from({ length: 40 }, (_, index) => [100 + 5 * index, 300] as const);
    for (const { box } of along(course, 60, 20)) expect(box.y + box.height <= 300 || box.y >= 300).toBe(true);
  });
});
