import type { Advice, Forces, Plume, Proposal, Unit } from "../feed/forces";
import type { Place } from "../map/project";
import { PLANT } from "./city";
import { START_MS } from "./script";

const [LON, LAT] = PLANT;
const at = (east: number, north: number): Place => [LON + east / 97_500, LAT + north / 111_320];

function unit(id: string, zh: string, en: string, east: number, north: number, given: Partial<Unit> = {}): Unit {
  return {
    id,
    name: { zh, en },
    kind: "vehicle",
    skills: [],
    account: null,
    status: "available",
    since: null,
    said: 0,
    place: { at: at(east, north), age_secs: 8, stale: false, lost: false },
    check_in: null,
    room: null,
    ...given,
  };
}

const UNITS: readonly Unit[] = [
  unit("bus-gaojia", "高家镇校车", "Gaojia school buses", 3_400, 2_900),
  unit("bus-lianhua", "莲花公交", "Lianhua buses", 700, 2_600),
  unit("bus-park", "园区通勤车", "Park shuttle", 600, -100),
  unit("bus-zhangtan", "樟潭车站", "Zhangtan coaches", 300, -1_000, { status: "assigned" }),
  unit("fire-1", "特勤一车", "Special engine 1", -500, 150, {
    status: "on_scene",
    check_in: "warning",
    place: { at: at(-500, 150), age_secs: 190, stale: true, lost: false },
  }),
  unit("fire-2", "高家消防站", "Gaojia engine", 200, 500, { status: "on_scene", check_in: "green" }),
  unit("shelter-gaojia", "高家镇安置点", "Gaojia shelter", 3_900, 2_500, {
    kind: "shelter",
    room: { places: 600, taken: 20 },
  }),
];

/** A hexagon of the invented plume, in metres from the plant. */
function hexagon(east: number, north: number, size: number): Place[] {
  return Array.from({ length: 6 }, (_, corner) => {
    const angle = ((corner * 60 + 30) * Math.PI) / 180;
    return at(east + size * Math.cos(angle), north + size * Math.sin(angle));
  });
}

/** A drawn-out spindle downwind to the east-north-east, made of hexagons; its outline is what no second one shares. */
function plume(): Plume {
  const size = 110;
  const corners: Place[][] = [];
  for (let row = -4; row <= 26; row += 1)
    for (let column = -4; column <= 30; column += 1) {
      const east = column * size * Math.sqrt(3) + (row % 2 === 0 ? 0 : (size * Math.sqrt(3)) / 2);
      const north = row * size * 1.5;
      const along = east * 0.83 + north * 0.56;
      const across = Math.abs(north * 0.83 - east * 0.56);
      if (along > -250 && along < 4_300 && across < 240 + along * 0.11 - Math.max(0, along - 2_900) * 0.4)
        corners.push(hexagon(east, north, size));
    }
  const key = ([lon, lat]: Place) => `${lon.toFixed(6)},${lat.toFixed(6)}`;
  const sides = new Map<string, [Place, Place][]>();
  for (const cell of corners)
    cell.forEach((from, index) => {
      const to = cell[(index + 1) % cell.length] ?? from;
      const name = [key(from), key(to)].sort().join(" ");
      sides.set(name, [...(sides.get(name) ?? []), [from, to]]);
    });
  const outline = [...sides.values()].flatMap((each) => (each.length === 1 ? each : []));
  return {
    cells: corners.map((_, index) => `cell-${index}`),
    corners,
    outline,
    reach_m: 4_300,
    is_cut: false,
    model: "gaussian",
  };
}

const text = (zh: string, en: string) => ({ zh, en });

function advice(hindered: boolean): Advice {
  const school = at(2_000, 1_500);
  return {
    basis: { basis: "roads" },
    assembly: null,
    chosen: [
      {
        unit: "bus-gaojia",
        name: text("高家镇校车", "Gaojia school buses"),
        time_secs: 118,
        stale: false,
        age_secs: 8,
        cover: { before_secs: 60, after_secs: 540 },
        way: [at(3_400, 2_900), at(2_700, 2_300), at(2_100, 1_900), school],
      },
      {
        unit: "bus-lianhua",
        name: text("莲花公交", "Lianhua buses"),
        time_secs: 176,
        stale: false,
        age_secs: 8,
        cover: { before_secs: 60, after_secs: null },
        way: [at(700, 2_600), at(900, 1_700), at(1_700, 2_100), school],
      },
    ],
    passed_over: [
      {
        unit: "bus-park",
        name: text("园区通勤车", "Park shuttle"),
        open_secs: 95,
        why: [
          hindered
            ? {
                why: "cut_off",
                text: text("路线穿越危险区，绕行无路", "its way leads through the hazard; there is none round it"),
              }
            : { why: "off_shift", text: text("不在班", "off its shift") },
        ],
        way: hindered ? [at(600, -100), at(900, 400), at(1_300, 900), school] : [],
        stopped: hindered ? at(790, 220) : null,
      },
      {
        unit: "bus-zhangtan",
        name: text("樟潭车站", "Zhangtan coaches"),
        open_secs: 140,
        why: [{ why: "busy", text: text("已派，16:20 前不空", "assigned until 16:20") }],
        way: [],
        stopped: null,
      },
    ],
    passed_over_count: 2,
  };
}

const PROPOSALS: readonly Proposal[] = [
  {
    incident: "incident-1",
    number: 1,
    at: new Date(START_MS + 190_000).toISOString(),
    place: at(900, 500),
    candidate: { origin: { type: "order", order: "12345-0381", text: "闻到刺鼻气味，眼睛难受" } },
    rings: 1,
    metres: 1_020,
    minutes: 3,
    same_domain: true,
    points: 89,
    because: text("相距 1020 米，相差 3 分钟，同一领域", "1020 m apart, 3 min apart, of one domain"),
  },
  {
    incident: null,
    number: null,
    at: new Date(START_MS + 60_000).toISOString(),
    place: at(-9_000, 4_000),
    candidate: {
      group: [
        { type: "alarm", alarm: "a-77", subject: "rain-mj-02:rain_1h" },
        { type: "order", order: "12345-0379", text: "马金溪边路面积水" },
      ],
    },
    rings: 1,
    metres: 860,
    minutes: 12,
    same_domain: null,
    points: 74,
    because: text(
      "报警 1、工单 1：至多相距 860 米，相差 12 分钟，领域未知",
      "alarms 1, orders 1: at most 860 m apart, 12 min apart, of an unknown domain",
    ),
  },
];

let proposals = PROPOSALS;

/** Units, hazards and proposals without a server. */
export const rehearsalForces: Forces = {
  units: async () => UNITS,
  recommend: async (_place, avoid) => advice(avoid.length > 0),
  plume: async () => plume(),
  assign: async () => ({ done: true }),
  proposals: async () => proposals,
  aside: async () => {
    proposals = proposals.filter(({ incident }) => incident !== null);
    return { done: true };
  },
};
