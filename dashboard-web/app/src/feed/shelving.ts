import { call, type Refusal, record, text } from "./call";
import { seen } from "./evidence";
import type { AlarmView } from "./messages";

/** Why something was not done; `undefined` when it was, the empty text when nobody answered. */
export type Undone = string | undefined;

/** What keeps alarms quiet, brings them back, and says that one was false. No call fails: whatever happens is an answer. */
export interface Quieting {
  /** Shelves an alarm as it is painted, for so many minutes. */
  shelve(alarm: AlarmView, position: number, minutes: number, reason: string): Promise<Undone>;
  /** Asks that its rule is out of service at its thing. */
  askOut(alarm: AlarmView, position: number, reason: string): Promise<Undone>;
  markFalse(alarm: AlarmView, position: number, reason: string): Promise<Undone>;
  unmarkFalse(alarm: string, reason: string): Promise<Undone>;
  /** Brings back what a record shelved. */
  bringBack(shelf: number, reason: string): Promise<Undone>;
  approveOut(request: number): Promise<Undone>;
  endOut(request: number, reason: string): Promise<Undone>;
}

function isUndone(answer: Refusal | { readonly outcome: "done" } | { readonly counted: true }): Undone {
  if ("counted" in answer || answer.outcome === "done") return undefined;
  return answer.outcome === "refused" ? answer.why : "";
}

const counted = (said: unknown) =>
  typeof record(said)?.record === "number" ? ({ counted: true } as const) : undefined;

const post = async (path: string, body: object): Promise<Undone> => isUndone(await call("POST", path, counted, body));

const of = (alarm: string, what: string) => `alarms/${encodeURIComponent(alarm)}/${what}`;

/** Over HTTP. */
export const quietingByHttp: Quieting = {
  shelve: async (alarm, position, minutes, reason) =>
    post(of(alarm.id, "shelve"), { minutes, reason, seen: await seen(alarm, position) }),
  askOut: async (alarm, position, reason) =>
    post(of(alarm.id, "out-of-service"), { reason, seen: await seen(alarm, position) }),
  markFalse: async (alarm, position, reason) =>
    post(of(alarm.id, "false-alarm"), { reason, seen: await seen(alarm, position) }),
  unmarkFalse: (alarm, reason) => post(of(alarm, "false-alarm/withdrawal"), { reason }),
  bringBack: (shelf, reason) => post(`shelved/${shelf}/return`, { reason }),
  approveOut: (request) => post(`out-of-service/${request}/approval`, {}),
  endOut: (request, reason) => post(`out-of-service/${request}/return`, { reason }),
};

/** Whether a refusal says something of its own. */
export function whyNot(undone: Undone, otherwise: string): string {
  return text(undone) || otherwise;
}
