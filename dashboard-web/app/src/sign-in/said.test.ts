import { describe, expect, it } from "vitest";
import { said } from "./said";

describe("what the form says", () => {
  it("is nothing when it went well", () => {
    expect(said({ outcome: "done" }, "账号或密码不正确")).toBeUndefined();
  });

  it("does not say whether the name or the password is wrong", () => {
    expect(said({ outcome: "out" }, "账号或密码不正确")).toBe("账号或密码不正确");
  });

  it("says how long to wait, rounded up", () => {
    expect(said({ outcome: "wait", secs: 8 }, "")).toBe("尝试次数过多，请 8 秒后再试");
    expect(said({ outcome: "wait", secs: 61 }, "")).toBe("尝试次数过多，请 2 分后再试");
  });

  it("gives the rule that a password breaks in the server's words", () => {
    expect(said({ outcome: "refused", code: "bad_body", why: "at least 10 characters" }, "")).toBe(
      "未完成：at least 10 characters",
    );
  });

  it("tells a server that is away from a wrong password", () => {
    expect(said({ outcome: "away" }, "账号或密码不正确")).toBe("联系不上服务器，请稍后再试");
  });
});
