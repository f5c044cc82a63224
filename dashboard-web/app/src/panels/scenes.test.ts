import { describe, expect, it } from "vitest";
import type { ColumnId } from "../lib/domains";
import { rehearse } from "../rehearsal/script";
import { SIZES } from "../samples/sizes";
import { columnsOf, offered, placed, SCENES } from "./scenes";

const all = columnsOf(rehearse(1).snapshot.state.things);
const ids = (columns: ReadonlySet<ColumnId>) => SCENES.filter((scene) => offered(scene, columns)).map(({ id }) => id);

describe("the scenes", () => {
  it("are made of panels with a sample, and fill the right column", () => {
    for (const { right, foot } of SCENES) {
      expect(SIZES[foot]?.[1]).toBe(288);
      expect(right.reduce((sum, id) => sum + (SIZES[id]?.[1] ?? 0), 0)).toBe(712);
    }
  });

  it("are offered for what the city has", () => {
    expect(ids(all)).toEqual(["city", "air", "water", "hall", "video", "street"]);
    expect(ids(new Set<ColumnId>(["air", "weather"]))).toEqual(["city", "air"]);
  });

  it("begin with the air where there are no rivers and no halls", () => {
    const [first] = SCENES;
    if (first === undefined) throw new Error("there is a first scene");
    expect(placed(first, new Set<ColumnId>(["air", "gas"]))).toEqual({ right: ["air", "pollutants"], foot: "gas" });
    expect(placed(first, all)).toEqual({ right: ["drivers", "stages"], foot: "halls-brief" });
  });
});
