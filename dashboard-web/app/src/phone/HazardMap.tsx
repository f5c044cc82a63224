import { type Component, createMemo, For, Index, Show } from "solid-js";
import type { Fix } from "../feed/field";
import { t } from "../lib/i18n";
import { type Bounds, boundsOf, fitted, metresBetween, type Place } from "../map/project";
import { corners, LEVEL_COLOURS, toLevel } from "../ui/signs";
import { contour } from "./contour";
import type { Received } from "./kept";

const WIDTH = 358;
const HEIGHT = 176;
/** Who is farther away than this is not on the map of the scene. */
const NEAR_METRES = 3_000;
const SIDE_METRES_MIN = 900;

/** The scene from above, north up, and the way there while one is on it: where nobody may go, the wind, the place, oneself. It says when it was received. */
export const HazardMap: Component<{
  given: Received;
  here: Fix | undefined;
  way: readonly Place[];
}> = (props) => {
  const hazard = () => props.given.hazard;
  const place = createMemo<Place | undefined>(() => {
    const at = props.given.incident.place;
    return at === null ? undefined : [at.lon, at.lat];
  });
  const me = createMemo<Place | undefined>(() => {
    const [fix, scene] = [props.here, place()];
    const own: Place | undefined = fix && [fix.lon, fix.lat];
    return own && (props.way.length > 0 || scene === undefined || metresBetween(own, scene) <= NEAR_METRES)
      ? own
      : undefined;
  });
  const view = createMemo(() => {
    const [scene, own] = [place(), me()];
    const round = Math.max(SIDE_METRES_MIN, (hazard()?.isolate_metres ?? 0) * 3);
    const seen = [...(scene ? ends(boundsOf([scene], round)) : []), ...(own ? [own] : []), ...props.way];
    return seen.length === 0 ? undefined : fitted(boundsOf(seen, round), WIDTH, HEIGHT, 6);
  });
  return (
    <Show when={view()}>
      {(seen) => {
        const d = (ring: readonly Place[], closed: boolean) =>
          ring
            .map(
              (each, n) =>
                `${n === 0 ? "M" : "L"}${seen()
                  .point(each)
                  .map((x) => x.toFixed(1))
                  .join(" ")}`,
            )
            .join("") + (closed ? "Z" : "");
        const rings = createMemo(() => contour(hazard()?.polygons ?? []));
        const entry = createMemo(() => labelled(hazard()?.polygons ?? [], place(), seen().point));
        return (
          <svg class="scene" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={t().outside.map}>
            <Index each={hazard()?.polygons ?? []}>{(cell) => <path class="cell" d={d(cell(), true)} />}</Index>
            <For each={rings()}>{(ring) => <path class="contour" d={d(ring, true)} />}</For>
            <Show when={props.way.length > 1}>
              <path class="way" d={d(props.way, false)} />
            </Show>
            <Show when={(hazard()?.approach.length ?? 0) > 1}>
              <path class="approach" d={d(hazard()?.approach ?? [], false)} />
            </Show>
            <Show when={place()}>
              {(scene) => {
                const at = () => seen().point(scene());
                const radius = () => (hazard()?.isolate_metres ?? 0) / seen().metresPerPixel;
                const level = () => toLevel(props.given.incident.warning ?? 1);
                return (
                  <g
                    transform={`translate(${at()
                      .map((x) => x.toFixed(1))
                      .join(" ")})`}
                  >
                    <Show when={radius() > 0}>
                      <circle class="isolated" r={radius().toFixed(1)} />
                      <text class="small" y={(radius() + 15).toFixed(1)} text-anchor="middle">
                        {hazard()?.isolate_metres} m
                      </text>
                    </Show>
                    <circle class="ground" r="17" />
                    <polygon
                      transform="translate(-13 -13)"
                      fill={LEVEL_COLOURS[level() - 1]}
                      points={corners(level(), 26, 0)
                        .map((point) => point.join(","))
                        .join(" ")}
                    />
                    <text class="number" dy="0.4em" text-anchor="middle">
                      {props.given.incident.number}
                    </text>
                  </g>
                );
              }}
            </Show>
            <Show when={me()}>
              {(own) => (
                <g
                  class="me"
                  transform={`translate(${seen()
                    .point(own())
                    .map((x) => x.toFixed(1))
                    .join(" ")})`}
                >
                  <circle r="7" />
                  <text y="-13" text-anchor="middle">
                    {t().outside.me}
                  </text>
                </g>
              )}
            </Show>
            <Show when={entry()}>
              {(at) => (
                <text class="entry" x={at()[0]} y={at()[1]} text-anchor="middle">
                  {hazard()?.label} {t().outside.noEntry}
                </text>
              )}
            </Show>
            <Show when={hazard()?.wind}>{(wind) => <Wind from={wind().from_degrees} />}</Show>
          </svg>
        );
      }}
    </Show>
  );
};

/** Where the wind blows to. */
const Wind: Component<{ from: number }> = (props) => (
  <g class="wind" transform="translate(34 38)">
    <circle r="25" />
    <g transform={`rotate(${(props.from + 180).toFixed(0)})`}>
      <path d="M0 17V-9" />
      <polygon points="0,-19 6,-7 -6,-7" />
    </g>
  </g>
);

/** The corners of a rectangle of the map. */
function ends([west, south, east, north]: Bounds): Place[] {
  return [
    [west, south],
    [east, north],
  ];
}

/** Where the label of the hazard lies: in the middle of what is seen of it, off the place and the words above. */
function labelled(
  cells: readonly (readonly Place[])[],
  place: Place | undefined,
  point: (place: Place) => readonly [number, number],
): readonly [number, number] | undefined {
  const [x0, y0] = place ? point(place) : [WIDTH / 2, HEIGHT / 2];
  const seen = cells
    .flatMap((cell) => cell.slice(0, 1).map(point))
    .filter(([x, y]) => x > 0 && x < WIDTH && y > 0 && y < HEIGHT && Math.hypot(x - x0, y - y0) > 45);
  if (seen.length === 0) return undefined;
  const mean = (of: 0 | 1) => seen.reduce((sum, each) => sum + each[of], 0) / seen.length;
  return [Math.min(WIDTH - 60, Math.max(60, mean(0))), Math.min(HEIGHT - 12, Math.max(70, mean(1)))];
}
