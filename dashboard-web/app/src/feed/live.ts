import { type Acknowledge, acknowledgeByHttp } from "./acknowledge";
import type { Socket } from "./link";

/** Where the messages come from, and where the acknowledgements go. */
export interface Feed {
  open(after: number | undefined): Socket;
  readonly acknowledge: Acknowledge;
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
  };
}

function overWebSocket(url: URL): Socket {
  const web = new WebSocket(url);
  const socket: Socket = { onmessage: null, onclose: null, onerror: null, close: () => web.close() };
  web.onmessage = (event: MessageEvent<unknown>) => socket.onmessage?.({ data: event.data });
  web.onclose = () => socket.onclose?.();
  web.onerror = () => socket.onerror?.();
  return socket;
}
