/** How far the shown clock may run ahead of the last time that the feed said. */
export const AHEAD_MS_MAX = 1_500;
/** A step back larger than this is a new run of the city clock, not jitter. */
const JITTER_MS_MAX = 5_000;

/** The city clock as a screen shows it: the feed's time, moved on by the machine between messages, never far ahead, never back. */
export class CityClock {
  private saidMs = 0;
  private heardAtMs = 0;
  private shownMs = 0;

  /** The feed said that it is `nowMs`, at machine time `machineMs`. */
  hear(nowMs: number, machineMs: number): void {
    if (nowMs < this.shownMs - JITTER_MS_MAX) this.shownMs = nowMs;
    this.saidMs = nowMs;
    this.heardAtMs = machineMs;
  }

  /** City time at machine time `machineMs`. */
  read(machineMs: number): number {
    const aheadMs = Math.max(0, Math.min(machineMs - this.heardAtMs, AHEAD_MS_MAX));
    this.shownMs = Math.max(this.shownMs, this.saidMs + aheadMs);
    return this.shownMs;
  }

  /** City time of the last message: what a screen that lost its feed shows. */
  stop(): number {
    this.shownMs = this.saidMs;
    return this.saidMs;
  }
}
