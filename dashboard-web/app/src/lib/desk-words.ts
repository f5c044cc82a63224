import type { Group } from "../desk/board";

/** The texts of the duty desk. */
export interface DeskWords {
  readonly desk: string;
  readonly toDesk: string;
  readonly toWall: string;
  readonly toIncident: string;
  readonly groups: Readonly<Record<Group, string>>;
  readonly overNote: string;
  readonly columns: Readonly<
    Record<
      "level" | "state" | "alarm" | "property" | "value" | "threshold" | "place" | "age" | "by" | "quality",
      string
    >
  >;
  readonly states: Readonly<Record<Group, string>>;
  readonly good: string;
  readonly filter: string;
  readonly filterNone: string;
  readonly deskQuiet: string;
  readonly pickOne: string;
  readonly levelsHidden: string;
  readonly deskLoad: string;
  readonly deskLoadNote: (fine: number, flood: number) => string;
  readonly flooded: (from: string, to: string) => string;
  readonly loadNow: (last: number, all: number, minutes: number) => string;
  readonly loadWorst: (what: string, count: number, wrong: number) => string;
  readonly loadUnknown: string;
  readonly deskKeys: readonly (readonly [keys: readonly string[], what: string])[];
}

export const zhDesk: DeskWords = {
  desk: "值班席",
  toDesk: "值班席",
  toWall: "大屏",
  toIncident: "转事件",
  groups: {
    waiting: "未签收",
    returned: "已恢复，仍待签收",
    held: "已签收，仍在报警",
    quiet: "搁置与停用",
    over: "已恢复，30 分钟后移出",
  },
  overNote: "自本页打开以来",
  columns: {
    level: "等级",
    state: "状态",
    alarm: "报警",
    property: "量",
    value: "值",
    threshold: "阈值",
    place: "地点",
    age: "时长",
    by: "签收人",
    quality: "质量",
  },
  states: { waiting: "未签收", returned: "恢复未签", held: "已签收", quiet: "搁置", over: "恢复" },
  good: "好",
  filter: "筛选",
  filterNone: "没有符合筛选的报警",
  deskQuiet: "无报警",
  pickOne: "选一条报警，在此查看依据",
  levelsHidden: "已隐去的等级",
  deskLoad: "报警负荷",
  deskLoadNote: (fine, flood) => `每 10 分钟　可承受 ${fine}　洪泛 ≥ ${flood}`,
  flooded: (from, to) => `洪泛 ${from}–${to}`,
  loadNow: (last, all, minutes) => `近 10 分钟 ${last}　近 ${minutes} 分钟 ${all}`,
  loadWorst: (what, count, wrong) => `最多来自 ${what} ${count} 条${wrong > 0 ? `，误报 ${wrong}` : ""}`,
  loadUnknown: "此前的报警未取到，只计本页打开以来",
  deskKeys: [
    [["↑", "↓"], "选行"],
    [["Enter"], "签收"],
    [["N"], "下一未签收"],
    [["T"], "转事件"],
    [["S"], "搁置"],
    [["F"], "误报"],
    [["1", "4"], "按等级"],
    [["/"], "筛选"],
    [["Esc"], "清除筛选"],
    [["F9"], "平战"],
    [["W"], "大屏"],
  ],
};

export const enDesk: DeskWords = {
  desk: "Duty desk",
  toDesk: "Duty desk",
  toWall: "Wall",
  toIncident: "Open an incident",
  groups: {
    waiting: "Unacknowledged",
    returned: "Returned, to be acknowledged",
    held: "Acknowledged, still active",
    quiet: "Shelved and out of service",
    over: "Returned, shown for 30 min",
  },
  overNote: "since this page was opened",
  columns: {
    level: "Level",
    state: "State",
    alarm: "Alarm",
    property: "Property",
    value: "Value",
    threshold: "Threshold",
    place: "Place",
    age: "Age",
    by: "By",
    quality: "Quality",
  },
  states: { waiting: "Unack", returned: "Ret. unack", held: "Ack", quiet: "Shelved", over: "Returned" },
  good: "good",
  filter: "Filter",
  filterNone: "No alarm fits the filter",
  deskQuiet: "No alarms",
  pickOne: "Pick an alarm to see its evidence here",
  levelsHidden: "Levels that are hidden",
  deskLoad: "Alarm load",
  deskLoadNote: (fine, flood) => `per 10 min, manageable ${fine}, flood ≥ ${flood}`,
  flooded: (from, to) => `flood ${from}–${to}`,
  loadNow: (last, all, minutes) => `last 10 min ${last}, last ${minutes} min ${all}`,
  loadWorst: (what, count, wrong) => `most from ${what}: ${count}${wrong > 0 ? `, ${wrong} false` : ""}`,
  loadUnknown: "Earlier alarms could not be asked for: counted since this page was opened",
  deskKeys: [
    [["↑", "↓"], "row"],
    [["Enter"], "acknowledge"],
    [["N"], "next unacknowledged"],
    [["T"], "incident"],
    [["S"], "shelve"],
    [["F"], "false"],
    [["1", "4"], "levels"],
    [["/"], "filter"],
    [["Esc"], "clear filter"],
    [["F9"], "war"],
    [["W"], "wall"],
  ],
};
