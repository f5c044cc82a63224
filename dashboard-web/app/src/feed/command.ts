import type { Text } from "../lib/i18n";
import { certain, exchange, heard, whyNot } from "./call";
import { type Forces, forcesByHttp } from "./forces";

/** The stages of an incident, in their order. */
export const STAGES = ["reported", "assessing", "responding", "handling", "adjusting", "ended", "evaluated"] as const;
export type Stage = (typeof STAGES)[number];

/** Where a task stands. */
export type TaskStage =
  | "dispatched"
  | "signed"
  | "en_route"
  | "on_scene"
  | "working"
  | "done"
  | "verified"
  | "closed"
  | "refused"
  | "withdrawn";

/** A step of a task that a person takes. */
export type Step =
  | "sign"
  | "refuse"
  | "set_out"
  | "arrive"
  | "begin"
  | "finish"
  | "reassign"
  | "verify"
  | "send_back"
  | "close"
  | "withdraw"
  | "tell"
  | "call_help"
  | "hear_call";

/** How late something is. */
export type Late = "no" | "overdue" | "reminded" | "supervised";

/** Where something is: WGS-84. */
export interface At {
  readonly lon: number;
  readonly lat: number;
  readonly name?: string;
}

/** What an incident comes from: an alarm, a detection of a camera, an order of a hotline. */
export interface Origin {
  readonly type: "alarm" | "detection" | "order";
  readonly alarm?: string;
  readonly subject?: string;
  readonly thing?: string;
  readonly kind?: string;
  readonly key?: string;
  readonly at?: string;
  readonly order?: string;
  readonly text?: string;
}

/** A unit that is sent to do a task. */
export interface Sent {
  readonly unit: string;
  /** Whether the program advised it. */
  readonly advised: boolean;
  readonly eta_secs?: number;
}

/** What takes two people. */
export type Paired =
  | { readonly type: "adjust"; readonly from: number; readonly to: number; readonly note: string }
  | { readonly type: "hand_over"; readonly to: string; readonly note: string }
  | {
      readonly type: "warn";
      readonly level: number;
      readonly reach: string;
      readonly text: string;
      readonly ways?: string;
      readonly note: string;
    };

/** What waits for a second person. */
export interface Pending {
  readonly key: string;
  readonly by: string;
  readonly at: string;
  readonly until: string;
  readonly what: Paired;
}

/** What proves that a task is done. */
export type Proof =
  | { readonly by: "evidence"; readonly photos: number }
  | {
      readonly by: "reading";
      readonly datastream: string;
      readonly at_most?: number;
      readonly at_least?: number;
      readonly for_secs: number;
      readonly gap_secs: number;
    };

/** An incident in a list, as the API says it. Times are RFC 3339. */
export interface IncidentRow {
  readonly id: string;
  readonly number: number;
  readonly version: number;
  readonly title: string;
  readonly class: string;
  readonly event_level: number | null;
  readonly warning: number | null;
  readonly response_level: number | null;
  readonly stage: Stage;
  readonly area: string | null;
  readonly place: At | null;
  readonly opened: string;
  readonly ended: string | null;
  readonly commander: string | null;
  readonly merged_into: string | null;
  readonly tasks: number;
  readonly open_tasks: number;
  readonly late_tasks: number;
  readonly report_due: string | null;
}

/** A task in a list. */
export interface TaskRow {
  readonly id: string;
  readonly incident: string;
  readonly incident_number: number;
  readonly number: number;
  readonly version: number;
  readonly title: Text;
  readonly role: string;
  readonly assignee: string | null;
  readonly units: readonly Sent[];
  readonly stage: TaskStage;
  readonly late: Late;
  readonly sign_by: string | null;
  readonly done_by: string | null;
  readonly proof: Proof;
  readonly relapses: number;
  /** Since when who does it calls for help, and nobody has heard it. */
  readonly calling: string | null;
  /** Photographs that were shown since the work began. */
  readonly photos: number;
}

/** A photograph that was taken: by its digest. */
export interface Photo {
  readonly digest: string;
  readonly taken_at: string;
}

/** A step that was taken. */
export interface Took {
  readonly at: string;
  readonly person: string | null;
  readonly step: string;
  readonly done_at?: string;
  readonly note?: string;
  readonly photos?: readonly Photo[];
  readonly reading?: { readonly from: string; readonly to: string; readonly value: number };
}

/** A task with its steps. */
export interface Task extends Omit<TaskRow, "incident_number"> {
  readonly began: string | null;
  readonly steps: readonly Took[];
}

/** A report that is to be given upwards, and its clock. */
export interface Report {
  readonly report: string;
  readonly step: "first" | "followup" | "final";
  readonly title: Text;
  readonly due?: string;
  readonly every_secs?: number;
  readonly given: readonly [string, string] | null;
  readonly times: number;
  readonly overdue: boolean;
}

/** A line of a response: something to check, to fetch, or somebody to tell. */
export interface Item {
  readonly item: string;
  readonly kind: "check" | "resource" | "notice";
  readonly title: Text;
  readonly done: readonly [string, string] | null;
}

/** What was done. */
export interface Trace {
  readonly at: string;
  readonly person: string | null;
  /** The second of two, where it took two. */
  readonly second?: string;
  readonly act: string;
  readonly what?: string;
  readonly note?: string;
}

/** All of an incident. */
export interface Incident {
  readonly id: string;
  readonly number: number;
  readonly version: number;
  readonly title: string;
  readonly class: string;
  readonly event_level: number | null;
  readonly warning: number | null;
  readonly response: {
    readonly plan: string;
    readonly title: Text;
    readonly level: number;
    readonly started: string;
  } | null;
  readonly origins: readonly Origin[];
  readonly place: At | null;
  readonly affected: readonly string[];
  readonly stage: Stage;
  readonly opened: string;
  readonly ended: string | null;
  readonly commander: string | null;
  readonly offered: string | null;
  readonly pending: Pending | null;
  readonly merged_into: string | null;
  readonly merged: readonly string[];
  readonly tasks: readonly Task[];
  readonly reports: readonly Report[];
  readonly items: readonly Item[];
  readonly history: readonly Trace[];
}

/** A plan, for whoever is about to choose one. */
export interface Plan {
  readonly id: string;
  readonly title: Text;
  readonly class: string;
  readonly source: string;
  readonly levels: readonly {
    readonly level: number;
    readonly when: Text;
    readonly tasks: readonly { readonly title: Text }[];
  }[];
}

/** What came of an act. */
export type Acted =
  | { readonly outcome: "done"; readonly incident: IncidentRow; readonly task: TaskRow | null }
  /** It does not count, and the server says why in words for people. */
  | { readonly outcome: "refused"; readonly code: string; readonly why: string }
  /** No server, or one that cannot answer now: it may be sent again under the same key. */
  | { readonly outcome: "away" };

/** What came of a question; `undefined` when there was no answer. */
export type Asked<T> = Promise<T | undefined>;

/** The server's side of command. No call fails: whatever happens is an answer. */
export interface Command {
  incidents(): Asked<readonly IncidentRow[]>;
  incident(id: string): Asked<Incident>;
  plans(): Asked<readonly Plan[]>;
  /** The tasks that whoever is signed in may do, and city time at which it is so. */
  tasks(): Asked<{ readonly nowMs: number; readonly items: readonly TaskRow[] }>;
  /** The tasks whose people call for help. */
  calls(): Asked<readonly TaskRow[]>;
  open(body: object): Promise<Acted>;
  /** Looks after an incident, or orders something for it. */
  act(kind: "acts" | "orders", incident: string, body: object): Promise<Acted>;
  /** A step of a task, or an order about it. */
  step(kind: "steps" | "orders", task: string, body: object): Promise<Acted>;
  /** Units, hazards, and what may belong together. */
  readonly forces: Forces;
}

const ANSWER_MS_MAX = 8_000;

/** The name of an act: the same act sent again changes nothing. */
export function newKey(): string {
  return crypto.randomUUID();
}

async function send(path: string, body: object): Promise<Acted> {
  const answer = certain(await exchange("POST", path, body, ANSWER_MS_MAX));
  if (answer === undefined) return { outcome: "away" };
  if (!answer.ok) return { outcome: "refused", ...whyNot(answer) };
  const { incident, task } = answer.said as { incident: IncidentRow; task?: TaskRow | null };
  return { outcome: "done", incident, task: task ?? null };
}

const ask = <T>(path: string, pick: (said: unknown) => T): Asked<T> => heard(path, pick, ANSWER_MS_MAX);

const items = <T>(answer: unknown): readonly T[] => (answer as { items?: readonly T[] }).items ?? [];

/** Command over HTTP. */
export const commandByHttp: Command = {
  incidents: () => ask("incidents?limit=200", items<IncidentRow>),
  incident: (id) => ask(`incidents/${id}`, (answer) => (answer as { incident: Incident }).incident),
  plans: () => ask("plans", (answer) => (Array.isArray(answer) ? answer : items<Plan>(answer)) as readonly Plan[]),
  tasks: () =>
    ask("tasks?open=true&mine=true", (answer) => ({
      nowMs: Date.parse((answer as { now?: string }).now ?? ""),
      items: items<TaskRow>(answer),
    })),
  calls: () => ask("tasks?calling=true", items<TaskRow>),
  open: (body) => send("incidents", body),
  act: (kind, incident, body) => send(`incidents/${incident}/${kind}`, body),
  step: (kind, task, body) => send(`tasks/${task}/${kind}`, body),
  forces: forcesByHttp,
};
