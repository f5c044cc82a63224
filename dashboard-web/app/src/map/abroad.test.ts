import { describe, expect, it } from "vitest";
import { abroad, inCity } from "./abroad";
import { CITY_BOUNDS } from "./land";
import { around } from "./place";
import { fitted } from "./project";

const VIEW = fitted(CITY_BOUNDS, 800, 712, 26);
/** The city's government, and a town of the neighbour in the south. */
const QUZHOU = VIEW.point([118.8595, 28.9701]);
const PUCHENG = VIEW.point([118.54, 27.92]);

describe("the names of neighbours", () => {
  it("know what is in the city", () => {
    expect(inCity(QUZHOU, VIEW)).toBe(true);
    expect(inCity(PUCHENG, VIEW)).toBe(false);
    expect(inCity([0, 0], VIEW)).toBe(false);
  });

  it("do not stand in it, not even with a corner", () => {
    expect(abroad("in", around(QUZHOU, 60, 24), VIEW)).toEqual([]);
    const edge = VIEW.point([118.45, 28.25]);
    for (const { x, y, width, height } of abroad("edge", around(edge, 60, 24), VIEW))
      expect(inCity([x, y], VIEW) || inCity([x + width, y + height], VIEW)).toBe(false);
  });
});
