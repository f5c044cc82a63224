import type {
  Acted,
  Command,
  Incident,
  IncidentRow,
  Item,
  Pending,
  Plan,
  Report,
  Stage,
  Task,
  TaskRow,
  TaskStage,
  Took,
  Trace,
} from "../feed/command";
import { actor } from "./door";
import { rehearsalForces } from "./forces";
import { START_MS } from "./script";

const at = (secs: number) => new Date(START_MS + secs * 1_000).toISOString();

const LEADS: Readonly<Record<string, TaskStage>> = {
  sign: "signed",
  set_out: "en_route",
  arrive: "on_scene",
  begin: "working",
  finish: "done",
  verify: "verified",
  send_back: "working",
  close: "closed",
  refuse: "refused",
};

function took(step: string, secs: number, person: string | null, note = "", photos = 0): Took {
  const list = Array.from({ length: photos }, (_, one) => ({ digest: `${one}`.repeat(64), taken_at: at(secs) }));
  return { at: at(secs), person, step, note, photos: list };
}

function task(number: number, zh: string, en: string, stage: TaskStage, given: Partial<Task> = {}): Task {
  return {
    id: `task-${number}`,
    incident: "incident-1",
    number,
    version: 1,
    title: { zh, en },
    role: "",
    assignee: null,
    stage,
    late: "no",
    sign_by: at(300),
    done_by: at(1_500),
    proof: { by: "evidence", photos: 1 },
    relapses: 0,
    calling: null,
    photos: 0,
    units: [],
    began: null,
    steps: [],
    ...given,
  };
}

const TASKS: readonly Task[] = [
  task(1, "关闭 2# 液氯储罐根部阀", "Close the root valve of tank 2", "working", {
    assignee: "field",
    proof: { by: "reading", datastream: "gas-hf-01:cl2", at_most: 0.4, for_secs: 600, gap_secs: 60 },
    steps: [
      took("sign", 60, "field"),
      took("set_out", 90, "field"),
      took("arrive", 150, "field"),
      took("begin", 170, "field"),
    ],
  }),
  task(2, "演示小学师生撤离", "Evacuate the school", "dispatched", { sign_by: at(120), late: "overdue" }),
  task(3, "卡口 4 封控", "Close checkpoint 4", "en_route", {
    assignee: "department",
    steps: [took("sign", 70, "department"), took("set_out", 100, "department")],
  }),
  task(4, "雨水总排口截断", "Shut the storm drain", "done", {
    assignee: "field",
    steps: [took("sign", 50, "field"), took("begin", 80, "field"), took("finish", 190, "field", "已截断", 2)],
  }),
  task(5, "初始隔离 300 m", "Isolate 300 m", "closed", { steps: [took("verify", 180, "commander")] }),
];
const REPORTS: readonly Report[] = [
  {
    report: "first",
    step: "first",
    title: { zh: "向市生态环境局初报", en: "First report to the bureau" },
    due: at(900),
    given: null,
    times: 0,
    overdue: false,
  },
  {
    report: "followup",
    step: "followup",
    title: { zh: "续报", en: "Follow-up" },
    due: at(150),
    every_secs: 3_600,
    given: null,
    times: 0,
    overdue: true,
  },
];
const ITEMS: readonly Item[] = [
  {
    item: "wind",
    kind: "check",
    title: { zh: "核对风向与下风向敏感点", en: "Check wind and places downwind" },
    done: [at(100), "officer"],
  },
  { item: "alkali", kind: "resource", title: { zh: "碱液 10 t", en: "Alkali, 10 t" }, done: null },
  { item: "school", kind: "notice", title: { zh: "通知区教育局", en: "Tell the education bureau" }, done: null },
];

/** One incident of the rehearsal, played without a server. */
class Played {
  private stage: Stage = "responding";
  private tasks: readonly Task[] = TASKS;
  private items: readonly Item[] = ITEMS;
  private pending: Pending | null = {
    key: "pending-1",
    by: "commander",
    at: at(240),
    until: at(300),
    what: {
      type: "warn",
      level: 2,
      reach: "湖东村、湖东敬老院 1,194 人（风向 ±15° 内）",
      text: "掩蔽关窗，勿外出",
      ways: "短信、村广播、上门",
      note: "风转西",
    },
  };
  private confirmed: readonly Trace[] = [];

  whole(): Incident {
    return {
      id: "incident-1",
      number: 1,
      version: 7,
      title: "衢江区氯气泄漏",
      class: "accident",
      event_level: 3,
      warning: 1,
      response: {
        plan: "leak",
        title: { zh: "突发环境事件应急预案", en: "Environmental emergencies" },
        level: 2,
        started: at(50),
      },
      origins: [],
      place: { lon: 118.882, lat: 28.905, name: "化工园区" },
      affected: ["演示小学", "高家镇安置点", "湖东村"],
      stage: this.stage,
      opened: at(20),
      ended: null,
      commander: "commander",
      offered: null,
      pending: this.pending,
      merged_into: null,
      merged: [],
      tasks: this.tasks,
      reports: REPORTS,
      items: this.items,
      history: [
        { at: at(20), person: "officer", act: "open", note: "厂东界氯气超过 AEGL-2" },
        { at: at(35), person: "officer", act: "move", what: "assessing" },
        { at: at(50), person: "commander", act: "respond", what: "Ⅱ", note: "下风向有学校" },
        { at: at(150), person: null, act: "report_overdue", what: "followup" },
        ...this.confirmed,
      ],
    };
  }

  row(): IncidentRow {
    const { tasks, response, reports, ...rest } = this.whole();
    const open = tasks.filter(({ stage }) => stage !== "closed");
    return {
      ...rest,
      response_level: response?.level ?? null,
      area: "330803",
      tasks: tasks.length,
      open_tasks: open.length,
      late_tasks: open.filter(({ late }) => late !== "no").length,
      report_due: reports[0]?.due ?? null,
    };
  }

  taskRows(): TaskRow[] {
    return this.tasks.filter(({ stage }) => stage !== "closed").map((each) => ({ ...each, incident_number: 1 }));
  }

  task(id: string): TaskRow | undefined {
    return this.taskRows().find((each) => each.id === id);
  }

  step(id: string, step: string, note: string, photos: number): Acted {
    const known = this.tasks.find((each) => each.id === id);
    const stage = LEADS[step] ?? known?.stage;
    if (stage === undefined || known === undefined) return { outcome: "refused", code: "not_found", why: step };
    const steps = [...known.steps, took(step, 240, actor().name, note, photos)];
    const shown = step === "begin" ? 0 : known.photos + photos;
    const called = step === "call_help" ? at(240) : known.calling;
    const calling = step === "hear_call" ? null : called;
    const next: Task = { ...known, stage, steps, calling, photos: shown, late: "no", version: known.version + 1 };
    this.tasks = this.tasks.map((each) => (each.id === id ? next : each));
    return { outcome: "done", incident: this.row(), task: { ...next, incident_number: 1 } };
  }

  act(act: { type?: string; to?: Stage; item?: string; done?: boolean }): Acted {
    if (act.type === "confirm" && this.pending !== null) {
      const { by, what } = this.pending;
      const reach = what.type === "warn" ? what.reach : "";
      const trace = { at: at(250), person: by, second: actor().name, act: what.type, what: reach, note: what.note };
      this.confirmed = [...this.confirmed, trace];
    }
    if (act.type === "confirm" || act.type === "recall") this.pending = null;
    if (act.type === "move" && act.to !== undefined) this.stage = act.to;
    if (act.type === "adjust") this.stage = "adjusting";
    if (act.type === "tick")
      this.items = this.items.map((each) =>
        each.item === act.item ? { ...each, done: act.done ? [at(240), actor().name] : null } : each,
      );
    return { outcome: "done", incident: this.row(), task: null };
  }
}

/** The incident that is played. */
export const played = new Played();
const PLANS: readonly Plan[] = [
  {
    id: "leak",
    title: { zh: "突发环境事件应急预案", en: "Environmental emergencies" },
    class: "accident",
    source: "rehearsal",
    levels: [],
  },
];

/** Command without a server. */
export const rehearsalCommand: Command = {
  incidents: async () => [played.row()],
  incident: async () => played.whole(),
  plans: async () => PLANS,
  tasks: async () => ({ nowMs: START_MS + 240_000, items: played.taskRows() }),
  calls: async () => played.taskRows().filter(({ calling }) => calling !== null),
  open: async () => ({ outcome: "done", incident: played.row(), task: null }),
  act: async (_kind, _incident, body) => played.act((body as { act: object }).act),
  forces: rehearsalForces,
  step: async (_kind, id, body) => {
    const { step, note, photos } = body as { step: string; note?: string; photos?: readonly object[] };
    return played.step(id, step, note ?? "", photos?.length ?? 0);
  },
};
