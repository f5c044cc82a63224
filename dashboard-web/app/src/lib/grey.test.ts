import { describe, expect, it } from "vitest";
import { grey, light, RAIN_STEPS, step } from "./grey";

function luminance(hex: string): number {
  const part = Number.parseInt(hex.slice(1, 3), 16) / 255;
  return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
}

describe("a ramp of greys", () => {
  it("grows with the value, and text can be read on every step", () => {
    let before = 0;
    for (let at = 0; at <= RAIN_STEPS.length; at += 1) {
      const ground = luminance(grey(at));
      const text = luminance(light(at) ? "#111111" : "#eceeef");
      const contrast = (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
      expect(contrast).toBeGreaterThanOrEqual(5.5);
      expect(ground).toBeGreaterThan(before);
      before = ground;
    }
  });

  it("has the step on which a value stands", () => {
    expect([0, 0.1, 4.9, 5, 80].map((value) => step(value, RAIN_STEPS))).toEqual([0, 1, 1, 2, 5]);
  });
});
