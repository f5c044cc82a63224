import { describe, expect, it } from "vitest";
import type { Incident, Task } from "../feed/command";
import type { Advice, Unit } from "../feed/forces";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { advised, coverWords, rows } from "./advice";
import { byLateness, photos } from "./board";
import { course } from "./course";
import { draftOf, type Form, ordered } from "./orders";
import { attachable, originWords } from "./origins";
import { groups, lettered, moved, sceneBounds, shownUnits, UNMOVED } from "./scene";
import { isTold } from "./state";

const text = (zh: string) => ({ zh, en: zh });

function task(number: number, given: Partial<Task> = {}): Task {
  return {
    id: `t${number}`,
    incident: "i",
    number,
    version: 1,
    title: text(`任务 ${number}`),
    role: "",
    assignee: null,
    units: [],
    stage: "working",
    late: "no",
    sign_by: null,
    done_by: null,
    proof: { by: "evidence", photos: 1 },
    relapses: 0,
    calling: null,
    photos: 0,
    began: null,
    steps: [],
    ...given,
  };
}

function incident(given: Partial<Incident> = {}): Incident {
  return {
    id: "i",
    number: 1,
    version: 3,
    title: "泄漏",
    class: "accident",
    event_level: null,
    warning: null,
    response: { plan: "p", title: text("预案"), level: 2, started: "2026-03-01T00:00:00Z" },
    origins: [{ type: "alarm", alarm: "a1", subject: "gas-1:cl2" }],
    place: { lon: 118.9, lat: 28.9 },
    affected: ["小学", "湖东村"],
    stage: "handling",
    opened: "2026-03-01T00:00:00Z",
    ended: null,
    commander: "wang",
    offered: null,
    pending: null,
    merged_into: null,
    merged: [],
    tasks: [],
    reports: [],
    items: [],
    history: [],
    ...given,
  };
}

const ADVICE: Advice = {
  basis: { basis: "roads" },
  assembly: null,
  chosen: [
    {
      unit: "b",
      name: text("乙"),
      time_secs: 61,
      stale: false,
      age_secs: 3,
      cover: { before_secs: 60, after_secs: null },
      way: [],
    },
  ],
  passed_over: [
    {
      unit: "c",
      name: text("丙"),
      open_secs: 30,
      why: [
        { why: "cut_off", text: text("被截断") },
        { why: "busy", text: text("忙") },
      ],
      way: [],
      stopped: null,
    },
  ],
  passed_over_count: 1,
};

describe("advice", () => {
  it("names the chosen first, then the nearer ones with one reason", () => {
    const shown = rows(ADVICE, 3);
    expect(shown.map(({ unit, letter, minutes, reason }) => [unit, letter, minutes, reason?.zh])).toEqual([
      ["b", "a", 2, undefined],
      ["c", "b", 1, "被截断"],
    ]);
  });

  it("says of what is sent whether it was advised", () => {
    expect(advised(rows(ADVICE, 3), new Set(["b", "c"]))).toEqual([
      { unit: "b", advised: true, eta_secs: 61 },
      { unit: "c", advised: false },
    ]);
  });

  it("says when a home is left without anybody", () => {
    expect(coverWords({ before_secs: 60, after_secs: null })).toBe("派后驻地无保障");
    expect(coverWords({ before_secs: null, after_secs: 121 })).toBe("派后驻地保障 — → 3 分");
  });
});

describe("scene", () => {
  it("shows what matters, and is not widened by what is far", () => {
    const near = sceneBounds([118.9, 28.9], [], [[[118.91, 28.91]]]);
    const far = sceneBounds([118.9, 28.9], [], [[[118.91, 28.91]], [[120.5, 30]]]);
    expect(far).toEqual(near);
  });

  it("is moved by shares of what is shown, and comes back", () => {
    const bounds = sceneBounds([118.9, 28.9], [], []);
    const still = moved(bounds, UNMOVED, 700, 400);
    const [x, y] = still.point([118.9, 28.9]);
    expect([Math.round(x), Math.round(y)]).toEqual([350, 200]);
    const nearer = moved(bounds, { zoom: 1, east: 0, north: 0 }, 700, 400);
    expect(still.metresPerPixel / nearer.metresPerPixel).toBeCloseTo(2, 1);
    const [east] = moved(bounds, { zoom: 0, east: 0.5, north: 0 }, 700, 400).point([118.9, 28.9]);
    expect(east).toBeLessThan(350);
  });

  it("letters places in their order, found or not", () => {
    const found = lettered(incident(), [{ name: text("湖东村"), at: [118.95, 28.95] }]);
    expect(found.map(({ letter, at }) => [letter, at])).toEqual([
      ["A", undefined],
      ["B", [118.95, 28.95]],
    ]);
  });

  it("names units at work and advised ones, and not the idle", () => {
    const unit = (id: string, status: Unit["status"]): Unit => ({
      id,
      name: text(id),
      kind: "vehicle",
      skills: [],
      account: null,
      status,
      since: null,
      said: 0,
      place: { at: [118.9, 28.9], age_secs: 1, stale: false, lost: false },
      check_in: null,
      room: null,
    });
    const all = [unit("a", "available"), unit("b", "available"), unit("x", "on_scene"), unit("y", "out_of_service")];
    expect(shownUnits(all, groups(ADVICE, 3)).map(({ id }) => id)).toEqual(["b", "x"]);
  });
});

describe("course", () => {
  it("marks what was decided, what is a fact, and what is inferred, with two names where it took two", () => {
    const lines = course(
      incident({
        history: [
          { at: "2026-03-01T00:01:00Z", person: "wang", act: "propose", what: "adjust Ⅱ → Ⅰ", note: "风转" },
          { at: "2026-03-01T00:02:00Z", person: "wang", second: "zhao", act: "adjust", what: "Ⅱ → Ⅰ" },
        ],
        tasks: [
          task(1, {
            proof: { by: "reading", datastream: "gas-1:cl2", for_secs: 1, gap_secs: 1 },
            steps: [{ at: "2026-03-01T00:03:00Z", person: null, step: "prove" }],
          }),
        ],
      }),
    );
    expect(lines.map(({ mark, who }) => [mark, who])).toEqual([
      ["inferred", "gas-1:cl2"],
      ["decided", "wang + zhao"],
      ["fact", "wang"],
    ]);
    expect(lines[2]?.what).toContain("调整响应　Ⅱ → Ⅰ");
  });
});

describe("board", () => {
  it("puts what is late first, then what is due first", () => {
    const list = [
      task(1, { done_by: "2026-03-01T02:00:00Z" }),
      task(2, { done_by: "2026-03-01T01:00:00Z" }),
      task(3, { done_by: "2026-03-01T03:00:00Z", late: "overdue" }),
      task(4),
    ];
    expect(list.sort(byLateness).map(({ number }) => number)).toEqual([3, 2, 1, 4]);
  });

  it("counts a photograph once", () => {
    const photo = { digest: "a", taken_at: "2026-03-01T00:00:00Z" };
    const step = { at: "2026-03-01T00:00:00Z", person: "li", step: "finish", photos: [photo] };
    expect(photos(task(1, { steps: [step, step] }))).toHaveLength(1);
  });
});

describe("orders", () => {
  const filled = (form: Form, change: object) => ({ ...draftOf(form, incident(), "p"), ...change });

  it("are not sent while something is missing", () => {
    for (const form of [
      "open",
      "amend",
      "attach",
      "merge",
      "unmerge",
      "up",
      "down",
      "handOver",
      "warn",
      "task",
      "end",
      "evaluate",
    ] as const)
      expect(ordered(form, draftOf(form, incident(), "p"), incident()), form).toBeUndefined();
  });

  it("propose what takes two", () => {
    expect(ordered("up", filled("up", { note: " 风转 " }), incident())).toEqual({
      kind: "orders",
      act: { type: "propose", what: { type: "adjust", level: 1, note: "风转" } },
    });
    expect(draftOf("down", incident(), "p").level).toBe(3);
    const warn = filled("warn", { note: "n", reach: "村", text: "关窗" });
    expect(ordered("warn", warn, incident())?.act).toMatchObject({ type: "propose", what: { type: "warn", level: 2 } });
    expect(ordered("handOver", filled("handOver", { title: "zhao", note: "n" }), incident())?.act).toEqual({
      type: "propose",
      what: { type: "hand_over", to: "zhao", note: "n" },
    });
  });

  it("amend only what changed", () => {
    const change = { warning: 1, affected: "小学\n 敬老院 \n", lat: "28.95" };
    expect(ordered("amend", filled("amend", change), incident())?.act).toEqual({
      type: "amend",
      warning: 1,
      affected: ["小学", "敬老院"],
      place: { lon: 118.9, lat: 28.95 },
      note: "",
    });
  });
});

describe("origins", () => {
  const alarm = (id: string): AlarmView =>
    ({ id, thing: "gas-2", property: "cl2", level: 1, started_ms: 0, ended_ms: null, acknowledged: null }) as AlarmView;

  it("can be attached once, and not what the incident has", () => {
    const order = { type: "order", order: "A-1", text: "刺鼻" } as const;
    const proposal = {
      incident: "i",
      number: 1,
      at: "",
      place: [118.9, 28.9],
      candidate: { origin: order },
      rings: 0,
      metres: 0,
      minutes: 0,
      same_domain: null,
      points: 90,
      because: text(""),
    } as const;
    const found = attachable(incident(), [alarm("a1"), alarm("a2")], [proposal, proposal]);
    expect(found).toEqual([{ type: "alarm", alarm: "a2", subject: "gas-2:cl2" }, order]);
    expect(originWords(order)).toBe("工单 A-1 刺鼻");
  });
});

describe("what the live scene tells", () => {
  const wall = (state: string, ids: readonly string[]) =>
    ({ link: () => ({ state }), incidents: () => new Map(ids.map((id) => [id, {}])) }) as unknown as Wall;

  it("is an incident that it carries, while it is live; and that there is none", () => {
    expect(isTold(wall("live", ["i"]), "i")).toBe(true);
    expect(isTold(wall("live", ["i"]), undefined)).toBe(true);
  });

  it("is not one that is over or merged, nor anything while the link is lost", () => {
    expect(isTold(wall("live", []), "i")).toBe(false);
    expect(isTold(wall("lost", ["i"]), "i")).toBe(false);
  });
});
