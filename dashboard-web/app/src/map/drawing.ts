import { freshness } from "../feed/fresh";
import type { AlarmView, CellView, LatestView, ThingView } from "../feed/messages";
import { type Facts, pairKey } from "../feed/scene";
import { type ColumnId, columnOf, columnOfThing, isCell } from "../lib/domains";
import { say } from "../lib/i18n";
import { abroad } from "./abroad";
import { BORDER_PLACES, LAND_NAMES, type LandName } from "./land";
import { along, around, type Box, beside, boxOf, placeLabels, type Shy, spread, type Wanted } from "./place";
import { metresBetween, type Point, type Projection } from "./project";

/** Signs of things: grey shapes that no level has. */
export type Shape = "square" | "circle" | "arrow" | "drop" | "dot";

/** Which sign a thing has. In one scene no two kinds that look alike are shown. */
export const SHAPES: Readonly<Record<ColumnId, Shape>> = {
  air: "square",
  gas: "circle",
  weather: "arrow",
  rain: "dot",
  stage: "drop",
  quality: "square",
  hall: "square",
  video: "circle",
  street: "dot",
  gateway: "square",
  other: "circle",
};

/** A thing at rest: grey, whatever it measures. */
export interface ThingMark {
  readonly shape: Shape;
  readonly at: Point;
  readonly silent: boolean;
  /** It is silent because its gateway or door is. */
  readonly behind?: boolean;
  /** Where the wind blows to, radians clockwise from north. */
  readonly angle?: number;
}

/** The sign of the worst alarm of a thing. */
export interface AlarmMark {
  readonly alarm: AlarmView;
  readonly at: Point;
  readonly true: Point;
  /** More alarms that this sign stands for. */
  readonly others: number;
  /** One of them is still to be acknowledged. */
  readonly waits: boolean;
}

/** A text on the map. */
export interface TextMark {
  readonly text: string;
  readonly kind: "alarm" | LandName["kind"];
  readonly at: Point;
  readonly angle: number;
}

/** A stretch of a river that an alarm is about. */
export interface Reach {
  readonly course: readonly Point[];
  readonly level: number;
}

/** All that is drawn above the land. */
export interface Drawing {
  readonly reaches: readonly Reach[];
  readonly things: readonly ThingMark[];
  readonly alarms: readonly AlarmMark[];
  readonly texts: readonly TextMark[];
  /** The line to a close-up. */
  readonly line: readonly [Point, Point] | undefined;
}

/** What is drawn. */
export interface Live {
  readonly facts: Facts;
  readonly things: ReadonlyMap<string, ThingView>;
  readonly latest: ReadonlyMap<string, LatestView>;
  readonly alarms: ReadonlyMap<string, AlarmView>;
  /** The last windows of H3 cells. */
  readonly cells: ReadonlyMap<string, CellView>;
  readonly nowMs: number;
}

/** Where it is drawn. */
export interface Canvas {
  readonly projection: Projection;
  readonly frame: Box;
  /** Boxes that hold something else: legend, scale, close-up. */
  readonly taken: readonly Box[];
  /** Things that lie so near to each other that their alarms get one sign. */
  readonly together: ReadonlySet<string>;
  /** The line to a close-up. */
  readonly line?: readonly [Point, Point] | undefined;
  /** Draw the names of the land too. */
  readonly names: boolean;
  /** Which things are drawn at rest. */
  readonly marks: ReadonlySet<ColumnId>;
  measure(text: string, kind: TextMark["kind"]): number;
}

/** Radius that a sign needs, with its ring when it waits. */
export const SIGN_RADIUS = 24;
export const RING_RADIUS = 30;
/** The places near the middle among which a name of the land makes way for things: farther out it would name something else. */
const NAME_CHOICES = 25;
const RIVER_CHOICES = 60;
const TEXT_HEIGHT: Readonly<Record<TextMark["kind"], number>> = { alarm: 26, county: 34, river: 22, neighbour: 24 };

/** The worst open alarm of each thing, by number: an earlier sign never moves for a later one. */
export function worstByThing(alarms: Iterable<AlarmView>): { alarm: AlarmView; others: number; waits: boolean }[] {
  const found = new Map<string, { alarm: AlarmView; others: number; waits: boolean }>();
  for (const alarm of alarms) {
    const known = found.get(alarm.thing);
    const waits = alarm.state !== "acknowledged";
    if (known === undefined) found.set(alarm.thing, { alarm, others: 0, waits });
    else {
      known.others += 1;
      known.waits ||= waits;
      if (ranks(alarm, known.alarm) < 0) known.alarm = alarm;
    }
  }
  return [...found.values()].sort((a, b) => a.alarm.number - b.alarm.number);
}

function ranks(a: AlarmView, b: AlarmView): number {
  return Number(a.ended_ms !== null) - Number(b.ended_ms !== null) || a.level - b.level || a.number - b.number;
}

/** Lays out everything above the land. The same input gives the same drawing. */
export function drawing(live: Live, canvas: Canvas): Drawing {
  const alarms = alarmMarks(live, canvas);
  const things = thingMarks(live, canvas);
  return {
    reaches: reaches(live, canvas),
    things,
    alarms,
    texts: textMarks(live, canvas, alarms, things),
    line: canvas.line,
  };
}

/** How far up and down a river an alarm of its stage is drawn, and how near the gauge must stand to it. */
const REACH_METRES = 10_000;
const BANK_METRES = 4_000;

/** The reach round each gauge whose alarm lasts: nothing else of a river takes a colour. */
function reaches(live: Live, { projection, marks }: Canvas): Reach[] {
  if (!marks.has("stage")) return [];
  return [...live.alarms.values()]
    .sort((a, b) => b.level - a.level)
    .flatMap((alarm) => {
      const thing = live.things.get(alarm.thing);
      const place = thing?.place ?? null;
      if (alarm.ended_ms !== null || place === null || columnOf(thing, alarm.property) !== "stage") return [];
      const courses = LAND_NAMES.flatMap(({ along: course }) => (course === undefined ? [] : [course]));
      const near = courses
        .map((course) => ({ course, metres: Math.min(...course.map((at) => metresBetween(place, at))) }))
        .sort((a, b) => a.metres - b.metres)[0];
      if (near === undefined || near.metres > BANK_METRES) return [];
      const course = near.course.filter((at) => metresBetween(place, at) <= REACH_METRES).map(projection.point);
      return course.length < 2 ? [] : [{ course, level: alarm.level }];
    });
}

function alarmMarks(live: Live, { projection, frame, taken, together }: Canvas): AlarmMark[] {
  const each = worstByThing(live.alarms.values()).flatMap((entry) => {
    const place = live.things.get(entry.alarm.thing)?.place ?? null;
    const point = place === null ? undefined : projection.point(place);
    return point === undefined || !inside(point, frame) ? [] : [{ ...entry, point }];
  });
  const merged = each.filter(({ alarm }) => together.has(alarm.thing));
  const placed = each.filter(({ alarm }) => !together.has(alarm.thing));
  if (merged.length > 0) {
    const first = merged.reduce((worst, entry) => (ranks(entry.alarm, worst.alarm) < 0 ? entry : worst));
    const others = merged.reduce((sum, entry) => sum + entry.others + 1, -1);
    // It comes first: the line to the close-up ends at it.
    placed.unshift({ ...first, others, waits: merged.some((entry) => entry.waits) });
  }
  const discs = placed.map(({ point, waits }) => ({ at: point, radius: waits ? RING_RADIUS + 2 : SIGN_RADIUS }));
  const points = spread(discs, frame, taken);
  return placed.map(({ alarm, others, waits, point }, index) => {
    return { alarm, others, waits, at: points[index] ?? point, true: point };
  });
}

function thingMarks(live: Live, { projection, frame, taken, marks: shown }: Canvas): ThingMark[] {
  const marks: ThingMark[] = [];
  for (const thing of live.things.values()) {
    const column = columnOfThing(thing);
    if (thing.place === null || isCell(thing) || !shown.has(column)) continue;
    const [x, y] = projection.point(thing.place);
    if (!inside([x, y], frame) || taken.some((box) => inside([x, y], box))) continue;
    const at: Point = [Math.round(x), Math.round(y)];
    // What has nothing of its own to say is as alive as what is heard through it.
    const silent =
      thing.properties.length > 0
        ? thing.properties.every((id) => !fresh(live, thing, id))
        : ![...live.things.values()].some(
            (child) => child.parent === thing.id && child.properties.some((id) => fresh(live, child, id)),
          );
    const from = fresh(live, thing, "wind_direction")
      ? live.latest.get(pairKey(thing.id, "wind_direction"))?.value
      : undefined;
    if (thing.kind === "weather" && from !== undefined)
      marks.push({ shape: "arrow", at, silent: false, angle: (Math.round(from / 5) * 5 + 180) * (Math.PI / 180) });
    else {
      const shape = SHAPES[column] === "arrow" ? "circle" : SHAPES[column];
      marks.push({ shape, at, silent, ...(thing.silenced_by === undefined ? {} : { behind: true }) });
    }
  }
  return marks;
}

function inside([x, y]: Point, frame: Box): boolean {
  return x >= frame.x && y >= frame.y && x <= frame.x + frame.width && y <= frame.y + frame.height;
}

/** Open alarms that a view cannot show: their thing has no place, or lies outside. The most urgent first. */
export function unplaced(
  alarms: Iterable<AlarmView>,
  things: ReadonlyMap<string, ThingView>,
  { projection, frame }: Pick<Canvas, "projection" | "frame">,
): AlarmView[] {
  return [...alarms]
    .filter(({ thing }) => {
      const place = things.get(thing)?.place ?? null;
      return place === null || !inside(projection.point(place), frame);
    })
    .sort(ranks);
}

function fresh(live: Live, thing: ThingView, property: string): boolean {
  const last = live.latest.get(pairKey(thing.id, property));
  return freshness(last, thing, live.facts.properties.get(property), live.nowMs) === "fresh";
}

/** An arrow that is half covered says nothing; there are many stations, and a border is seen anyhow. */
function aroundThing({ at, shape }: ThingMark): Shy {
  const arrow = shape === "arrow";
  return { box: boxOf({ at, radius: arrow ? 14 : 7 }), weight: arrow ? 20 : 2 };
}

const bordersOf = new WeakMap<Projection, readonly Shy[]>();

function aroundBorders(projection: Projection): readonly Shy[] {
  const known = bordersOf.get(projection);
  if (known !== undefined) return known;
  const found = BORDER_PLACES.map((place) => ({ box: boxOf({ at: projection.point(place), radius: 2 }), weight: 1 }));
  bordersOf.set(projection, found);
  return found;
}

/** A text before it has a place. */
interface Named {
  readonly text: string;
  readonly kind: TextMark["kind"];
  readonly long: number;
  /** The sign that it belongs to, or the land. */
  readonly of: Point | LandName;
}

const lastOf = new WeakMap<Projection, { readonly of: string; readonly texts: readonly TextMark[] }>();

/** Every text at its place; they are placed again only when a text, a sign or what makes way has changed. */
function textMarks(
  live: Live,
  canvas: Canvas,
  alarms: readonly AlarmMark[],
  things: readonly ThingMark[],
): readonly TextMark[] {
  const named = [...alarmNames(live, canvas, alarms), ...(canvas.names ? landNames(canvas) : [])];
  const signs = alarms.map(({ at }) => boxOf({ at, radius: RING_RADIUS }));
  const around = things.map(aroundThing);
  const texts = named.map(({ text, long }) => [text, long]);
  const of = JSON.stringify([texts, signs, around, canvas.frame, canvas.taken]);
  const known = lastOf.get(canvas.projection);
  if (known?.of === of) return known.texts;
  const shy = [...around, ...(canvas.names ? aroundBorders(canvas.projection) : [])];
  const wanted = named.map((each) => wants(each, canvas.projection));
  const placed = placeLabels(wanted, canvas.frame, [...signs, ...canvas.taken], shy).map(
    ({ label: { text, kind, angles }, box, choice }) => ({
      text,
      kind,
      angle: angles[choice] ?? 0,
      at: [box.x + box.width / 2, box.y + box.height / 2] as const,
    }),
  );
  lastOf.set(canvas.projection, { of, texts: placed });
  return placed;
}

function alarmNames(live: Live, { together, measure }: Canvas, alarms: readonly AlarmMark[]): Named[] {
  return [...alarms]
    .sort((a, b) => ranks(a.alarm, b.alarm))
    .map(({ alarm, at, others }) => {
      const thing = live.things.get(alarm.thing);
      const name = thing === undefined ? alarm.thing : say(thing.name);
      const text = others > 0 && together.has(alarm.thing) ? `${name} +${others}` : name;
      return { text, kind: "alarm", long: measure(text, "alarm"), of: at };
    });
}

function landNames({ measure }: Canvas): Named[] {
  return LAND_NAMES.map((name) => {
    const text = say(name);
    return { text, kind: name.kind, long: measure(text, name.kind), of: name };
  });
}

type Label = Pick<TextMark, "text" | "kind"> & { readonly angles: readonly number[] };

/** The boxes that a text would accept. */
function wants({ text, kind, long, of }: Named, projection: Projection): Wanted<Label> {
  const high = TEXT_HEIGHT[kind];
  if (!("kind" in of)) {
    const boxes = beside(of, long, high, RING_RADIUS + 6);
    return { label: { text, kind, angles: [] }, boxes, choices: boxes.length };
  }
  if (of.along === undefined) {
    const near = around(projection.point(of.place), long, high);
    const boxes = kind === "neighbour" ? abroad(`${text} ${long}`, near, projection) : near;
    return { label: { text, kind, angles: [] }, boxes, choices: NAME_CHOICES };
  }
  const spots = along(of.along.map(projection.point), long, high);
  const label = { text, kind, angles: spots.map(({ angle }) => angle) };
  return { label, boxes: spots.map(({ box }) => box), choices: RIVER_CHOICES };
}
