import { describe, expect, it } from "vitest";
import { shrunk } from "./shrink";

describe("a photograph that is made smaller", () => {
  it("keeps its shape, and never grows", () => {
    expect(shrunk(4_000, 3_000)).toEqual([1_600, 1_200]);
    expect(shrunk(3_000, 4_000)).toEqual([1_200, 1_600]);
    expect(shrunk(640, 480)).toEqual([640, 480]);
    expect(shrunk(9_000, 1)).toEqual([1_600, 1]);
  });
});
