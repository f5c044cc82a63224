import { afterEach, describe, expect, it, vi } from "vitest";
import { acknowledgeByHttp, named } from "./acknowledge";
import { seen } from "./evidence";
import type { AlarmView } from "./messages";

const ALARM = { id: "a/1", number: 7, state: "unacknowledged", value: 3.2 } as unknown as AlarmView;

function answering(status: number, body: unknown) {
  const asked = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

describe("an acknowledgement", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is posted with what the screen showed, and without a name: the server knows who it is", async () => {
    const asked = answering(200, {});
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "done" });
    expect(asked).toHaveBeenCalledWith(
      "api/v1/alarms/a%2F1/ack",
      expect.objectContaining({ method: "POST", body: JSON.stringify({ note: "", seen: await seen(ALARM, 5) }) }),
    );
  });

  it("says who was first", async () => {
    const error = { code: "already_acknowledged", message: "…" };
    answering(409, { error, acknowledged: { person: "wang.fang", seat: "二号席", at: "…" } });
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({
      outcome: "taken",
      by: { person: "wang.fang", seat: "二号席" },
    });
    answering(409, { error, acknowledged: { person: null, seat: "二号席", at: "…" } });
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "taken", by: { person: null, seat: "二号席" } });
    answering(409, { error });
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "taken", by: undefined });
  });

  it("tells an alarm that has changed from one that somebody else has", async () => {
    answering(409, { error: { code: "shown_otherwise", message: "the alarm changed" } });
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "changed" });
  });

  it("gives the server's reason, or at least its status", async () => {
    answering(404, { error: { code: "not_found", message: "no such alarm" } });
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "refused", why: "no such alarm" });
    answering(500, "broken");
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "refused", why: "HTTP 500" });
  });

  it("tells when no server answers", async () => {
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("refused")));
    expect(await acknowledgeByHttp(ALARM, 5, "")).toEqual({ outcome: "unreachable" });
  });

  it("names a person, a seat, or both", () => {
    expect(named({ person: "wang.fang", seat: "二号席" })).toBe("wang.fang 二号席");
    expect(named({ person: "wang.fang", display: "王芳", seat: "二号席" })).toBe("王芳 二号席");
    expect(named({ person: null, seat: "二号席" })).toBe("二号席");
    expect(named({ person: "wang.fang", seat: "" })).toBe("wang.fang");
  });
});
