import { describe, expect, it } from "vitest";
import { words } from "./words";

function texts(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value === "object" && value !== null)
    return Object.entries(value).flatMap(([key, inner]) => texts(inner, `${path}.${key}`));
  return [];
}

describe("the English screen", () => {
  it("has no Chinese left in it", () => {
    for (const [path, text] of texts(words.en, "en")) expect(text, path).not.toMatch(/\p{Script=Han}/u);
  });

  it("says in both languages that history is away and nothing is lost", () => {
    expect(words.zh.historyAway("16:42:08")).toBe("历史库离线 自 16:42:08 · 数据仍在记录");
    expect(words.en.historyAway("16:42:08")).toBe("History away since 16:42:08 · nothing is lost");
  });

  it("says the lost link in both languages", () => {
    expect(words.zh.lost(12, "16:42:08")).toBe("与服务器失去联系 12 秒，画面停在 16:42:08");
    expect(words.en.lost(12, "16:42:08")).toContain("12 s");
  });
});
