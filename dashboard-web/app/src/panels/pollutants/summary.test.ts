import { describe, expect, it } from "vitest";
import type { TrendView } from "../../feed/messages";
import { corrections } from "./summary";

describe("corrections of trends", () => {
  it("stand at the place of their window, whatever station they are of", () => {
    const line = (thing: string, lastMinute: number, corrected: TrendView["corrected"]): TrendView => ({
      thing,
      property: "pm25",
      last_ms: lastMinute * 60_000,
      step_secs: 60,
      means: [7, 8, 9],
      corrected,
    });
    const late = line("a", 10, [{ start_ms: 9 * 60_000, before: 5 }]);
    const behind = line("b", 9, [{ start_ms: 7 * 60_000, before: null }]);
    expect(corrections([late, behind])).toEqual([
      { place: 58, thing: "a", start_ms: 540_000, before: 5, after: 8 },
      { place: 56, thing: "b", start_ms: 420_000, before: null, after: 7 },
    ]);
  });
});
