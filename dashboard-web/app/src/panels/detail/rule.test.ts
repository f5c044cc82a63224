import { describe, expect, it } from "vitest";
import type { RuleView, ThingView } from "../../feed/messages";
import { createStore } from "../../feed/store";
import { rehearse } from "../../rehearsal/script";
import { brief, clearOf, explained } from "./rule";

const { snapshot } = rehearse(1);
const store = createStore({ frame: (run) => run(), pause: () => {} });
store.accept({ type: "snapshot", ...snapshot });

const rule = (id: string): RuleView => {
  const found = snapshot.rules.find((each) => each.id === id);
  if (found === undefined) throw new Error(`no rule ${id}`);
  return found;
};
const thing = (id: string): ThingView | undefined => snapshot.state.things.find((each) => each.id === id);
const gauge = thing("stage-qz-11");

describe("a rule in words", () => {
  it("with a threshold for all says it with its unit", () => {
    expect(explained(rule("cl2-aegl2"), store, thing("gas-01"))).toBe("高于 2 ppm 报警，低于 1.6 ppm 解除");
    expect(brief(rule("cl2-aegl2"), undefined)).toBe("> 2");
  });

  it("on the thing's own limit says the value that holds there", () => {
    expect(gauge?.limits?.warning).toBe(61.2);
    expect(explained(rule("stage-warning"), store, gauge)).toBe(
      "高于 61.2 m（本站警戒） 报警，低于 61.15 m（本站警戒 −0.05） 解除",
    );
    expect(clearOf(rule("stage-warning"), gauge)).toBeCloseTo(61.15);
    expect(clearOf(rule("stage-warning"), undefined)).toBeUndefined();
  });

  it("with a delay says for how long", () => {
    expect(explained({ ...rule("cl2-aegl2"), for_secs: 120 }, store, undefined)).toContain("持续 2 分");
  });

  it("of the other operators says how it judges", () => {
    const base = rule("gateway-no-data");
    expect(explained(base, store, undefined)).toBe("连续 5 个周期无数据");
    expect(explained({ ...base, periods: null, for_secs: 600 }, store, undefined)).toBe("10 分无数据");
    expect(explained({ ...base, operator: "stuck", for_secs: 1_800, min_count: 10 }, store, undefined)).toContain(
      "10 个",
    );
    const rate = {
      ...base,
      operator: "rate" as const,
      direction: "above" as const,
      raise: 0.5,
      clear: 0.2,
      over_secs: 3_600,
    };
    expect(explained({ ...rate, properties: ["stage"] }, store, undefined)).toContain("0.5 m/h");
    const event = { ...base, operator: "event" as const, event: "smoke_fire", by: "track" as const, hold_secs: 120 };
    expect(explained({ ...event, min: [{ property: "people", value: 100 }] }, store, undefined)).toBe(
      "烟火事件，画面人数 ≥ 100，每个轨迹一件，2 分内无新事件则解除",
    );
  });
});
