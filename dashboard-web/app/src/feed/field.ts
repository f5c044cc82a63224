import { certain, type Exchanged, exchange, heard, whyNot } from "./call";
import type { Asked, At, TaskRow } from "./command";

/** Where nobody may go, as whoever commands drew it. Polygons are H3 cells, longitude and latitude. */
export interface Hazard {
  readonly at: string;
  readonly by: string;
  readonly polygons: readonly (readonly (readonly [number, number])[])[];
  readonly label: string;
  /** The same cells by name, for who asks for a way round them. */
  readonly cells: readonly string[];
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

/** The way of the own unit to a place, by road, round a hazard. */
export interface Route {
  readonly basis: { readonly basis: "roads" | "straight" };
  /** Where it leads when the place itself lies in the hazard: a point outside of it. */
  readonly assembly: readonly [number, number] | null;
  /** `null` when no way leads there. */
  readonly time_secs: number | null;
  /** Without the hazard. */
  readonly open_secs: number | null;
  readonly metres: number;
  readonly way: readonly (readonly [number, number])[];
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
  /** The way to a place: from where the phone is, or from where the unit was heard. */
  route(place: At, from: Fix | undefined, avoid: readonly string[]): Asked<Route>;
}

const ANSWER_MS_MAX = 8_000;
/** A photograph may take a while over a weak network. */
const PHOTO_MS_MAX = 60_000;

/** What an answer comes to. A server that is full says so; one that is busy says nothing of what was sent. */
function outcome(given: Exchanged | undefined): Sent {
  const answer = certain(given);
  if (answer === undefined) return { outcome: "away" };
  return answer.ok ? { outcome: "done" } : { outcome: "refused", ...whyNot(answer) };
}

const send = async (method: string, path: string, body: object): Promise<Sent> =>
  outcome(await exchange(method, path, body, ANSWER_MS_MAX));

/** The server of this page. */
export const fieldByHttp: Field = {
  task: (id) => heard(`tasks/${id}`, (said) => said as Outside, ANSWER_MS_MAX),
  async bring(photo) {
    const answer = await exchange("POST", "evidence", photo, PHOTO_MS_MAX);
    const sent = outcome(answer);
    return sent.outcome === "done" ? { ...sent, digest: (answer?.said as { digest: string }).digest } : sent;
  },
  async mine() {
    const answer = await exchange("GET", "units/mine", undefined, ANSWER_MS_MAX);
    if (answer === undefined || answer.status >= 500) return undefined;
    if (answer.status !== 200) return null;
    const { unit, check_in_secs } = answer.said as { unit: Omit<OwnUnit, "checkInSecs">; check_in_secs: number };
    return { ...unit, checkInSecs: check_in_secs };
  },
  status: (unit, status) => send("PUT", `units/${unit.id}/status`, { status, seen: unit.said }),
  checkIn: (unit) => send("POST", `units/${unit}/check-in`, {}),
  position: (unit, { lon, lat, accuracy, atMs }) =>
    send("POST", "positions", { unit, ts: atMs, lon, lat, accuracy_m: Math.round(accuracy) }),
  route: ({ lon, lat }, from, avoid) => {
    const asked = new URLSearchParams({ lon: String(lon), lat: String(lat) });
    if (from !== undefined) asked.set("from", `${from.lon.toFixed(5)},${from.lat.toFixed(5)}`);
    if (avoid.length > 0) asked.set("avoid", avoid.join());
    return heard(`units/mine/route?${asked}`, (said) => said as Route, ANSWER_MS_MAX);
  },
};
