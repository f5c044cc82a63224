import "./war.css";
import { type Component, createMemo, For, Show } from "solid-js";
import type { ColumnId } from "../../lib/domains";
import { columnOf } from "../../lib/domains";
import { t } from "../../lib/i18n";
import { clockMinutes } from "../../lib/time";
import { drawing, type Live } from "../../map/drawing";
import { Overlay } from "../../map/Overlay";
import { boundsOf, fitted, type Place, type Projection } from "../../map/project";
import { windNear } from "../../map/wind";
import type { AtWar } from "../../posture/posture";
import { nextFrame } from "../../ui/frame";
import { Scale } from "../map/Scale";
import type { Panel } from "../panel";
import { Wind } from "./Wind";
import { affected, fronts, placeAt, propertyOf, sensors, warOf } from "./war";

const WIDTH = 820;
const HEIGHT = 682;
/** The map shows at least this much, and that much more than what it must. */
const SHOWN_METRES_MIN = 2_400;
const PADDING = 92;
/** Sensors farther away do not widen the map. */
const NEAR_METRES = 3_000;
const NONE: ReadonlySet<string> = new Set();
/** Legend, wind and what the plume rests on stand here. */
const TAKEN = [
  { x: 560, y: 520, width: 260, height: 162 },
  { x: 0, y: 0, width: 330, height: 120 },
  { x: 0, y: 600, width: 520, height: 82 },
];
const LETTERS = "ABCDEFG";

/** Where it is, and where what leaks is to be expected. */
export const WarMap: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const live = nextFrame(
    createMemo((): Live | undefined => {
      const { wall } = props;
      const facts = wall.facts();
      if (facts === undefined) return undefined;
      return {
        facts,
        things: wall.things(),
        latest: wall.latest(),
        alarms: wall.alarms(),
        cells: wall.cells(),
        nowMs: wall.now(),
      };
    }),
  );
  const property = createMemo(() => {
    const known = war();
    return known === undefined ? undefined : propertyOf(known, props.wall.alarms());
  });
  // The view does not move with every reading.
  const shown = createMemo(
    (): readonly Place[] => {
      const incident = war();
      if (incident === undefined) return [];
      const decides = incident.plume?.contours.find((one) => one.decides) ?? incident.plume?.contours[0];
      const id = property();
      const near = id === undefined ? [] : sensors(incident, id, props.wall);
      return [
        ...(incident.place === null ? [] : [incident.place]),
        ...(decides?.outline ?? []),
        ...near.flatMap(({ thing, metres }) =>
          thing.place !== null && (metres === undefined || metres < NEAR_METRES) ? [thing.place] : [],
        ),
      ];
    },
    undefined,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  const projection = createMemo(() =>
    shown().length === 0 ? undefined : fitted(boundsOf(shown(), SHOWN_METRES_MIN), WIDTH, HEIGHT, PADDING),
  );
  const marks = createMemo((): ReadonlySet<ColumnId> => {
    const id = property();
    return new Set(id === undefined ? [] : [columnOf(undefined, id)]);
  });
  const wind = createMemo(() => {
    const [now, place] = [live(), war()?.place];
    return now === undefined || place == null ? undefined : windNear(place, now);
  });
  const places = createMemo(() => {
    const known = war();
    const list = known === undefined ? [] : affected(known, property(), props.wall);
    return list.slice(0, LETTERS.length).map(({ thing }) => thing?.place ?? null);
  });
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  return (
    <section class="panel war-map" aria-label={t().war.map}>
      <Show when={projection()} fallback={<p class="none">{t().war.noPosition}</p>}>
        {(view) => (
          <>
            <Overlay projection={view()} land label={t().war.map} draw={() => EMPTY} />
            <Show when={war()}>
              {(incident) => <Plume war={incident()} view={view()} nowMs={props.wall.now()} zone={zone()} />}
            </Show>
            <Overlay
              projection={view()}
              land={false}
              label={t().map}
              draw={(measure) => {
                const now = live();
                if (now === undefined) return undefined;
                return drawing(now, {
                  projection: view(),
                  frame: { x: 0, y: 0, width: WIDTH, height: HEIGHT },
                  taken: TAKEN,
                  together: NONE,
                  names: true,
                  marks: marks(),
                  measure,
                });
              }}
            />
            <Letters view={view()} places={places()} />
            <Scale metresPerPixel={view().metresPerPixel} pixelsMax={140} />
          </>
        )}
      </Show>
      <Wind wind={wind()} />
      <p class="basis">
        <Show when={war()?.plume} fallback={t().war.plumeNone}>
          {(plume) => (
            <>
              {t().war.plumeFrom(clockMinutes(plume().at_ms, zone()))}
              {"　"}
              {(plume().grams_a_sec / 1_000).toFixed(2)} kg/s {t().war.estimated}
              {"　"}
              {plume().wind_from}° {plume().wind_ms} m/s {plume().stability}
              <br />
              {t().war.plumeBasis}
              {"　"}
              {t().war.scaleNote}
            </>
          )}
        </Show>
      </p>
      <Legend war={war()} unit={props.wall.facts()?.properties.get(property() ?? "")?.unit ?? ""} />
    </section>
  );
};

const EMPTY = { reaches: [], things: [], alarms: [], texts: [], line: undefined };
/** From the least threshold to the gravest. */
const GREYS = ["#3f4347", "#5c6166", "#8b9197", "#b4babf"] as const;

const path = (view: Projection, places: readonly Place[]): string =>
  places
    .map(
      (place, at) =>
        `${at === 0 ? "M" : "L"}${view
          .point(place)
          .map((one) => one.toFixed(1))
          .join(" ")}`,
    )
    .join("");

const Plume: Component<{
  war: AtWar;
  view: Projection;
  nowMs: number;
  zone: string;
}> = (props) => {
  const contours = () => props.war.plume?.contours ?? [];
  const reach = () => Math.max(0, ...contours().map(({ reach_m }) => reach_m));
  const at = () => props.war.place;
  const line = (along: number, beside: number): Place =>
    placeAt(at() ?? [0, 0], props.war.plume?.wind_from ?? 0, along, beside);
  const side = (degrees: number): Place => {
    const turn = (degrees * Math.PI) / 180;
    return line(reach() * Math.cos(turn), reach() * Math.sin(turn));
  };
  // A front is as wide as the plume may be by there.
  const front = (metres: number): readonly [Place, Place] => {
    const half = 60 + metres * 0.16;
    return [line(metres, -half), line(metres, half)];
  };
  const source = () => {
    const place = at();
    return place === null ? undefined : props.view.point(place);
  };
  return (
    <svg class="plume" width={WIDTH} height={HEIGHT} role="img" aria-label={t().war.legendBand}>
      <For each={contours()}>
        {(contour, index) => (
          <path
            d={`${path(props.view, contour.outline)}Z`}
            fill={GREYS[index()] ?? GREYS[3]}
            fill-opacity="0.78"
            stroke={contour.decides ? "#eceeef" : "none"}
            stroke-width="3"
          />
        )}
      </For>
      {/* The line that decides lies above every band. */}
      <For each={contours().filter(({ decides }) => decides)}>
        {(contour) => (
          <path d={`${path(props.view, contour.outline)}Z`} fill="none" stroke="#eceeef" stroke-width="3" />
        )}
      </For>
      <Show when={reach() > 0}>
        <For each={[-15, 15]}>
          {(degrees) => <path class="rough" d={path(props.view, [line(0, 0), side(degrees)])} />}
        </For>
      </Show>
      <For each={fronts(props.war, props.nowMs)}>
        {({ atMs, metres }, index) => {
          const [left, right] = front(metres);
          const [x, y] = props.view.point(left);
          return (
            <>
              <path class="front" classList={{ later: index() > 0 }} d={path(props.view, [left, right])} />
              <text class="front-time" x={x - 8} y={y - 6}>
                {index() === 0 ? t().war.nowFront(clockMinutes(atMs, props.zone)) : clockMinutes(atMs, props.zone)}
              </text>
            </>
          );
        }}
      </For>
      <Show when={source()}>{(point) => <circle class="source" cx={point()[0]} cy={point()[1]} r="36" />}</Show>
    </svg>
  );
};

/** What is affected, each by its letter. */
const Letters: Component<{ view: Projection; places: readonly (Place | null)[] }> = (props) => (
  <svg class="plume" width={WIDTH} height={HEIGHT} role="img" aria-label={t().war.places}>
    <For each={props.places}>
      {(place, index) => (
        <Show when={place}>
          {(known) => {
            const [x, y] = props.view.point(known());
            return (
              <g transform={`translate(${x - 52} ${y - 40})`}>
                <rect width="24" height="24" fill="#eceeef" />
                <text class="letter" x="12" y="18">
                  {LETTERS[index()]}
                </text>
              </g>
            );
          }}
        </Show>
      )}
    </For>
  </svg>
);

const Legend: Component<{ war: AtWar | undefined; unit: string }> = (props) => (
  <div class="war-legend">
    <Show when={(props.war?.plume?.contours.length ?? 0) > 0}>
      <div class="bands">
        <For each={props.war?.plume?.contours}>
          {({ value }, index) => (
            <span>
              <i style={{ background: GREYS[index()] ?? GREYS[3] }} /> {value}
            </span>
          )}
        </For>
        <span>{props.unit}</span>
      </div>
      <p>
        <i class="white" /> {t().war.legendDecides} {props.war?.plume?.contours.find((one) => one.decides)?.value}
      </p>
      <p>
        <i class="dotted" /> {t().war.plumeRough}
      </p>
    </Show>
    <p>
      <i class="ring" /> {t().war.legendSource} <i class="hollow" /> {t().war.legendSensor}
    </p>
  </div>
);
