import { describe, expect, it } from "vitest";
import { age, clockMinutes, clockOfDay, clockSeconds, moment, remaining, span } from "./time";

const AT = Date.UTC(2026, 5, 24, 16, 42, 8);

describe("clocks", () => {
  it("are those of the city's zone", () => {
    expect(clockSeconds(AT, "Asia/Shanghai")).toBe("00:42:08");
    expect(clockMinutes(AT, "Asia/Shanghai")).toBe("00:42");
    expect(moment(AT, "Asia/Shanghai")).toMatchObject({ month: 6, day: 25, weekday: 4 });
  });
});

describe("clocks of what may be days ago", () => {
  it("say the day when it is not today's, by the city's calendar", () => {
    expect(clockOfDay(AT - 42 * 60_000, AT, "Asia/Shanghai")).toBe("00:00");
    expect(clockOfDay(AT - 43 * 60_000, AT, "Asia/Shanghai")).toBe("06-24 23:59");
    expect(clockOfDay(AT - 366 * 86_400_000, AT, "Asia/Shanghai")).toBe("06-24 00:42");
  });
});

describe("ages in lists", () => {
  it("are h:mm:ss, however long", () => {
    expect(age(0)).toBe("0:00:00");
    expect(age(59_999)).toBe("0:00:59");
    expect(age(3_661_000)).toBe("1:01:01");
    expect(age(100 * 3_600_000)).toBe("100:00:00");
  });

  it("are never negative", () => {
    expect(age(-5_000)).toBe("0:00:00");
  });
});

describe("spans", () => {
  it("are whole numbers of one unit, rounded down", () => {
    expect(span(59_999)).toEqual({ count: 59, unit: "second" });
    expect(span(9 * 60_000 + 59_000)).toEqual({ count: 9, unit: "minute" });
    expect(span(3 * 3_600_000)).toEqual({ count: 3, unit: "hour" });
    expect(span(47 * 3_600_000)).toEqual({ count: 47, unit: "hour" });
    expect(span(49 * 3_600_000)).toEqual({ count: 2, unit: "day" });
  });
});

describe("a deadline", () => {
  it("counts down, and up when it is over", () => {
    const MINUTE = 60_000;
    const told = [10 * MINUTE + 8_000, 0, -80_000, 65 * MINUTE, -3 * 60 * MINUTE].map(remaining);
    expect(told).toEqual(["10:08", "00:00", "+01:20", "1:05:00", "+3:00:00"]);
  });
});
