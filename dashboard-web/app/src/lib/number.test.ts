import { describe, expect, it } from "vitest";
import { count, fixed, median } from "./number";

describe("numbers", () => {
  it("have the decimals of their property, thousands apart and a true minus", () => {
    expect(fixed(1_234.5, 1)).toBe("1,234.5");
    expect(fixed(-0.126, 2)).toBe("−0.13");
    expect(fixed(-0.001, 2)).toBe("0.00");
    expect(fixed(41.6, 0)).toBe("42");
    expect(count(1_204_331)).toBe("1,204,331");
  });

  it("have a middle", () => {
    expect(median([])).toBeUndefined();
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });
});
