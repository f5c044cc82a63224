import { afterEach, describe, expect, it, vi } from "vitest";
import { httpDoor, keyIn, sessionOf } from "./session";

const VIEW = {
  name: "officer",
  display: "值班员",
  roles: ["duty_officer"],
  areas: [],
  seat: "一号席",
  device: false,
  acts: ["watch", "acknowledge"],
  must_change_password: false,
  second_factor: "none",
};

function answering(status: number, body?: unknown, headers: Record<string, string> = {}) {
  const text = body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body);
  const asked = vi.fn(async () => new Response(text, { status, headers }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

describe("the key in the address", () => {
  it("is a wall's token or the first administrator's", () => {
    expect(keyIn("#token=abc-_1")).toEqual({ kind: "token", token: "abc-_1" });
    expect(keyIn("#first=xyz")).toEqual({ kind: "first", token: "xyz" });
  });

  it("is nothing else", () => {
    for (const hash of ["", "#", "#token=", "#map", "#password=1"]) expect(keyIn(hash), hash).toBeUndefined();
  });
});

describe("a session", () => {
  it("is read as the server says it", () => {
    expect(sessionOf(VIEW)).toEqual(VIEW);
  });

  it("may have no seat and no name to show", () => {
    const { seat, display, ...rest } = VIEW;
    expect(sessionOf({ ...rest, seat: null })).toMatchObject({ seat: "", display: "officer" });
  });

  it("is none without a name or without what may be done", () => {
    for (const value of [null, "officer", {}, { ...VIEW, name: 1 }, { ...VIEW, acts: undefined }])
      expect(sessionOf(value)).toBeUndefined();
  });
});

describe("the door over HTTP", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("sends what opens a session as JSON, never in the address", async () => {
    const asked = answering(200, VIEW);
    expect(await httpDoor.signIn({ token: "secret" })).toEqual({ outcome: "in", session: VIEW });
    expect(asked).toHaveBeenCalledWith(
      "api/v1/session",
      expect.objectContaining({
        method: "POST",
        body: '{"token":"secret"}',
        headers: { "accept-language": "zh-CN", "content-type": "application/json" },
      }),
    );
  });

  it("asks, changes and leaves where the contract says", async () => {
    const asked = answering(204);
    expect(await httpDoor.signOut()).toEqual({ outcome: "done" });
    await httpDoor.changePassword({ old: "a", new: "b" });
    await httpDoor.first({ token: "t", name: "n", display: "d", password: "p" });
    await httpDoor.session();
    expect(asked.mock.calls.map(([path, init]: unknown[]) => [path, (init as RequestInit).method])).toEqual([
      ["api/v1/session", "DELETE"],
      ["api/v1/session/password", "PUT"],
      ["api/v1/session/first", "POST"],
      ["api/v1/session", "GET"],
    ]);
  });

  it("tells who is not known from who must wait", async () => {
    answering(401, { error: { code: "not_signed_in", message: "…" } });
    expect(await httpDoor.session()).toEqual({ outcome: "out" });
    answering(429, {}, { "retry-after": "29.5" });
    expect(await httpDoor.session()).toEqual({ outcome: "wait", secs: 30 });
    answering(429, {});
    expect(await httpDoor.session()).toEqual({ outcome: "wait", secs: 60 });
  });

  it("tells who must give a code from who is not known, and gives what a phone must know", async () => {
    answering(401, { error: { code: "second_factor", message: "…" } });
    const given = { name: "n", password: "p", seat: "", code: "1" };
    expect(await httpDoor.signIn(given)).toEqual({ outcome: "code" });
    const asked = answering(200, { secret: "ABC", uri: "otpauth://totp/x" });
    expect(await httpDoor.second.offer("p")).toEqual({ outcome: "offer", secret: "ABC", uri: "otpauth://totp/x" });
    expect(asked).toHaveBeenCalledWith("api/v1/session/totp", expect.objectContaining({ method: "POST" }));
    answering(200, { recovery_codes: ["a", "b"] });
    expect(await httpDoor.second.confirm("1")).toEqual({ outcome: "codes", codes: ["a", "b"] });
    answering(204);
    expect(await httpDoor.second.remove({ password: "p", code: "1" })).toEqual({ outcome: "done" });
  });

  it("gives a refusal in the server's words", async () => {
    answering(400, { error: { code: "bad_body", message: "too short" } });
    expect(await httpDoor.changePassword({ old: "a", new: "b" })).toEqual({
      outcome: "refused",
      code: "bad_body",
      why: "too short",
    });
    answering(403, "no");
    expect(await httpDoor.session()).toEqual({ outcome: "refused", code: "403", why: "HTTP 403" });
  });

  it("never takes a server that is away for a session that ended", async () => {
    for (const status of [500, 502, 503]) {
      answering(status, { error: { code: "unavailable", message: "busy" } });
      expect(await httpDoor.session()).toEqual({ outcome: "away" });
    }
    answering(200, "<html>a proxy</html>");
    expect(await httpDoor.session()).toEqual({ outcome: "away" });
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("refused")));
    expect(await httpDoor.session()).toEqual({ outcome: "away" });
  });
});
