import { type Freshness, freshness } from "../../feed/fresh";
import type { AlarmView, IncidentView, LatestView, TaskView, ThingView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { metresBetween, type Place } from "../../map/project";
import { type AtWar, shownWar } from "../../posture/posture";
import type { PanelProps } from "../panel";

/** Tasks that the wall shows. */
export const TASKS_SHOWN = 7;
/** Places carry letters, in order of arrival. */
export const LETTERS = "ABCDEFG";
/** The map of a war. */
export const WAR_MAP = { width: 820, height: 682 } as const;
/** From the least threshold to the gravest. */
export const GREYS = ["#3f4347", "#5c6166", "#8b9197", "#b4babf"] as const;
const MINUTE_MS = 60_000;

/** The war that this screen shows. */
export function warOf(props: PanelProps): AtWar | undefined {
  return shownWar(props.wall.incidents().values(), props.own.session());
}

/** What people call somebody; the account where no name is known. */
export function named(person: { account: string; display: string | null } | null): string | undefined {
  return person === null ? undefined : (person.display ?? person.account);
}

/** Of the five squares 签收 出动 到场 处置 反馈, how many are full. */
export function squares(stage: string): number {
  const at = ["dispatched", "signed", "en_route", "on_scene", "working"].indexOf(stage);
  return at >= 0 ? at : stage === "refused" || stage === "withdrawn" ? 0 : 5;
}

/** The clock of a task: to be signed first, then to be done. */
export interface Clock {
  readonly kind: "sign" | "do" | "verify" | "none";
  readonly dueMs: number | undefined;
}

/** The clock that runs for a task. */
export function clockOf(task: TaskView): Clock {
  if (task.stage === "done" || task.stage === "verified")
    return { kind: "verify", dueMs: task.done_by_ms ?? undefined };
  if (task.stage === "dispatched" && task.sign_by_ms !== null) return { kind: "sign", dueMs: task.sign_by_ms };
  return task.done_by_ms === null ? { kind: "none", dueMs: undefined } : { kind: "do", dueMs: task.done_by_ms };
}

/** The most urgent open tasks: nobody's first, then overdue, then the least time. */
export function urgent(tasks: readonly TaskView[], nowMs: number): readonly TaskView[] {
  const rank = (task: TaskView) => {
    const due = clockOf(task).dueMs ?? Number.POSITIVE_INFINITY;
    return [Number(task.stage !== "dispatched"), Number(due >= nowMs), due, task.number] as const;
  };
  return tasks
    .filter(({ over }) => !over)
    .map((task) => ({ task, at: rank(task) }))
    .sort((a, b) => {
      for (const place of [0, 1, 2, 3] as const) {
        const [x, y] = [a.at[place], b.at[place]];
        if (x !== y) return x < y ? -1 : 1;
      }
      return 0;
    })
    .slice(0, TASKS_SHOWN)
    .map(({ task }) => task);
}

/** The property that a war is about: that of the threshold that decides, or of the first alarm. */
export function propertyOf(war: IncidentView, alarms: ReadonlyMap<string, AlarmView>): string | undefined {
  const { thresholds = [] } = war.war ?? {};
  const decides = thresholds.find((one) => one.decides) ?? thresholds[0];
  return decides?.property ?? war.alarms.map((id) => alarms.get(id)?.property).find((known) => known !== undefined);
}

/** A sensor as its row shows it. */
export interface SensorRow {
  readonly thing: ThingView;
  readonly metres: number | undefined;
  readonly last: LatestView | undefined;
  readonly heard: Freshness;
  readonly alarm: AlarmView | undefined;
  readonly means: readonly (number | null)[];
}

/** Means of the last 40 minutes, of windows of any length. */
export function recent(means: readonly (number | null)[], stepSecs: number): readonly (number | null)[] {
  return means.slice(-Math.max(2, Math.ceil((40 * 60) / stepSecs)));
}

/** The sensors of a property, the nearest first. */
export function sensors(war: IncidentView, property: string, wall: Wall): SensorRow[] {
  const known = wall.facts()?.properties.get(property);
  const worst = new Map<string, AlarmView>();
  for (const alarm of wall.alarms().values()) {
    const held = worst.get(alarm.thing);
    if (alarm.property === property && (held === undefined || alarm.level < held.level)) worst.set(alarm.thing, alarm);
  }
  const place = war.place;
  return [...wall.things().values()]
    .filter((thing) => thing.outline === undefined && thing.properties.includes(property))
    .map((thing) => {
      const key = pairKey(thing.id, property);
      const last = wall.latest().get(key);
      const trend = wall.trends().get(key);
      return {
        thing,
        metres: place === null || thing.place === null ? undefined : metresBetween(place, thing.place),
        last,
        heard: freshness(last, thing, known, wall.now()),
        alarm: worst.get(thing.id),
        means: trend === undefined ? [] : recent(trend.means, trend.step_secs),
      };
    })
    .sort((a, b) => (a.metres ?? Number.POSITIVE_INFINITY) - (b.metres ?? Number.POSITIVE_INFINITY));
}

/** Metres along the wind and to the right of it, from the incident to a place. */
export function downwind(from: Place, windFrom: number, to: Place): { along: number; beside: number } {
  const north = (to[1] - from[1]) * 111_320;
  const east = (to[0] - from[0]) * 111_320 * Math.cos((((to[1] + from[1]) / 2) * Math.PI) / 180);
  const towards = ((windFrom + 180) * Math.PI) / 180;
  const [sin, cos] = [Math.sin(towards), Math.cos(towards)];
  return { along: east * sin + north * cos, beside: east * cos - north * sin };
}

/** The place so many metres along the wind, and to the right of it. */
export function placeAt(from: Place, windFrom: number, along: number, beside: number): Place {
  const towards = ((windFrom + 180) * Math.PI) / 180;
  const [sin, cos] = [Math.sin(towards), Math.cos(towards)];
  const [east, north] = [along * sin + beside * cos, along * cos - beside * sin];
  return [from[0] + east / (111_320 * Math.cos((from[1] * Math.PI) / 180)), from[1] + north / 111_320];
}

/** Something that is affected, and what the plume does there. */
export interface Affected {
  readonly name: string;
  readonly thing: ThingView | undefined;
  readonly last: LatestView | undefined;
  readonly heard: Freshness;
  /** When what leaked first is there; `undefined` where it goes elsewhere, or nobody knows. */
  readonly arrivalMs: number | undefined;
  readonly outside: boolean;
}

/** What is affected, by arrival of the plume; what is not on the map comes last. */
export function affected(war: IncidentView, property: string | undefined, wall: Wall): Affected[] {
  const things = [...wall.things().values()];
  const { plume, place } = war;
  const list = war.affected.map((name): Affected => {
    const thing = things.find(({ name: { zh, en }, place: at }) => at !== null && (zh === name || en === name));
    const last = thing && property ? wall.latest().get(pairKey(thing.id, property)) : undefined;
    const known = property === undefined ? undefined : wall.facts()?.properties.get(property);
    const heard = thing === undefined ? "never" : freshness(last, thing, known, wall.now());
    if (thing?.place == null || plume === null || place === null)
      return { name, thing, last, heard, arrivalMs: undefined, outside: false };
    const { along, beside } = downwind(place, plume.wind_from, thing.place);
    // Half the angle that the wind may be wrong by.
    const inside = along > 0 && Math.abs(beside) <= along * Math.tan((15 * Math.PI) / 180);
    const arrivalMs = inside ? war.opened_ms + (along / plume.wind_ms) * 1_000 : undefined;
    return { name, thing, last, heard, arrivalMs, outside: !inside };
  });
  const order = ({ arrivalMs }: Affected) => arrivalMs ?? Number.POSITIVE_INFINITY;
  return list.sort((a, b) => (order(a) === order(b) ? 0 : order(a) - order(b)));
}

/** Where the front of the plume is: now, and after ten and twenty minutes; metres along the wind. */
export function fronts(
  war: IncidentView,
  nowMs: number,
): readonly { readonly atMs: number; readonly metres: number }[] {
  const { plume } = war;
  const reach = Math.max(0, ...(plume?.contours ?? []).map(({ reach_m }) => reach_m));
  if (plume === null) return [];
  return [0, 10, 20].flatMap((minutes) => {
    const atMs = nowMs + minutes * MINUTE_MS;
    const metres = (plume.wind_ms * (atMs - war.opened_ms)) / 1_000;
    return metres > 0 && metres <= reach ? [{ atMs, metres }] : [];
  });
}

/** Whether an alarm is of the incident: its origin, or of what the war is about, in its area. */
export function belongs(alarm: AlarmView, war: IncidentView, property: string | undefined, wall: Wall): boolean {
  if (war.alarms.includes(alarm.id)) return true;
  const area = wall.things().get(alarm.thing)?.area ?? null;
  return alarm.property === property && war.area !== null && area?.startsWith(war.area) === true;
}

/** The highest of the other alarms: by level, then who waits, then age. What is deferred comes after all. */
export function highestOther(alarms: readonly AlarmView[], waiting: ReadonlySet<string>): AlarmView | undefined {
  const rank = (alarm: AlarmView) =>
    [waiting.has(alarm.id), alarm.level, alarm.state === "acknowledged", alarm.started_ms].map(Number);
  return [...alarms].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    for (const [at, value] of x.entries()) if (value !== y[at]) return value - (y[at] ?? 0);
    return a.number - b.number;
  })[0];
}
