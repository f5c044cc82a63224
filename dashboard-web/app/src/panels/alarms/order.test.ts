import { describe, expect, it } from "vitest";
import type { AlarmView } from "../../feed/messages";
import { calling, countByLevel, moved, nextWaiting, rows } from "./order";

function alarm(number: number, level: number, state: AlarmView["state"], started_ms = number): AlarmView {
  return {
    id: `a${number}`,
    number,
    level,
    state,
    rule: "r",
    thing: "t",
    property: "p",
    key: null,
    value: 1,
    extreme: 1,
    threshold: 1,
    started_ms,
    ended_ms: state === "returned_unacknowledged" ? started_ms : null,
    raised_ms: started_ms,
    acknowledged: state === "acknowledged" ? { person: null, seat: "s", at_ms: 0, note: "" } : null,
    corrected: false,
    before: null,
  };
}

const numbers = (list: readonly AlarmView[]) => list.map(({ number }) => number);

describe("the list of alarms", () => {
  it("has the unacknowledged first, then level, then the longest lasting", () => {
    const list = [
      alarm(1, 1, "acknowledged"),
      alarm(2, 3, "unacknowledged"),
      alarm(3, 2, "unacknowledged", 50),
      alarm(4, 2, "unacknowledged", 40),
      alarm(5, 1, "returned_unacknowledged"),
    ];
    expect(numbers(rows(list, 6).shown)).toEqual([4, 3, 2, 5, 1]);
  });

  it("never hides the most severe one that lasts, nor the most severe of all", () => {
    const list = [
      ...Array.from({ length: 9 }, (_, index) => alarm(index + 1, 4, "unacknowledged")),
      alarm(20, 2, "acknowledged"),
      alarm(21, 1, "returned_unacknowledged"),
    ];
    const { shown, hidden } = rows(list, 6);
    expect(numbers(shown)).toEqual([1, 2, 3, 4, 21, 20]);
    expect(hidden).toHaveLength(5);
  });

  it("leaves out what is shelved or out of service, and nothing else", () => {
    const shelved: AlarmView = { ...alarm(1, 1, "unacknowledged"), quiet: "shelved" };
    const list = [
      shelved,
      alarm(2, 4, "acknowledged"),
      { ...alarm(3, 2, "unacknowledged"), quiet: "out_of_service" as const },
    ];
    expect(numbers(calling(list))).toEqual([2]);
  });

  it("counts what has no row by level", () => {
    const list = [alarm(1, 1, "acknowledged"), alarm(2, 4, "acknowledged"), alarm(3, 4, "acknowledged")];
    expect(countByLevel(list).map(({ count }) => count)).toEqual([1, 0, 0, 2]);
  });
});

describe("the selection", () => {
  it("moves within the rows and stops at the ends", () => {
    expect(moved(["a", "b"], undefined, 1)).toBe("a");
    expect(moved(["a", "b"], undefined, -1)).toBe("b");
    expect(moved(["a", "b"], "b", 1)).toBe("b");
    expect(moved(["a", "b"], "gone", 1)).toBe("a");
    expect(moved([], undefined, 1)).toBeUndefined();
  });

  it("finds the next unacknowledged round the list", () => {
    const list = [alarm(1, 1, "unacknowledged"), alarm(2, 1, "acknowledged"), alarm(3, 1, "unacknowledged")];
    expect(nextWaiting(list, undefined)).toBe("a1");
    expect(nextWaiting(list, "a1")).toBe("a3");
    expect(nextWaiting(list, "a3")).toBe("a1");
    expect(nextWaiting([alarm(2, 1, "acknowledged")], undefined)).toBeUndefined();
  });
});
