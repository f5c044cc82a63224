import { type AdminWords, enAdmin, zhAdmin } from "./admin-words";
import { type CommandWords, enCommand, zhCommand } from "./command-words";
import { type DeskWords, enDesk, zhDesk } from "./desk-words";
import { type DomainWords, enDomains, zhDomains } from "./domain-words";
import { type DutyWords, enDuty, zhDuty } from "./duty-words";
import { enField, type FieldWords, zhField } from "./field-words";
import { enNotices, type NoticeWords, zhNotices } from "./notice-words";
import { enReport, type ReportWords, zhReport } from "./report-words";
import { enShelf, type ShelfWords, zhShelf } from "./shelf-words";
import { enSignIn, type SignInWords, zhSignIn } from "./sign-in-words";
import { enTable, type TableWords, zhTable } from "./table-words";
import type { SpanUnit } from "./time";
import { enWar, type WarWords, zhWar } from "./war-words";

/** Every text of the screens that does not come from the server. */
export interface Words
  extends AdminWords,
    CommandWords,
    DeskWords,
    DomainWords,
    DutyWords,
    FieldWords,
    NoticeWords,
    ReportWords,
    ShelfWords,
    SignInWords,
    TableWords,
    WarWords {
  readonly centre: (city: string) => string;
  readonly simulated: string;
  readonly elsewhen: string;
  readonly language: string;
  readonly levels: readonly [string, string, string, string];
  readonly sourcesOnline: string;
  readonly slowest: string;
  readonly link: { readonly waiting: string; readonly live: string; readonly lost: string };
  readonly lost: (secs: number, clock: string) => string;
  readonly neverHeard: (secs: number) => string;
  readonly historyAway: (clock: string) => string;
  readonly retrying: (attempt: number) => string;
  readonly date: (year: number, month: number, day: number, weekday: number) => string;
  readonly seat: string;
  readonly noSeat: string;
  readonly cancel: string;
  readonly alarms: string;
  readonly alarmsNote: (open: number, unacknowledged: number) => string;
  readonly quiet: string;
  readonly blind: string;
  readonly returned: string;
  readonly unacknowledged: string;
  readonly acknowledge: string;
  readonly acknowledging: string;
  readonly acknowledgedBy: (who: string, clock: string) => string;
  readonly corrected: string;
  readonly correctedFrom: (what: "began" | "ended" | "extreme", before: string, after: string) => string;
  readonly correctedBrief: (what: "began" | "ended" | "extreme", before: string) => string;
  readonly correctedValue: (before: string, after: string) => string;
  readonly correctedWindow: (clock: string, before: string, after: string) => string;
  readonly was: (before: string) => string;
  readonly none: string;
  readonly lasting: string;
  readonly now: (value: string) => string;
  readonly trigger: string;
  readonly peak: string;
  readonly lowest: string;
  readonly threshold: string;
  readonly more: (rows: number) => string;
  readonly moreUnacknowledged: (rows: number) => string;
  readonly keys: string;
  readonly ackTaken: (who: string) => string;
  readonly ackTakenUnknown: string;
  readonly ackChanged: string;
  readonly ackFailed: (why: string) => string;
  readonly ackUnreachable: string;
  readonly map: string;
  readonly unplaced: string;
  readonly legend: Readonly<Record<"station" | "gas" | "wind" | "silent" | "behind" | "ring", string>>;
  readonly credits: string;
  readonly inset: string;
  readonly wind: (from: number, speed: string) => string;
  readonly air: string;
  readonly airNote: (from: string, to: string) => string;
  readonly airNone: string;
  readonly categories: readonly [string, string, string, string, string, string];
  readonly county: string;
  readonly worst: string;
  readonly primary: (list: string) => string;
  readonly hours24: string;
  readonly valid: string;
  readonly pollutants: string;
  readonly pollutantsNote: string;
  readonly median: string;
  readonly highest: string;
  readonly where: string;
  readonly fresh: string;
  readonly gasTitle: (property: string) => string;
  readonly gas: string;
  readonly freshDetectors: string;
  readonly gasNone: string;
  readonly detector: string;
  readonly value: string;
  readonly logScale: string;
  readonly dataAge: string;
  readonly thresholdKey: string;
  readonly noData: string;
  readonly invalid: string;
  readonly old: (text: string) => string;
  readonly span: (count: number, unit: SpanUnit) => string;
  readonly matrix: string;
  readonly matrixNote: string;
  readonly sources: string;
  readonly sourcesNote: (position: string) => string;
  readonly door: string;
  readonly state: string;
  readonly online: string;
  readonly silent: string;
  readonly lastHeard: string;
  readonly delay: string;
  readonly readings: string;
  readonly rejects: string;
  readonly cityTime: string;
  readonly panelFailed: string;
  readonly panelUnknown: (id: string) => string;
  readonly again: string;
}

const SPANS_ZH: Record<SpanUnit, string> = { second: "秒", minute: "分", hour: "小时", day: "天" };
const SPANS_EN: Record<SpanUnit, string> = { second: "s", minute: "min", hour: "h", day: "d" };
const WINDS_ZH = ["北", "东北", "东", "东南", "南", "西南", "西", "西北"];
const WINDS_EN = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"];
const DAYS_ZH = ["日", "一", "二", "三", "四", "五", "六"];
const DAYS_EN = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS_EN = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const zh: Words = {
  ...zhDomains,
  ...zhAdmin,
  ...zhCommand,
  ...zhField,
  ...zhTable,
  ...zhDesk,
  ...zhNotices,
  ...zhReport,
  ...zhShelf,
  ...zhSignIn,
  ...zhWar,
  ...zhDuty,
  centre: (city) => `${city}城市运行指挥中心`,
  simulated: "模拟数据",
  elsewhen: "非当前时间",
  language: "切换语言",
  levels: ["一级（红）", "二级（橙）", "三级（黄）", "四级（蓝）"],
  sourcesOnline: "路数据在线",
  slowest: "最慢时延",
  link: { waiting: "正在连接", live: "链路正常", lost: "链路中断" },
  lost: (secs, clock) => `与服务器失去联系 ${secs} 秒，画面停在 ${clock}`,
  neverHeard: (secs) => `尚未收到服务器数据，已等待 ${secs} 秒`,
  historyAway: (clock) => `历史库离线 自 ${clock} · 数据仍在记录`,
  retrying: (attempt) => (attempt > 0 ? `正在重连，第 ${attempt} 次` : "正在重连"),
  date: (year, month, day, weekday) => `${year} 年 ${month} 月 ${day} 日 星期${DAYS_ZH[weekday] ?? ""}`,
  seat: "席位",
  noSeat: "未设",
  cancel: "取消",
  alarms: "报警",
  alarmsNote: (open, unacknowledged) => (unacknowledged > 0 ? `${open} 件　${unacknowledged} 未签收` : `${open} 件`),
  quiet: "当前无报警",
  blind: "无报警，但各路数据均已静默，不能据此判断正常",
  returned: "已恢复",
  unacknowledged: "未签收",
  acknowledge: "签收",
  acknowledging: "签收中…",
  acknowledgedBy: (who, clock) => `${who} ${clock} 签收`,
  corrected: "已更正",
  correctedFrom: (what, before, after) =>
    `更正${{ began: "始", ended: "止", extreme: "极值" }[what]} 原${before} → 现${after}`,
  correctedBrief: (what, before) => `更正${{ began: "始", ended: "止", extreme: "极值" }[what]} 原${before}`,
  correctedValue: (before, after) => `已更正：原 ${before} → 现 ${after}`,
  correctedWindow: (clock, before, after) => `${clock} 已更正：原 ${before} → 现 ${after}`,
  was: (before) => `原 ${before}`,
  none: "无",
  lasting: "未止",
  now: (value) => `现 ${value}`,
  trigger: "触发",
  peak: "最高",
  lowest: "最低",
  threshold: "阈值",
  more: (rows) => `另有 ${rows} 件`,
  moreUnacknowledged: (rows) => `其中 ${rows} 件未签收`,
  keys: "Enter 详情　A 签收　N 下一件",
  ackTaken: (who) => `已由 ${who} 先行签收`,
  ackTakenUnknown: "已由他人先行签收",
  ackChanged: "报警刚有变化，请核对后再签收",
  ackFailed: (why) => `签收失败：${why}`,
  ackUnreachable: "联系不上服务器",
  map: "态势图",
  unplaced: "不在图上",
  legend: {
    station: "空气站",
    gas: "气体探头",
    wind: "风向（去向）",
    silent: "无新数据",
    behind: "因上级离线",
    ring: "未签收",
  },
  credits: "边界数据：天地图、高德；河流：GSHHG。演示用，示意",
  inset: "局部放大",
  wind: (from, speed) => `${WINDS_ZH[Math.round(from / 45) % 8] ?? ""}风 ${speed}`,
  air: "空气质量",
  airNote: (from, to) => `小时报 ${from}–${to}`,
  airNone: "尚无小时报",
  categories: ["优", "良", "轻度污染", "中度污染", "重度污染", "严重污染"],
  county: "县（市、区）",
  worst: "县内最高",
  primary: (list) => `首要 ${list}`,
  hours24: "24 小时",
  valid: "有效站",
  pollutants: "污染物实况",
  pollutantsNote: "全市",
  median: "中位",
  highest: "最高",
  where: "站点",
  fresh: "在报站",
  gasTitle: (property) => `${property}探测器`,
  gas: "气体探测器",
  freshDetectors: "在报",
  gasNone: "没有探测器",
  detector: "位置",
  value: "浓度",
  logScale: "对数",
  dataAge: "数据龄",
  thresholdKey: "阈值",
  noData: "无数据",
  invalid: "超量程",
  old: (text) => `旧 ${text}`,
  span: (count, unit) => `${count} ${SPANS_ZH[unit]}`,
  matrix: "县（市、区）运行状态",
  matrixNote: "灰点为正常；有编号为报警；空白为无此监测；n/m 为部分在报",
  sources: "数据来源",
  sourcesNote: (position) => `日志位置 ${position}`,
  door: "来源",
  state: "状态",
  online: "在线",
  silent: "静默",
  lastHeard: "最近收到",
  delay: "时延",
  readings: "读数",
  rejects: "死信",
  cityTime: "城市时间",
  panelFailed: "此面板出错，其余面板不受影响",
  panelUnknown: (id) => `没有名为“${id}”的面板`,
  again: "重试",
};

const en: Words = {
  ...enDomains,
  ...enAdmin,
  ...enCommand,
  ...enField,
  ...enTable,
  ...enDesk,
  ...enNotices,
  ...enReport,
  ...enShelf,
  ...enSignIn,
  ...enWar,
  ...enDuty,
  centre: (city) => `${city} City Operations Centre`,
  simulated: "SIMULATED",
  elsewhen: "NOT THE PRESENT",
  language: "switch language",
  levels: ["Level I (red)", "Level II (orange)", "Level III (yellow)", "Level IV (blue)"],
  sourcesOnline: "feeds online",
  slowest: "slowest",
  link: { waiting: "connecting", live: "link up", lost: "link lost" },
  lost: (secs, clock) => `No contact with the server for ${secs} s: picture stopped at ${clock}`,
  neverHeard: (secs) => `Nothing heard from the server yet, waiting ${secs} s`,
  historyAway: (clock) => `History away since ${clock} · nothing is lost`,
  retrying: (attempt) => (attempt > 0 ? `reconnecting, attempt ${attempt}` : "reconnecting"),
  date: (year, month, day, weekday) => `${DAYS_EN[weekday] ?? ""} ${day} ${MONTHS_EN[month - 1] ?? ""} ${year}`,
  seat: "Seat",
  noSeat: "not set",
  cancel: "Cancel",
  alarms: "Alarms",
  alarmsNote: (open, unacknowledged) => (unacknowledged > 0 ? `${open} open, ${unacknowledged} unack` : `${open} open`),
  quiet: "No alarms",
  blind: "No alarms, but every feed is silent: nothing can be concluded",
  returned: "returned",
  unacknowledged: "UNACK",
  acknowledge: "Ack",
  acknowledging: "sending…",
  acknowledgedBy: (who, clock) => `ack ${who} ${clock}`,
  corrected: "corrected",
  correctedFrom: (what, before, after) => `${what}: was ${before}, is ${after}`,
  correctedBrief: (what, before) => `${what}: was ${before}`,
  correctedValue: (before, after) => `corrected: was ${before}, is ${after}`,
  correctedWindow: (clock, before, after) => `${clock} corrected: was ${before}, is ${after}`,
  was: (before) => `was ${before}`,
  none: "none",
  lasting: "lasts",
  now: (value) => value,
  trigger: "raised at",
  peak: "peak",
  lowest: "low",
  threshold: "limit",
  more: (rows) => `${rows} more`,
  moreUnacknowledged: (rows) => `${rows} of them unacknowledged`,
  keys: "Enter detail  A ack  N next",
  ackTaken: (who) => `already acknowledged by ${who}`,
  ackTakenUnknown: "already acknowledged by somebody else",
  ackChanged: "it has just changed: look again",
  ackFailed: (why) => `not acknowledged: ${why}`,
  ackUnreachable: "server not reachable",
  map: "Situation map",
  unplaced: "not on the map",
  legend: {
    station: "Air station",
    gas: "Gas detector",
    wind: "Wind, to",
    silent: "No new data",
    behind: "Silent behind",
    ring: "Unacknowledged",
  },
  credits: "Boundaries: Tianditu, Amap; rivers: GSHHG. Demonstration only",
  inset: "Close-up",
  wind: (from, speed) => `${WINDS_EN[Math.round(from / 45) % 8] ?? ""} wind ${speed}`,
  air: "Air quality",
  airNote: (from, to) => `hourly report ${from}–${to}`,
  airNone: "no hourly report yet",
  categories: ["Excellent", "Good", "Light", "Moderate", "Heavy", "Severe"],
  county: "County",
  worst: "at worst",
  primary: (list) => list,
  hours24: "24 h",
  valid: "valid",
  pollutants: "Pollutants now",
  pollutantsNote: "whole city",
  median: "median",
  highest: "max",
  where: "at",
  fresh: "fresh",
  gasTitle: (property) => property,
  gas: "Gas detectors",
  freshDetectors: "fresh",
  gasNone: "no detectors",
  detector: "Detector",
  value: "value",
  logScale: "log",
  dataAge: "age",
  thresholdKey: "limits",
  noData: "no data",
  invalid: "invalid",
  old: (text) => `${text} old`,
  span: (count, unit) => `${count} ${SPANS_EN[unit]}`,
  matrix: "Counties",
  matrixNote: "dot: normal; n/m: so many heard; number: alarm; blank: not observed",
  sources: "Data sources",
  sourcesNote: (position) => `log position ${position}`,
  door: "Source",
  state: "State",
  online: "online",
  silent: "silent",
  lastHeard: "last heard",
  delay: "delay",
  readings: "readings",
  rejects: "dead",
  cityTime: "city time",
  panelFailed: "This panel failed; the others go on",
  panelUnknown: (id) => `There is no panel named "${id}"`,
  again: "Try again",
};

export const words: Readonly<Record<"zh" | "en", Words>> = { zh, en };
