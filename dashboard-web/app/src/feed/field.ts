import { asked as inLanguage } from "../lib/i18n";
import type { Asked, At, TaskRow } from "./command";

/** Where nobody may go, as whoever commands drew it. Polygons are H3 cells, longitude and latitude. */
export interface Hazard {
  readonly at: string;
  readonly by: string;
  readonly polygons: readonly (readonly (readonly [number, number])[])[];
  readonly label: string;
  readonly isolate_metres: number | null;
  readonly wind: { readonly from_degrees: number; readonly speed_ms: number } | null;
  readonly approach: readonly (readonly [number, number])[];
  readonly lines: readonly string[];
}

/** A task, with what is needed of its incident outside. */
export interface Outside {
  readonly task: TaskRow;
  readonly help_sms: string;
  readonly steps: readonly { readonly at: string; readonly step: string; readonly done_at: string | null }[];
  readonly incident: {
    readonly number: number;
    readonly title: string;
    readonly warning: number | null;
    readonly place: At | null;
    readonly commander: string | null;
  };
  readonly hazard: Hazard | null;
}

/** The unit whose phone this is. */
export interface OwnUnit {
  readonly id: string;
  readonly name: { readonly zh: string; readonly en: string };
  readonly status: string;
  /** The record that said it. */
  readonly said: number;
  /** When whoever is on scene was heard last. */
  readonly heard: string | null;
  readonly checkInSecs: number;
}

/** What came of something that was sent. */
export type Sent =
  | { readonly outcome: "done" }
  | { readonly outcome: "refused"; readonly code: string; readonly why: string }
  | { readonly outcome: "away" };

/** What came of a photograph: by which digest it is kept. */
export type Brought = Exclude<Sent, { outcome: "done" }> | { readonly outcome: "done"; readonly digest: string };

/** A position of the own unit. */
export interface Fix {
  readonly lon: number;
  readonly lat: number;
  readonly accuracy: number;
  readonly atMs: number;
}

/** The server's side of a phone. No call fails: whatever happens is an answer. */
export interface Field {
  task(id: string): Asked<Outside>;
  bring(photo: Blob): Promise<Brought>;
  /** `null` when the register gives this person no unit. */
  mine(): Asked<OwnUnit | null>;
  status(unit: OwnUnit, status: string): Promise<Sent>;
  checkIn(unit: string): Promise<Sent>;
  position(unit: string, fix: Fix): Promise<Sent>;
}

const ANSWER_MS_MAX = 8_000;
/** A photograph may take a while over a weak network. */
const PHOTO_MS_MAX = 60_000;

interface Answered {
  readonly status: number;
  readonly body: unknown;
}

async function ask(path: string, given: RequestInit, patienceMs: number): Promise<Answered | undefined> {
  try {
    const headers = { ...inLanguage(), ...(given.headers as Record<string, string> | undefined) };
    const signal = AbortSignal.timeout(patienceMs);
    const response = await fetch(`api/v1/${path}`, { ...given, headers, signal });
    return { status: response.status, body: await response.json() };
  } catch {
    return undefined;
  }
}

/** What an answer comes to. A server that is full says so; one that is busy says nothing of what was sent. */
function outcome(answer: Answered | undefined): Sent {
  if (answer === undefined) return { outcome: "away" };
  const { status, body } = answer;
  if (status < 300) return { outcome: "done" };
  if ((status >= 500 && status !== 507) || status === 429 || status === 401) return { outcome: "away" };
  const { error } = body as { error?: { code?: string; message?: string } };
  return { outcome: "refused", code: error?.code ?? String(status), why: error?.message ?? `HTTP ${status}` };
}

async function send(method: string, path: string, body: object): Promise<Sent> {
  const headers = { "content-type": "application/json" };
  return outcome(await ask(path, { method, headers, body: JSON.stringify(body) }, ANSWER_MS_MAX));
}

/** The server of this page. */
export const fieldByHttp: Field = {
  async task(id) {
    const answer = await ask(`tasks/${id}`, {}, ANSWER_MS_MAX);
    return answer?.status === 200 ? (answer.body as Outside) : undefined;
  },
  async bring(photo) {
    const given = { method: "POST", headers: { "content-type": photo.type }, body: photo };
    const answer = await ask("evidence", given, PHOTO_MS_MAX);
    const sent = outcome(answer);
    return sent.outcome === "done" ? { ...sent, digest: (answer?.body as { digest: string }).digest } : sent;
  },
  async mine() {
    const answer = await ask("units/mine", {}, ANSWER_MS_MAX);
    if (answer === undefined || answer.status >= 500) return undefined;
    if (answer.status !== 200) return null;
    const { unit, check_in_secs } = answer.body as { unit: Omit<OwnUnit, "checkInSecs">; check_in_secs: number };
    return { ...unit, checkInSecs: check_in_secs };
  },
  status: (unit, status) => send("PUT", `units/${unit.id}/status`, { status, seen: unit.said }),
  checkIn: (unit) => send("POST", `units/${unit}/check-in`, {}),
  position: (unit, { lon, lat, accuracy, atMs }) =>
    send("POST", "positions", { unit, ts: atMs, lon, lat, accuracy_m: Math.round(accuracy) }),
};
