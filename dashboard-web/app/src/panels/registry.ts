import { Air } from "./air/Air";
import { Alarms } from "./alarms/Alarms";
import { Detail } from "./detail/Detail";
import { Drivers } from "./drivers/Drivers";
import { Gas } from "./gas/Gas";
import { Halls } from "./hall/Halls";
import { HallsBrief } from "./hall/HallsBrief";
import { Header } from "./header/Header";
import { MapPanel } from "./map/MapPanel";
import { Matrix } from "./matrix/Matrix";
import type { Panel } from "./panel";
import { Others, Pollutants, Street } from "./pollutants/Pollutants";
import { Sources } from "./sources/Sources";
import { Gateways } from "./street/Gateways";
import { Video } from "./video/Video";
import { Rain } from "./water/Rain";
import { Sections } from "./water/Sections";
import { Stages } from "./water/Stages";

/** Every panel by its id. A new panel is one line here, and its place in `scenes.ts`. */
export const PANELS: Readonly<Record<string, Panel>> = {
  header: Header,
  alarms: Alarms,
  map: MapPanel,
  detail: Detail,
  drivers: Drivers,
  air: Air,
  pollutants: Pollutants,
  gas: Gas,
  stages: Stages,
  rain: Rain,
  sections: Sections,
  halls: Halls,
  "halls-brief": HallsBrief,
  video: Video,
  street: Street,
  gateways: Gateways,
  others: Others,
  matrix: Matrix,
  sources: Sources,
};
