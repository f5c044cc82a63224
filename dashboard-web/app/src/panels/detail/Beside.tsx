import { type Component, createMemo, Index, Show } from "solid-js";
import { Spark } from "../../charts/Spark";
import type { AlarmView } from "../../feed/messages";
import type { Facts } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { ALL_COLUMNS, columnOfThing } from "../../lib/domains";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { drawing } from "../../map/drawing";
import { Overlay } from "../../map/Overlay";
import { boundsOf, fitted, type Place } from "../../map/project";
import { Figure } from "../../ui/Figure";
import { Age } from "../Age";
import { Behind } from "../Behind";
import { Scale } from "../map/Scale";
import { said } from "../reading";
import { silenced } from "../silenced";
import { type Beside, beside } from "./beside";

/** Size of the map where nobody asks for another. */
const MAP: Size = { width: 468, height: 280 };

interface Size {
  readonly width: number;
  readonly height: number;
}
/** The map shows at least this much. */
const SHOWN_METRES_MIN = 3_000;
const NONE: ReadonlySet<string> = new Set();

/** Where it is, and what others near by say. */
export const BesidePart: Component<{ wall: Wall; alarm: AlarmView; map?: Size }> = (props) => {
  const size = () => props.map ?? MAP;
  const thing = () => props.wall.things().get(props.alarm.thing);
  const list = createMemo(() => beside(props.wall, props.alarm));
  const shown = createMemo(
    () => {
      const place = thing()?.place ?? null;
      if (place === null) return undefined;
      return [place, ...list().flatMap((each): Place[] => (each.thing.place === null ? [] : [each.thing.place]))];
    },
    undefined,
    { equals: (a, b) => JSON.stringify(a) === JSON.stringify(b) },
  );
  return (
    <>
      <h3>{t().place}</h3>
      <Show when={shown()} fallback={<p class="quiet">{t().unplaced}</p>}>
        {(places) => (
          <Show when={props.wall.facts()}>
            {(facts) => (
              <SmallMap wall={props.wall} alarm={props.alarm} places={places()} facts={facts()} size={size()} />
            )}
          </Show>
        )}
      </Show>
      <h3>
        {list()[0]?.relation === "child" ? t().children : t().neighbours}
        <Show when={list()[0]?.reading}>
          {(first) => (
            <i>
              {say(first().property.title)} {first().property.unit}
            </i>
          )}
        </Show>
      </h3>
      <Show when={list().length > 0} fallback={<p class="quiet">{t().neighboursNone}</p>}>
        <table class="beside">
          <colgroup>
            <col />
            <col />
            <col />
            <col />
            <col />
          </colgroup>
          <tbody>
            <Index each={list()}>{(each) => <Row each={each()} wall={props.wall} />}</Index>
          </tbody>
        </table>
      </Show>
    </>
  );
};

const SmallMap: Component<{
  wall: Wall;
  alarm: AlarmView;
  places: readonly Place[];
  facts: Facts;
  size: Size;
}> = (props) => {
  const projection = createMemo(() =>
    fitted(boundsOf(props.places, SHOWN_METRES_MIN), props.size.width, props.size.height, 54),
  );
  return (
    <div class="small-map" style={{ width: `${props.size.width}px`, height: `${props.size.height}px` }}>
      <Overlay
        projection={projection()}
        land
        label={t().place}
        draw={(measure) => {
          const { wall, alarm, facts } = props;
          const own = wall.things().get(alarm.thing);
          const column = own === undefined ? undefined : columnOfThing(own);
          const near = new Map(
            [...wall.things()].filter(([, thing]) => columnOfThing(thing) === column || thing.parent === alarm.thing),
          );
          return drawing(
            {
              facts,
              things: near,
              latest: wall.latest(),
              alarms: new Map([[alarm.id, alarm]]),
              cells: wall.cells(),
              nowMs: wall.now(),
            },
            {
              projection: projection(),
              frame: { x: 4, y: 4, width: props.size.width - 8, height: props.size.height - 8 },
              taken: [{ x: 0, y: props.size.height - 40, width: 150, height: 40 }],
              together: NONE,
              names: false,
              marks: ALL_COLUMNS,
              measure,
            },
          );
        }}
      />
      <Scale metresPerPixel={projection().metresPerPixel} pixelsMax={110} />
    </div>
  );
};

const Row: Component<{ each: Beside; wall: Wall }> = (props) => {
  const found = () => props.each.reading;
  const apart = () => {
    const { metres, relation } = props.each;
    if (relation === "upstream") return t().upstream;
    return metres === undefined ? "" : `${fixed(metres / 1_000, 1)} km`;
  };
  return (
    <tr classList={{ stale: found()?.heard !== "fresh" }}>
      <th scope="row">
        <span>{say(props.each.thing.name)}</span>
      </th>
      <td class="num far">{apart()}</td>
      <td class="num">
        <Show when={found()?.last !== undefined && found()} fallback={<i class="none">{t().noData}</i>}>
          {(known) => (
            <Figure thing={props.each.thing.id} property={known().property.id} heard={known().heard} class="strong">
              {said(known())}
            </Figure>
          )}
        </Show>
      </td>
      <Show
        when={silenced(props.wall, props.each.thing)}
        fallback={
          <>
            <td>
              <Spark values={found()?.trend?.means ?? []} width={76} height={26} label={t().trend} />
            </td>
            <td class="num">
              <Show when={found()?.last !== undefined && found()}>
                {(known) => <Age reading={known()} nowMs={props.wall.now()} />}
              </Show>
            </td>
          </>
        }
      >
        {(by) => (
          <td class="num" colspan="2">
            <Behind by={by()} />
          </td>
        )}
      </Show>
    </tr>
  );
};
