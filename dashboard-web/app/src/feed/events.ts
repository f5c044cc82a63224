import { EVENTS_PER_THING, type EventView } from "./messages";

/** The last events of each thing, oldest first. */
export type Events = ReadonlyMap<string, readonly EventView[]>;

function order(a: EventView, b: EventView): number {
  if (a.at_ms !== b.at_ms) return a.at_ms - b.at_ms;
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  const [one, other] = [a.key ?? "", b.key ?? ""];
  if (one === other) return Number(a.key !== null) - Number(b.key !== null);
  return one < other ? -1 : 1;
}

/** The events of a thing with one more: what agrees in kind, key and time is the same; the oldest go. */
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
