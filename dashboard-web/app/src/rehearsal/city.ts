import type { CityView, PropertyView, RuleView, TextView, ThingView } from "../feed/messages";
import counties from "../map/data/counties.json";
import { between, type Random } from "./random";

/** An invented network over the real counties: 60 air stations, 6 weather stations, 12 chlorine detectors. */
export const CITY: CityView = {
  name: { zh: "衢州市", en: "Quzhou" },
  zone: "Asia/Shanghai",
  simulated: true,
  areas: counties.features.map(({ properties }) => ({
    code: properties.code,
    name: { zh: properties.zh, en: properties.en },
  })),
};

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
];

/** A rule of the rehearsal: a threshold, the same for all. */
export type Threshold = RuleView & { readonly raise: number; readonly clear: number };

function rule(id: string, title: TextView, of: string, level: number, raise: number, clear: number): Threshold {
  return {
    id,
    title,
    properties: [of],
    event: null,
    level,
    operator: "threshold",
    direction: "above",
    raise,
    clear,
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
  };
}

export const RULES: readonly Threshold[] = [
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
];

const AIR = ["pm25", "pm10", "so2", "no2", "co", "o3"];
const WEATHER = ["wind_speed", "wind_direction", "temperature", "humidity"];

const STATIONS: Readonly<Record<string, string>> = {
  330802:
    "府山 Fushan,荷花 Hehua,花园 Huayuan,信安 Xin'an,白云 Baiyun,双港 Shuanggang,新新 Xinxin,衢化 Quhua,航埠 Hangbu,石梁 Shiliang",
  330803:
    "樟潭 Zhangtan,廿里 Nianli,湖南 Hunan,杜泽 Duze,大洲 Dazhou,高家 Gaojia,全旺 Quanwang,莲花 Lianhua,上方 Shangfang,后溪 Houxi",
  330822:
    "天马 Tianma,紫港 Zigang,金川 Jinchuan,辉埠 Huibu,白石 Baishi,招贤 Zhaoxian,青石 Qingshi,球川 Qiuchuan,芳村 Fangcun,何家 Hejia",
  330824:
    "芹阳 Qinyang,华埠 Huabu,马金 Majin,池淮 Chihuai,桐村 Tongcun,杨林 Yanglin,苏庄 Suzhuang,齐溪 Qixi,村头 Cuntou,林山 Linshan",
  330825:
    "龙洲 Longzhou,东华 Donghua,湖镇 Huzhen,溪口 Xikou,横山 Hengshan,塔石 Tashi,小南海 Xiaonanhai,詹家 Zhanjia,模环 Mohuan,庙下 Miaoxia",
  330881:
    "双塔 Shuangta,虎山 Hushan,清湖 Qinghu,贺村 Hecun,峡口 Xiakou,石门 Shimen,凤林 Fenglin,上余 Shangyu,坛石 Tanshi,廿八都 Nianbadu",
};

const DETECTORS = [
  "化工园液氯库 Chemical park, chlorine store",
  ...Array.from({ length: 10 }, (_, index) => {
    const number = String(index + 1).padStart(2, "0");
    return `化工园边界-${number} Chemical park boundary ${number}`;
  }),
  "演示小学 Demonstration school",
];

/** Where the invented chlorine plant stands. */
export const PLANT: readonly [number, number] = [118.882, 28.905];

function named(entry: string): TextView {
  const space = entry.indexOf(" ");
  return { zh: entry.slice(0, space), en: entry.slice(space + 1) };
}

function inside(point: readonly [number, number], ring: readonly (readonly number[])[]): boolean {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [ax = 0, ay = 0] = ring[i] ?? [];
    const [bx = 0, by = 0] = ring[j] ?? [];
    if (ay > point[1] !== by > point[1] && point[0] < ((bx - ax) * (point[1] - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

function scattered(random: Random, ring: readonly (readonly number[])[], others: readonly (readonly number[])[]) {
  const lons = ring.map(([lon = 0]) => lon);
  const lats = ring.map(([, lat = 0]) => lat);
  let best: [number, number] = [0, 0];
  let farthest = -1;
  for (let tries = 0; tries < 60; tries += 1) {
    const point: [number, number] = [
      Number(between(random, Math.min(...lons), Math.max(...lons)).toFixed(4)),
      Number(between(random, Math.min(...lats), Math.max(...lats)).toFixed(4)),
    ];
    if (!inside(point, ring)) continue;
    const nearest = Math.min(9, ...others.map(([lon = 0, lat = 0]) => Math.hypot(lon - point[0], lat - point[1])));
    if (nearest > farthest) [best, farthest] = [point, nearest];
  }
  return best;
}

/** The things of the invented network. */
export function things(random: Random): ThingView[] {
  const list: ThingView[] = [];
  for (const { properties, geometry } of counties.features) {
    const ring = geometry.coordinates[0] ?? [];
    const places: [number, number][] = [];
    (STATIONS[properties.code] ?? "").split(",").forEach((entry, index) => {
      const place = scattered(random, ring, places);
      places.push(place);
      const id = `air-${properties.code}-${String(index + 1).padStart(2, "0")}`;
      list.push({
        id,
        name: named(entry),
        kind: "station",
        place,
        area: properties.code,
        properties: AIR,
        period_secs: null,
      });
    });
    list.push({
      id: `met-${properties.code}`,
      name: { zh: `${properties.zh.slice(0, 2)}气象站`, en: `${properties.en} weather` },
      kind: "weather",
      place: scattered(random, ring, places),
      area: properties.code,
      properties: WEATHER,
      period_secs: null,
    });
  }
  DETECTORS.forEach((entry, index) => {
    const turn = ((index - 1) / 10) * 2 * Math.PI;
    const fence = [PLANT[0] + 0.0092 * Math.sin(turn), PLANT[1] + 0.0059 * Math.cos(turn)] as const;
    const school = [PLANT[0] + 0.0131, PLANT[1] + 0.0095] as const;
    const place = index === 0 ? PLANT : index === 11 ? school : fence;
    list.push({
      id: `gas-${String(index + 1).padStart(2, "0")}`,
      name: named(entry),
      kind: "gas",
      place: [Number(place[0].toFixed(5)), Number(place[1].toFixed(5))],
      area: "330803",
      properties: ["cl2"],
      period_secs: null,
    });
  });
  return list.sort((a, b) => (a.id < b.id ? -1 : 1));
}
