import { afterEach, describe, expect, it, vi } from "vitest";
import { acknowledgeByHttp } from "./acknowledge";

function answering(status: number, body: unknown) {
  const asked = vi.fn(async () => new Response(JSON.stringify(body), { status }));
  vi.stubGlobal("fetch", asked);
  return asked;
}

describe("an acknowledgement", () => {
  afterEach(() => void vi.unstubAllGlobals());

  it("is posted with the seat", async () => {
    const asked = answering(200, {});
    expect(await acknowledgeByHttp("a/1", "一号席", "")).toEqual({ outcome: "done" });
    expect(asked).toHaveBeenCalledWith(
      "api/v1/alarms/a%2F1/ack",
      expect.objectContaining({ method: "POST", body: '{"seat":"一号席","note":""}' }),
    );
  });

  it("says who was first", async () => {
    answering(409, {
      error: { code: "already_acknowledged", message: "…" },
      acknowledged: { seat: "二号席", at: "…" },
    });
    expect(await acknowledgeByHttp("a1", "一号席", "")).toEqual({ outcome: "taken", seat: "二号席" });
  });

  it("gives the server's reason, or at least its status", async () => {
    answering(404, { error: { code: "not_found", message: "no such alarm" } });
    expect(await acknowledgeByHttp("a1", "一号席", "")).toEqual({ outcome: "refused", why: "no such alarm" });
    answering(500, "broken");
    expect(await acknowledgeByHttp("a1", "一号席", "")).toEqual({ outcome: "refused", why: "HTTP 500" });
  });

  it("tells when no server answers", async () => {
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("refused")));
    expect(await acknowledgeByHttp("a1", "一号席", "")).toEqual({ outcome: "unreachable" });
  });
});
