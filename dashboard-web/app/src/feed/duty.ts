import { type Accessor, createSignal } from "solid-js";
import { exchange, whyNot } from "./call";

/** A shift at its time; times are RFC 3339, as all of this is (DutyAnswer in /api/openapi.json). */
export interface Shift {
  readonly name: string;
  readonly start: string;
  readonly end: string;
  readonly seats: readonly string[];
}

/** A seat, and who has it. */
export interface SeatOnDuty {
  readonly seat: string;
  readonly role: string | null;
  readonly wanted: boolean;
  readonly person: string | null;
  readonly display: string | null;
  readonly since: string | null;
}

/** Something that was promised and is not done. */
export interface OpenPromise {
  readonly entry: number;
  readonly text: string;
  readonly due: string;
  readonly overdue: boolean;
  readonly person: string;
}

/** How duty stands. */
export interface DutyView {
  readonly now: string;
  readonly shift: Shift | null;
  readonly next: Shift | null;
  readonly seats: readonly SeatOnDuty[];
  readonly gaps: readonly string[];
  readonly promises: readonly OpenPromise[];
  readonly signed: readonly { readonly handover: string; readonly seat: string }[];
}

/** A line of the duty log; what a kind does not say is absent. */
export interface LogLine {
  readonly n: number;
  readonly position: number;
  readonly at: string;
  readonly kind: string;
  readonly person?: string;
  readonly seat?: string;
  readonly of_seat?: string;
  readonly text?: string;
  readonly alarms?: readonly string[];
  readonly promised?: string;
  readonly fulfils?: number;
  readonly corrects?: number;
  readonly level?: number;
  readonly rule?: string;
  readonly thing?: string;
  readonly stage?: number;
  readonly to?: string;
  readonly handover?: string;
  readonly absent?: boolean;
  readonly changes?: readonly unknown[];
}

/** An entry that is to be written. */
export interface NewEntry {
  readonly text: string;
  readonly alarms?: readonly string[];
  readonly promised?: string;
  readonly fulfils?: number;
  readonly corrects?: number;
}

/** An alarm as a handover lists it. */
export interface OpenAlarm {
  readonly number: number;
  readonly alarm: string;
  readonly level: number;
  readonly state: string;
  readonly rule: string;
  readonly thing: string;
  readonly raised: string;
  readonly acknowledged: readonly [string, string] | null;
  readonly escalated: number;
  readonly quiet?: string;
}

/** What is on the shelf. */
export interface ShelvedRow {
  readonly shelf: number;
  readonly level: number;
  readonly rule: string;
  readonly thing: string;
  readonly reason: string;
  readonly person: string;
  readonly until: string;
}

/** A rule that is out of service at a thing, or asked to be. */
export interface OutRow {
  readonly request: number;
  readonly rule: string;
  readonly thing: string;
  readonly reason: string;
  readonly asked: readonly [string, string];
  readonly approved: readonly [string, string] | null;
}

/** What is handed over. */
export interface HandoverDocument {
  readonly seat: string;
  readonly giver: { readonly person: string; readonly display: string; readonly since: string };
  readonly shift: Shift | null;
  readonly position: number;
  readonly at: string;
  readonly ledger: { readonly n: number; readonly digest: string };
  readonly open: readonly OpenAlarm[];
  readonly open_count: number;
  readonly shelved: readonly ShelvedRow[];
  /** Absent in a document of the first form. */
  readonly out_of_service?: readonly OutRow[];
  readonly promised: readonly OpenPromise[];
  readonly promised_count: number;
  readonly changed: readonly {
    readonly what: string;
    readonly id: string;
    readonly before?: string;
    readonly after?: string;
  }[];
  readonly figures: {
    readonly raised: Readonly<Record<string, number>>;
    readonly acknowledged: number;
    readonly to_acknowledge_median_secs: number | null;
    readonly to_acknowledge_p90_secs: number | null;
    readonly escalated: number;
    readonly notices_given_up: number;
    readonly entries: number;
    readonly false_alarms?: number;
  };
}

/** A handover: drafted, signed by the giver, or done. */
export interface Handover {
  readonly handover: string;
  readonly document: HandoverDocument;
  readonly given: boolean;
  readonly done: { readonly handover: string; readonly taker: string; readonly absent: boolean } | null;
}

/** A signature. */
export interface Signature {
  readonly part: "giver" | "taker";
  readonly name: string;
  readonly password: string;
  readonly absent?: boolean;
}

/** What came of asking. */
export type Reply<T> =
  | { readonly outcome: "done"; readonly value: T }
  | { readonly outcome: "refused"; readonly code: string; readonly why: string }
  | { readonly outcome: "away" };

/** The server's side of duty. No call fails: whatever happens is an answer. */
export interface DutyDoor {
  standing(): Promise<Reply<DutyView>>;
  log(from: string): Promise<Reply<{ readonly items: readonly LogLine[]; readonly more: boolean }>>;
  take(seat: string): Promise<Reply<SeatOnDuty>>;
  leave(seat: string): Promise<Reply<SeatOnDuty>>;
  write(entry: NewEntry): Promise<Reply<{ readonly entry: number }>>;
  draft(seat: string): Promise<Reply<Handover>>;
  show(handover: string): Promise<Reply<Handover>>;
  sign(handover: string, given: Signature): Promise<Reply<Handover>>;
}

/** How long an answer may take: a password is checked slowly, and a draft waits for the ledger. */
const ANSWER_MS_MAX = 15_000;

async function ask<T>(method: string, path: string, body?: object): Promise<Reply<T>> {
  const answer = await exchange(method, `duty${path}`, body, ANSWER_MS_MAX);
  if (answer === undefined) return { outcome: "away" };
  // The server of this page says it, in the form of its document.
  return answer.ok ? { outcome: "done", value: answer.said as T } : { outcome: "refused", ...whyNot(answer) };
}

/** Duty over HTTP. */
export const httpDuty: DutyDoor = {
  standing: () => ask("GET", ""),
  log: (from) => ask("GET", `/log?${new URLSearchParams({ from, limit: "1000" })}`),
  take: (seat) => ask("POST", "/take", { seat }),
  leave: (seat) => ask("POST", "/leave", { seat }),
  write: (entry) => ask("POST", "/log", entry),
  draft: (seat) => ask("POST", "/handover", { seat }),
  show: (handover) => ask("GET", `/handover/${handover}`),
  sign: (handover, given) => ask("POST", `/handover/${handover}/sign`, given),
};

/** Duty as this screen knows it, asked for again and again: it is of the calendar as much as of the log. */
export interface Duty {
  readonly door: DutyDoor;
  /** `undefined` until it was heard. */
  readonly view: Accessor<DutyView | undefined>;
  /** Asks now. */
  refresh(): Promise<void>;
  stop(): void;
}

/** How often it is asked for. */
const ASK_MS = 15_000;

/** Begins to ask, as soon as and while somebody is here. */
export function createDuty(door: DutyDoor, isHere: () => boolean): Duty {
  const [view, setView] = createSignal<DutyView>();
  let turn = 0;
  const refresh = async () => {
    if (!isHere()) return;
    turn += 1;
    const begun = turn;
    const reply = await door.standing();
    if (begun === turn && reply.outcome === "done") setView(reply.value);
  };
  void refresh();
  const beat = setInterval(() => void refresh(), ASK_MS);
  return { door, view, refresh, stop: () => clearInterval(beat) };
}
