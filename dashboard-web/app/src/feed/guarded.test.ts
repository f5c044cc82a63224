import { describe, expect, it } from "vitest";
import { guarded, SESSION_ENDED } from "./guarded";
import type { Socket } from "./link";

class FakeSocket implements Socket {
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  onerror: Socket["onerror"] = null;
  closed = false;

  close(): void {
    this.closed = true;
  }
}

function setUp(known: { sure: boolean; here?: boolean }) {
  const opened: FakeSocket[] = [];
  const told = { doubts: 0, asked: 0, messages: 0, closes: 0 };
  const presence = {
    sure: () => known.sure,
    doubt: () => {
      told.doubts += 1;
    },
    ask: async () => {
      told.asked += 1;
      return known.here === true;
    },
  };
  const socket = guarded(presence, () => {
    const inner = new FakeSocket();
    opened.push(inner);
    return inner;
  });
  socket.onmessage = () => {
    told.messages += 1;
  };
  socket.onclose = () => {
    told.closes += 1;
  };
  return { socket, opened, told };
}

const answered = () => Promise.resolve().then(() => undefined);

describe("a guarded socket", () => {
  it("opens at once for somebody who is known", () => {
    const { opened, told } = setUp({ sure: true });
    opened[0]?.onmessage?.({ data: "x" });
    expect(told).toEqual({ doubts: 0, asked: 0, messages: 1, closes: 0 });
  });

  it("asks first in doubt, and is a closed one when nobody is there or no server answers", async () => {
    const here = setUp({ sure: false, here: true });
    expect(here.opened).toHaveLength(0);
    await answered();
    expect(here.opened).toHaveLength(1);
    const away = setUp({ sure: false });
    await answered();
    expect(away.opened).toHaveLength(0);
    expect(away.told.closes).toBe(1);
  });

  it("opens nothing when it was given up meanwhile", async () => {
    const { socket, opened } = setUp({ sure: false, here: true });
    socket.close();
    await answered();
    expect(opened).toHaveLength(0);
  });

  it("doubts after a socket that closed without a word, and after one that the end of the session closed", () => {
    const refused = setUp({ sure: true });
    refused.opened[0]?.onclose?.(1006);
    expect(refused.told).toMatchObject({ doubts: 1, closes: 1 });
    const ended = setUp({ sure: true });
    ended.opened[0]?.onmessage?.({ data: "x" });
    ended.opened[0]?.onclose?.(SESSION_ENDED);
    expect(ended.told).toMatchObject({ doubts: 1, closes: 1 });
  });

  it("does not doubt after a cut cable", () => {
    const { opened, told } = setUp({ sure: true });
    opened[0]?.onmessage?.({ data: "x" });
    opened[0]?.onclose?.(1006);
    expect(told).toMatchObject({ doubts: 0, closes: 1 });
  });
});
