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
}

/** A text that got one. */
export interface Placed<T> {
  readonly label: T;
  readonly box: Box;
}

/** Places texts greedily, the most important first; what finds no free box is left out. */
export function placeLabels<T>(wanted: readonly Wanted<T>[], frame: Box, taken: readonly Box[]): Placed<T>[] {
  const blocked = [...taken];
  const placed: Placed<T>[] = [];
  for (const { label, boxes } of wanted) {
    const box = boxes.find((one) => within(one, frame) && !blocked.some((other) => overlaps(one, other)));
    if (box === undefined) continue;
    blocked.push(box);
    placed.push({ label, box });
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
