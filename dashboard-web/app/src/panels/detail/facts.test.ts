import { describe, expect, it } from "vitest";
import { createStore } from "../../feed/store";
import { rehearse } from "../../rehearsal/script";
import { beside } from "./beside";
import { changes, points } from "./facts";

const { snapshot, deltas } = rehearse(160);
const store = createStore({ frame: (run) => run(), pause: () => {} });
store.accept({ type: "snapshot", ...snapshot });
for (const delta of deltas) store.accept({ type: "delta", ...delta });
store.linked({ state: "live", sinceMs: 0, attempts: 0 });
const of = (rule: string) => {
  const found = [...store.alarms().values()].find((alarm) => alarm.rule === rule);
  if (found === undefined) throw new Error(`no alarm of ${rule}`);
  return found;
};

describe("the readings of an alarm", () => {
  it("are the windows in order, and the last value", () => {
    const list = points(store, of("cl2-aegl2"));
    expect(list.length).toBe(61);
    for (let i = 1; i < list.length; i += 1) expect(list[i]?.ms).toBeGreaterThan(list[i - 1]?.ms ?? 0);
  });

  it("are none where nothing is measured", () => {
    expect(points(store, of("gateway-no-data"))).toEqual([]);
  });
});

describe("what stands beside", () => {
  it("is the upstream gauge first, then the nearest", () => {
    const list = beside(store, of("stage-warning"));
    expect(list[0]?.relation).toBe("upstream");
    const metres = list.slice(1).map((each) => each.metres ?? 0);
    expect(metres).toEqual([...metres].sort((a, b) => a - b));
  });

  it("of a gateway is what is heard through it", () => {
    expect(beside(store, of("gateway-no-data")).every(({ relation }) => relation === "child")).toBe(true);
  });
});

describe("corrections", () => {
  it("are told of the alarm and of its windows", () => {
    const alarm = of("cl2-aegl2");
    const before = { started_ms: alarm.started_ms + 5, ended_ms: alarm.ended_ms, extreme: 1 };
    expect(changes(store, { ...alarm, before }).map(({ what }) => what)).toEqual(["began", "extreme"]);
    expect(changes(store, alarm)).toEqual([]);
  });
});
