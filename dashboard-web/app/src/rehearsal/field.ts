import type { Field, Hazard, Outside, OwnUnit } from "../feed/field";
import { played } from "./command";
import { START_MS } from "./script";

const at = (secs: number) => new Date(START_MS + secs * 1_000).toISOString();
const PLACE = [118.9, 28.9] as const;
const DEGREE = Math.PI / 180;

/** A hexagon around a point so many metres away; about an H3 cell of resolution 10. */
function cell(east: number, north: number): readonly (readonly [number, number])[] {
  const lon = (metres: number) => PLACE[0] + metres / (111_320 * Math.cos(PLACE[1] * DEGREE));
  const lat = (metres: number) => PLACE[1] + metres / 111_320;
  return [0, 1, 2, 3, 4, 5].map((corner) => {
    const turn = (30 + corner * 60) * DEGREE;
    const [x, y] = [east + SIDE * Math.cos(turn), north + SIDE * Math.sin(turn)];
    return [Number(lon(x).toFixed(6)), Number(lat(y).toFixed(6))];
  });
}
const SIDE = 75;

/** Cells downwind of the place, in a wedge that opens to the north-east. */
function wedge(): Hazard["polygons"] {
  const [across, up] = [SIDE * Math.sqrt(3), SIDE * 1.5];
  const cells: (readonly (readonly [number, number])[])[] = [];
  for (let row = -2; row < 14; row += 1) {
    for (let column = -3; column < 14; column += 1) {
      const [east, north] = [across * (column + (row % 2 === 0 ? 0 : 0.5)), up * row];
      const along = (east + north) / Math.SQRT2;
      const aside = Math.abs(east - north) / Math.SQRT2;
      if (along > 60 && aside < 60 + along * 0.24) cells.push(cell(east, north));
    }
  }
  return cells;
}

function outside(id: string): Outside | undefined {
  const task = played.task(id);
  if (task === undefined) return undefined;
  const { number, title, warning, place, commander } = played.whole();
  return {
    task,
    help_sms: "+8600000000000",
    steps: [
      { at: at(60), step: "sign", done_at: at(60) },
      { at: at(90), step: "set_out", done_at: at(90) },
      { at: at(150), step: "arrive", done_at: at(150) },
      { at: at(170), step: "begin", done_at: at(170) },
    ],
    incident: { number, title, warning, place, commander },
    hazard: {
      at: at(120),
      by: "commander",
      polygons: wedge(),
      label: "2 ppm",
      cells: [],
      isolate_metres: 300,
      wind: { from_degrees: 225, speed_ms: 1.9 },
      approach: [
        [118.8905, 28.8995],
        [118.8945, 28.8998],
        [118.898, 28.8999],
      ],
      lines: ["只从西南上风侧进出", "300 m 内 A 级防护＋空呼，两人一组", "水不得直冲罐体和泄漏口，避开低洼"],
    },
  };
}

let heard = at(60);
const unit = (): OwnUnit => ({
  id: "fire-1",
  name: { zh: "模拟一中队一号车", en: "Engine 1 (invented)" },
  status: "on_scene",
  said: 1,
  heard,
  checkInSecs: 600,
});

/** A phone's side without a server: everything arrives. */
export const rehearsalField: Field = {
  task: async (id) => outside(id),
  bring: async () => ({ outcome: "done", digest: "0".repeat(64) }),
  mine: async () => unit(),
  status: async () => ({ outcome: "done" }),
  checkIn: async () => {
    heard = at(240);
    return { outcome: "done" };
  },
  position: async () => ({ outcome: "done" }),
  route: async () => ({
    basis: { basis: "roads" },
    assembly: null,
    time_secs: 232,
    open_secs: 180,
    metres: 3_140,
    way: [
      [118.872, 28.889],
      [118.879, 28.8955],
      [118.8905, 28.8995],
      [118.898, 28.8999],
      [118.9, 28.9],
    ],
  }),
};
