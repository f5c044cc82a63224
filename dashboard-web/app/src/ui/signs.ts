/** The signs of the four statutory levels: colour, shape and number. One geometry for the page and for canvas. */
export const LEVEL_COLOURS = ["#ff5a52", "#ff9d3c", "#ffe04a", "#5cb2ff"] as const;
/** A level with nothing in it. */
export const EMPTY_COLOUR = "#5b6167";

/** Levels from the most severe. */
export const LEVELS = [1, 2, 3, 4] as const;
export type Level = (typeof LEVELS)[number];

/** A level as the protocol carries it; what is out of range counts as the most severe, so that it is never overlooked. */
export function toLevel(level: number): Level {
  return level === 2 || level === 3 || level === 4 ? level : 1;
}

/** The colour in which a figure is drawn that has this alarm; none once what it tells of is over. */
export function colourOf(
  alarm: { readonly level: number; readonly ended_ms: number | null } | undefined,
): string | undefined {
  return alarm === undefined || alarm.ended_ms !== null ? undefined : LEVEL_COLOURS[toLevel(alarm.level) - 1];
}

/** Corners of a level's shape in a box of side 1; a circle has none. */
const CORNERS: Readonly<Record<Level, readonly (readonly [number, number])[]>> = {
  1: octagon(0.47),
  2: [
    [0.5, 0.04],
    [0.99, 0.9],
    [0.01, 0.9],
  ],
  3: [
    [0.5, 0.02],
    [0.98, 0.5],
    [0.5, 0.98],
    [0.02, 0.5],
  ],
  4: [],
};

/** Where the number stands (baseline) and how wide it may be, in a box of side 1. */
export const NUMBER_PLACE: Readonly<Record<Level, { readonly y: number; readonly width: number }>> = {
  1: { y: 0.5, width: 0.74 },
  2: { y: 0.68, width: 0.46 },
  3: { y: 0.5, width: 0.6 },
  4: { y: 0.5, width: 0.7 },
};

export const CIRCLE_RADIUS = 0.44;

function octagon(reach: number): (readonly [number, number])[] {
  const cut = reach * Math.tan(Math.PI / 8);
  const near = 0.5 - reach;
  const far = 0.5 + reach;
  const [low, high] = [0.5 - cut, 0.5 + cut];
  return [
    [low, near],
    [high, near],
    [far, low],
    [far, high],
    [high, far],
    [low, far],
    [near, high],
    [near, low],
  ];
}

/** Corners of a sign of this size, shrunk towards its middle by `inset`, so that an outline stays inside. */
export function corners(level: Level, size: number, inset = 0): readonly (readonly [number, number])[] {
  const scale = (size - 2 * inset) / size;
  return CORNERS[level].map(([x, y]) => [x * size * scale + inset, y * size * scale + inset]);
}

/** Height of the number in a sign; never below what is legible on the wall. */
export function numberSize(size: number): number {
  return Math.max(18, Math.round(size * 0.46));
}

/** How much a number is narrowed to fit its sign: digits of this font are 0.57 em wide. */
export function numberSqueeze(level: Level, size: number, text: string): number {
  const wide = text.length * numberSize(size) * 0.58;
  return Math.min(1, (NUMBER_PLACE[level].width * size + 4) / wide);
}
