import type { Events } from "../../feed/events";
import { EVENTS_PER_THING, type EventView, type ThingView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { thingsOf } from "../../lib/domains";
import { say } from "../../lib/i18n";
import { reading, value } from "../reading";

const HOUR_MS = 3_600_000;
/** Kinds that have a row even when nothing of them was seen, the gravest first. */
const KINDS = ["smoke_fire", "crowd", "intrusion", "vehicle"];

/** A camera, and whether it speaks and says that it sees. */
export interface Camera {
  readonly thing: ThingView;
  readonly online: boolean;
}

/** The cameras, by id. */
export function cameras(wall: Wall): Camera[] {
  return thingsOf("video", wall.things().values()).map((thing) => ({
    thing,
    online: value(reading(wall, thing, "online")) === 1,
  }));
}

/** What a kind of event is called: as its pack says. */
export function kindName(wall: Wall, kind: string): string {
  const type = wall.facts()?.eventTypes.get(kind);
  return type === undefined ? kind : say(type.title);
}

/** What was detected of one kind. */
export interface Kind {
  readonly kind: string;
  /** Tracks in the last hour: a track that goes on counts once. */
  readonly hour: number;
  readonly last: EventView | undefined;
}

/** The kinds of detections of these cameras, the known ones first. */
export function kinds(events: readonly EventView[], nowMs: number): Kind[] {
  const found = [...new Set([...KINDS, ...events.map(({ kind }) => kind)])];
  return found.map((kind) => {
    const own = events.filter((event) => event.kind === kind);
    const late = own.filter(({ at_ms }) => nowMs - at_ms <= HOUR_MS);
    const tracks = new Set(late.map(({ thing, key, at_ms }) => `${thing} ${key ?? at_ms}`));
    return { kind, hour: tracks.size, last: own[0] };
  });
}

/** Whether some camera saw so much in the last hour that not all of it is held: then what is counted is the least that there was. */
export function cut(events: Events, list: readonly Camera[], nowMs: number): boolean {
  return list.some(({ thing }) => {
    const held = events.get(thing.id) ?? [];
    return held.length >= EVENTS_PER_THING && nowMs - (held[0]?.at_ms ?? 0) <= HOUR_MS;
  });
}
