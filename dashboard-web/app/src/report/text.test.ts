import { describe, expect, it } from "vitest";
import { points } from "../feed/report";
import { reportIn } from "../ui/page";
import { clock, dated, grounds, took } from "./text";

describe("the words of a report", () => {
  it("tells times in the city's zone", () => {
    expect(dated("2026-03-01T16:00:07Z", "Asia/Shanghai")).toBe("2026-03-02 00:00:07");
    expect(clock("2026-03-01T16:00:07Z", "Asia/Shanghai")).toBe("00:00:07");
    expect(clock(null, "Asia/Shanghai")).toBe("—");
  });

  it("tells how long something took", () => {
    expect([took(0), took(59.6), took(3_599), took(3_661), took(null)]).toEqual([
      "00:00",
      "01:00",
      "59:59",
      "1:01:01",
      "—",
    ]);
  });

  it("tells on what something was decided", () => {
    expect(grounds(null)).toBe("");
    expect(grounds({ by: "screen", position: 7, digest: "a".repeat(64) })).toBe(`屏幕 ${"a".repeat(12)} @7`);
    expect(grounds({ by: "photos", digests: ["b".repeat(64)] })).toContain("1");
  });

  it("knows the incident by its address", () => {
    expect(reportIn("#/report/0123abcd")).toBe("0123abcd");
    for (const hash of ["#/report", "#/report/", "#/desk", "#/report/a/b"]) expect(reportIn(hash)).toBeUndefined();
  });

  it("leaves out points that are none", () => {
    const items = [{ phenomenon_time: "2026-03-01T00:00:00Z", value: 1 }, { value: 2 }, 3];
    expect(points({ items })).toEqual([{ ms: Date.parse("2026-03-01T00:00:00Z"), value: 1 }]);
    expect(points({})).toEqual([]);
  });
});
