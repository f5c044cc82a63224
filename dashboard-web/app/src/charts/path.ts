/** The drawing of a small line: pieces between gaps, and single values that stand alone. */
export interface SparkPath {
  readonly line: string;
  readonly dots: readonly (readonly [number, number])[];
  readonly last: readonly [number, number] | undefined;
  /** Where each value lies; `null` in a gap. */
  readonly points: readonly (readonly [number, number] | null)[];
}

/** Lays values over a box, oldest at the left; gaps stay gaps. A flat line lies in the lower half. */
export function sparkPath(
  values: readonly (number | null)[],
  width: number,
  height: number,
  floor?: number,
): SparkPath {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { line: "", dots: [], last: undefined, points: [] };
  const low = Math.min(...known, floor ?? Number.POSITIVE_INFINITY);
  const high = Math.max(...known);
  const reach = Math.max(high - low, Math.abs(high) * 0.02, 1e-9);
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const points = values.map((value, index) =>
    value === null ? null : ([index * step, height - ((value - low) / reach) * height] as const),
  );
  const pieces: string[] = [];
  const dots: (readonly [number, number])[] = [];
  let last: readonly [number, number] | undefined;
  points.forEach((point, index) => {
    if (point === null) return;
    last = point;
    const [before, after] = [points[index - 1] ?? null, points[index + 1] ?? null];
    if (before === null && after === null) dots.push(point);
    else pieces.push(`${before === null ? "M" : "L"}${point[0].toFixed(1)} ${point[1].toFixed(1)}`);
  });
  return { line: pieces.join(""), dots, last, points };
}

/** Share of a bar that a value fills, on a logarithmic scale between `low` and `high`. */
export function logShare(value: number, low: number, high: number): number {
  if (value <= low) return 0;
  return Math.min(1, Math.log(value / low) / Math.log(high / low));
}
