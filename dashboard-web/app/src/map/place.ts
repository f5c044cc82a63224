import type { Point } from "./project";

/** A box in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A disc that must stay legible, and where it belongs. */
export interface Disc {
  readonly at: Point;
  readonly radius: number;
}

/** How many directions are tried in each ring round the true place. */
const DIRECTIONS = 16;
const RING_PX = 8;
const RINGS_MAX = 60;
/** Where there is no room, discs may come this near: rings overlap, numbers do not. */
const CROWDED = 0.72;

/** Whether two boxes overlap. */
export function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** The box round a disc. */
export function boxOf({ at, radius }: Disc): Box {
  return { x: at[0] - radius, y: at[1] - radius, width: 2 * radius, height: 2 * radius };
}

function within(box: Box, frame: Box): boolean {
  return (
    box.x >= frame.x &&
    box.y >= frame.y &&
    box.x + box.width <= frame.x + frame.width &&
    box.y + box.height <= frame.y + frame.height
  );
}

/**
 * Moves discs apart: in the given order each takes the free place nearest to where it belongs, so that an earlier one never moves for a
 * later one. Where there is no room they come nearer to each other; where there is none at all one stays where it belongs.
 */
export function spread(discs: readonly Disc[], frame: Box, taken: readonly Box[] = []): Point[] {
  const placed: Disc[] = [];
  for (const disc of discs) {
    const free = (share: number) => (at: Point) => {
      const box = boxOf({ at, radius: disc.radius * share });
      return (
        within(box, frame) &&
        !taken.some((other) => overlaps(box, other)) &&
        placed.every(
          (other) => Math.hypot(at[0] - other.at[0], at[1] - other.at[1]) >= (disc.radius + other.radius) * share,
        )
      );
    };
    const points = candidates(disc.at);
    const at = points.find(free(1)) ?? points.find(free(CROWDED)) ?? disc.at;
    placed.push({ at, radius: disc.radius });
  }
  return placed.map(({ at }) => at);
}

function candidates([x, y]: Point): Point[] {
  const points: Point[] = [[x, y]];
  for (let ring = 1; ring <= RINGS_MAX; ring += 1)
    for (let turn = 0; turn < DIRECTIONS; turn += 1) {
      const angle = (turn / DIRECTIONS) * 2 * Math.PI - Math.PI / 2;
      points.push([x + ring * RING_PX * Math.cos(angle), y + ring * RING_PX * Math.sin(angle)]);
    }
  return points;
}

/** A text that wants a place: the boxes it would accept, the best first. */
export interface Wanted<T> {
  readonly label: T;
  readonly boxes: readonly Box[];
  /** Only among so many of them it makes way for what is shy. */
  readonly choices: number;
}

/** What a text should rather not cover, and how much that matters. */
export interface Shy {
  readonly box: Box;
  readonly weight: number;
}

/** A text that got one. */
export interface Placed<T> {
  readonly label: T;
  readonly box: Box;
  /** Which of its boxes it got. */
  readonly choice: number;
}

/**
 * Places texts greedily, the most important first; what finds no free box is left out. What is `shy` is kept clear where that is possible:
 * of its first free boxes the one that covers the least of it is taken.
 */
export function placeLabels<T>(
  wanted: readonly Wanted<T>[],
  frame: Box,
  taken: readonly Box[],
  shy: readonly Shy[] = [],
): Placed<T>[] {
  const blocked = [...taken];
  const placed: Placed<T>[] = [];
  for (const { label, boxes, choices } of wanted) {
    let best: { box: Box; choice: number; covered: number } | undefined;
    for (const [choice, box] of boxes.entries()) {
      if (best !== undefined && choice >= choices) break;
      if (!within(box, frame) || blocked.some((other) => overlaps(box, other))) continue;
      const covered = shy.reduce((sum, other) => sum + (overlaps(box, other.box) ? other.weight : 0), 0);
      if (best === undefined || covered < best.covered) best = { box, choice, covered };
      if (covered === 0) break;
    }
    if (best === undefined) continue;
    blocked.push(best.box);
    placed.push({ label, box: best.box, choice: best.choice });
  }
  return placed;
}

/** Boxes for a text beside a point: right, left, below, above, then the corners. */
export function beside([x, y]: Point, width: number, height: number, gap: number): Box[] {
  const half = height / 2;
  const spot = (left: number, top: number): Box => ({ x: left, y: top, width, height });
  return [
    spot(x + gap, y - half),
    spot(x - gap - width, y - half),
    spot(x - width / 2, y + gap),
    spot(x - width / 2, y - gap - height),
    spot(x + gap * 0.7, y + gap * 0.7),
    spot(x + gap * 0.7, y - gap * 0.7 - height),
    spot(x - gap * 0.7 - width, y + gap * 0.7),
    spot(x - gap * 0.7 - width, y - gap * 0.7 - height),
  ];
}

/** Boxes for a name that belongs to an area: on its middle, then farther and farther from it. */
export function around([x, y]: Point, width: number, height: number): Box[] {
  const boxes: Box[] = [{ x: x - width / 2, y: y - height / 2, width, height }];
  for (const reach of [14, 28, 42, 56, 72])
    for (let turn = 0; turn < 8; turn += 1) {
      const angle = (turn / 8) * 2 * Math.PI - Math.PI / 2;
      boxes.push({
        x: x - width / 2 + reach * 1.2 * Math.cos(angle),
        y: y - height / 2 + reach * Math.sin(angle),
        width,
        height,
      });
    }
  return boxes;
}

/** How far a name stands from the river that it names, from middle to middle. */
const BANK_PX = 15;

/** Boxes for a name along a course, and how it is turned there: from the middle outwards, above the river before below, never upside down. */
export function along(
  course: readonly Point[],
  width: number,
  height: number,
): { readonly box: Box; readonly angle: number }[] {
  const middle = Math.floor(course.length / 2);
  const steps = course.map((_, index) => middle + (index % 2 === 0 ? index / 2 : -(index + 1) / 2));
  return steps.flatMap((step) => {
    const at = course[step];
    if (at === undefined) return [];
    // The river's direction over about the length of the name, or the name would follow every bend.
    const near = course.filter(([x, y]) => Math.hypot(x - at[0], y - at[1]) <= width / 2);
    const [from, to] = [near[0], near[near.length - 1]];
    if (from === undefined || to === undefined || Math.hypot(to[0] - from[0], to[1] - from[1]) < width / 2) return [];
    const turned = Math.atan2(to[1] - from[1], to[0] - from[0]);
    const angle = turned > Math.PI / 2 ? turned - Math.PI : turned <= -Math.PI / 2 ? turned + Math.PI : turned;
    const long = Math.abs(width * Math.cos(angle)) + Math.abs(height * Math.sin(angle));
    const high = Math.abs(width * Math.sin(angle)) + Math.abs(height * Math.cos(angle));
    // The bend may lean into the name: it keeps off the farthest point of this piece.
    const off = (side: 1 | -1) =>
      Math.max(...near.map(([x, y]) => side * ((x - at[0]) * Math.sin(angle) - (y - at[1]) * Math.cos(angle))));
    return ([1, -1] as const).map((side) => {
      const reach = side * (BANK_PX + Math.min(18, Math.max(0, off(side))));
      const [x, y] = [at[0] + reach * Math.sin(angle), at[1] - reach * Math.cos(angle)];
      return { box: { x: x - long / 2, y: y - high / 2, width: long, height: high }, angle };
    });
  });
}
