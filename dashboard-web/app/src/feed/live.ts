import { type Acknowledge, acknowledgeByHttp } from "./acknowledge";
import { type DutyDoor, httpDuty } from "./duty";
import type { Socket } from "./link";
import { type Door, httpDoor } from "./session";

/** Where the messages come from, where the acknowledgements go, and who lets people in. */
export interface Feed {
  open(after: number | undefined): Socket;
  readonly acknowledge: Acknowledge;
  readonly door: Door;
  /** Absent where there is no server. */
  readonly duty?: DutyDoor;
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
    door: httpDoor,
    duty: httpDuty,
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
