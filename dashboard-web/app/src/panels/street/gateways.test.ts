import { describe, expect, it } from "vitest";
import { createStore } from "../../feed/store";
import { rehearse } from "../../rehearsal/script";
import { gateways } from "./gateways";

describe("a gateway", () => {
  const { snapshot, deltas } = rehearse(30);
  const store = createStore({ frame: (run) => run(), pause: () => {} });
  store.accept({ type: "snapshot", ...snapshot });
  for (const delta of deltas) store.accept({ type: "delta", ...delta });
  store.linked({ state: "live", sinceMs: 0, attempts: 0 });
  const list = gateways(store);

  it("is dead when nothing behind it is heard, with its alarm", () => {
    const dead = list.filter((each) => each.dead);
    expect(dead.map(({ thing, children, heard }) => [thing.id, children, heard])).toEqual([["gw-04", 20, 0]]);
    expect(dead[0]?.alarm?.rule).toBe("gateway-no-data");
  });

  it("says when something last came through it", () => {
    for (const { dead, lastMs } of list) expect(store.now() - (lastMs ?? 0) > 180_000).toBe(dead);
  });
});
