import type { Text } from "../lib/i18n";
import { heard } from "./call";
import type { Incident, TaskStage } from "./command";

/** An alarm, and who acknowledged it. Times are RFC 3339, as all of this is (`docs/DRILL.md`). */
export interface ReportAlarm {
  readonly alarm: string;
  readonly rule: string;
  readonly subject: string;
  readonly level: number;
  readonly started: string;
  readonly raised: string;
  readonly returned: string | null;
  readonly extreme: number;
  readonly threshold: number;
  readonly withdrawn: boolean;
  readonly acknowledged: {
    readonly at: string;
    readonly person: string | null;
    readonly seat: string;
    readonly note: string;
  } | null;
}

/** On what something was decided, or what proves it. */
export type Evidence =
  | { readonly by: "screen"; readonly position: number; readonly digest: string }
  | { readonly by: "photos"; readonly digests: readonly string[] }
  | {
      readonly by: "readings";
      readonly datastream: string | null;
      readonly from: string;
      readonly to: string;
      readonly value: number;
    }
  | { readonly by: "plan"; readonly plan: string; readonly digest: string };

/** A line of the timeline. */
export interface ReportMoment {
  readonly position: number;
  readonly at: string;
  readonly done_at: string | null;
  readonly kind: "fact" | "decision" | "step" | "program";
  readonly what: string;
  readonly about: Text;
  readonly person: string | null;
  readonly seat: string;
  readonly note: string;
  readonly evidence: Evidence | null;
}

/** A task with its times. */
export interface ReportTask {
  readonly number: number;
  readonly title: Text;
  readonly assignee: string | null;
  readonly stage: TaskStage;
  readonly made: string;
  readonly sign_by: string | null;
  readonly done_by: string | null;
  readonly signed: string | null;
  readonly set_out: string | null;
  readonly arrived: string | null;
  readonly finished: string | null;
  readonly verified: string | null;
  readonly closed: string | null;
  readonly relapses: number;
}

/** How long something took. */
export interface ReportLeg {
  readonly leg: string;
  readonly count: number;
  readonly missing: number;
  readonly reversed: number;
  readonly median_secs: number | null;
  readonly p90_secs: number | null;
}

/** The report of an incident. */
export interface Report {
  readonly drill: string | null;
  readonly at: string;
  readonly alarms: readonly ReportAlarm[];
  readonly timeline: readonly ReportMoment[];
  readonly more: boolean;
  readonly tasks: readonly ReportTask[];
  readonly figures: readonly ReportLeg[];
  readonly late: readonly {
    readonly what: "sign" | "finish" | "report";
    readonly number: number | null;
    readonly title: Text;
    readonly since: string;
    readonly until: string | null;
  }[];
  readonly missed: readonly {
    readonly what: "task" | "report" | "item";
    readonly number: number | null;
    readonly title: Text;
  }[];
  readonly lessons: readonly { readonly at: string; readonly person: string | null; readonly note: string }[];
  readonly decisive: readonly {
    readonly datastream: string;
    readonly from: string;
    readonly to: string;
    readonly bounds: readonly number[];
  }[];
}

/** All that the server says of it. */
export interface ReportAnswer {
  readonly position: number;
  readonly incident: Incident;
  readonly report: Report;
  readonly ledger: { readonly n: number; readonly digest: string } | null;
}

/** A value at a time. */
export interface Observed {
  readonly ms: number;
  readonly value: number;
}

/** The server's side of reports. No call fails: `undefined` is no answer. */
export interface Reports {
  report(incident: string): Promise<ReportAnswer | undefined>;
  observed(datastream: string, from: string, to: string): Promise<readonly Observed[] | undefined>;
}

const ANSWER_MS_MAX = 15_000;
const POINTS_MAX = 5_000;

/** Over HTTP. */
export const reportsByHttp: Reports = {
  // The server of this page says it, in the form of its document.
  report: (incident) => heard(`incidents/${incident}/report`, (said) => said as ReportAnswer, ANSWER_MS_MAX),
  observed(datastream, from, to) {
    const query = new URLSearchParams({ from, to, limit: String(POINTS_MAX) });
    return heard(`datastreams/${encodeURIComponent(datastream)}/observations?${query}`, points, ANSWER_MS_MAX);
  },
};

/** The points of an answer; what is not as it must be is left out. */
export function points(answer: unknown): readonly Observed[] {
  const items: unknown = (answer as { items?: unknown }).items;
  if (!Array.isArray(items)) return [];
  return items.flatMap((item: unknown): Observed[] => {
    if (typeof item !== "object" || item === null) return [];
    const { phenomenon_time: at, value } = item as { phenomenon_time?: unknown; value?: unknown };
    const ms = typeof at === "string" ? Date.parse(at) : Number.NaN;
    return typeof value === "number" && !Number.isNaN(ms) ? [{ ms, value }] : [];
  });
}
