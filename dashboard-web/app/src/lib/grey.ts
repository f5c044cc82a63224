/** Greys of a field: from the land's own grey to near white, so that no hue says more than a level does. */
const DARK = 0x2b;
const LIGHT = 0xd8;

/** Millimetres at which a step of the ramp begins. */
export const RAIN_STEPS = [0.1, 5, 15, 30, 50] as const;

/** Detections in a cell at which a step begins. */
export const COUNT_STEPS = [1, 2, 5, 10, 20] as const;

/** The step of a ramp on which a value stands; 0 is below the first. */
export function step(value: number, steps: readonly number[]): number {
  return steps.filter((from) => value >= from).length;
}

/** The grey of a step. */
export function grey(at: number, steps: readonly number[]): string {
  const part = Math.round(DARK + ((LIGHT - DARK) * at) / steps.length)
    .toString(16)
    .padStart(2, "0");
  return `#${part}${part}${part}`;
}

/** Whether dark text stands better on the grey of a step. */
export function light(at: number, steps: readonly number[]): boolean {
  return at / steps.length > 0.5;
}
