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
import { WarFold } from "./war/WarFold";
import { WarItems, WarReports, WarRoles } from "./war/WarFooter";
import { WarHeader } from "./war/WarHeader";
import { WarMap } from "./war/WarMap";
import { WarPlaces } from "./war/WarPlaces";
import { WarSensors } from "./war/WarSensors";
import { WarTasks } from "./war/WarTasks";
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
  "war-header": WarHeader,
  "war-tasks": WarTasks,
  "war-map": WarMap,
  "war-places": WarPlaces,
  "war-sensors": WarSensors,
  "war-reports": WarReports,
  "war-items": WarItems,
  "war-roles": WarRoles,
  "war-fold": WarFold,
};
