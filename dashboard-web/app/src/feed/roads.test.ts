import { createRoot } from "solid-js";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createRoads, roadLines, sheetOf } from "./roads";

const LINES = [{ kmh: 60, lines: [[[118.8, 28.9] as const, [118.9, 28.9] as const]] }];

describe("roads", () => {
  afterEach(() => void vi.useRealTimers());

  it("are asked for by whole steps, which hold what is shown", () => {
    expect(sheetOf([118.83, 28.87, 118.91, 28.93])).toEqual([118.8, 28.8, 119, 29]);
    expect(sheetOf([118.9, 28.9, 119, 29])).toEqual([118.9, 28.9, 119, 29]);
    expect(sheetOf([-0.05, -0.05, 0.05, 0.05])).toEqual([-0.1, -0.1, 0.1, 0.1]);
  });

  it("are asked for once, however the map moves within a sheet", async () => {
    const ask = vi.fn(async () => LINES);
    const roads = createRoot(() => createRoads(ask));
    expect(roads.within([118.83, 28.87, 118.91, 28.93])).toEqual([]);
    expect(roads.within([118.84, 28.86, 118.92, 28.94])).toEqual([]);
    await vi.waitFor(() => expect(roads.within([118.83, 28.87, 118.91, 28.93])).toBe(LINES));
    expect(ask).toHaveBeenCalledTimes(1);
    expect(ask).toHaveBeenCalledWith([118.8, 28.8, 119, 29]);
  });

  it("are asked for again when nobody answered", async () => {
    vi.useFakeTimers();
    const ask = vi.fn(async (): Promise<typeof LINES | undefined> => undefined);
    const roads = createRoot(() => createRoads(ask));
    roads.within([118.83, 28.87, 118.91, 28.93]);
    await vi.advanceTimersByTimeAsync(29_000);
    expect(ask).toHaveBeenCalledTimes(1);
    ask.mockResolvedValue(LINES);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(roads.within([118.83, 28.87, 118.91, 28.93])).toBe(LINES);
  });

  it("are read from GeoJSON", () => {
    const said = {
      features: [
        { properties: { speed_kmh: 60 }, geometry: { type: "MultiLineString", coordinates: LINES[0]?.lines ?? [] } },
      ],
    };
    expect(roadLines(said)).toEqual(LINES);
  });
});
