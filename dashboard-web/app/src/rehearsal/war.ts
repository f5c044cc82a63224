import type { AlarmView, IncidentView, PlumeView, Snapshot, TaskView, WaitingView } from "../feed/messages";
import { placeAt } from "../panels/war/war";
import { PLANT } from "./city";
import type { Recording } from "./player";
import { START_MS } from "./script";

const at = (secs: number) => START_MS + secs * 1_000;
const commander = { account: "commander", display: "王建平" };
const officer = { account: "officer", display: "值班员" };
const field = { account: "field", display: "周立" };

function task(number: number, zh: string, en: string, role: string, stage: string, given: Partial<TaskView>): TaskView {
  const names: Readonly<Record<string, readonly [string, string]>> = {
    dispatched: ["已派", "dispatched"],
    signed: ["已签收", "signed"],
    en_route: ["出动", "en route"],
    on_scene: ["到场", "on scene"],
    working: ["处置", "working"],
    done: ["待核证", "to verify"],
    closed: ["已关闭", "closed"],
  };
  const [nameZh, nameEn] = names[stage] ?? [stage, stage];
  return {
    id: `task-${number}`,
    number,
    version: 1,
    title: { zh, en },
    role,
    assignee: null,
    stage,
    stage_name: { zh: nameZh, en: nameEn },
    late: "no",
    sign_by_ms: at(300),
    done_by_ms: at(1_500),
    photos: 1,
    datastream: null,
    over: stage === "closed",
    ...given,
  };
}

const TASKS: readonly TaskView[] = [
  task(2, "疏散演示小学师生", "Evacuate the school", "evacuation", "dispatched", {
    sign_by_ms: at(140),
    late: "overdue",
  }),
  task(1, "关闭 2# 液氯储罐根部阀", "Close the root valve of tank 2", "source-control", "working", {
    assignee: field,
    done_by_ms: at(690),
    photos: null,
    datastream: { thing: "gas-01", property: "cl2" },
  }),
  task(6, "水幕稀释 2 路", "Water curtain, two lines", "source-control", "on_scene", {
    assignee: field,
    done_by_ms: at(392),
  }),
  task(3, "卡口 4 封控", "Close checkpoint 4", "command", "en_route", { assignee: officer, done_by_ms: at(512) }),
  task(7, "走航监测进入 3 km 断面", "Mobile monitoring to the 3 km line", "monitoring", "en_route", {
    done_by_ms: at(872),
  }),
  task(8, "设立医疗救护点", "Set up a medical post", "medical", "signed", { done_by_ms: at(1_120) }),
  task(4, "雨水总排口截断", "Shut the storm drain", "source-control", "done", { assignee: field, done_by_ms: at(410) }),
  task(9, "发布权威信息", "Tell the public", "information", "signed", { done_by_ms: at(4_120) }),
  task(5, "初始隔离 300 m", "Isolate 300 m", "command", "closed", { assignee: officer }),
];

/** A plume of a made-up shape, along the wind. */
function plume(): PlumeView {
  const from = 231;
  const contour = (value: number, reach: number, half: number, decides: boolean) => {
    const right = Array.from({ length: 25 }, (_, step) => {
      const share = step / 24;
      return placeAt(PLANT, from, reach * share, half * Math.sqrt(Math.sin(Math.PI * share ** 0.8)));
    });
    const left = Array.from({ length: 23 }, (_, step) => {
      const share = (23 - step) / 24;
      return placeAt(PLANT, from, reach * share, -half * Math.sqrt(Math.sin(Math.PI * share ** 0.8)));
    });
    return {
      value,
      decides,
      reach_m: reach,
      outline: [...right, ...left].map(([lon, lat]): [number, number] => [lon, lat]),
    };
  };
  return {
    at_ms: at(150),
    by: commander,
    grams_a_sec: 1_800,
    wind_from: from,
    wind_ms: 3.4,
    stability: "D",
    contours: [contour(0.5, 4_400, 620, false), contour(2, 2_700, 400, true), contour(20, 900, 150, false)],
  };
}

/** The leak of the rehearsal at war. */
export function leakAtWar(): IncidentView {
  return {
    id: "incident-1",
    number: 1,
    version: 7,
    title: "衢江区氯气泄漏",
    stage: "handling",
    stage_name: { zh: "处置", en: "handling" },
    event_level: 3,
    response_level: 2,
    plan: { zh: "危险气体泄漏", en: "Leak of hazardous gas" },
    area: "330803",
    domain: "air",
    place: [PLANT[0], PLANT[1]],
    place_name: "化工园区",
    affected: ["演示小学", "下洲村", "湖东敬老院"],
    alarms: ["alarm-cl2"],
    opened_ms: at(20),
    started_ms: at(50),
    commander,
    offered: null,
    roles: [
      { role: "command", title: { zh: "现场指挥部", en: "Command on scene" }, person: field },
      {
        role: "source-control",
        title: { zh: "污染处置组", en: "Source control" },
        person: { account: "li", display: "李明" },
      },
      { role: "monitoring", title: { zh: "应急监测组", en: "Monitoring" }, person: null },
      { role: "evacuation", title: { zh: "疏散安置组", en: "Evacuation" }, person: null },
      { role: "medical", title: { zh: "医学救援组", en: "Medical aid" }, person: null },
    ],
    tasks: [...TASKS],
    tasks_count: TASKS.length,
    tasks_over: 1,
    reports: [
      {
        report: "first",
        title: { zh: "初报", en: "First report" },
        due_ms: null,
        given_ms: at(120),
        given_by: officer,
        times: 1,
        overdue: false,
      },
      {
        report: "followup",
        title: { zh: "续报", en: "Follow-up" },
        due_ms: at(150),
        given_ms: null,
        given_by: null,
        times: 0,
        overdue: true,
      },
      {
        report: "written",
        title: { zh: "书面初报", en: "Written report" },
        due_ms: at(2_560),
        given_ms: null,
        given_by: null,
        times: 0,
        overdue: false,
      },
    ],
    items: [
      {
        item: "wind",
        kind: "check",
        title: { zh: "核对风向风速", en: "Check wind direction and speed" },
        done_ms: at(100),
        done_by: officer,
      },
      {
        item: "places",
        kind: "check",
        title: { zh: "列出下风向学校、医院、村庄", en: "List schools, hospitals, villages downwind" },
        done_ms: at(110),
        done_by: officer,
      },
      {
        item: "gear",
        kind: "check",
        title: { zh: "确认进入人员防护等级", en: "Confirm the protection of who goes in" },
        done_ms: null,
        done_by: null,
      },
      {
        item: "air-sets",
        kind: "resource",
        title: { zh: "正压式空气呼吸器", en: "Breathing apparatus" },
        done_ms: null,
        done_by: null,
      },
      {
        item: "alkali",
        kind: "resource",
        title: { zh: "碱液等中和物资", en: "Alkali to neutralise" },
        done_ms: null,
        done_by: null,
      },
      {
        item: "fire",
        kind: "notice",
        title: { zh: "消防救援", en: "Fire brigade" },
        done_ms: at(95),
        done_by: officer,
      },
      {
        item: "health",
        kind: "notice",
        title: { zh: "卫生健康部门、医院", en: "Health department, hospitals" },
        done_ms: null,
        done_by: null,
      },
    ],
    plume: plume(),
    war: {
      rank: 1,
      since_ms: at(60),
      by: commander,
      walls: [],
      quiet: 3,
      thresholds: [
        { property: "cl2", value: 0.5, title: { zh: "关注", en: "watch" }, decides: false },
        { property: "cl2", value: 2, title: { zh: "撤离", en: "evacuate" }, decides: true },
        { property: "cl2", value: 20, title: { zh: "危及生命", en: "life-threatening" }, decides: false },
      ],
      sampling: [{ property: "cl2", every_secs: 1 }],
      deferred: 2,
    },
    left: null,
  };
}

/** Those of these alarms that wait then: below orange, and outside of the area. */
function waitingOf(alarms: readonly AlarmView[], areas: ReadonlyMap<string, string | null>): WaitingView[] {
  const elsewhere = ({ thing }: AlarmView) => (areas.get(thing) ?? "330803") !== "330803";
  return alarms.filter((alarm) => alarm.level >= 3 && elsewhere(alarm)).map(({ id }) => ({ alarm: id, incident: 1 }));
}

const areasOf = ({ state }: Snapshot) => new Map(state.things.map(({ id, area }) => [id, area]));

/** The same moment at war. */
export function snapshotAtWar(snapshot: Snapshot): Snapshot {
  const { state } = snapshot;
  const own = state.alarms.filter(({ property }) => property === "cl2").map(({ id }) => id);
  const incident = { ...leakAtWar(), alarms: own.slice(0, 1) };
  const waiting = waitingOf(state.alarms, areasOf(snapshot));
  return { ...snapshot, state: { ...state, incidents: [incident], waiting } };
}

/** The same recording at war from its beginning. */
export function atWar(recording: Recording): Recording {
  const areas = areasOf(recording.snapshot);
  const first = recording.deltas.flatMap(({ alarms }) => alarms ?? []).find(({ property }) => property === "cl2");
  const snapshot = snapshotAtWar(recording.snapshot);
  const incidents = [{ ...leakAtWar(), alarms: first === undefined ? [] : [first.id] }];
  return {
    snapshot: { ...snapshot, state: { ...snapshot.state, incidents } },
    deltas: recording.deltas.map((delta) => ({
      ...delta,
      waiting: waitingOf(delta.alarms ?? [], areas),
      waiting_over: [...(delta.closed ?? [])],
    })),
  };
}
