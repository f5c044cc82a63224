import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CLOSED_MS_MAX, Link, type LinkState, MENDED_MS_MAX, SILENCE_MS_MAX, type Socket } from "./link";
import type { ServerMessage } from "./messages";

class FakeSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  closed = false;

  constructor(readonly after: number | undefined) {}

  close(): void {
    this.closed = true;
  }

  say(text: string): void {
    this.onmessage?.({ data: text });
  }

  tick(after: number, position: number): void {
    this.say(JSON.stringify({ type: "delta", after, position, now_ms: position }));
  }
}

function setUp() {
  const sockets: FakeSocket[] = [];
  const states: LinkState[] = [];
  const held: { position: number | undefined } = { position: undefined };
  const link = new Link({
    open: (after) => {
      const socket = new FakeSocket(after);
      sockets.push(socket);
      return socket;
    },
    position: () => held.position,
    accept: (message: ServerMessage) => {
      if (message.type === "history") return true;
      if (message.type === "delta" && held.position !== undefined && message.after !== held.position) return false;
      held.position = message.position;
      return true;
    },
    changed: (state) => states.push(state),
    random: () => 1,
  });
  const socket = () => {
    const last = sockets[sockets.length - 1];
    if (last === undefined) throw new Error("no socket was opened");
    return last;
  };
  return { link, sockets, socket, states, held };
}

describe("the link", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("is live from the first message on", () => {
    const { link, socket, states } = setUp();
    link.start();
    socket().tick(0, 1);
    expect(states.map(({ state }) => state)).toEqual(["live"]);
  });

  it("says that it is lost after the limit of silence, and since when", () => {
    const { link, socket, states } = setUp();
    link.start();
    socket().tick(0, 1);
    const heardMs = Date.now();
    vi.advanceTimersByTime(SILENCE_MS_MAX - 1);
    expect(states).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(states[1]).toMatchObject({ state: "lost", sinceMs: heardMs });
  });

  it("stays live while a message comes every second", () => {
    const { link, socket, states } = setUp();
    link.start();
    for (let second = 0; second < 30; second += 1) {
      socket().tick(second, second + 1);
      vi.advanceTimersByTime(1_000);
    }
    expect(states.map(({ state }) => state)).toEqual(["live"]);
  });

  it("gives up a socket that is open but silent, and resumes after the last position", () => {
    const { link, sockets, socket } = setUp();
    link.start();
    socket().tick(0, 7);
    vi.advanceTimersByTime(SILENCE_MS_MAX + 250);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.closed).toBe(true);
    expect(sockets[1]?.after).toBe(7);
  });

  it("does not call a short cut lost", () => {
    const { link, socket, states } = setUp();
    link.start();
    socket().tick(0, 1);
    socket().onclose?.();
    vi.advanceTimersByTime(250);
    socket().tick(1, 2);
    vi.advanceTimersByTime(1_000);
    expect(states.map(({ state }) => state)).toEqual(["live"]);
  });

  it("says a closed socket sooner than a silent one", () => {
    const { link, socket, states } = setUp();
    link.start();
    socket().tick(0, 1);
    const heardMs = Date.now();
    vi.advanceTimersByTime(100);
    socket().onclose?.();
    vi.advanceTimersByTime(CLOSED_MS_MAX - 101);
    expect(states.map(({ state }) => state)).toEqual(["live"]);
    vi.advanceTimersByTime(1);
    expect(states.at(-1)).toMatchObject({ state: "lost", sinceMs: heardMs });
  });

  it("waits for the first attempt when a socket closes just before the next message was due", () => {
    const { link, socket, states } = setUp();
    link.start();
    socket().tick(0, 1);
    vi.advanceTimersByTime(CLOSED_MS_MAX - 50);
    socket().onclose?.();
    vi.advanceTimersByTime(MENDED_MS_MAX - 1);
    expect(states.map(({ state }) => state)).toEqual(["live"]);
    vi.advanceTimersByTime(1);
    expect(states.at(-1)?.state).toBe("lost");
  });

  it("says at once that no server answers, and waits longer for one that is silent", () => {
    const refused = setUp();
    refused.link.start();
    refused.socket().onclose?.();
    vi.advanceTimersByTime(CLOSED_MS_MAX);
    expect(refused.states.at(-1)?.state).toBe("lost");
    const silent = setUp();
    silent.link.start();
    vi.advanceTimersByTime(CLOSED_MS_MAX);
    expect(silent.states).toEqual([]);
  });

  it("backs off up to two seconds, without end", () => {
    const { link, sockets, socket } = setUp();
    link.start();
    const waits: number[] = [];
    for (let attempt = 0; attempt < 6; attempt += 1) {
      const opened = sockets.length;
      socket().onclose?.();
      let waited = 0;
      while (sockets.length === opened) {
        vi.advanceTimersByTime(50);
        waited += 50;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
  });

  it("asks for a snapshot after a gap", () => {
    const { link, sockets, socket, held } = setUp();
    link.start();
    socket().tick(0, 5);
    socket().tick(6, 7);
    expect(held.position).toBe(5);
    vi.advanceTimersByTime(250);
    expect(sockets).toHaveLength(2);
    expect(socket().after).toBeUndefined();
  });

  it("asks for a snapshot after a message that it cannot read", () => {
    const { link, socket } = setUp();
    link.start();
    socket().tick(0, 5);
    socket().say("{");
    vi.advanceTimersByTime(250);
    expect(socket().after).toBeUndefined();
  });

  it("is live again when the server is back, and listens to the new socket only", () => {
    const { link, sockets, socket, states, held } = setUp();
    link.start();
    socket().tick(0, 1);
    vi.advanceTimersByTime(10_000);
    socket().tick(1, 2);
    sockets[0]?.tick(1, 99);
    expect(states.at(-1)?.state).toBe("live");
    expect(held.position).toBe(2);
  });

  it("tries again when a connection is never made", () => {
    const { link, sockets } = setUp();
    link.start();
    vi.advanceTimersByTime(5_000 + 250);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.closed).toBe(true);
  });

  it("says nothing more, and opens nothing, once it is stopped", () => {
    const { link, sockets, socket, states } = setUp();
    link.start();
    socket().tick(0, 1);
    link.stop();
    expect(states.at(-1)?.state).toBe("waiting");
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(states.at(-1)?.state).toBe("waiting");
  });
});
