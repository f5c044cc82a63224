import { describe, expect, it } from "vitest";
import { read } from "./raised";

describe("the alarms that were raised", () => {
  it("are read, and what is not as it must be is left out", () => {
    const good = { id: "a", thing: "t", raised_at: "2026-11-26T08:00:00Z", more: 1 };
    const wrong = { ...good, id: "b", false_alarm: { person: "li", seat: "", at: "…", note: "…" } };
    const answer = { items: [good, wrong, { ...good, raised_at: "soon" }, { ...good, id: 7 }, null], truncated: false };
    const raised_ms = Date.UTC(2026, 10, 26, 8);
    expect(read(answer)).toEqual([
      { id: "a", thing: "t", raised_ms, false: false },
      { id: "b", thing: "t", raised_ms, false: true },
    ]);
    expect(read({ error: {} })).toEqual([]);
    expect(read(undefined)).toEqual([]);
  });
});
