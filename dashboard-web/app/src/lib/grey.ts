/**
 * Greys of a field: from the land's own grey to near white, so that no hue says more than a level does. None lies so near the middle that
 * neither light nor dark text could be read on it (5.5 : 1).
 */
const GREYS = ["#2b2b2b", "#3f3f3f", "#5a5a5a", "#929292", "#b6b6b6", "#dcdcdc"] as const;

/** Millimetres at which a step of the ramp begins. */
export const RAIN_STEPS = [0.1, 5, 15, 30, 50] as const;

/** Detections in a cell at which a step begins. */
export const COUNT_STEPS = [1, 2, 5, 10, 20] as const;

/** Decibels at which a step begins [ours]. */
export const NOISE_STEPS = [50, 55, 60, 65, 70] as const;

/** The steps of each field. */
export const STEPS = { rain: RAIN_STEPS, people: COUNT_STEPS, noise: NOISE_STEPS } as const;

/** The step of a ramp on which a value stands; 0 is below the first. */
export function step(value: number, steps: readonly number[]): number {
  let at = 0;
  for (const from of steps) if (value >= from) at += 1;
  return at;
}

/** The grey of a step. */
export function grey(at: number): string {
  return GREYS[Math.min(at, GREYS.length - 1)] ?? GREYS[0];
}

/** Whether dark text stands better on the grey of a step. */
export function light(at: number): boolean {
  return at > 2;
}
