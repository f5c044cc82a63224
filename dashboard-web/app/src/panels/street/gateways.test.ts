import { describe, expect, it } from "vitest";
import { createStore } from "../../feed/store";
import { t } from "../../lib/i18n";
import { rehearse } from "../../rehearsal/script";
import { silenced } from "../silenced";
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

  it("marks what is behind it one by one, with the way to its alarm", () => {
    const children = [...store.things().values()].filter(({ parent }) => parent === "gw-04");
    const alarm = list.find(({ dead }) => dead)?.alarm;
    expect(list.map(({ marked }) => marked).filter(Boolean)).toEqual([20]);
    for (const child of children)
      expect(silenced(store, child)).toEqual({ text: t().behind.gateway, name: "网关 04", alarm });
    expect(silenced(store, store.things().get("street-001"))).toBeUndefined();
  });

  it("may be a door", () => {
    const [first] = store.things().values();
    if (first === undefined) throw new Error("the rehearsal has things");
    const by = { alarm: "gone", thing: "door:mqtt" };
    expect(silenced(store, { ...first, silenced_by: by })).toEqual({
      text: t().behind.door,
      name: "mqtt",
      alarm: undefined,
    });
  });

  it("says when something last came through it", () => {
    for (const { dead, lastMs } of list) expect(store.now() - (lastMs ?? 0) > 180_000).toBe(dead);
  });
});
