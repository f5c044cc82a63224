import { describe, expect, it } from "vitest";
import type { AlarmView } from "../../feed/messages";
import { correction } from "./correction";

const ALARM: AlarmView = {
  id: "a1",
  number: 1,
  level: 2,
  state: "unacknowledged",
  rule: "r",
  thing: "t",
  property: "cl2",
  key: null,
  value: 3,
  extreme: 5,
  threshold: 2,
  started_ms: 60_000,
  ended_ms: null,
  raised_ms: 0,
  acknowledged: null,
  corrected: true,
  before: null,
};

const told = (before: AlarmView["before"], now: Partial<AlarmView> = {}) =>
  correction(
    { ...ALARM, ...now, before },
    (ms) => `${ms / 60_000}m`,
    (value) => `${value}`,
    "lasts",
  );

describe("a corrected alarm", () => {
  it("says when it was thought to begin", () => {
    const before = { started_ms: 120_000, ended_ms: null, extreme: 4 };
    expect(told(before)).toEqual({ what: "began", before: "2m", after: "1m" });
  });

  it("says when it was thought to end, also when it lasts", () => {
    const before = { started_ms: 60_000, ended_ms: 180_000, extreme: 4 };
    expect(told(before)).toEqual({ what: "ended", before: "3m", after: "lasts" });
  });

  it("says how far it was thought to go", () => {
    const before = { started_ms: 60_000, ended_ms: 180_000, extreme: 4 };
    expect(told(before, { ended_ms: 180_000 })).toEqual({ what: "extreme", before: "4", after: "5" });
  });

  it("says nothing of before when its last change was no correction", () => {
    expect(told(null)).toBeUndefined();
  });
});
