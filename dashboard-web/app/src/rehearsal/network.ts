import type { ThingView } from "../feed/messages";
import counties from "../map/data/counties.json";
import { LAND_NAMES } from "../map/land";
import type { Place } from "../map/project";
import { cellThings } from "./cells";
import { airThings, inside, named, scattered } from "./city";
import { between, type Random } from "./random";

/** Rivers by name, their gauges from the source down: name, warning stage, guaranteed stage. 衢州 and 常山三 warn as published; the rest is invented. */
const GAUGES: Readonly<Record<string, string>> = {
  "常山港—马金溪":
    "齐溪 Qixi 252.4 254,马金 Majin 178.6 180.2,开化 Kaihua 122.9 124.6,华埠 Huabu 108.5 110.3,长风 Changfeng 84.3 86.4,常山三 Changshan-3 82 84.2",
  江山港: "峡口 Xiakou 152.2 153.8,江山 Jiangshan 94.1 96,双塔底 Shuangta 93.3 95.1,贺村 Hecun 76.4 78.2",
  衢江: "衢州 Quzhou 61.2 63.7,樟潭 Zhangtan 57.4 59.9,高家 Gaojia 51.8 54.2,龙游 Longyou 40.3 42.8",
  乌溪江: "湖南镇 Hunanzhen 230 231.5,黄坛口 Huangtankou 114.5 115.8,石室 Shishi 72.3 74",
  池淮溪: "苏庄 Suzhuang 196.4 198,池淮 Chihuai 131.2 132.9,林山 Linshan 118.8 120.5",
};

const RAIN =
  "齐溪 Qixi,苏庄 Suzhuang,马金 Majin,长虹 Changhong,桐村 Tongcun,芳村 Fangcun,球川 Qiuchuan,辉埠 Huibu,石梁 Shiliang,七里 Qili,杜泽 Duze,上方 Shangfang,湖南镇 Hunanzhen,举村 Jucun,庙下 Miaoxia,溪口 Xikou,横山 Hengshan,廿八都 Nianbadu,峡口 Xiakou,碗窑 Wanyao";
const SECTIONS =
  "衢江 樟树潭 Zhangshutan 3,江山港 双港口 Shuanggangkou 3,常山港 富足山 Fuzushan 2,马金溪 叶溪 Yexi 2,乌溪江 黄坛口 Huangtankou 2,池淮溪 池淮 Chihuai 2,衢江 上下溪 Shangxiaxi 3,灵山港 溪口 Xikou 2";
const HALLS: Readonly<Record<string, string>> = {
  330802: "柯城区政务服务中心 Kecheng-Hall,市政务服务中心 City-Hall",
  330803: "衢江区政务服务中心 Qujiang-Hall",
  330822: "常山县政务服务中心 Changshan-Hall",
  330824: "开化县政务服务中心 Kaihua-Hall",
  330825: "龙游县政务服务中心 Longyou-Hall,龙游人社大厅 Longyou-Social-Security",
  330881: "江山市政务服务中心 Jiangshan-Hall",
};
const CAMERAS =
  "水亭门广场 Shuitingmen-Square,南湖广场 Nanhu-Square,火车站 Railway-Station,汽车站 Bus-Station,儒学馆 Confucian-Hall,府东街 Fudong-Street,孔庙 Confucius-Temple,坊门街 Fangmen-Street,西区大草原 West-Lawn,体育中心 Sports-Centre";
const AREA_OF_ALL = "330802";

/** The county in which a place lies. */
function areaAt(place: Place): string | null {
  return (
    counties.features.find(({ geometry }) => inside(place, geometry.coordinates[0] ?? []))?.properties.code ?? null
  );
}

const two = (index: number): string => String(index + 1).padStart(2, "0");
const fine = ([lon, lat]: Place): [number, number] => [Number(lon.toFixed(4)), Number(lat.toFixed(4))];

/** Quzhou's middle: a river's end farther from it is the upper one. */
const MIDDLE: Place = [118.87, 28.97];

function stages(): ThingView[] {
  const list: ThingView[] = [];
  for (const [river, entries] of Object.entries(GAUGES)) {
    const course = LAND_NAMES.find(({ kind, zh }) => kind === "river" && zh === river)?.along ?? [];
    const far = (place: Place | undefined) => Math.hypot((place?.[0] ?? 0) - MIDDLE[0], (place?.[1] ?? 0) - MIDDLE[1]);
    const down = far(course[0]) >= far(course[course.length - 1]) && river !== "衢江" ? course : [...course].reverse();
    const gauges = entries.split(",");
    gauges.forEach((entry, index) => {
      const [zh = "", en = "", warning = "0", guaranteed = "0"] = entry.split(" ");
      const place = fine(down[Math.floor(((index + 0.5) / gauges.length) * down.length)] ?? MIDDLE);
      list.push({
        id: `stage-qz-${two(list.length)}`,
        name: { zh: `${zh}站`, en },
        kind: "stage_gauge",
        place,
        area: areaAt(place),
        properties: ["stage", "flow", "stage_rate"],
        period_secs: null,
        limits: { warning: Number(warning), guaranteed: Number(guaranteed) },
        ...(index > 0 ? { neighbour: `stage-qz-${two(list.length - 1)}` } : {}),
      });
    });
  }
  return list;
}

function waterThings(random: Random): ThingView[] {
  const rings = counties.features.map(({ geometry }) => geometry.coordinates[0] ?? []);
  const taken: [number, number][] = [];
  const somewhere = (index: number): [number, number] => {
    const place = scattered(random, rings[index % rings.length] ?? [], taken);
    taken.push(place);
    return place;
  };
  const rain = RAIN.split(",").map((entry, index): ThingView => {
    const place = somewhere(index);
    return {
      id: `rain-qz-${two(index)}`,
      name: named(entry),
      kind: "rain_gauge",
      place,
      area: areaAt(place),
      properties: ["rain_5m", "rain_1h", "rain_3h", "rain_6h", "rain_12h", "rain_24h"],
      period_secs: null,
    };
  });
  const courses = LAND_NAMES.filter(({ along }) => along !== undefined);
  const sections = SECTIONS.split(",").map((entry, index): ThingView => {
    const [river = "", zh = "", en = "", target = "3"] = entry.split(" ");
    const along = courses[index % courses.length]?.along ?? [];
    const place = fine(along[Math.floor((0.3 + 0.07 * index) * along.length)] ?? MIDDLE);
    return {
      id: `wq-qz-${two(index)}`,
      name: { zh: `${zh}（${river}）`, en },
      kind: "wq_section",
      place,
      area: areaAt(place),
      properties: ["do", "codmn", "nh3n", "tp", "ph", "water_class"],
      period_secs: null,
      limits: { target: Number(target) },
    };
  });
  return [...rain, ...stages(), ...sections];
}

function hallThings(): ThingView[] {
  return Object.entries(HALLS).flatMap(([area, entries]) => {
    const label = counties.features.find(({ properties }) => properties.code === area)?.properties.label ?? [0, 0];
    return entries.split(",").map((entry, index): ThingView => {
      const { zh, en } = named(entry);
      return {
        id: `hall-${area}-${index + 1}`,
        name: { zh, en: en.replaceAll("-", " ") },
        kind: "hall",
        place: [Number(((label[0] ?? 0) + 0.02 * index).toFixed(4)), Number(((label[1] ?? 0) - 0.012).toFixed(4))],
        area,
        properties: [
          "waiting",
          "wait_mean",
          "wait_p80",
          "taken_1h",
          "abandon_rate",
          "windows_open",
          "windows_busy",
          "windows_used",
          "rating_mean",
        ],
        period_secs: null,
      };
    });
  });
}

function cameras(random: Random): ThingView[] {
  return Array.from({ length: 30 }, (_, index): ThingView => {
    const entry = CAMERAS.split(",")[index % 10] ?? "";
    const { zh, en } = named(entry);
    const round = Math.floor(index / 10);
    const place = fine([MIDDLE[0] + between(random, -0.05, 0.05), MIDDLE[1] + between(random, -0.03, 0.03)]);
    return {
      id: `cam-qz-${two(index)}`,
      name:
        round === 0
          ? { zh, en: en.replaceAll("-", " ") }
          : { zh: `${zh} ${round + 1}`, en: `${en.replaceAll("-", " ")} ${round + 1}` },
      kind: "camera",
      place,
      area: areaAt(place) ?? AREA_OF_ALL,
      properties: ["online", "people"],
      period_secs: null,
    };
  });
}

function streetThings(random: Random): ThingView[] {
  const towns = counties.features;
  const gateways = Array.from({ length: 10 }, (_, index): ThingView => {
    const town = towns[index % towns.length];
    const [lon = 0, lat = 0] = town?.properties.label ?? [];
    const place = fine([lon + between(random, -0.06, 0.06), lat + between(random, -0.04, 0.04)]);
    return {
      id: `gw-${two(index)}`,
      name: { zh: `网关 ${two(index)}`, en: `Gateway ${two(index)}` },
      kind: "gateway",
      place,
      area: areaAt(place),
      properties: [],
      period_secs: null,
    };
  });
  const sensors = Array.from({ length: 200 }, (_, index): ThingView => {
    const gateway = gateways[index % gateways.length];
    const [lon, lat] = gateway?.place ?? MIDDLE;
    const place = fine([lon + between(random, -0.022, 0.022), lat + between(random, -0.016, 0.016)]);
    const number = String(index + 1).padStart(3, "0");
    return {
      id: `street-${number}`,
      name: { zh: `街面 ${number}`, en: `Street ${number}` },
      kind: "street",
      place,
      area: areaAt(place),
      properties: ["noise_leq", "street_temp", "street_rh"],
      period_secs: null,
      parent: gateway?.id ?? "gw-01",
    };
  });
  return [...gateways, ...sensors];
}

/** The things of the invented city. */
export function things(random: Random): ThingView[] {
  const list = [
    ...airThings(random),
    ...waterThings(random),
    ...hallThings(),
    ...cameras(random),
    ...streetThings(random),
  ];
  list.push(...cellThings(list));
  return list.sort((a, b) => (a.id < b.id ? -1 : 1));
}
