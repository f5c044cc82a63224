import type { CellView, ThingView } from "../feed/messages";
import { lot } from "./values";

/** The corners of a cell round a place, as far from it as those of H3: what matters here is that they look like one. */
function outline([lon, lat]: readonly [number, number], metres: number): [number, number][] {
  return Array.from({ length: 6 }, (_, corner) => {
    const angle = (Math.PI / 3) * corner + 0.3;
    const [east, north] = [(metres * Math.cos(angle)) / 97_500, (metres * Math.sin(angle)) / 110_900];
    return [Number((lon + east).toFixed(5)), Number((lat + north).toFixed(5))];
  });
}

function cell(of: ThingView, metres: number): ThingView[] {
  const { id, place } = of;
  if (place === null) return [];
  return [
    {
      id: `h3:${id}`,
      name: { zh: id, en: id },
      kind: "cell",
      place,
      area: null,
      properties: [],
      period_secs: null,
      outline: outline(place, metres),
    },
  ];
}

/** The cells of these things: of rain gauges, and of every fourth sensor in the streets. */
export function cellThings(things: readonly ThingView[]): ThingView[] {
  const rain = things.filter(({ kind }) => kind === "rain_gauge").flatMap((thing) => cell(thing, 1_400));
  const street = things
    .filter(({ kind, id }) => kind === "street" && id.endsWith("0"))
    .flatMap((thing) => cell(thing, 530));
  return [...rain, ...street];
}

/** The last window of each cell: an hour of rain, a minute of noise. One in five lacks half of its data. */
export function cellsAt(things: readonly ThingView[], nowMs: number): CellView[] {
  return things
    .filter(({ kind }) => kind === "cell")
    .map(({ id }) => {
      const rain = id.includes("rain");
      const length_secs = rain ? 3_600 : 60;
      const start_ms = Math.floor(nowMs / (length_secs * 1_000)) * length_secs * 1_000 - length_secs * 1_000;
      const mean = rain ? Number((3 * lot(`cell ${id}`)).toFixed(2)) : Number((48 + 24 * lot(`cell ${id}`)).toFixed(1));
      const expected = rain ? 12 : 4;
      return {
        thing: id,
        property: rain ? "rain_5m" : "noise_leq",
        start_ms,
        length_secs,
        count: lot(`count ${id}`) < 0.2 ? expected / 2 : expected,
        expected,
        mean,
        min: mean,
        max: mean,
        early: false,
        received_ms: start_ms + length_secs * 1_000 + 2_000,
        corrected: false,
        before: null,
      };
    });
}
