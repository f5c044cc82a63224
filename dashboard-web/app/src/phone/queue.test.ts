import { describe, expect, it } from "vitest";
import type { Acted, IncidentRow, TaskRow } from "../feed/command";
import { seeded } from "../rehearsal/random";
import { type Kept, nextStep, Queue, type Queued, standing } from "./queue";

const DONE: Acted = { outcome: "done", incident: {} as IncidentRow, task: null };
const AWAY: Acted = { outcome: "away" };

function step(key: string, given: Partial<Queued> = {}): Queued {
  return { key, task: "t", step: "sign", done_at: "2026-11-26T08:00:00Z", note: "", photos: [], ...given };
}

function memory(): Kept & { held: readonly Queued[] } {
  return {
    held: [],
    read() {
      return this.held;
    },
    write(queue) {
      this.held = queue;
    },
  };
}

describe("the queue of a phone", () => {
  it("keeps what is done without a network, and sends it in its order when there is one", async () => {
    const kept = memory();
    let online = false;
    const sent: string[] = [];
    const queue = new Queue(
      kept,
      async ({ key }) => {
        if (!online) return AWAY;
        sent.push(key);
        return DONE;
      },
      () => {},
    );
    await queue.add(step("a"));
    await queue.add(step("b", { step: "set_out" }));
    expect(kept.held.map(({ key }) => key)).toEqual(["a", "b"]);
    online = true;
    await Promise.all([queue.replay(), queue.replay()]);
    expect(sent).toEqual(["a", "b"]);
    expect(kept.held).toEqual([]);
  });

  it("holds back what rests on a refused step, and nothing else", async () => {
    const sent: string[] = [];
    const queue = new Queue(
      memory(),
      async ({ key }) => {
        sent.push(key);
        return key === "a" ? { outcome: "refused", code: "taken", why: "已由他人签收" } : DONE;
      },
      () => {},
    );
    await queue.add(step("a"));
    await queue.add(step("b", { step: "set_out" }));
    await queue.add(step("c", { task: "other" }));
    expect(sent).toEqual(["a", "c"]);
    expect(queue.all().map(({ key, refused }) => [key, refused])).toEqual([
      ["a", "已由他人签收"],
      ["b", undefined],
    ]);
    queue.drop("a");
    await queue.replay();
    expect(sent).toEqual(["a", "c", "b"]);
  });

  it("counts everything once, however often it is cut off and the page is opened anew", async () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seeded(seed);
      const kept = memory();
      const counted: string[] = [];
      const seen = new Set<string>();
      // A server that counts a key once; the answer may be lost on the way.
      const send = async ({ key }: Queued): Promise<Acted> => {
        if (random() < 0.3) return AWAY;
        if (!seen.has(key)) counted.push(key);
        seen.add(key);
        return random() < 0.3 ? AWAY : DONE;
      };
      let queue = new Queue(kept, send, () => {});
      const made: string[] = [];
      for (let at = 0; at < 12; at += 1) {
        made.push(`k${at}`);
        await queue.add(step(`k${at}`));
        if (random() < 0.3) queue = new Queue(kept, send, () => {});
      }
      for (let tries = 0; kept.held.length > 0 && tries < 200; tries += 1) await queue.replay();
      expect(counted, `seed ${seed}`).toEqual(made);
    }
  });
});

describe("a task on a phone", () => {
  it("stands where its queued steps have brought it", () => {
    const task = { id: "t", stage: "dispatched" } as TaskRow;
    const waiting = [step("a"), step("b", { step: "set_out" }), step("x", { task: "other", step: "finish" })];
    expect(standing(task, [])).toBe("dispatched");
    expect(standing(task, waiting)).toBe("en_route");
    expect(standing(task, [step("a", { refused: "no" })])).toBe("dispatched");
  });

  it("is taken step by step to its end", () => {
    const task = { id: "t", stage: "dispatched" } as TaskRow;
    const steps: string[] = [];
    let queue: Queued[] = [];
    for (let next = nextStep(task.stage); next !== undefined; next = nextStep(standing(task, queue))) {
      steps.push(next);
      queue = [...queue, step(`${steps.length}`, { step: next })];
    }
    expect(steps).toEqual(["sign", "set_out", "arrive", "begin", "finish"]);
  });
});
