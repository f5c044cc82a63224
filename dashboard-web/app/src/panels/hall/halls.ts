import type { AlarmView, ThingView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { thingsOf } from "../../lib/domains";
import { type Reading, reading, value, worstOf } from "../reading";

/** The figures of a hall, by property. */
export const FIGURES = [
  "waiting",
  "wait_mean",
  "wait_p80",
  "abandon_rate",
  "windows_open",
  "windows_busy",
  "windows_used",
  "rating_mean",
] as const;

export type HallFigure = (typeof FIGURES)[number];

/** A hall as its row shows it. */
export interface Hall {
  readonly thing: ThingView;
  readonly figures: Readonly<Partial<Record<HallFigure, Reading>>>;
  /** Whether anything of it is fresh. */
  readonly fresh: boolean;
  readonly alarm: AlarmView | undefined;
}

/** The halls, by id. */
export function halls(wall: Wall): Hall[] {
  const worst = worstOf(wall.alarms().values());
  return thingsOf("hall", wall.things().values()).map((thing) => {
    const figures: Partial<Record<HallFigure, Reading>> = {};
    for (const id of FIGURES) {
      const found = reading(wall, thing, id);
      if (found?.last !== undefined) figures[id] = found;
    }
    const fresh = Object.values(figures).some(({ heard }) => heard === "fresh");
    return { thing, figures, fresh, alarm: worst.get(thing.id) };
  });
}

/** Everybody who waits, as far as it is known. */
export function waitingTotal(list: readonly Hall[]): number {
  return list.reduce((sum, hall) => sum + (value(hall.figures.waiting) ?? 0), 0);
}

/** A wait in whole minutes: an estimate is not told in seconds. */
export function minutes(secs: number): string {
  return String(Math.round(secs / 60));
}
