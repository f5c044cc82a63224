import "./war-map.css";
import { createMemo, Show } from "solid-js";
import type { ColumnId } from "../../lib/domains";
import { columnOf } from "../../lib/domains";
import { t } from "../../lib/i18n";
import { clockMinutes } from "../../lib/time";
import { drawing, type Live } from "../../map/drawing";
import { Overlay } from "../../map/Overlay";
import { boundsOf, fitted, type Place, shownBounds } from "../../map/project";
import { windNear } from "../../map/wind";
import { nextFrame } from "../../ui/frame";
import { Scale } from "../map/Scale";
import type { Panel } from "../panel";
import { Legend } from "./Legend";
import { Letters, Plume } from "./Plume";
import { Wind } from "./Wind";
import { affected, LETTERS, propertyOf, sensors, WAR_MAP, warOf } from "./war";

const { width: WIDTH, height: HEIGHT } = WAR_MAP;
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
const EMPTY = { reaches: [], things: [], alarms: [], texts: [], line: undefined };

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
  const roads = createMemo(() => {
    const view = projection();
    return view === undefined ? [] : (props.roads?.within(shownBounds(view)) ?? []);
  });
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
            <Overlay projection={view()} land roads={roads()} label={t().war.map} draw={() => EMPTY} />
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
              {roads().length > 0 ? t().tableMap.schematic : t().war.scaleNote}
            </>
          )}
        </Show>
      </p>
      <Legend war={war()} unit={props.wall.facts()?.properties.get(property() ?? "")?.unit ?? ""} />
    </section>
  );
};
