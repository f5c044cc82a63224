import { describe, expect, it } from "vitest";
import type { EventView } from "../../feed/messages";
import { kinds } from "./video";

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
});
