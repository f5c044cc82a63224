import type { Socket } from "./link";
import type { Presence } from "./presence";

/** The server closes a socket with this code when its session has ended. */
export const SESSION_ENDED = 4401;

/**
 * A socket for somebody who is signed in. A browser is not told why a socket is refused, so after one that closed without a word, and
 * where nobody is known yet, the session is asked for first. A server that is away is a closed socket, as it always was.
 */
export function guarded(presence: Pick<Presence, "sure" | "doubt" | "ask">, open: () => Socket): Socket {
  let inner: Socket | undefined;
  let given = true;
  let spoken = false;
  const outer: Socket = {
    onmessage: null,
    onclose: null,
    onerror: null,
    close() {
      given = false;
      inner?.close();
    },
  };
  const begin = () => {
    if (!given) return;
    inner = open();
    inner.onmessage = (event) => {
      spoken = true;
      outer.onmessage?.(event);
    };
    inner.onclose = (code) => {
      if (!spoken || code === SESSION_ENDED) presence.doubt();
      outer.onclose?.(code);
    };
    inner.onerror = () => {
      if (!spoken) presence.doubt();
      outer.onerror?.();
    };
  };
  if (presence.sure()) begin();
  else void presence.ask().then((known) => (known ? begin() : outer.onclose?.()));
  return outer;
}
