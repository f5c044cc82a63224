import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { coalesced } from "./coalesced";

describe("what is asked for often", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("runs at once, and once more for all that was asked meanwhile", async () => {
    const run = vi.fn(async () => {});
    const { ask } = coalesced(run, 500);
    for (let n = 0; n < 5; n += 1) ask();
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(499);
    expect(run).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("never runs twice at a time, however slow the answer is", async () => {
    let done = () => {};
    const run = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
    const { ask } = coalesced(run, 500);
    ask();
    ask();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(run).toHaveBeenCalledTimes(1);
    done();
    await vi.advanceTimersByTimeAsync(500);
    expect(run).toHaveBeenCalledTimes(2);
  });

  it("runs no more once it is stopped", async () => {
    const run = vi.fn(async () => {});
    const { ask, stop } = coalesced(run, 500);
    ask();
    ask();
    stop();
    ask();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(run).toHaveBeenCalledTimes(1);
  });
});
