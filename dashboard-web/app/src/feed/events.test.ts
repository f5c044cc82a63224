import { describe, expect, it } from "vitest";
import { newest, putEvents, withEvent } from "./events";
import { EVENTS_PER_THING, type EventView } from "./messages";

const seen = (thing: string, at_ms: number, kind = "crowd", key: string | null = null): EventView => ({
  thing,
  kind,
  key,
  part: null,
  at_ms,
  received_ms: at_ms,
  values: [],
});

describe("the last events of a thing", () => {
  it("are in the order of their time, each once, and the oldest go", () => {
    let held: readonly EventView[] = [];
    for (let at = EVENTS_PER_THING + 3; at > 0; at -= 1) held = withEvent(held, seen("a", at));
    expect(held.map(({ at_ms }) => at_ms)).toEqual([4, 5, 6, 7, 8, 9, 10, 11]);
    expect(withEvent(held, seen("a", 7))).toBe(held);
    expect(withEvent(held, seen("a", 1))).toHaveLength(EVENTS_PER_THING);
    expect(withEvent([seen("a", 5)], seen("a", 5, "crowd", "t"))).toHaveLength(2);
    expect(withEvent([seen("a", 5)], { ...seen("a", 5), part: "window 3" })).toHaveLength(2);
  });

  it("of several things are told the newest first", () => {
    const events = new Map<string, readonly EventView[]>();
    putEvents(events, [seen("a", 3), seen("b", 9), seen("a", 5), seen("c", 7)]);
    expect(newest(events, ["a", "b"]).map(({ at_ms }) => at_ms)).toEqual([9, 5, 3]);
  });
});
