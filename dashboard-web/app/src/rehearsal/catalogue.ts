import type { EventTypeView, PropertyView, RuleVersionView, RuleView, TextView } from "../feed/messages";

/** What the invented city measures, and the rules that judge it. */
function property(
  id: string,
  title: TextView,
  symbol: string,
  unit: string,
  decimals: number,
  periodSecs = 60,
): PropertyView {
  return { id, title, symbol, unit, decimals, period_secs: periodSecs };
}

export const PROPERTIES: readonly PropertyView[] = [
  property("aqi_hourly", { zh: "小时空气质量指数", en: "Air quality index, hourly" }, "AQI", "", 0, 3_600),
  property("cl2", { zh: "氯气", en: "Chlorine" }, "Cl₂", "ppm", 2, 5),
  property("co", { zh: "一氧化碳", en: "Carbon monoxide" }, "CO", "mg/m³", 1),
  property("humidity", { zh: "相对湿度", en: "Humidity" }, "RH", "%", 0),
  property("no2", { zh: "二氧化氮", en: "Nitrogen dioxide" }, "NO₂", "µg/m³", 0),
  property("o3", { zh: "臭氧", en: "Ozone" }, "O₃", "µg/m³", 0),
  property("pm10", { zh: "可吸入颗粒物", en: "PM10" }, "PM10", "µg/m³", 0),
  property("pm25", { zh: "细颗粒物", en: "PM2.5" }, "PM2.5", "µg/m³", 0),
  property("so2", { zh: "二氧化硫", en: "Sulphur dioxide" }, "SO₂", "µg/m³", 0),
  property("temperature", { zh: "气温", en: "Temperature" }, "T", "°C", 1),
  property("wind_direction", { zh: "风向", en: "Wind direction" }, "WD", "°", 0),
  property("wind_speed", { zh: "风速", en: "Wind speed" }, "WS", "m/s", 1),
  property("rain_5m", { zh: "5 分钟雨量", en: "Rain in 5 min" }, "5 min", "mm", 1, 300),
  ...[1, 3, 6, 12, 24].map((hours) =>
    property(`rain_${hours}h`, { zh: `${hours} 小时雨量`, en: `Rain in ${hours} h` }, `${hours} h`, "mm", 1, 300),
  ),
  property("stage", { zh: "水位", en: "Stage" }, "Z", "m", 2, 300),
  property("stage_rate", { zh: "水位涨率", en: "Rise of stage" }, "dZ", "m/h", 2, 300),
  property("flow", { zh: "流量", en: "Discharge" }, "Q", "m³/s", 0, 300),
  property("do", { zh: "溶解氧", en: "Dissolved oxygen" }, "DO", "mg/L", 2, 3_600),
  property("codmn", { zh: "高锰酸盐指数", en: "Permanganate index" }, "CODMn", "mg/L", 2, 3_600),
  property("nh3n", { zh: "氨氮", en: "Ammonia nitrogen" }, "NH₃-N", "mg/L", 3, 3_600),
  property("tp", { zh: "总磷", en: "Total phosphorus" }, "TP", "mg/L", 3, 3_600),
  property("ph", { zh: "pH", en: "pH" }, "pH", "", 1, 3_600),
  property("water_class", { zh: "水质类别", en: "Water quality class" }, "类别", "", 0, 3_600),
  property("waiting", { zh: "等候人数", en: "Waiting" }, "等候", "", 0),
  property("wait_mean", { zh: "平均等候", en: "Mean wait" }, "均", "s", 0),
  property("wait_p80", { zh: "八成等候", en: "Wait, 80 %" }, "P80", "s", 0),
  property("taken_1h", { zh: "1 小时取号", en: "Tickets in 1 h" }, "取号", "", 0),
  property("abandon_rate", { zh: "弃号率", en: "Abandoned" }, "弃号", "%", 1),
  property("windows_open", { zh: "开放窗口", en: "Windows open" }, "窗口", "", 0),
  property("windows_busy", { zh: "办理中窗口", en: "Windows busy" }, "办理", "", 0),
  property("windows_used", { zh: "窗口利用率", en: "Windows used" }, "利用", "%", 0),
  property("rating_mean", { zh: "评价均分", en: "Mean rating" }, "评价", "", 2),
  property("online", { zh: "摄像机在线", en: "Camera online" }, "在线", "", 0),
  property("people", { zh: "画面人数", en: "People in view" }, "人数", "", 0),
  property("noise_leq", { zh: "等效声级", en: "Noise level" }, "Leq", "dB(A)", 1),
  property("street_temp", { zh: "街面气温", en: "Street temperature" }, "T", "°C", 1),
  property("street_rh", { zh: "街面湿度", en: "Street humidity" }, "RH", "%", 0),
];

const NOTHING = {
  event: null,
  raise: null,
  clear: null,
  raise_limit: null,
  clear_limit: null,
  for_secs: null,
  over_secs: null,
  periods: null,
  min_count: null,
  except: [],
  min: [],
  by: null,
  hold_secs: null,
  source: "rehearsal",
} as const;

/** The text of the rules; alarms of the rehearsal were raised by it. */
export const WRITTEN: RuleVersionView = { pack: "rehearsal", version: "1.0.0", digest: "3fa9c1d2e4b5" };

function rule(id: string, title: TextView, of: string, level: number, raise: number, clear: number): RuleView {
  const { except, min, ...rest } = NOTHING;
  return {
    ...rest,
    except: [...except],
    min: [...min],
    id,
    title,
    properties: [of],
    level,
    operator: "threshold",
    direction: "above",
    raise,
    clear,
    written: WRITTEN,
  };
}

/** A rule on the gauge's own limit. */
function onLimit(id: string, title: TextView, level: number, limit: string): RuleView {
  const own = { limit, offset: 0 };
  const back = { limit, offset: -0.05 };
  return { ...rule(id, title, "stage", level, 0, 0), raise: null, clear: null, raise_limit: own, clear_limit: back };
}

export const RULES: readonly RuleView[] = [
  rule("cl2-aegl1", { zh: "氯气超过 AEGL-1（不适）", en: "Chlorine above AEGL-1 (discomfort)" }, "cl2", 3, 0.5, 0.4),
  rule(
    "cl2-aegl2",
    { zh: "氯气超过 AEGL-2（持久伤害、妨碍逃生）", en: "Chlorine above AEGL-2 (lasting harm, escape impaired)" },
    "cl2",
    2,
    2,
    1.6,
  ),
  rule(
    "cl2-aegl3",
    { zh: "氯气超过 AEGL-3（危及生命）", en: "Chlorine above AEGL-3 (life-threatening)" },
    "cl2",
    1,
    20,
    16,
  ),
  rule(
    "aqi-hourly-heavy",
    { zh: "小时空气质量达到重度污染", en: "Hourly air quality: heavily polluted" },
    "aqi_hourly",
    4,
    200,
    200,
  ),
  onLimit("stage-warning", { zh: "水位超过警戒", en: "Stage above warning" }, 3, "warning"),
  onLimit("stage-guaranteed", { zh: "水位超过保证", en: "Stage above guaranteed" }, 2, "guaranteed"),
  rule("rain-3h-orange", { zh: "3 小时雨量达 50 mm", en: "50 mm of rain in 3 h" }, "rain_3h", 2, 50, 45),
  rule("hall-wait", { zh: "大厅等候超过 15 分钟", en: "Wait in hall above 15 min" }, "wait_p80", 4, 900, 780),
  rule("crowd", { zh: "人群聚集", en: "Crowd" }, "people", 3, 150, 120),
];

/** What is raised when a gateway and all its children fall silent. */
export const GATEWAY_RULE: RuleView = {
  ...rule("gateway-no-data", { zh: "网关失联", en: "Gateway silent" }, "noise_leq", 4, 0, 0),
  operator: "no_data",
  direction: null,
  raise: null,
  clear: null,
  periods: 5,
};

/** What cameras tell. */
export const EVENT_TYPES: readonly EventTypeView[] = [
  { id: "crowd", title: { zh: "人群聚集", en: "Crowd" } },
  { id: "intrusion", title: { zh: "入侵", en: "Intrusion" } },
  { id: "smoke_fire", title: { zh: "烟火", en: "Smoke or fire" } },
  { id: "vehicle", title: { zh: "车辆", en: "Vehicle" } },
];
