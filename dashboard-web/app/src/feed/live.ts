import { type Acknowledge, acknowledgeByHttp } from "./acknowledge";
import { type Admin, httpAdmin } from "./admin";
import { type Command, commandByHttp } from "./command";
import { type AskDrill, drillByHttp } from "./drill";
import { type DutyDoor, httpDuty } from "./duty";
import { type Field, fieldByHttp } from "./field";
import type { Socket } from "./link";
import { type Raised, raisedByHttp } from "./raised";
import { type Reports, reportsByHttp } from "./report";
import { type AskRoads, roadsByHttp } from "./roads";
import { type Door, httpDoor } from "./session";
import { type Quieting, quietingByHttp } from "./shelving";

/** Where the messages come from, where the acknowledgements go, and who lets people in. */
export interface Feed {
  open(after: number | undefined): Socket;
  readonly acknowledge: Acknowledge;
  /** The alarms raised since a city time; `undefined` when nobody can say. */
  raised(sinceMs: number): Promise<readonly Raised[] | undefined>;
  readonly command: Command;
  readonly field: Field;
  readonly quieting: Quieting;
  readonly door: Door;
  /** Absent where there is no server. */
  readonly duty?: DutyDoor;
  readonly drill: AskDrill;
  readonly roads: AskRoads;
  readonly reports: Reports;
  readonly admin: Admin;
}

/** The server that served this page. */
export function liveFeed(): Feed {
  return {
    open(after) {
      const url = new URL("api/v1/live", location.href);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      url.search = "";
      url.hash = "";
      url.searchParams.set("scene", "wall");
      if (after !== undefined) url.searchParams.set("after", String(after));
      return overWebSocket(url);
    },
    acknowledge: acknowledgeByHttp,
    raised: raisedByHttp,
    command: commandByHttp,
    field: fieldByHttp,
    quieting: quietingByHttp,
    door: httpDoor,
    duty: httpDuty,
    drill: drillByHttp,
    roads: roadsByHttp,
    reports: reportsByHttp,
    admin: httpAdmin,
  };
}

function overWebSocket(url: URL): Socket {
  const web = new WebSocket(url);
  const socket: Socket = { onmessage: null, onclose: null, onerror: null, close: () => web.close() };
  web.onmessage = (event: MessageEvent<unknown>) => socket.onmessage?.({ data: event.data });
  web.onclose = ({ code }) => socket.onclose?.(code);
  web.onerror = () => socket.onerror?.();
  return socket;
}
