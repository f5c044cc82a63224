import { describe, expect, it } from "vitest";
import type { Fix, Sent } from "../feed/field";
import { EVERY_MS, Positions } from "./positions";

const fix = (atMs: number): Fix => ({ lon: 118, lat: 28, accuracy: 5, atMs });

describe("the positions of a phone", () => {
  it("are told now and then, and after a while without a network only the latest", async () => {
    let answer: Sent = { outcome: "away" };
    const told: number[] = [];
    const positions = new Positions(async ({ atMs }) => {
      if (answer.outcome === "done") told.push(atMs);
      return answer;
    });
    for (const atMs of [0, 5_000, 10_000]) {
      positions.offer(fix(atMs));
      await positions.tell(atMs);
    }
    answer = { outcome: "done" };
    await positions.tell(11_000);
    expect(told).toEqual([10_000]);
    positions.offer(fix(12_000));
    await positions.tell(12_000);
    expect(told).toEqual([10_000]);
    await positions.tell(11_000 + EVERY_MS);
    expect(told).toEqual([10_000, 12_000]);
  });

  it("are not told any more when they were stopped, nor after the server did not want one", async () => {
    const told: number[] = [];
    const positions = new Positions(async ({ atMs }) => {
      told.push(atMs);
      return { outcome: "refused", code: "off_duty", why: "" };
    });
    positions.offer(fix(1));
    await positions.tell(1);
    await positions.tell(EVERY_MS * 3);
    positions.offer(fix(2));
    positions.stop();
    await positions.tell(EVERY_MS * 9);
    expect(told).toEqual([1]);
  });
});
