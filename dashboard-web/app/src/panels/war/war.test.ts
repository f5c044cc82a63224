import { describe, expect, it } from "vitest";
import type { AlarmView } from "../../feed/messages";
import { createStore, type Store } from "../../feed/store";
import { rehearse } from "../../rehearsal/script";
import { leakAtWar, snapshotAtWar } from "../../rehearsal/war";
import { affected, belongs, clockOf, downwind, fronts, highestOther, placeAt, sensors, squares, urgent } from "./war";

function store(): Store {
  const made = createStore({ frame: (run) => run(), pause: () => {} });
  made.accept({ type: "snapshot", ...snapshotAtWar(rehearse().snapshot) });
  return made;
}

describe("tasks of a war", () => {
  const { tasks, opened_ms } = leakAtWar();
  const now = opened_ms + 180_000;

  it("come nobody's first, then overdue, then by the least time, and those that are over not at all", () => {
    expect(urgent(tasks, now).map(({ number }) => number)).toEqual([2, 6, 4, 3, 1, 7, 8]);
    const later = now + 250_000;
    const order = urgent(tasks, later);
    expect(order.every(({ over }) => !over)).toBe(true);
    expect(order[1]?.number).toBe(6);
  });

  it("have the clock that runs", () => {
    const [unsigned, working] = tasks;
    if (unsigned === undefined || working === undefined) throw new Error("two tasks");
    expect(clockOf(unsigned).kind).toBe("sign");
    expect(clockOf(working)).toEqual({ kind: "do", dueMs: working.done_by_ms });
    expect(clockOf({ ...working, done_by_ms: null }).kind).toBe("none");
    expect(clockOf({ ...working, stage: "done" }).kind).toBe("verify");
  });

  it("fill five squares, and none when they were refused", () => {
    const stages = ["dispatched", "signed", "en_route", "on_scene", "working", "done", "verified", "closed", "refused"];
    expect(stages.map(squares)).toEqual([0, 1, 2, 3, 4, 5, 5, 5, 0]);
  });
});

describe("the plume", () => {
  it("knows places along the wind and beside it, there and back", () => {
    const from = [118.882, 28.905] as const;
    for (const wind of [0, 45, 231, 300]) {
      const { along, beside } = downwind(from, wind, placeAt(from, wind, 1_500, -200));
      expect(along).toBeCloseTo(1_500, 0);
      expect(beside).toBeCloseTo(-200, 0);
    }
    // A wind from the west blows to the east.
    expect(placeAt(from, 270, 1_000, 0)[0]).toBeGreaterThan(from[0]);
  });

  it("has its front where the wind has carried it, and none beyond its reach", () => {
    const war = leakAtWar();
    const [first] = fronts(war, war.opened_ms + 100_000);
    expect(first?.metres).toBeCloseTo(340, 0);
    expect(fronts(war, war.opened_ms + 10 * 3_600_000)).toEqual([]);
    expect(fronts({ ...war, plume: null }, war.opened_ms + 100_000)).toEqual([]);
  });

  it("reaches what lies downwind, and says nothing of what is on no map", () => {
    const [school, ...rest] = affected(leakAtWar(), "cl2", store());
    expect(school?.name).toBe("演示小学");
    expect((school?.arrivalMs ?? 0) - leakAtWar().opened_ms).toBeGreaterThan(7 * 60_000);
    expect(rest.every(({ thing, arrivalMs }) => thing === undefined && arrivalMs === undefined)).toBe(true);
    const upwind = { ...leakAtWar(), plume: { ...(leakAtWar().plume ?? never()), wind_from: 51 } };
    expect(affected(upwind, "cl2", store())[0]).toMatchObject({ outside: true, arrivalMs: undefined });
  });
});

function never(): never {
  throw new Error("it has a plume");
}

describe("what else there is", () => {
  const alarm = (id: string, given: Partial<AlarmView>): AlarmView => ({
    id,
    number: 1,
    level: 3,
    state: "unacknowledged",
    rule: "r",
    thing: "gas-01",
    property: "cl2",
    key: null,
    value: 1,
    extreme: 1,
    threshold: 1,
    started_ms: 0,
    ended_ms: null,
    raised_ms: 0,
    acknowledged: null,
    corrected: false,
    before: null,
    ...given,
  });

  it("is the highest other alarm; one that waits comes after all", () => {
    const list = [alarm("a", { level: 3 }), alarm("b", { level: 2, state: "acknowledged" }), alarm("c", { level: 2 })];
    expect(highestOther(list, new Set())?.id).toBe("c");
    expect(highestOther(list, new Set(["b", "c"]))?.id).toBe("a");
    expect(highestOther([], new Set())).toBeUndefined();
  });

  it("is not what the war is about", () => {
    const wall = store();
    const war = { ...leakAtWar(), alarms: ["x"] };
    expect(belongs(alarm("x", { thing: "elsewhere", property: "rain" }), war, "cl2", wall)).toBe(true);
    expect(belongs(alarm("y", {}), war, "cl2", wall)).toBe(true);
    expect(belongs(alarm("y", { property: "rain" }), war, "cl2", wall)).toBe(false);
    expect(belongs(alarm("y", { thing: "elsewhere" }), war, "cl2", wall)).toBe(false);
  });

  it("lists sensors by distance", () => {
    const rows = sensors(leakAtWar(), "cl2", store());
    expect(rows[0]?.thing.id).toBe("gas-01");
    const metres = rows.map((row) => row.metres ?? 0);
    expect(metres).toEqual([...metres].sort((a, b) => a - b));
    expect(rows.length).toBe(12);
  });
});
