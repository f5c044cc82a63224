import { describe, expect, it } from "vitest";
import { follows } from "./unit";

describe("the unit of a phone", () => {
  it("goes with the steps of its task, one status after the other", () => {
    const way: string[] = [];
    for (let at: string | undefined = "available"; at !== undefined; at = follows(at, "arrive")) way.push(at);
    expect(way).toEqual(["available", "assigned", "en_route", "on_scene"]);
    expect(follows("returning", "sign")).toBe("assigned");
  });

  it("does not go back for another task", () => {
    expect(follows("on_scene", "sign")).toBeUndefined();
    expect(follows("on_scene", "set_out")).toBeUndefined();
    expect(follows("assigned", "finish")).toBeUndefined();
  });
});
