/** The texts of the domains' panels and of the alarm's detail. */
export interface DomainWords {
  readonly scenes: string;
  readonly drivers: string;
  readonly driversNote: string;
  readonly driver: Readonly<Record<"rain" | "wind" | "stage" | "air" | "wait" | "crowd", string>>;
  readonly stages: string;
  readonly station: string;
  readonly stage: string;
  readonly stagesNote: string;
  readonly stagesNone: string;
  readonly toWarning: string;
  readonly warning: string;
  readonly guaranteed: string;
  readonly trend: string;
  readonly othersBelow: (count: number, metres: string) => string;
  readonly othersSilent: (count: number) => string;
  readonly rain: string;
  readonly rainNote: string;
  readonly rainNone: string;
  readonly hoursOf: (hours: number) => string;
  readonly sections: string;
  readonly sectionsNote: string;
  readonly sectionsNone: string;
  readonly section: string;
  readonly classNow: string;
  readonly target: string;
  readonly decidedBy: string;
  readonly classes: readonly [string, string, string, string, string, string];
  readonly halls: string;
  readonly hallsNote: (waiting: string) => string;
  readonly hallsNone: string;
  readonly hall: string;
  readonly waiting: string;
  readonly meanWait: string;
  readonly p80Wait: string;
  readonly p80Minutes: string;
  readonly minutes: string;
  readonly people: string;
  readonly abandoned: string;
  readonly windows: string;
  readonly rating: string;
  readonly video: string;
  readonly videoNone: string;
  readonly camerasOnline: string;
  readonly camerasOffline: (names: string) => string;
  readonly kind: string;
  readonly lastHour: string;
  readonly atLeast: string;
  readonly last: string;
  readonly lastDetections: string;
  readonly eventsNone: string;
  readonly gatewaysUp: (up: number, all: number) => string;
  readonly gatewayGone: (name: string, span: string, children: number) => string;
  readonly street: string;
  readonly streetNone: string;
  readonly gateways: string;
  readonly gatewaysNone: string;
  readonly gateway: string;
  readonly sensors: string;
  readonly unavailable: (count: number) => string;
  readonly behind: Readonly<Record<"gateway" | "door" | "other", string>>;
  readonly field: Readonly<Record<"rain" | "people" | "noise", string>>;
  readonly interpolated: string;
  readonly cellsOf: (from: string, to: string) => string;
  readonly cellsPart: string;
  readonly marks: Readonly<Record<string, string>>;
  readonly detail: string;
  readonly stuckFor: (span: string) => string;
  readonly track: (key: string) => string;
  readonly detailClose: string;
  readonly readingsOf: string;
  readonly raiseAt: string;
  readonly clearAt: string;
  readonly judged: string;
  readonly rule: string;
  readonly beyond: (above: boolean, raise: string, clear: string) => string;
  readonly beyondRate: (above: boolean, raise: string, clear: string, over: string) => string;
  readonly delayed: (span: string) => string;
  readonly noDataRule: (periods: number | null, span: string) => string;
  readonly stuckRule: (span: string, count: number) => string;
  readonly eventRule: (kind: string, least: string, byTrack: boolean, hold: string) => string;
  readonly ownLimit: (name: string) => string;
  readonly ruleVersion: string;
  readonly ruleNow: (version: string) => string;
  readonly ruleSource: string;
  readonly untold: string;
  readonly course: string;
  readonly startedAt: (clock: string) => string;
  readonly raisedAfter: (span: string) => string;
  readonly endedAt: (clock: string) => string;
  readonly completeness: string;
  readonly windowsPresent: (present: number, all: number, step: string) => string;
  readonly neighbours: string;
  readonly children: string;
  readonly neighboursNone: string;
  readonly upstream: string;
  readonly corrections: string;
  readonly correctionsNone: string;
  readonly place: string;
  readonly historyNone: string;
  readonly provenance: string;
  readonly source: string;
  readonly through: string;
  readonly phenomenonTime: string;
  readonly receivedAt: string;
  readonly dataAgeOf: (span: string, period: string) => string;
  readonly derivation: string;
  readonly observed: string;
  readonly rules: string;
  readonly otherRules: string;
  readonly rulesNone: string;
  readonly quality: Readonly<Record<"fresh" | "stale" | "invalid" | "never", string>>;
  readonly provenanceKeys: string;
  readonly definitions: Readonly<Record<string, string>>;
  readonly airStationsNone: string;
  readonly sensor: string;
  readonly others: string;
  readonly othersNone: string;
  readonly silentOf: (silent: number, all: number) => string;
}

export const zhDomains: DomainWords = {
  scenes: "场景",
  drivers: "当前驱动",
  driversNote: "全市最大",
  driver: {
    rain: "1 小时雨量",
    wind: "风速",
    stage: "水位较警戒",
    air: "空气 AQI",
    wait: "八成等候",
    crowd: "画面人数",
  },
  stages: "水情",
  station: "站",
  stage: "水位",
  stagesNote: "距警戒最近",
  stagesNone: "没有水位站",
  toWarning: "较警戒",
  warning: "警戒",
  guaranteed: "保证",
  trend: "趋势",
  othersBelow: (count, metres) => `其余 ${count} 站均低于警戒 ${metres} m 以上`,
  othersSilent: (count) => `${count} 站无新数据`,
  rain: "雨情",
  rainNote: "县内最大，mm",
  rainNone: "没有雨量站",
  hoursOf: (hours) => `${hours} 小时`,
  sections: "水质断面",
  sectionsNote: "GB 3838-2002 单因子",
  sectionsNone: "没有水质断面",
  section: "断面",
  classNow: "类别",
  target: "目标",
  decidedBy: "定类因子",
  classes: ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ", "Ⅴ", "劣Ⅴ"],
  halls: "窗口大厅",
  hallsNote: (waiting) => `全市等候 ${waiting} 人`,
  hallsNone: "没有窗口大厅",
  hall: "大厅",
  waiting: "等候",
  meanWait: "平均",
  p80Wait: "八成",
  p80Minutes: "八成 分",
  minutes: "分",
  people: "人",
  abandoned: "弃号",
  windows: "窗口",
  rating: "评价",
  video: "视频",
  videoNone: "没有摄像机",
  camerasOnline: "路在线",
  camerasOffline: (names) => `离线 ${names}`,
  kind: "事件",
  lastHour: "近 1 小时",
  atLeast: "至少",
  last: "最近一次",
  lastDetections: "最近检测",
  eventsNone: "无检测",
  gatewaysUp: (up, all) => `网关 ${up} / ${all} 在线`,
  gatewayGone: (name, span, children) => `${name} 静默${span}，下属 ${children} 个失联`,
  street: "街面传感",
  streetNone: "没有街面传感器",
  gateways: "网关",
  gatewaysNone: "没有网关",
  gateway: "网关",
  sensors: "在报",
  unavailable: (count) => `下属 ${count} 个失联`,
  behind: { gateway: "因网关离线", door: "因来源静默", other: "因上级离线" },
  field: { rain: "1 小时雨量 mm", people: "人群聚集 次", noise: "单元噪声均值 dB" },
  interpolated: "站间插值",
  cellsOf: (from, to) => `实测 ${from}–${to}`,
  cellsPart: "数据不足 75 %",
  marks: {
    air: "空气站",
    gas: "气体探头",
    rain: "雨量站",
    stage: "水位站",
    quality: "水质断面",
    hall: "窗口大厅",
    video: "摄像机",
    street: "街面传感",
    gateway: "网关",
    other: "其他",
  },
  detail: "报警详情",
  stuckFor: (span) => `读数不变 ${span}`,
  track: (key) => `轨迹 ${key}`,
  detailClose: "Esc 返回",
  readingsOf: "读数",
  raiseAt: "报警",
  clearAt: "解除",
  judged: "判定",
  rule: "规则",
  beyond: (above, raise, clear) => `${above ? "高" : "低"}于 ${raise} 报警，${above ? "低" : "高"}于 ${clear} 解除`,
  beyondRate: (above, raise, clear, over) =>
    `${over}内每小时变化${above ? "高" : "低"}于 ${raise} 报警，${above ? "低" : "高"}于 ${clear} 解除`,
  delayed: (span) => `持续 ${span}`,
  noDataRule: (periods, span) => (periods === null ? `${span}无数据` : `连续 ${periods} 个周期无数据`),
  stuckRule: (span, count) => `${span}内至少 ${count} 个读数完全相同`,
  eventRule: (kind, least, byTrack, hold) =>
    [`${kind}事件`, least, byTrack ? "每个轨迹一件" : "每台设备一件", `${hold}内无新事件则解除`]
      .filter(Boolean)
      .join("，"),
  ownLimit: (name) => ({ warning: "本站警戒", guaranteed: "本站保证", target: "本断面目标" })[name] ?? `本处 ${name}`,
  ruleVersion: "规则版本",
  ruleNow: (version) => `现行 ${version}`,
  ruleSource: "依据",
  untold: "未提供",
  course: "经过",
  startedAt: (clock) => `${clock} 起`,
  raisedAfter: (span) => `${span}后报出`,
  endedAt: (clock) => `${clock} 恢复`,
  completeness: "完整性",
  windowsPresent: (present, all, step) => `近 ${all} 个窗口有 ${present} 个（每个 ${step}）`,
  neighbours: "邻站",
  children: "下属",
  neighboursNone: "没有同类邻站",
  upstream: "上游",
  corrections: "更正",
  correctionsNone: "无更正",
  place: "位置",
  historyNone: "此量没有读数曲线",
  provenance: "数据来由",
  source: "来源",
  through: "经由",
  phenomenonTime: "观测时间",
  receivedAt: "入库时间",
  dataAgeOf: (span, period) => `${span}（周期 ${period}）`,
  derivation: "算法",
  observed: "直接观测",
  rules: "规则",
  otherRules: "其他级别",
  rulesNone: "无规则判定此量",
  quality: { fresh: "新", stale: "旧", invalid: "超量程", never: "无数据" },
  provenanceKeys: "i 固定　Esc 关闭",
  definitions: {
    rain_1h: "过去 1 小时 5 分钟雨量之和",
    rain_3h: "过去 3 小时 5 分钟雨量之和",
    rain_6h: "过去 6 小时 5 分钟雨量之和",
    rain_12h: "过去 12 小时 5 分钟雨量之和",
    rain_24h: "过去 24 小时 5 分钟雨量之和",
    stage_upstream: "上游站水位（按传播时间延后）",
    stage_rate: "过去 1 小时水位之差，每小时",
    water_class: "GB 3838-2002 单因子评价：各项中最差的类别",
    waiting: "已取号、未叫号、未弃号的人数",
    wait_mean: "过去 1 小时内叫到的号：叫号 − 取号，平均",
    wait_p80: "过去 1 小时内叫到的号：叫号 − 取号，80 % 分位",
    taken_1h: "过去 1 小时取号数",
    abandon_rate: "过去 1 小时弃号 / 取号",
    windows_open: "已开放、未关闭的窗口",
    serving: "正在办理的人数",
    service_mean: "过去 1 小时办结的号：办结 − 叫号，平均",
    called_1h: "过去 1 小时叫号数",
    left_1h: "过去 1 小时弃号数",
    waiting_per_window: "等候人数 / 开放窗口",
    street_temp_diff: "与相邻传感器之差",
    windows_busy: "正在办理的窗口",
    windows_used: "办理中的窗口 / 开放的窗口",
    rating_mean: "过去 1 小时五级评价的均分，5 为非常满意",
    aqi_hourly: "按所示法规由小时浓度计算",
  },
  airStationsNone: "没有空气站",
  sensor: "传感器",
  others: "其他监测",
  othersNone: "没有其他监测",
  silentOf: (silent, all) => `${all} 个中 ${silent} 个无新数据`,
};

export const enDomains: DomainWords = {
  scenes: "Scenes",
  drivers: "Drivers",
  driversNote: "greatest in the city",
  driver: {
    rain: "Rain in 1 h",
    wind: "Wind",
    stage: "Stage ± warn.",
    air: "Air, AQI",
    wait: "Wait, 80 %",
    crowd: "People in view",
  },
  stages: "Rivers",
  station: "Gauge",
  stage: "stage",
  stagesNote: "nearest to warning",
  stagesNone: "no stage gauges",
  toWarning: "± warn.",
  warning: "warn.",
  guaranteed: "guar.",
  trend: "trend",
  othersBelow: (count, metres) => `${count} more, each over ${metres} m below warning`,
  othersSilent: (count) => `${count} without new data`,
  rain: "Rain",
  rainNote: "greatest in county, mm",
  rainNone: "no rain gauges",
  hoursOf: (hours) => `${hours} h`,
  sections: "Water quality",
  sectionsNote: "GB 3838-2002, worst item",
  sectionsNone: "no sections",
  section: "Section",
  classNow: "class",
  target: "target",
  decidedBy: "decided by",
  classes: ["I", "II", "III", "IV", "V", ">V"],
  halls: "Service halls",
  hallsNote: (waiting) => `${waiting} waiting`,
  hallsNone: "no halls",
  hall: "Hall",
  waiting: "wait",
  meanWait: "mean",
  p80Minutes: "p80 min",
  p80Wait: "80 %",
  minutes: "min",
  people: "people",
  abandoned: "left",
  windows: "windows",
  rating: "rating",
  video: "Video",
  videoNone: "no cameras",
  camerasOnline: "online",
  camerasOffline: (names) => `offline: ${names}`,
  kind: "Kind",
  lastHour: "last hour",
  atLeast: "at least",
  last: "last",
  lastDetections: "Last detections",
  eventsNone: "no detections",
  gatewaysUp: (up, all) => `gateways ${up} / ${all} online`,
  gatewayGone: (name, span, children) => `${name} silent${span}, ${children} behind it gone`,
  street: "Street sensors",
  streetNone: "no street sensors",
  gateways: "Gateways",
  gatewaysNone: "no gateways",
  gateway: "Gateway",
  sensors: "heard",
  unavailable: (count) => `its ${count} are gone`,
  behind: { gateway: "gateway silent", door: "door silent", other: "parent silent" },
  field: { rain: "Rain in 1 h, mm", people: "Crowds", noise: "Noise by cell, dB" },
  interpolated: "interpolated",
  cellsOf: (from, to) => `cells ${from}–${to}`,
  cellsPart: "below 75 % of data",
  marks: {
    air: "Air station",
    gas: "Gas detector",
    rain: "Rain gauge",
    stage: "Stage gauge",
    quality: "Quality section",
    hall: "Service hall",
    video: "Camera",
    street: "Street sensor",
    gateway: "Gateway",
    other: "Other",
  },
  detail: "Alarm in detail",
  stuckFor: (span) => `unchanged ${span}`,
  track: (key) => `track ${key}`,
  detailClose: "Esc back",
  readingsOf: "Readings",
  raiseAt: "raise",
  clearAt: "clear",
  judged: "Judgement",
  rule: "Rule",
  beyond: (above, raise, clear) =>
    `raises ${above ? "above" : "below"} ${raise}, returns ${above ? "below" : "above"} ${clear}`,
  beyondRate: (above, raise, clear, over) =>
    `change per hour over ${over} ${above ? "above" : "below"} ${raise}, returns ${above ? "below" : "above"} ${clear}`,
  delayed: (span) => `for ${span}`,
  noDataRule: (periods, span) => (periods === null ? `no data for ${span}` : `no data for ${periods} periods`),
  stuckRule: (span, count) => `at least ${count} equal readings in ${span}`,
  eventRule: (kind, least, byTrack, hold) =>
    [kind, least, byTrack ? "one alarm a track" : "one alarm a thing", `returns ${hold} after the last`]
      .filter(Boolean)
      .join(", "),
  ownLimit: (name) =>
    ({ warning: "own warning stage", guaranteed: "own guaranteed stage", target: "own target" })[name] ?? `own ${name}`,
  ruleVersion: "Version",
  ruleNow: (version) => `now ${version}`,
  ruleSource: "Source",
  untold: "not told",
  course: "Course",
  startedAt: (clock) => `since ${clock}`,
  raisedAfter: (span) => `told ${span} later`,
  endedAt: (clock) => `returned ${clock}`,
  completeness: "Complete",
  windowsPresent: (present, all, step) => `${present} of the last ${all} windows (${step} each)`,
  children: "Behind it",
  neighbours: "Neighbours",
  neighboursNone: "no neighbours of this kind",
  upstream: "upstream",
  corrections: "Corrections",
  correctionsNone: "none",
  place: "Place",
  historyNone: "no curve of readings for this",
  provenance: "Where it comes from",
  source: "Source",
  through: "through",
  phenomenonTime: "Observed at",
  receivedAt: "Received at",
  dataAgeOf: (span, period) => `${span} (period ${period})`,
  derivation: "Derivation",
  observed: "observed directly",
  rules: "Rules",
  otherRules: "Others",
  rulesNone: "no rule judges this",
  quality: { fresh: "fresh", stale: "stale", invalid: "out of range", never: "no data" },
  provenanceKeys: "i keeps it  Esc closes",
  definitions: {
    rain_1h: "sum of the 5-minute rain of the last hour",
    rain_3h: "sum of the 5-minute rain of the last 3 hours",
    rain_6h: "sum of the 5-minute rain of the last 6 hours",
    rain_12h: "sum of the 5-minute rain of the last 12 hours",
    rain_24h: "sum of the 5-minute rain of the last 24 hours",
    stage_upstream: "stage of the gauge upstream, delayed by the way of the wave",
    stage_rate: "difference of stage over the last hour, per hour",
    water_class: "GB 3838-2002, single factor: the worst class of all items",
    waiting: "tickets taken, not yet called, not left",
    wait_mean: "called − taken, mean over tickets called in the last hour",
    wait_p80: "called − taken, 80 % quantile over tickets called in the last hour",
    taken_1h: "tickets taken in the last hour",
    abandon_rate: "left / taken over the last hour",
    windows_open: "windows opened and not closed",
    serving: "tickets called and not yet ended",
    service_mean: "ended − called, mean over tickets ended in the last hour",
    called_1h: "tickets called in the last hour",
    left_1h: "tickets left in the last hour",
    waiting_per_window: "waiting / windows open",
    street_temp_diff: "difference to the neighbouring sensor",
    windows_busy: "windows that serve somebody",
    windows_used: "busy windows / open windows",
    rating_mean: "mean of the five grades over the last hour, 5 is best",
    aqi_hourly: "from hourly concentrations, by the law shown",
  },
  airStationsNone: "no air stations",
  sensor: "Sensor",
  others: "Other observations",
  othersNone: "nothing else is observed",
  silentOf: (silent, all) => `${silent} of ${all} without new data`,
};
