import { Air } from "./air/Air";
import { Alarms } from "./alarms/Alarms";
import { Gas } from "./gas/Gas";
import { Header } from "./header/Header";
import { MapPanel } from "./map/MapPanel";
import { Matrix } from "./matrix/Matrix";
import type { Panel } from "./panel";
import { Pollutants } from "./pollutants/Pollutants";
import { Sources } from "./sources/Sources";

/** Every panel by its id. A new panel is one line here. */
export const PANELS: Readonly<Record<string, Panel>> = {
  header: Header,
  alarms: Alarms,
  map: MapPanel,
  air: Air,
  pollutants: Pollutants,
  matrix: Matrix,
  gas: Gas,
  sources: Sources,
};
