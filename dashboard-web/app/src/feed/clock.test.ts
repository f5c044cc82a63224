import { describe, expect, it } from "vitest";
import { AHEAD_MS_MAX, CityClock } from "./clock";

describe("the city clock", () => {
  it("goes on between messages, but never far ahead", () => {
    const clock = new CityClock();
    clock.hear(100_000, 0);
    expect(clock.read(400)).toBe(100_400);
    expect(clock.read(60_000)).toBe(100_000 + AHEAD_MS_MAX);
  });

  it("does not step back for a message that came late", () => {
    const clock = new CityClock();
    clock.hear(100_000, 0);
    clock.read(1_400);
    clock.hear(101_000, 1_400);
    expect(clock.read(1_400)).toBe(101_400);
    expect(clock.read(1_600)).toBe(101_400);
  });

  it("follows a new run of the city, backwards too", () => {
    const clock = new CityClock();
    clock.hear(100_000, 0);
    clock.read(0);
    clock.hear(20_000, 1_000);
    expect(clock.read(1_000)).toBe(20_000);
  });

  it("stops at what the feed said last", () => {
    const clock = new CityClock();
    clock.hear(100_000, 0);
    clock.read(1_000);
    expect(clock.stop()).toBe(100_000);
  });
});
