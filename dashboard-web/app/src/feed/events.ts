import { EVENTS_PER_THING, type EventView } from "./messages";

/** The last events of each thing, oldest first. */
export type Events = ReadonlyMap<string, readonly EventView[]>;

/** An absent text before any other. */
function orderTexts(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

function order(a: EventView, b: EventView): number {
  return a.at_ms - b.at_ms || orderTexts(a.kind, b.kind) || orderTexts(a.key, b.key) || orderTexts(a.part, b.part);
}

/** The events of a thing with one more: what agrees in kind, key, part and time is the same; the oldest go. */
export function withEvent(held: readonly EventView[], event: EventView): readonly EventView[] {
  if (held.some((each) => order(each, event) === 0)) return held;
  return [...held, event].sort(order).slice(-EVENTS_PER_THING);
}

/** Puts events among those of their things. */
export function putEvents(events: Map<string, readonly EventView[]>, list: readonly EventView[]): void {
  for (const event of list) events.set(event.thing, withEvent(events.get(event.thing) ?? [], event));
}

/** The newest first, of these things. */
export function newest(events: Events, things: Iterable<string>): EventView[] {
  const own = [...things].flatMap((id) => events.get(id) ?? []);
  return own.sort((a, b) => order(b, a));
}
