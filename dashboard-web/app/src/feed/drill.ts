import type { Text } from "../lib/i18n";
import { heard } from "./call";

/** A drill, as the API says it (DrillRow). Times are RFC 3339. */
export interface DrillRow {
  readonly id: string;
  readonly scenario: string;
  readonly area: string | null;
  readonly participants: readonly string[];
  readonly note: string;
  readonly person: string | null;
  readonly opened: string;
  readonly stopped: string | null;
  readonly aborted: boolean | null;
}

/** The gravest real alarm that nobody has acknowledged. */
export interface RealAlarm {
  readonly alarm: string;
  readonly number: number;
  readonly level: number;
  readonly title: Text;
  readonly place: Text;
}

/** What every page must know of drills. */
export interface DrillKnown {
  /** Whether this page shows a drill: then nothing of it is real. */
  readonly inside: boolean;
  readonly drill: DrillRow | null;
  readonly takes_part: boolean;
  readonly real_unacknowledged: number;
  readonly real: RealAlarm | null;
  readonly now: string;
  /** The city's zone. */
  readonly zone: string;
}

/** Asks about drills; `undefined` when there is no answer. */
export type AskDrill = () => Promise<DrillKnown | undefined>;

const ANSWER_MS_MAX = 5_000;

/** Over HTTP: the server of this page says it, in the form of its document. */
export const drillByHttp: AskDrill = () => heard("drill", (said) => said as DrillKnown, ANSWER_MS_MAX);

/** Whether an address lies inside of a drill. It is known before anybody answers, and when nobody does. */
export function insideDrill(path: string): boolean {
  return path === "/drill" || path.startsWith("/drill/");
}
