import "./map.css";
import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show, untrack } from "solid-js";
import { columnOfThing } from "../../lib/domains";
import { STEPS } from "../../lib/grey";
import { t } from "../../lib/i18n";
import type { Base } from "../../map/base";
import { drawing, type Live, unplaced } from "../../map/drawing";
import { FieldLayer } from "../../map/FieldLayer";
import { field } from "../../map/field";
import { Overlay } from "../../map/Overlay";
import { nextFrame } from "../../ui/frame";
import { AlarmSign } from "../../ui/Sign";
import { ratio } from "../../ui/stage";
import type { Panel } from "../panel";
import { columnsOf, scene } from "../scenes";
import { CloseUpMap } from "./CloseUp";
import { Legend } from "./Legend";
import { CITY_VIEW, closeUp, FOOT, LEGEND, MAP, RAMP, SCALE, UNPLACED } from "./layout";
import { Ramp } from "./Ramp";
import { Scale } from "./Scale";

/** Signs of alarms that are not on the map; the others are counted. */
const UNPLACED_MAX = 5;
const NONE: ReadonlySet<string> = new Set();
const NO_CELLS: Live["cells"] = new Map();
const FRAME = { x: 0, y: 0, width: MAP.width, height: MAP.height };

/** Where it is: the land as a still base, everything live on a canvas above it. */
export const MapPanel: Panel = (props) => {
  let container: HTMLDivElement | undefined;
  const [base, setBase] = createSignal<Base>();
  const [drawn, setDrawn] = createSignal(false);
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
  const near = createMemo(() => closeUp(props.wall.alarms().values(), props.wall.things()), undefined, {
    equals: (a, b) => JSON.stringify([a, ...(a?.things ?? [])]) === JSON.stringify([b, ...(b?.things ?? [])]),
  });
  const shownColumns = createMemo(() => {
    const there = columnsOf(props.wall.things().values());
    return new Set(scene().marks.filter((column) => there.has(column)));
  });
  const steps = () => STEPS[scene().field ?? "rain"];
  // A field is worked out from what came, not at every stroke of the clock.
  const came = nextFrame(() => ({
    latest: props.wall.latest(),
    cells: scene().windows ? props.wall.cells() : NO_CELLS,
  }));
  const grey = createMemo(() => {
    const id = scene().field;
    const { cells } = came();
    const shown = untrack(live);
    if (id === undefined || shown === undefined) return undefined;
    return field(id, { ...shown, cells }, CITY_VIEW, steps()[0] ?? 0);
  });
  const behind = createMemo(() =>
    [...props.wall.things().values()].some(
      (thing) => thing.silenced_by !== undefined && shownColumns().has(columnOfThing(thing)),
    ),
  );
  const elsewhere = createMemo(() =>
    unplaced(props.wall.alarms().values(), props.wall.things(), { projection: CITY_VIEW, frame: FRAME }),
  );

  onMount(async () => {
    // The land is on the canvas already; GL takes it over when it has come, and where it works.
    let gone = false;
    onCleanup(() => {
      gone = true;
      base()?.remove();
    });
    try {
      const { drawBase } = await import("../../map/base");
      if (!gone && container !== undefined) setBase(drawBase(container, CITY_VIEW, ratio(), () => setDrawn(true)));
    } catch (error) {
      console.warn("the base map stays on canvas", error);
    }
  });
  createEffect(() => base()?.sharpen(ratio()));

  return (
    <section class="panel map" aria-label={t().map}>
      <div class="base" ref={container} />
      <FieldLayer
        projection={CITY_VIEW}
        field={grey()}
        steps={steps()}
        land={!drawn()}
        label={t().field[scene().field ?? "rain"]}
      />
      <Overlay
        projection={CITY_VIEW}
        land={false}
        label={t().map}
        draw={(measure) => {
          const shown = live();
          if (shown === undefined) return undefined;
          const close = near();
          const taken = [LEGEND, FOOT, SCALE];
          if (close !== undefined) taken.push(close.box);
          if (elsewhere().length > 0) taken.push(UNPLACED);
          if (grey() !== undefined) taken.push(RAMP);
          const together = close?.things ?? NONE;
          const line = close?.line;
          const marks = shownColumns();
          return drawing(shown, {
            projection: CITY_VIEW,
            frame: FRAME,
            taken,
            together,
            line,
            names: true,
            marks,
            measure,
          });
        }}
      />
      <Show when={near()}>
        {(close) => <Show when={live()}>{(shown) => <CloseUpMap closeUp={close()} live={shown()} />}</Show>}
      </Show>
      <Show when={elsewhere().length > 0}>
        <p class="unplaced">
          {t().unplaced}
          <For each={elsewhere().slice(0, UNPLACED_MAX)}>{(alarm) => <AlarmSign alarm={alarm} size={34} />}</For>
          <Show when={elsewhere().length > UNPLACED_MAX}>
            <span>+{elsewhere().length - UNPLACED_MAX}</span>
          </Show>
        </p>
      </Show>
      <Show when={grey()}>
        {(shown) => <Ramp id={scene().field ?? "rain"} steps={steps()} interpolated={shown().interpolated} />}
      </Show>
      <Scale metresPerPixel={CITY_VIEW.metresPerPixel} pixelsMax={120} />
      <Legend columns={shownColumns()} field={grey()} zone={props.wall.facts()?.city.zone ?? "UTC"} behind={behind()} />
      <p class="credits">{t().credits}</p>
    </section>
  );
};
