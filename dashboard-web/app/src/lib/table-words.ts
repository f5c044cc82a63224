import type { UnitStatus } from "../feed/forces";

/** The texts of the command table beside those of command. */
export interface TableWords {
  readonly unitStatus: Readonly<Record<UnitStatus, string>>;
  readonly checkIn: Readonly<Record<"green" | "warning" | "critical", string>>;
  readonly originTypes: Readonly<Record<"alarm" | "detection" | "order", string>>;
  readonly pairNames: Readonly<Record<"adjust" | "hand_over" | "warn", string>>;
  readonly inMinutes: (count: number) => string;
  readonly levelChange: (from: string, to: string) => string;
  readonly mayConfirm: (who: string | undefined) => string;
  readonly sentTo: (names: string) => string;
  readonly sendUnits: (count: number) => string;
  readonly coverLeft: (before: string, after: string) => string;
  readonly coverGone: string;
  readonly positionAge: (minutes: number) => string;
  readonly basisStraight: (factor: number, kmh: number) => string;
  readonly plumeSaid: (at: string, km: string, cut: boolean) => string;
  readonly windSaid: (degrees: number, speed: string) => string;
  readonly passedMore: (count: number) => string;
  readonly pointsOf: (points: number) => string;
  readonly reckoned: (rings: number, minutes: number, domain: number) => string;
  readonly intoIncident: (number: number) => string;
  readonly lettersUnplaced: string;
  readonly tableMap: Readonly<
    Record<
      | "label"
      | "nearer"
      | "farther"
      | "home"
      | "left"
      | "right"
      | "up"
      | "down"
      | "outline"
      | "isolation"
      | "chosenWay"
      | "refusedWay"
      | "schematic"
      | "noRoads"
      | "noPlace"
      | "reckon"
      | "draw"
      | "rate"
      | "limit"
      | "radius"
      | "windFrom"
      | "windSpeed"
      | "noPlume"
      | "estimated",
      string
    >
  >;
  readonly advice: Readonly<
    Record<"title" | "away" | "none" | "task" | "newTask" | "whatTask" | "why" | "roads" | "partly" | "onScene", string>
  >;
  readonly deck: Readonly<
    Record<
      | "noOrigins"
      | "proposals"
      | "amend"
      | "attach"
      | "merge"
      | "unmerge"
      | "levelUp"
      | "levelDown"
      | "handOver"
      | "warn"
      | "twoPeople"
      | "waitsSecond"
      | "holdToConfirm"
      | "recall"
      | "first"
      | "second"
      | "late"
      | "eventLevel"
      | "warning"
      | "affected"
      | "place"
      | "lon"
      | "lat"
      | "unset"
      | "other"
      | "origins"
      | "nothing"
      | "reach"
      | "text"
      | "ways"
      | "accept"
      | "join"
      | "reject"
      | "noProposals"
      | "decided"
      | "fact"
      | "inferred"
      | "unacknowledged"
      | "photo"
      | "mergedInto"
      | "all"
      | "closedFolded"
      | "recorded"
      | "overruled",
      string
    >
  >;
}

export const zhTable: TableWords = {
  unitStatus: {
    available: "待命",
    assigned: "已派",
    en_route: "出动",
    on_scene: "到场",
    returning: "返回",
    out_of_service: "停用",
  },
  checkIn: { green: "平安", warning: "该报平安", critical: "失联" },
  originTypes: { alarm: "报警", detection: "检测", order: "工单" },
  pairNames: { adjust: "调整响应", hand_over: "移交指挥", warn: "发布预警" },
  inMinutes: (count) => `${count} 分`,
  levelChange: (from, to) => `${from} → ${to}`,
  mayConfirm: (who) => (who === undefined ? "任一有指挥权限的他人" : `须 ${who}`),
  sentTo: (names) => `派 ${names}`,
  sendUnits: (count) => `派出所选 ${count} 个`,
  coverLeft: (before, after) => `派后驻地保障 ${before} → ${after}`,
  coverGone: "派后驻地无保障",
  positionAge: (minutes) => `位置旧 ${minutes} 分`,
  basisStraight: (factor, kmh) => `无路网：直线 ×${factor}，${kmh} km/h`,
  plumeSaid: (at, km, cut) => `推算 ${at}　超限至 ${km} km${cut ? "（或更远）" : ""}`,
  windSaid: (degrees, speed) => `风自 ${degrees}°　${speed}`,
  passedMore: (count) => `另有 ${count} 个较近未选`,
  pointsOf: (points) => `${points} 分`,
  reckoned: (rings, minutes, domain) => `100 − 距离 ${rings * 10} − 时间 ${minutes} − 领域 ${domain}`,
  intoIncident: (number) => `事件 ${number}`,
  lettersUnplaced: "无坐标",
  tableMap: {
    label: "现场图",
    nearer: "放大",
    farther: "缩小",
    home: "全部",
    left: "向西",
    right: "向东",
    up: "向北",
    down: "向南",
    outline: "超限边界（估算）",
    isolation: "隔离圈",
    chosenWay: "推荐路线",
    refusedWay: "未选：进入危险区",
    schematic: "道路示意　河道 1:300 万",
    noRoads: "道路未收录　河道 1:300 万",
    noPlace: "事件没有坐标：请在「更新」中补充",
    reckon: "推算扩散",
    draw: "划为禁入区，告知外勤",
    rate: "泄漏 g/s",
    limit: "限值 mg/m³",
    radius: "隔离 m",
    windFrom: "风向 °",
    windSpeed: "风速 m/s",
    noPlume: "无法推算：风速须 ≥ 1 m/s",
    estimated: "源强为估算值，平坦地面轻气体模型；风向 ±15°",
  },
  advice: {
    title: "推荐力量",
    none: "没有可派的力量",
    away: "暂无推荐：尚未算出，或附近无路",
    task: "任务",
    newTask: "新任务",
    whatTask: "任务内容",
    why: "改选理由（存档）",
    roads: "按路网",
    partly: "未派成",
    onScene: "现场人员",
  },
  deck: {
    proposals: "融合建议",
    noOrigins: "该事件没有来源，无从排除：请并入，或置之不理",
    amend: "更新",
    attach: "关联",
    merge: "并入",
    unmerge: "拆出",
    levelUp: "升级响应",
    levelDown: "降级响应",
    handOver: "移交指挥",
    warn: "发布预警",
    twoPeople: "双人",
    waitsSecond: "待第二人",
    holdToConfirm: "长按 2 秒确认",
    recall: "撤回",
    first: "①",
    second: "②",
    late: "已过时，请重新提请",
    eventLevel: "事件等级",
    warning: "预警颜色",
    affected: "受影响（每行一个）",
    place: "地点",
    lon: "经度",
    lat: "纬度",
    unset: "不改",
    other: "另一事件",
    origins: "报警、检测、工单",
    nothing: "没有可选的",
    reach: "范围",
    text: "内容",
    ways: "方式",
    accept: "立为事件",
    join: "并入",
    reject: "不是",
    noProposals: "没有建议",
    decided: "决定",
    fact: "事实",
    inferred: "推算",
    unacknowledged: "未签收",
    photo: "现场照片",
    mergedInto: "已并入事件",
    all: "事件",
    closedFolded: "已办结",
    recorded: "记录自动留痕，不可改",
    overruled: "改选",
  },
};

export const enTable: TableWords = {
  unitStatus: {
    available: "available",
    assigned: "assigned",
    en_route: "en route",
    on_scene: "on scene",
    returning: "returning",
    out_of_service: "out of service",
  },
  checkIn: { green: "well", warning: "check-in due", critical: "not heard" },
  originTypes: { alarm: "alarm", detection: "detection", order: "order" },
  pairNames: { adjust: "Adjust response", hand_over: "Hand over command", warn: "Issue a warning" },
  inMinutes: (count) => `${count} min`,
  levelChange: (from, to) => `${from} → ${to}`,
  mayConfirm: (who) => (who === undefined ? "anybody else who may command" : `only ${who}`),
  sentTo: (names) => `sent: ${names}`,
  sendUnits: (count) => `Send ${count} ticked`,
  coverLeft: (before, after) => `cover of its home ${before} → ${after}`,
  coverGone: "its home is left uncovered",
  positionAge: (minutes) => `position ${minutes} min old`,
  basisStraight: (factor, kmh) => `no roads: straight × ${factor}, ${kmh} km/h`,
  plumeSaid: (at, km, cut) => `Estimate of ${at}: to ${km} km${cut ? " or farther" : ""}`,
  windSaid: (degrees, speed) => `Wind from ${degrees}°, ${speed}`,
  passedMore: (count) => `${count} more nearer, not chosen`,
  pointsOf: (points) => `${points} pts`,
  reckoned: (rings, minutes, domain) => `100 − ${rings * 10} distance − ${minutes} time − ${domain} domain`,
  intoIncident: (number) => `incident ${number}`,
  lettersUnplaced: "no place known",
  tableMap: {
    label: "Map of the scene",
    nearer: "Nearer",
    farther: "Farther",
    home: "All",
    left: "West",
    right: "East",
    up: "North",
    down: "South",
    outline: "Limit exceeded (estimate)",
    isolation: "Isolation",
    chosenWay: "Recommended way",
    refusedWay: "Not chosen: enters the hazard",
    schematic: "Roads schematic, rivers 1:3 M",
    noRoads: "No roads, rivers 1:3 M",
    noPlace: "The incident has no place: add one by Amend",
    reckon: "Estimate",
    draw: "Nobody enters: tell the phones",
    rate: "Leak g/s",
    limit: "Limit mg/m³",
    radius: "Isolate m",
    windFrom: "From °",
    windSpeed: "Wind m/s",
    noPlume: "No estimate: the wind must be 1 m/s at least",
    estimated: "The rate is estimated; light gas over flat ground; wind ±15°",
  },
  advice: {
    title: "Recommended units",
    none: "No unit can be sent",
    away: "No advice: not reckoned yet, or no road near",
    task: "Task",
    newTask: "new task",
    whatTask: "What is to be done",
    why: "Why against the advice (on record)",
    roads: "by road",
    partly: "Not sent",
    onScene: "People on scene",
  },
  deck: {
    proposals: "Proposals",
    noOrigins: "That incident comes from nothing that could be dismissed: merge it, or leave it",
    amend: "Amend",
    attach: "Attach",
    merge: "Merge",
    unmerge: "Take out",
    levelUp: "Level up",
    levelDown: "Level down",
    handOver: "Hand over",
    warn: "Warn",
    twoPeople: "two people",
    waitsSecond: "waits for the second",
    holdToConfirm: "Hold 2 s to confirm",
    recall: "Take back",
    first: "①",
    second: "②",
    late: "Too late: propose again",
    eventLevel: "Event level",
    warning: "Warning",
    affected: "Affected (one a line)",
    place: "Place",
    lon: "Longitude",
    lat: "Latitude",
    unset: "as it is",
    other: "The other incident",
    origins: "Alarms, detections, orders",
    nothing: "nothing to choose",
    reach: "For whom",
    text: "Text",
    ways: "Ways",
    accept: "Open incident",
    join: "Join",
    reject: "No",
    noProposals: "No proposals",
    decided: "decided",
    fact: "fact",
    inferred: "inferred",
    unacknowledged: "unacknowledged",
    photo: "Photograph",
    mergedInto: "Merged into incident",
    all: "Incidents",
    closedFolded: "Closed",
    recorded: "On record, cannot be edited",
    overruled: "overruled",
  },
};
