import { afterEach, describe, expect, it, vi } from "vitest";
import { httpWays, providerAddress, refusalIn } from "./ways";

describe("the provider's way", () => {
  afterEach(() => void vi.unstubAllGlobals());
  const answering = (status: number, body: unknown) =>
    vi.stubGlobal("fetch", async () => new Response(JSON.stringify(body), { status }));

  it("is there when the server says so", async () => {
    const name = { zh: "统一身份认证", en: "Single sign-on" };
    answering(200, { oidc: { name, available: false } });
    expect(await httpWays()).toEqual({ name, available: false });
  });

  it("is not there without one, or while the server is away", async () => {
    answering(200, { oidc: null });
    expect(await httpWays()).toBeUndefined();
    answering(503, {});
    expect(await httpWays()).toBeUndefined();
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("refused")));
    expect(await httpWays()).toBeUndefined();
  });

  it("takes the seat along", () => {
    expect(providerAddress("1号席 & 2")).toBe("api/v1/session/oidc?seat=1%E5%8F%B7%E5%B8%AD+%26+2");
  });

  it("says in the address why it led to nothing", () => {
    expect(refusalIn("#oidc=away")).toEqual({ why: "away", subject: "" });
    expect(refusalIn("#oidc=unknown&subject=a%20b")).toEqual({ why: "unknown", subject: "a b" });
    expect(refusalIn("#token=x")).toBeUndefined();
  });
});
