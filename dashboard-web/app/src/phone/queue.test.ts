import { describe, expect, it } from "vitest";
import type { Acted, IncidentRow, TaskRow } from "../feed/command";
import { seeded } from "../rehearsal/random";
import { type Door, type Kept, nextStep, proving, Queue, type Queued, standing } from "./queue";

const DONE: Acted = { outcome: "done", incident: {} as IncidentRow, task: null };
const AWAY: Acted = { outcome: "away" };

function step(key: string, given: Partial<Queued> = {}): Queued {
  return { key, task: "t", step: "sign", done_at: "2026-11-26T08:00:00Z", note: "", photos: [], ...given };
}

/** A door that only steps come to. */
function steps(send: (step: Queued) => Promise<Acted>): Door {
  return { step: send, photo: async () => ({ outcome: "refused", code: "unexpected", why: "a photograph" }) };
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
      steps(async ({ key }) => {
        if (!online) return AWAY;
        sent.push(key);
        return DONE;
      }),
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
      steps(async ({ key }) => {
        sent.push(key);
        return key === "a" ? { outcome: "refused", code: "taken", why: "已由他人签收" } : DONE;
      }),
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

  it("lets a call for help go before all others, and tries again what somebody looked at", async () => {
    let online = false;
    const sent: string[] = [];
    const queue = new Queue(
      memory(),
      steps(async ({ key }) => {
        if (!online) return AWAY;
        sent.push(key);
        return key === "a" && sent.length === 2 ? { outcome: "refused", code: "full", why: "" } : DONE;
      }),
      () => {},
    );
    await queue.add(step("a"));
    await queue.add(step("b", { step: "set_out" }));
    await queue.add(step("sos", { step: "call_help" }));
    online = true;
    await queue.replay();
    expect(sent).toEqual(["sos", "a"]);
    await queue.retry("a");
    expect(sent).toEqual(["sos", "a", "a", "b"]);
    expect(queue.all()).toEqual([]);
  });

  it("sends a photograph before the step that names it, by the digest that the server keeps", async () => {
    const sent: unknown[] = [];
    const door: Door = {
      step: async ({ photos }) => {
        sent.push(photos.map(({ digest }) => digest));
        return DONE;
      },
      photo: async ({ digest }) => {
        sent.push(digest);
        return { outcome: "done", digest: digest === "p2" ? "other" : digest };
      },
    };
    const queue = new Queue(memory(), door, () => {});
    const taken_at = "2026-11-26T08:00:00Z";
    await queue.add(step("a", { step: "tell", photos: ["p1", "p2"].map((digest) => ({ digest, taken_at })) }));
    expect(sent).toEqual(["p1", "p2", ["p1", "other"]]);
  });

  it("counts every step and photograph once, however often it is cut off and the page is opened anew", async () => {
    for (let seed = 1; seed <= 300; seed += 1) {
      const random = seeded(seed);
      const kept = memory();
      const server = { counted: [] as string[], photographs: new Set<string>(), written: 0 };
      // A server that counts a key and keeps a digest once, and takes no step whose photographs it has not; the answer may be lost on the way.
      const lost = () => random() < 0.3;
      const door: Door = {
        step: async ({ key, photos }) => {
          if (lost()) return AWAY;
          for (const { digest } of photos) expect(server.photographs, `seed ${seed}`).toContain(digest);
          if (!server.counted.includes(key)) server.counted.push(key);
          return lost() ? AWAY : DONE;
        },
        photo: async ({ digest }) => {
          if (lost()) return AWAY;
          // What the camera wrote beside the picture is left out: it is another digest then, and stays so.
          const clean = digest.replace("raw-", "");
          if (!server.photographs.has(clean)) server.written += 1;
          server.photographs.add(clean);
          return lost() ? AWAY : { outcome: "done", digest: clean };
        },
      };
      let queue = new Queue(kept, door, () => {});
      const made: string[] = [];
      const shown = new Set<string>();
      for (let at = 0; at < 12; at += 1) {
        const photos = Array.from({ length: Math.floor(random() * 4) }, () => {
          const name = `p${Math.floor(random() * 30)}`;
          shown.add(name);
          return { digest: random() < 0.2 ? `raw-${name}` : name, taken_at: "2026-11-26T08:00:00Z" };
        });
        made.push(`k${at}`);
        await queue.add(step(`k${at}`, { photos }));
        if (random() < 0.3) queue = new Queue(kept, door, () => {});
      }
      for (let tries = 0; kept.held.length > 0 && tries < 1_000; tries += 1) await queue.replay();
      expect(server.counted, `seed ${seed}`).toEqual(made);
      expect([...server.photographs].sort(), `seed ${seed}`).toEqual([...shown].sort());
      expect(server.written, `seed ${seed}`).toBe(shown.size);
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

  it("has the photographs that were shown since the work began, those that wait counted in", () => {
    const photos = [{ digest: "p", taken_at: "" }];
    const task = { id: "t", stage: "working", photos: 1 } as TaskRow;
    expect(proving(task, [])).toBe(1);
    expect(
      proving(task, [step("a", { step: "tell", photos }), step("b", { step: "tell", photos, refused: "x" })]),
    ).toBe(2);
    const before = { id: "t", stage: "on_scene", photos: 0 } as TaskRow;
    expect(proving(before, [step("a", { step: "tell", photos })])).toBe(0);
    expect(proving(before, [step("b", { step: "begin" }), step("c", { step: "tell", photos })])).toBe(1);
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
