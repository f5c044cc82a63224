import type { CityView, TextView, ThingView } from "../feed/messages";
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

/** `府山 Fushan` in both languages. */
export function named(entry: string): TextView {
  const space = entry.indexOf(" ");
  return { zh: entry.slice(0, space), en: entry.slice(space + 1) };
}

/** Whether a point is inside a ring. */
export function inside(point: readonly [number, number], ring: readonly (readonly number[])[]): boolean {
  let within = false;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
    const [ax = 0, ay = 0] = ring[i] ?? [];
    const [bx = 0, by = 0] = ring[j] ?? [];
    if (ay > point[1] !== by > point[1] && point[0] < ((bx - ax) * (point[1] - ay)) / (by - ay) + ax) within = !within;
  }
  return within;
}

/** A place in the ring, far from the others. */
export function scattered(
  random: Random,
  ring: readonly (readonly number[])[],
  others: readonly (readonly number[])[],
) {
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

/** Stations, weather and detectors. */
export function airThings(random: Random): ThingView[] {
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
  return list;
}
