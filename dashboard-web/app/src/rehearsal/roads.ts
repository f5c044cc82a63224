import type { AskRoads, RoadLines } from "../feed/roads";
import type { Place } from "../map/project";
import { PLANT } from "./city";

const [LON, LAT] = PLANT;
const at = (east: number, north: number): Place => [LON + east / 97_500, LAT + north / 111_320];

/** Invented roads about the invented plant, metres east and north of it. */
const ROADS: readonly RoadLines[] = [
  {
    kmh: 80,
    lines: [
      [at(-9_000, -700), at(-2_500, -300), at(600, -350), at(3_200, 700), at(9_000, 1_600)],
      [at(-1_400, 6_000), at(-900, 2_400), at(-600, -320), at(-900, -4_000)],
    ],
  },
  {
    kmh: 40,
    lines: [
      [at(700, 2_600), at(900, 1_700), at(1_700, 2_100), at(2_000, 1_500), at(2_500, 450)],
      [at(3_400, 2_900), at(2_700, 2_300), at(2_100, 1_900), at(1_700, 2_100)],
      [at(600, -350), at(600, -100), at(900, 400), at(1_300, 900), at(2_000, 1_500)],
      [at(300, -1_000), at(600, -350), at(-500, 150), at(-900, 2_400)],
    ],
  },
];

/** Roads without a server. */
export const rehearsalRoads: AskRoads = async () => ROADS;
