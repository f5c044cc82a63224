import { createRoot } from "solid-js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { rehearse } from "../rehearsal/script";
import { createStore, PAINT_MS } from "./store";

/** Frames and pauses that run when the test says so. */
function handPace() {
  const frames: (() => void)[] = [];
  const pauses: (() => void)[] = [];
  return {
    pace: { frame: (run: () => void) => void frames.push(run), pause: (run: () => void) => void pauses.push(run) },
    frames,
    frame: () => frames.splice(0).forEach((run) => void run()),
    pause: () => pauses.splice(0).forEach((run) => void run()),
  };
}

describe("the store", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const { snapshot, deltas } = rehearse(60);
  const plain = deltas.findIndex((delta) => (delta.alarms ?? []).length === 0 && (delta.latest ?? []).length > 0);
  const alarming = deltas.findIndex((delta) => (delta.alarms ?? []).length > 0);

  it("paints readings after a pause, alarms with the next frame", () => {
    createRoot((dispose) => {
      const hand = handPace();
      const store = createStore(hand.pace);
      store.accept({ type: "snapshot", ...snapshot });
      hand.frame();
      expect(store.things().size).toBe(snapshot.state.things.length);
      for (const delta of deltas.slice(0, plain + 1)) store.accept({ type: "delta", ...delta });
      expect(hand.frames).toHaveLength(0);
      hand.pause();
      expect(hand.frames).toHaveLength(1);
      hand.frame();
      expect(store.position()).toBe(deltas[plain]?.position);
      for (const delta of deltas.slice(plain + 1, alarming)) store.accept({ type: "delta", ...delta });
      expect(hand.frames).toHaveLength(0);
      const first = deltas[alarming];
      if (first !== undefined) store.accept({ type: "delta", ...first });
      expect(hand.frames).toHaveLength(1);
      hand.frame();
      expect(store.alarms().size).toBeGreaterThan(0);
      dispose();
    });
  });

  it("stands still at the last city time when the link is lost", () => {
    createRoot((dispose) => {
      const hand = handPace();
      const store = createStore(hand.pace);
      store.accept({ type: "snapshot", ...snapshot });
      store.linked({ state: "live", sinceMs: Date.now(), attempts: 0 });
      hand.frame();
      vi.advanceTimersByTime(1_200);
      hand.pause();
      hand.frame();
      expect(store.now()).toBe(snapshot.now_ms + 1_000);
      store.linked({ state: "lost", sinceMs: Date.now(), attempts: 0 });
      vi.advanceTimersByTime(60_000);
      hand.pause();
      hand.frame();
      expect(store.now()).toBe(snapshot.now_ms);
      dispose();
    });
  });

  it("knows since when history is away until it is back or the link is lost", () => {
    const store = createStore(handPace().pace);
    store.linked({ state: "live", sinceMs: 0, attempts: 0 });
    expect(store.accept({ type: "history", away_since_ms: 1_000 })).toBe(true);
    expect([store.historyAwayMs(), store.position()]).toEqual([1_000, undefined]);
    store.accept({ type: "history", away_since_ms: null });
    expect(store.historyAwayMs()).toBe(null);
    store.accept({ type: "history", away_since_ms: 2_000 });
    store.linked({ state: "lost", sinceMs: 0, attempts: 1 });
    expect(store.historyAwayMs()).toBe(null);
  });

  it("gives its state in the canonical form", () => {
    const store = createStore(handPace().pace);
    store.accept({ type: "snapshot", ...snapshot });
    expect(store.view()).toEqual({ position: snapshot.position, now_ms: snapshot.now_ms, state: snapshot.state });
    expect(PAINT_MS).toBeLessThanOrEqual(200);
  });
});
