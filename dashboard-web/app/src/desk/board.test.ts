import { describe, expect, it } from "vitest";
import type { AlarmStateView, AlarmView } from "../feed/messages";
import type { Turn } from "../feed/scene";
import { seeded } from "../rehearsal/random";
import { Board, GROUP_HEIGHT, groupOf, OVER_MS, ROW_HEIGHT, seen } from "./board";

function alarm(id: string, given: Partial<AlarmView> = {}): AlarmView {
  return {
    id,
    number: 1,
    level: 3,
    state: "unacknowledged",
    rule: "r",
    thing: "t",
    property: "p",
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
  };
}

function told(board: Board): string[] {
  return Array.from({ length: board.length }, (_, at) => {
    const line = board.line(at);
    return line?.kind === "group" ? `${line.group} ${line.count}` : (line?.alarm.id ?? "none");
  });
}

function filled(...alarms: AlarmView[]): Board {
  const board = new Board();
  board.fill(alarms);
  return board;
}

const SOME = [
  alarm("blue", { level: 4, started_ms: 1 }),
  alarm("new", { level: 2, started_ms: 9 }),
  alarm("old", { level: 2, started_ms: 5 }),
  alarm("back", { state: "returned_unacknowledged", ended_ms: 7 }),
  alarm("held", { state: "acknowledged" }),
];

describe("the board of a desk", () => {
  it("stands in the groups of the states, by level, and the oldest first", () => {
    const lines = ["waiting 3", "old", "new", "blue", "returned 1", "back", "held 1", "held"];
    expect(told(filled(...SOME))).toEqual(lines);
  });

  it("puts what is quiet apart, and no key that looks for what waits stops there", () => {
    const board = filled(...SOME, alarm("shelved", { level: 1, quiet: "shelved" }));
    expect(told(board).slice(-2)).toEqual(["quiet 1", "shelved"]);
    expect(board.nextWaiting(board.find(SOME[3]))?.id).toBe("old");
    board.turn(
      [{ before: alarm("shelved", { level: 1, quiet: "shelved" }), after: alarm("shelved", { level: 1 }) }],
      0,
    );
    expect(told(board).slice(0, 2)).toEqual(["waiting 4", "shelved"]);
  });

  it("holds what left for half an hour, as it was last painted, and not when it is open again", () => {
    const board = filled(...SOME);
    const held = SOME[4];
    const gone: Turn = { before: held, after: undefined };
    board.turn([gone], 1_000);
    expect(told(board).slice(-2)).toEqual(["over 1", "held"]);
    expect(board.over("held")).toEqual(held);
    board.turn([], 1_000 + OVER_MS - 1);
    expect(board.length).toBe(8);
    board.turn([], 1_000 + OVER_MS);
    expect(board.over("held")).toBeUndefined();
    board.turn([gone], 5_000);
    board.turn([{ before: undefined, after: held }], 6_000);
    expect(told(board).slice(-2)).toEqual(["held 1", "held"]);
  });

  it("shows what its filter lets through, and no heading of a group that is empty", () => {
    const board = filled(...SOME);
    board.fill(SOME, ({ level }) => level !== 2 && level !== 4);
    expect(told(board)).toEqual(["returned 1", "back", "held 1", "held"]);
    board.turn([{ before: undefined, after: alarm("x", { level: 2 }) }], 0);
    expect(board.length).toBe(4);
  });

  it("is after any turns what it would be from the start", () => {
    const random = seeded(7);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const states: AlarmStateView[] = ["unacknowledged", "returned_unacknowledged", "acknowledged"];
    const open = new Map<string, AlarmView>();
    const board = new Board();
    for (let step = 0; step < 3_000; step += 1) {
      const id = `a${Math.floor(random() * 60)}`;
      const before = open.get(id);
      if (before !== undefined && random() < 0.3) {
        open.delete(id);
        board.turn([{ before, after: undefined }], 0);
      } else {
        const state = pick(states);
        const ended_ms = state === "returned_unacknowledged" ? 1 : null;
        const given = { state, ended_ms, level: pick([1, 2, 3, 4]), started_ms: Math.floor(random() * 20) };
        const after = alarm(id, given);
        open.set(id, after);
        board.turn([{ before, after }], 0);
      }
      const oracle = new Board();
      oracle.fill(open.values());
      const ours = told(board);
      const over = ours.findIndex((line) => line.startsWith("over "));
      expect(over < 0 ? ours : ours.slice(0, over)).toEqual(told(oracle));
      const one = pick([...open.values()]);
      if (one !== undefined) expect(told(board)[board.find(one)]).toBe(one.id);
    }
  });

  it("has one group for each state", () => {
    expect(SOME.map(groupOf)).toEqual(["waiting", "waiting", "waiting", "returned", "held"]);
  });
});

describe("its lines", () => {
  const board = filled(...SOME);

  it("lie below each other, headings lower than alarms", () => {
    const tops = Array.from({ length: board.length + 1 }, (_, at) => board.top(at));
    const heights = tops.slice(1).map((top, at) => top - (tops[at] ?? 0));
    const [heading, row] = [GROUP_HEIGHT, ROW_HEIGHT];
    expect(heights).toEqual([heading, row, row, row, heading, row, heading, row]);
  });

  it("are walked without the headings, and not beyond an end", () => {
    const at = (id: string) => board.find(SOME.find((each) => each.id === id));
    expect(board.moved(-1, 1)?.id).toBe("old");
    expect(board.moved(-1, -1)?.id).toBe("held");
    expect(board.moved(at("blue"), 1)?.id).toBe("back");
    expect(board.moved(at("held"), -1)?.id).toBe("back");
    expect(board.moved(at("old"), -1)).toBeUndefined();
    expect(board.moved(at("held"), 1)).toBeUndefined();
  });

  it("that wait are found one after the other, round the list", () => {
    const at = (id: string) => board.find(SOME.find((each) => each.id === id));
    expect(board.nextWaiting(-1)?.id).toBe("old");
    expect(board.nextWaiting(at("blue"))?.id).toBe("back");
    expect(board.nextWaiting(at("back"))?.id).toBe("old");
    expect(board.nextWaiting(at("held"))?.id).toBe("old");
    expect(filled(alarm("held", { state: "acknowledged" })).nextWaiting(-1)).toBeUndefined();
  });

  it("are drawn only where they are in sight, of a hundred thousand too", () => {
    const many = filled(...Array.from({ length: 100_000 }, (_, at) => alarm(`${at}`, { started_ms: at })));
    const [from, to] = many.inSight(50_000 * ROW_HEIGHT, 800);
    expect(to - from).toBeLessThan(45);
    expect(from).toBeLessThanOrEqual(50_000);
    expect(to).toBeGreaterThan(50_000 + Math.floor(800 / ROW_HEIGHT));
  });

  it("come into sight, the first of a group with its heading", () => {
    const many = filled(...Array.from({ length: 100 }, (_, at) => alarm(`${at}`, { started_ms: at })));
    expect(seen(many, 1, 500, 360)).toBe(0);
    expect(seen(many, 50, 0, 360)).toBe(many.top(50) + ROW_HEIGHT - 360);
    expect(seen(many, 5, 0, 360)).toBe(0);
    expect(seen(many, -1, 77, 360)).toBe(77);
  });
});
