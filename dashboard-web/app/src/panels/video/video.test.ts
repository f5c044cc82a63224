import { describe, expect, it } from "vitest";
import { EVENTS_PER_THING, type EventView, type ThingView } from "../../feed/messages";
import { cut, kinds } from "./video";

const seen = (kind: string, key: string | null, at_ms: number): EventView => ({
  thing: "cam",
  kind,
  key,
  part: null,
  at_ms,
  received_ms: at_ms,
  values: [],
});

describe("detections by kind", () => {
  it("count a track once, and only of the last hour", () => {
    const now = 10_000_000;
    const list = [
      seen("crowd", "t1", now),
      seen("crowd", "t1", now - 1),
      seen("crowd", null, now - 2),
      seen("crowd", "t0", 0),
    ];
    expect(kinds(list, now).find(({ kind }) => kind === "crowd")).toMatchObject({ hour: 2, last: { at_ms: now } });
  });

  it("have a row when nothing was seen, and when a kind is new", () => {
    expect(kinds([seen("flood", null, 5)], 10).map(({ kind, hour }) => [kind, hour])).toEqual([
      ["smoke_fire", 0],
      ["crowd", 0],
      ["intrusion", 0],
      ["vehicle", 0],
      ["flood", 1],
    ]);
  });

  it("are the least that there was when a camera saw more than is held", () => {
    const now = 10_000_000;
    const thing = { id: "cam" } as ThingView;
    const held = (from: number) =>
      new Map([["cam", Array.from({ length: EVENTS_PER_THING }, (_, index) => seen("vehicle", null, from + index))]]);
    expect(cut(held(now - 60_000), [{ thing, online: true }], now)).toBe(true);
    expect(cut(held(now - 4_000_000), [{ thing, online: true }], now)).toBe(false);
    expect(cut(new Map(), [{ thing, online: true }], now)).toBe(false);
  });
});
