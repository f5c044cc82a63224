import { type Component, createMemo, createSignal, For, Show } from "solid-js";
import type { Incident } from "../feed/command";
import type { Unit } from "../feed/forces";
import type { Roads } from "../feed/roads";
import type { Wall } from "../feed/store";
import type { ColumnId } from "../lib/domains";
import { say, t } from "../lib/i18n";
import { drawing, type Live } from "../map/drawing";
import { Overlay } from "../map/Overlay";
import { type Place, type Point, shownBounds } from "../map/project";
import { windNear } from "../map/wind";
import { Scale } from "../panels/map/Scale";
import { nextFrame } from "../ui/frame";
import { Sign } from "../ui/Sign";
import { PASSED_MAX } from "./Advice";
import { rows } from "./advice";
import { Hazard } from "./Hazard";
import { Mark } from "./Mark";
import { SceneLegend } from "./SceneLegend";
import { Steer } from "./Steer";
import { groups, lettered, moved, sceneBounds, shownUnits, UNMOVED } from "./scene";
import { placeOf, type TableState } from "./state";

const WIDTH = 736;
const HEIGHT = 470;
const NONE: ReadonlySet<string> = new Set();
const MARKS: ReadonlySet<ColumnId> = new Set(["gas"]);
const FRAME = { x: 8, y: 8, width: WIDTH - 16, height: HEIGHT - 16 };
const TAKEN = [
  { x: 0, y: 0, width: 270, height: 96 },
  { x: WIDTH - 72, y: 0, width: 72, height: HEIGHT },
  { x: 0, y: HEIGHT - 60, width: 200, height: 60 },
];

/** Where it is: the land, the hazard, the ways, the units, the places that it affects. */
export const Scene: Component<{ state: TableState; wall: Wall; incident: Incident; roads: Roads }> = (props) => {
  const [by, setBy] = createSignal(UNMOVED);
  const spot = () => placeOf(props.incident);
  const letters = createMemo(() => groups(props.state.advice(), PASSED_MAX));
  const ways = createMemo(() => [
    ...(props.state.advice()?.chosen ?? []).map(({ way }) => way),
    ...(props.state.advice()?.passed_over ?? []).slice(0, PASSED_MAX).map(({ way }) => way),
  ]);
  const view = createMemo(() => {
    const at = spot();
    if (at === undefined) return undefined;
    const { estimate, contours } = props.state;
    const plume = estimate()?.plume.corners ?? contours().map(({ outline }) => outline);
    const bounds = sceneBounds(at, plume, ways());
    return moved(bounds, by(), WIDTH, HEIGHT);
  });
  const roads = createMemo(() => {
    const shown = view();
    return shown === undefined ? [] : props.roads.within(shownBounds(shown));
  });
  const live = nextFrame(
    createMemo((): Live | undefined => {
      const { wall } = props;
      const facts = wall.facts();
      if (facts === undefined) return undefined;
      const nothing = { alarms: new Map(), cells: new Map() };
      return { facts, things: wall.things(), latest: wall.latest(), ...nothing, nowMs: wall.now() };
    }),
  );
  const places = createMemo(() =>
    lettered(props.incident, [
      ...[...props.wall.things().values()].map(({ name, place }) => ({ name, at: place as Place | null })),
      ...props.state.units().map(({ name, place }) => ({ name, at: place?.at ?? null })),
    ]),
  );
  const wind = createMemo(() => {
    const [at, shown] = [spot(), live()];
    return at === undefined || shown === undefined ? undefined : windNear(at, shown);
  });
  const move = (zoom: number, east: number, north: number) => {
    const { zoom: now, east: x, north: y } = by();
    const next = Math.max(-2, Math.min(5, now + zoom));
    // A share of a span is twice as many spans when there is half of it.
    setBy({ zoom: next, east: x * 2 ** (next - now) + east, north: y * 2 ** (next - now) + north });
  };
  /** Of an advised unit how soon it is there; of one at work its name and what it does. */
  const beside = (unit: Unit): string => {
    const row = rows(props.state.advice(), PASSED_MAX).find((each) => each.unit === unit.id);
    if (row === undefined) return `${say(unit.name)} ${t().unitStatus[unit.status]}`;
    return row.advised ? t().inMinutes(row.minutes) : "";
  };
  let from: readonly [number, number] | undefined;
  const drag = (event: PointerEvent) => {
    if (from === undefined) return;
    const shown = event.currentTarget as HTMLElement;
    const { width, height } = shown.getBoundingClientRect();
    move(0, (from[0] - event.clientX) / width, (event.clientY - from[1]) / height);
    from = [event.clientX, event.clientY];
  };
  return (
    <section class="scene" aria-label={t().tableMap.label} style={{ width: `${WIDTH}px`, height: `${HEIGHT}px` }}>
      <Show when={view()} fallback={<p class="none">{t().tableMap.noPlace}</p>}>
        {(projection) => {
          const at = (place: Place): Point => projection().point(place);
          return (
            <>
              <div
                class="drag"
                onPointerDown={(event) => {
                  from = [event.clientX, event.clientY];
                  event.currentTarget.setPointerCapture(event.pointerId);
                }}
                onPointerMove={drag}
                onPointerUp={() => {
                  from = undefined;
                }}
                onPointerCancel={() => {
                  from = undefined;
                }}
              >
                <Overlay
                  projection={projection()}
                  land
                  roads={roads()}
                  label={t().tableMap.label}
                  draw={(measure) => {
                    const shown = live();
                    return shown === undefined
                      ? undefined
                      : drawing(shown, {
                          projection: projection(),
                          frame: FRAME,
                          taken: TAKEN,
                          together: NONE,
                          names: true,
                          marks: MARKS,
                          measure,
                        });
                  }}
                />
                <Hazard projection={projection()} spot={spot()} state={props.state} width={WIDTH} height={HEIGHT} />
                <For each={places().filter((each) => each.at !== undefined)}>
                  {(each) => (
                    <Mark
                      at={at(each.at ?? [0, 0])}
                      kind="letter"
                      text={each.letter}
                      name={each.name}
                      width={WIDTH}
                      height={HEIGHT}
                    />
                  )}
                </For>
                <For each={shownUnits(props.state.units(), letters())}>
                  {(unit) => (
                    <Mark
                      at={at(unit.place?.at ?? [0, 0])}
                      kind={letters().has(unit.id) ? "group" : "unit"}
                      text={letters().get(unit.id) ?? ""}
                      name={beside(unit)}
                      old={unit.place?.stale ?? false}
                      width={WIDTH}
                      height={HEIGHT}
                    />
                  )}
                </For>
                <Show when={spot()}>
                  {(place) => (
                    <div class="mark spot" style={{ left: `${at(place())[0]}px`, top: `${at(place())[1]}px` }}>
                      <Sign level={props.incident.warning ?? 4} size={38} number={props.incident.number} />
                    </div>
                  )}
                </Show>
              </div>
              <Show when={wind()}>
                {(known) => (
                  <p class="wind">
                    <svg width="52" height="52" viewBox="-26 -26 52 52" aria-hidden="true">
                      <circle r="24" fill="none" stroke="currentColor" stroke-width="2" />
                      <g transform={`rotate(${known().from + 180})`}>
                        <path d="M0 17V-6" stroke="currentColor" stroke-width="4" />
                        <path d="M0 -18l8 14h-16z" fill="currentColor" />
                      </g>
                    </svg>
                    {t().windSaid(known().from, `${(known().speed ?? 0).toFixed(1)} m/s`)}
                  </p>
                )}
              </Show>
              <Steer onMove={move} onHome={() => setBy(UNMOVED)} />
              <Scale metresPerPixel={projection().metresPerPixel} pixelsMax={130} />
              <SceneLegend state={props.state} places={places()} roads={roads().length > 0} />
            </>
          );
        }}
      </Show>
    </section>
  );
};
