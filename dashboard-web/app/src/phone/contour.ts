type Corner = readonly [number, number];

const named = ([x, y]: Corner) => `${x.toFixed(5)},${y.toFixed(5)}`;

/** The outer lines of cells that lie side by side: the edges that only one of them has, joined to rings. */
export function contour(cells: readonly (readonly Corner[])[]): readonly (readonly Corner[])[] {
  const edges = new Map<string, readonly [Corner, Corner]>();
  for (const cell of cells) {
    cell.forEach((from, place) => {
      const to = cell[(place + 1) % cell.length] ?? from;
      const back = `${named(to)} ${named(from)}`;
      if (!edges.delete(back)) edges.set(`${named(from)} ${named(to)}`, [from, to]);
    });
  }
  const after = new Map<string, (readonly [Corner, Corner])[]>();
  for (const edge of edges.values()) after.set(named(edge[0]), [...(after.get(named(edge[0])) ?? []), edge]);
  const rings: Corner[][] = [];
  for (const begins of after.keys()) {
    for (let edge = after.get(begins)?.pop(); edge !== undefined; ) {
      const ring: Corner[] = [];
      while (edge !== undefined) {
        ring.push(edge[0]);
        edge = after.get(named(edge[1]))?.pop();
      }
      if (ring.length > 2) rings.push(ring);
      edge = after.get(begins)?.pop();
    }
  }
  return rings;
}
