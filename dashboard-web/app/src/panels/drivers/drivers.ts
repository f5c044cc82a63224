import type { AlarmView, ThingView, TrendView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { thingsOf } from "../../lib/domains";
import { fixed } from "../../lib/number";
import { minutes } from "../hall/halls";
import { greatest, type Reading, readings, worstOf } from "../reading";
import { gauges } from "../water/stages";

/** What pushes the city. */
export type DriverId = "rain" | "wind" | "stage" | "air" | "wait" | "crowd";

/** One driver: how far it goes now, and where. */
export interface Driver {
  readonly id: DriverId;
  /** Whether anything of the kind exists in this city. */
  readonly exists: boolean;
  /** The greatest of all, where one is fresh. */
  readonly most:
    | {
        readonly thing: ThingView;
        readonly property: string;
        readonly text: string;
        readonly unit: string;
        readonly trend: TrendView | undefined;
        readonly alarm: AlarmView | undefined;
        readonly atMs: number;
      }
    | undefined;
}

type Most = NonNullable<Driver["most"]>;

/** The drivers, always in this order. */
export function drivers(wall: Wall): Driver[] {
  const worst = worstOf(wall.alarms().values());
  const of = (id: DriverId, property: string, text?: (value: number) => string, unit?: string): Driver => {
    const list = readings(wall, property);
    return { id, exists: list.length > 0, most: most(greatest(list), worst, text, unit) };
  };
  return [
    of("rain", "rain_1h"),
    of("wind", "wind_speed"),
    stage(wall, worst),
    air(wall, worst),
    of("wait", "wait_p80", minutes, ""),
    of("crowd", "people"),
  ];
}

function most(
  found: Reading | undefined,
  worst: ReadonlyMap<string, AlarmView>,
  text?: (value: number) => string,
  unit?: string,
): Most | undefined {
  if (found?.last === undefined) return undefined;
  const { thing, property, trend, last } = found;
  return {
    thing,
    property: property.id,
    text: text?.(last.value) ?? fixed(last.value, property.decimals),
    unit: unit ?? property.unit,
    trend,
    alarm: worst.get(thing.id),
    atMs: last.at_ms,
  };
}

/** The gauge that is nearest to its warning stage, or farthest above it. */
function stage(wall: Wall, worst: ReadonlyMap<string, AlarmView>): Driver {
  const list = gauges(wall);
  const nearest = list
    .filter(({ over }) => over !== undefined)
    .reduce<(typeof list)[number] | undefined>(
      (best, each) => (best === undefined || (each.over ?? 0) > (best.over ?? 0) ? each : best),
      undefined,
    );
  const over = nearest?.over ?? 0;
  const text = () => `${over >= 0 ? "+" : ""}${fixed(over, 2)}`;
  return { id: "stage", exists: list.length > 0, most: most(nearest?.reading, worst, text) };
}

/** The station with the worst index of the hour. */
function air(wall: Wall, worst: ReadonlyMap<string, AlarmView>): Driver {
  const exists = thingsOf("air", wall.things().values()).length > 0;
  const list = [...wall.indices().values()].filter(({ kind }) => kind === "aqi_hourly");
  const latest = Math.max(...list.map(({ start_ms }) => start_ms));
  const known = list.filter(({ start_ms, value }) => start_ms === latest && value !== null);
  const [first] = known.sort((a, b) => (b.value ?? 0) - (a.value ?? 0));
  const thing = first === undefined ? undefined : wall.things().get(first.thing);
  if (first === undefined || thing === undefined) return { id: "air", exists, most: undefined };
  const property = wall.facts()?.properties.get(first.kind);
  const trend: TrendView = {
    thing: thing.id,
    property: first.kind,
    last_ms: first.start_ms,
    step_secs: 3_600,
    means: [...first.trend],
    corrected: [],
  };
  const said = fixed(first.value ?? 0, property?.decimals ?? 0);
  const atMs = first.start_ms + 3_600_000;
  // An index that is hours old is no driver of the present.
  if (wall.now() - atMs > 2 * 3_600_000) return { id: "air", exists: true, most: undefined };
  const key = pairKey(thing.id, first.kind);
  const alarm = [...wall.alarms().values()].find((open) => pairKey(open.thing, open.property) === key);
  return {
    id: "air",
    exists: true,
    most: { thing, property: first.kind, text: said, unit: "", trend, alarm: alarm ?? worst.get(thing.id), atMs },
  };
}
