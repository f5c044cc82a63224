import type { Fix, Sent } from "../feed/field";

/** A position is told so often at most. */
export const EVERY_MS = 15_000;

/** Where the phone is, told now and then: only the latest one waits, and none is told when nobody asked. */
export class Positions {
  private waiting: Fix | undefined;
  private toldMs = Number.NEGATIVE_INFINITY;
  private busy = false;

  constructor(private readonly send: (fix: Fix) => Promise<Sent>) {}

  /** The phone knows where it is. */
  offer(fix: Fix): void {
    this.waiting = fix;
  }

  /** Nothing more is told, nor what waits. */
  stop(): void {
    this.waiting = undefined;
  }

  /** Tells the latest one, if it is time. */
  async tell(nowMs: number): Promise<void> {
    const fix = this.waiting;
    if (fix === undefined || this.busy || nowMs - this.toldMs < EVERY_MS) return;
    this.busy = true;
    const { outcome } = await this.send(fix);
    this.busy = false;
    if (outcome === "away") return;
    this.toldMs = nowMs;
    if (this.waiting === fix) this.waiting = undefined;
  }
}
