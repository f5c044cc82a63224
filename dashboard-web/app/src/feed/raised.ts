import { heard } from "./call";

/** An alarm that was raised: when, by the city clock, and of which thing. */
export interface Raised {
  readonly id: string;
  readonly raised_ms: number;
  readonly thing: string;
  /** Whether it was marked as a false alarm. */
  readonly false: boolean;
}

const ROWS_MAX = 10_000;

/** Asks the server for the alarms raised since a city time; `undefined` when it does not say. */
export function raisedByHttp(sinceMs: number): Promise<readonly Raised[] | undefined> {
  const query = new URLSearchParams({ from: new Date(sinceMs).toISOString(), limit: String(ROWS_MAX) });
  return heard(`alarms?${query}`, read);
}

/** What an answer says; what is not as it must be is left out. */
export function read(answer: unknown): readonly Raised[] {
  if (typeof answer !== "object" || answer === null || !("items" in answer) || !Array.isArray(answer.items)) return [];
  return answer.items.flatMap((item: unknown): Raised[] => {
    if (typeof item !== "object" || item === null) return [];
    const { id, thing, raised_at, false_alarm } = item as Record<string, unknown>;
    const raised = typeof raised_at === "string" ? Date.parse(raised_at) : Number.NaN;
    if (typeof id !== "string" || typeof thing !== "string" || Number.isNaN(raised)) return [];
    return [{ id, raised_ms: raised, thing, false: typeof false_alarm === "object" && false_alarm !== null }];
  });
}
