import type { Text } from "../lib/i18n";
import { exchange, whyNot } from "./call";

/** An account, as the server says it (AccountAnswer in /api/openapi.json). Its times are of the machine's clock. */
export interface Account {
  readonly name: string;
  readonly display: string;
  readonly roles: readonly string[];
  readonly areas: readonly string[];
  readonly domains: readonly string[];
  readonly closed: boolean;
  readonly must_change_password: boolean;
  readonly second_factor: boolean;
  readonly subject: string | null;
  readonly last_seen: string | null;
  readonly link_until: string | null;
  readonly sessions: number;
}

/** What an account is to be. */
export interface AccountForm {
  readonly display: string;
  readonly roles: readonly string[];
  readonly areas: readonly string[];
  readonly domains: readonly string[];
  readonly closed: boolean;
  readonly reset_second_factor?: boolean;
}

/** A link by which a person sets the password; shown once. */
export interface Link {
  readonly token: string;
  readonly until: string;
}

export interface Token {
  readonly name: string;
  readonly role: string;
  readonly seat: string;
  readonly issued: string;
  readonly revoked: boolean;
}

/** A unit as the register says it: `docs/UNITS.md`. */
export interface Unit {
  readonly id: string;
  readonly name: Text;
  readonly kind: string;
  readonly skills: readonly string[];
  readonly area: string | null;
  readonly home: readonly [number, number];
  readonly shift: string | null;
  readonly account: string | null;
  readonly tracked: boolean;
  readonly pace: number;
  readonly capacity: { readonly places: number; readonly taken: number } | null;
  readonly stock: readonly {
    readonly item: string;
    readonly name: Text;
    readonly unit: string;
    readonly amount: number;
  }[];
  readonly retired?: boolean;
}

export interface UnitRow {
  readonly unit: Unit;
  readonly status: string;
  readonly since: string | null;
  readonly by: string | null;
  readonly on_shift: boolean;
  readonly position_age_secs: number | null;
  readonly stale: boolean;
  readonly lost: boolean;
}

/** What an import did, or would do. */
export interface Imported {
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly rejected: readonly { readonly line: number; readonly id: string; readonly why: string }[];
  readonly done: boolean;
}

/** Units to be added or changed: a list, or a table. */
export type Import = ({ readonly units: readonly unknown[] } | { readonly csv: string }) & { readonly check: boolean };

/** A length of time of a plan. */
export interface Term {
  readonly unit: "secs" | "working_hours" | "working_days";
  readonly count: number;
}

export interface PlanTask {
  readonly id: string;
  readonly title: Text;
  readonly role: string;
  readonly levels: readonly number[];
  readonly sign_within: Term | null;
  readonly done_within: Term | null;
  readonly proof:
    | { readonly by: "evidence"; readonly photos: number }
    | {
        readonly by: "reading";
        readonly property: string;
        readonly at_most: number | string | null;
        readonly at_least: number | string | null;
        readonly for_secs: number;
      };
}

/** A plan, whole. */
export interface WholePlan {
  readonly id: string;
  readonly pack: string;
  readonly digest: string;
  readonly title: Text;
  readonly class: string;
  readonly gbt35561_code: string | null;
  readonly source: string;
  readonly levels: readonly { readonly level: number; readonly when: Text }[];
  readonly roles: readonly { readonly id: string; readonly title: Text }[];
  readonly tasks: readonly PlanTask[];
  readonly reports: readonly {
    readonly id: string;
    readonly title: Text;
    readonly levels: readonly number[];
    readonly since: "known" | "started" | "ended";
    readonly within: Term | null;
    readonly every_secs: number | null;
    readonly source: string;
  }[];
  readonly items: readonly {
    readonly id: string;
    readonly kind: "check" | "resource" | "notice";
    readonly title: Text;
    readonly levels: readonly number[];
  }[];
}

/** An open incident and the text of the plan that it runs under. */
export interface Running {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly ended: string | null;
  readonly response_level: number | null;
  readonly plan: string | null;
  readonly plan_pack: string | null;
  readonly plan_digest: string | null;
}

export interface PackRule {
  readonly id: string;
  readonly title: Text;
  readonly digest: string | null;
  readonly cases: number;
  readonly failed: readonly string[];
}

export interface Pack {
  readonly id: string;
  readonly title: Text;
  readonly version: string;
  readonly description: string;
  readonly place: string;
  readonly properties: readonly string[];
  readonly things: number;
  readonly rules: readonly PackRule[];
  readonly derived: number;
  readonly events: number;
  readonly plans: readonly WholePlan[];
}

/** What a check of a draft said. */
export interface Checked {
  readonly problems: readonly { readonly file: string; readonly line: number; readonly message: string }[];
  readonly pack: Pack | null;
}

/** What came of asking. */
export type Reply<T> =
  | { readonly outcome: "done"; readonly value: T }
  | { readonly outcome: "refused"; readonly why: string }
  | { readonly outcome: "away" };

/** The server's side of the admin pages. No call fails: whatever happens is an answer. */
export interface Admin {
  accounts(): Promise<Reply<readonly Account[]>>;
  makeAccount(name: string, account: AccountForm): Promise<Reply<Account & { readonly link: Link | null }>>;
  changeAccount(name: string, account: AccountForm): Promise<Reply<Account>>;
  link(name: string): Promise<Reply<Link>>;
  endSessions(name: string): Promise<Reply<undefined>>;
  tokens(): Promise<Reply<readonly Token[]>>;
  issue(name: string, role: string, seat: string): Promise<Reply<{ readonly token: string }>>;
  revoke(name: string): Promise<Reply<undefined>>;
  units(): Promise<Reply<readonly UnitRow[]>>;
  importUnits(given: Import): Promise<Reply<Imported>>;
  plans(): Promise<Reply<readonly WholePlan[]>>;
  running(): Promise<Reply<readonly Running[]>>;
  packs(): Promise<Reply<readonly Pack[]>>;
  check(
    pack: string | undefined,
    files: readonly { readonly name: string; readonly text: string }[],
  ): Promise<Reply<Checked>>;
}

/** How long an answer may take: cases of rules run through the engine. */
const ANSWER_MS_MAX = 30_000;

async function ask<T>(method: string, path: string, body?: object): Promise<Reply<T>> {
  const answer = await exchange(method, path, body, ANSWER_MS_MAX);
  if (answer === undefined) return { outcome: "away" };
  // The server of this page says it, in the form of its document.
  if (answer.ok) return { outcome: "done", value: answer.said as T };
  const { why, detail } = whyNot(answer);
  return { outcome: "refused", why: detail === undefined ? why : `${why}（${detail}）` };
}

async function items<T>(path: string): Promise<Reply<readonly T[]>> {
  const reply = await ask<{ readonly items: readonly T[] }>("GET", path);
  return reply.outcome === "done" ? { outcome: "done", value: reply.value.items } : reply;
}

const of = (name: string) => `accounts/${encodeURIComponent(name)}`;

/** The admin pages over HTTP. */
export const httpAdmin: Admin = {
  accounts: () => items("accounts"),
  makeAccount: (name, account) => ask("POST", "accounts", { name, account }),
  changeAccount: (name, account) => ask("PUT", of(name), account),
  link: (name) => ask("POST", `${of(name)}/link`, {}),
  endSessions: (name) => ask("DELETE", `${of(name)}/sessions`),
  tokens: () => items("tokens"),
  issue: (name, role, seat) => ask("POST", "tokens", { name, role, seat }),
  revoke: (name) => ask("DELETE", `tokens/${encodeURIComponent(name)}`),
  units: () => items("register/units"),
  importUnits: (given) => ask("POST", "register/units", given),
  plans: () => ask("GET", "plans"),
  running: () => items("incidents?open=true"),
  packs: () => ask("GET", "packs"),
  check: (pack, files) => ask("POST", "packs/check", { ...(pack === undefined ? {} : { pack }), files }),
};
