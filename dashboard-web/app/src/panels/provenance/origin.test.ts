import { describe, expect, it } from "vitest";
import { createStore } from "../../feed/store";
import { rehearse } from "../../rehearsal/script";
import { origin } from "./origin";

const { snapshot } = rehearse(1);
const store = createStore({ frame: (run) => run(), pause: () => {} });
store.accept({ type: "snapshot", ...snapshot });
store.linked({ state: "live", sinceMs: 0, attempts: 0 });

describe("the origin of a number", () => {
  it("is its thing, with what it is heard through, its windows and its rules", () => {
    const found = origin(store, "street-001", "noise_leq");
    expect(found.thing?.id).toBe("street-001");
    expect(found.parent?.id).toBe("gw-01");
    expect(found.windows).toMatchObject({ present: 60, all: 60 });
    expect(origin(store, "gas-01", "cl2").rules.map(({ level }) => level)).toEqual([1, 2, 3]);
  });

  it("of a figure over the whole city is how many of how many are fresh", () => {
    const found = origin(store, "", "pm25");
    expect(found.thing).toBeUndefined();
    expect(found.observers).toEqual({ fresh: 58, all: 60 });
  });

  it("of an index is the law that it follows", () => {
    const [first] = snapshot.state.indices;
    expect(origin(store, first?.thing ?? "", "aqi_hourly").index?.law).toBe("HJ 633-2026");
  });
});
