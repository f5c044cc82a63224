import { describe, expect, it } from "vitest";
import { has, moved, wordsOf } from "./hand";

describe("rows of the admin pages", () => {
  it("are found by all of the words, whatever the case", () => {
    expect(has(["zhang", "330802"], "zhang.wei", "张伟", "330802")).toBe(true);
    expect(has(["zhang", "li"], "zhang.wei")).toBe(false);
    expect(has([], "x")).toBe(true);
  });

  it("are walked without leaving the list", () => {
    const rows = ["a", "b", "c"];
    const key = (row: string) => row;
    expect(moved(rows, key, undefined, 1)).toBe("a");
    expect(moved(rows, key, "a", 1)).toBe("b");
    expect(moved(rows, key, "c", 1)).toBe("c");
    expect(moved(rows, key, "a", -1)).toBe("a");
    expect(moved(rows, key, "gone", 1)).toBe("a");
    expect(moved([], key, "a", 1)).toBeUndefined();
  });

  it("take lists with any comma", () => {
    expect(wordsOf("330802，330803 , air、water")).toEqual(["330802", "330803", "air", "water"]);
    expect(wordsOf("  ")).toEqual([]);
  });
});
