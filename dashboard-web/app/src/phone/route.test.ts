import { describe, expect, it } from "vitest";
import type { Route } from "../feed/field";
import { farAndLong, isDue, isOnWay, remarks } from "./route";

const ROUTE: Route = {
  basis: { basis: "roads" },
  assembly: null,
  time_secs: 361,
  open_secs: 361,
  metres: 4_260,
  way: [
    [118.8, 28.9],
    [118.84, 28.9],
  ],
};

describe("the way to a task", () => {
  it("is shown to who is on the way only", () => {
    expect(isOnWay("signed")).toBe(true);
    expect(isOnWay("en_route")).toBe(true);
    expect(isOnWay("dispatched")).toBe(false);
    expect(isOnWay("on_scene")).toBe(false);
  });

  it("is asked for again when it is old, or of another task", () => {
    const known = { ...ROUTE, task: "a", receivedMs: 1_000 };
    expect(isDue(undefined, "a", 1_000)).toBe(true);
    expect(isDue(known, "b", 1_000)).toBe(true);
    expect(isDue(known, "a", 20_999)).toBe(false);
    expect(isDue(known, "a", 21_000)).toBe(true);
  });

  it("is told in kilometres and whole minutes, rounded up", () => {
    expect(farAndLong(ROUTE)).toEqual({ km: "4.3", minutes: 7 });
    expect(farAndLong({ ...ROUTE, time_secs: 0, metres: 0 })).toEqual({ km: "0.0", minutes: 1 });
    expect(farAndLong({ ...ROUTE, time_secs: null })).toBeUndefined();
  });

  it("says where it leads and what it rests on", () => {
    expect(remarks(ROUTE)).toEqual([]);
    expect(remarks({ ...ROUTE, time_secs: 400 })).toEqual(["round"]);
    expect(remarks({ ...ROUTE, assembly: [118.8, 28.9], basis: { basis: "straight" } })).toEqual([
      "toAssembly",
      "straight",
    ]);
    expect(remarks({ ...ROUTE, time_secs: null })).toEqual([]);
  });
});
