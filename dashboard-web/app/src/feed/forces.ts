import type { Text } from "../lib/i18n";
import type { Place } from "../map/project";
import { exchange, heard, whyNot } from "./call";
import type { Origin } from "./command";

/** What a unit is busy with. */
export type UnitStatus = "available" | "assigned" | "en_route" | "on_scene" | "returning" | "out_of_service";

/** A unit, as the API says it. */
export interface Unit {
  readonly id: string;
  readonly name: Text;
  readonly kind: "person" | "vehicle" | "equipment" | "warehouse" | "shelter" | "hospital";
  readonly skills: readonly string[];
  readonly account: string | null;
  readonly status: UnitStatus;
  readonly since: string | null;
  /** For `seen` of the next act. */
  readonly said: number;
  readonly place: {
    readonly at: Place;
    readonly age_secs: number | null;
    readonly stale: boolean;
    readonly lost: boolean;
  } | null;
  /** How long nobody was heard of who is on scene with it. */
  readonly check_in: "green" | "warning" | "critical" | null;
  readonly room: { readonly places: number; readonly taken: number } | null;
}

/** How soon the next unit is at the home of one that is sent. */
export interface Cover {
  readonly before_secs: number | null;
  readonly after_secs: number | null;
}

/** A unit that can be there. */
export interface ChosenUnit {
  readonly unit: string;
  readonly name: Text;
  readonly time_secs: number;
  readonly stale: boolean;
  readonly age_secs: number | null;
  readonly cover: Cover;
  readonly way: readonly Place[];
}

/** A nearer one that was not chosen. */
export interface PassedOver {
  readonly unit: string;
  readonly name: Text;
  readonly open_secs: number;
  readonly why: readonly { readonly why: string; readonly text: Text }[];
  readonly way: readonly Place[];
  readonly stopped: Place | null;
}

/** Who can be there soonest. */
export interface Advice {
  readonly basis: { readonly basis: "roads" | "straight"; readonly factor?: number; readonly kmh?: number };
  readonly assembly: Place | null;
  readonly chosen: readonly ChosenUnit[];
  readonly passed_over: readonly PassedOver[];
  readonly passed_over_count: number;
}

/** A leak, as far as somebody said it. */
export interface Leak {
  readonly place: Place;
  /** Grams a second. */
  readonly rate: number;
  /** Milligrams a cubic metre. */
  readonly limit: number;
  /** Degrees. */
  readonly windFrom: number;
  /** Metres a second. */
  readonly wind: number;
}

/** Where a leak is a hazard: an estimate of the model, for the time at which it was asked. */
export interface Plume {
  readonly cells: readonly string[];
  readonly corners: readonly (readonly Place[])[];
  readonly outline: readonly (readonly [Place, Place])[];
  readonly reach_m: number;
  readonly is_cut: boolean;
  readonly model: string;
}

/** What may belong together, and why. */
export interface Proposal {
  readonly incident: string | null;
  readonly number: number | null;
  readonly at: string;
  readonly place: Place;
  readonly candidate: { readonly origin?: Origin; readonly incident?: string; readonly group?: readonly Origin[] };
  readonly rings: number;
  readonly metres: number;
  readonly minutes: number;
  readonly same_domain: boolean | null;
  readonly points: number;
  readonly because: Text;
}

/** What came of an act that is about no incident. */
export type Said = { readonly done: true } | { readonly done: false; readonly why: string | undefined };

/** Units, hazards and proposals. No call fails: `undefined` when there was no answer, or none that can be read. */
export interface Forces {
  units(): Promise<readonly Unit[] | undefined>;
  recommend(place: Place, avoid: readonly string[]): Promise<Advice | undefined>;
  plume(leak: Leak): Promise<Plume | undefined>;
  /** Says that a unit is sent; of two who send one at once, one does. */
  assign(unit: Unit, note: string): Promise<Said>;
  proposals(): Promise<readonly Proposal[] | undefined>;
  /** These are no incident together. */
  aside(body: object): Promise<Said>;
}

const ANSWER_MS_MAX = 8_000;

const ask = <T>(path: string, pick: (said: unknown) => T) => heard(path, pick, ANSWER_MS_MAX);

async function send(method: "PUT" | "POST", path: string, body: object): Promise<Said> {
  const answer = await exchange(method, path, body, ANSWER_MS_MAX);
  if (answer?.ok === true) return { done: true };
  return { done: false, why: answer && whyNot(answer).why };
}

/** Over HTTP. */
export const forcesByHttp: Forces = {
  units: () => ask("units", (answer) => (answer as { items: readonly Unit[] }).items),
  recommend: ([lon, lat], avoid) =>
    ask(
      `units/recommend?lon=${lon}&lat=${lat}&drawn=true${avoid.length === 0 ? "" : `&avoid=${avoid.join(",")}`}`,
      (answer) => answer as Advice,
    ),
  plume: ({ place: [lon, lat], rate, limit, windFrom, wind }) =>
    ask(
      `units/plume?lon=${lon}&lat=${lat}&rate=${rate}&limit=${limit}&wind_from=${windFrom}&wind=${wind}&drawn=true`,
      (answer) => answer as Plume,
    ),
  assign: ({ id, said }, note) => send("PUT", `units/${id}/status`, { status: "assigned", seen: said, note }),
  proposals: () => ask("proposals", (answer) => answer as readonly Proposal[]),
  aside: (body) => send("POST", "proposals/aside", body),
};
