import { asked } from "../lib/i18n";

/** Who is signed in, as the server says it (SessionView in /api/openapi.json). */
export interface Session {
  /** The name of the account. */
  readonly name: string;
  /** The name that is shown; of a wall, what the wall is called. */
  readonly display: string;
  readonly roles: readonly string[];
  /** Codes of the areas that it covers; empty for the whole city. */
  readonly areas: readonly string[];
  /** The seat; empty when none was given. */
  readonly seat: string;
  /** A wall that signed in by its token: nobody sits at it. */
  readonly device: boolean;
  /** What may be done. */
  readonly acts: readonly string[];
  readonly must_change_password: boolean;
}

/** What came of a request about the session. */
export type Answer =
  | { readonly outcome: "in"; readonly session: Session }
  | { readonly outcome: "done" }
  /** Not signed in; or the name, password or token is wrong. */
  | { readonly outcome: "out" }
  | { readonly outcome: "wait"; readonly secs: number }
  | { readonly outcome: "refused"; readonly code: string; readonly why: string }
  /** No server, or one that cannot answer at this moment. Says nothing of the session. */
  | { readonly outcome: "away" };

/** What opens a session: a person, or the token of a wall. */
export type Credentials =
  | { readonly name: string; readonly password: string; readonly seat: string }
  | { readonly token: string };

/** The first administrator; the token is of the link that `yiping run` prints. */
export interface FirstAccount {
  readonly token: string;
  readonly name: string;
  readonly display: string;
  readonly password: string;
}

/** The server's side of the door. No call fails: whatever happens is an answer. */
export interface Door {
  /** Who is signed in; counts as activity. */
  session(): Promise<Answer>;
  signIn(given: Credentials): Promise<Answer>;
  first(given: FirstAccount): Promise<Answer>;
  changePassword(given: { readonly old: string; readonly new: string }): Promise<Answer>;
  signOut(): Promise<Answer>;
}

/** A key in the address of the page: a wall's token, or the right to make the first administrator. */
export interface Key {
  readonly kind: "token" | "first";
  readonly token: string;
}

/** The key in a fragment: `#token=…` or `#first=…`. */
export function keyIn(hash: string): Key | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  for (const kind of ["token", "first"] as const) {
    const token = given.get(kind);
    if (token !== null && token !== "") return { kind, token };
  }
  return undefined;
}

/** Takes the key out of the address: it stays in no history, and on no screen. */
export function takeKey(): Key | undefined {
  const key = keyIn(location.hash);
  if (key !== undefined) history.replaceState(history.state, "", location.pathname + location.search);
  return key;
}

/** How long an answer may take. A password is checked slowly on purpose… */
const ANSWER_MS_MAX = 10_000;
/** …but who is here is known at once, and a cut cable must not hold up the next attempt. */
const KNOWN_MS_MAX = 3_000;
/** When a server that asks for patience does not say for how long. */
const WAIT_SECS = 60;

/** The door of the server that served this page. */
export const httpDoor: Door = {
  session: () => call("GET", "session", undefined, KNOWN_MS_MAX),
  signIn: (given) => call("POST", "session", given),
  first: (given) => call("POST", "session/first", given),
  changePassword: (given) => call("PUT", "session/password", given),
  signOut: () => call("DELETE", "session"),
};

async function call(method: string, path: string, body?: object, msMax = ANSWER_MS_MAX): Promise<Answer> {
  try {
    const response = await fetch(`api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(msMax),
      ...(body === undefined
        ? { headers: asked() }
        : { headers: { ...asked(), "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    return await answerOf(response);
  } catch {
    return { outcome: "away" };
  }
}

async function answerOf(response: Response): Promise<Answer> {
  const { status } = response;
  if (status === 204) return { outcome: "done" };
  if (status === 401) return { outcome: "out" };
  if (status === 429) {
    const secs = Number(response.headers.get("retry-after") ?? Number.NaN);
    return { outcome: "wait", secs: secs > 0 ? Math.ceil(secs) : WAIT_SECS };
  }
  if (status >= 500) return { outcome: "away" };
  const said: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const error = record(record(said)?.error);
    return { outcome: "refused", code: text(error?.code) ?? "", why: text(error?.message) ?? `HTTP ${status}` };
  }
  const session = sessionOf(said);
  return session === undefined ? { outcome: "away" } : { outcome: "in", session };
}

/** A session, when a value is one. */
export function sessionOf(value: unknown): Session | undefined {
  const given = record(value);
  const name = text(given?.name);
  const [roles, areas, acts] = [texts(given?.roles), texts(given?.areas), texts(given?.acts)];
  if (given === undefined || name === undefined) return undefined;
  if (roles === undefined || areas === undefined || acts === undefined) return undefined;
  return {
    name,
    display: text(given.display) || name,
    roles,
    areas,
    seat: text(given.seat) ?? "",
    device: given.device === true,
    acts,
    must_change_password: given.must_change_password === true,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : undefined;
}
