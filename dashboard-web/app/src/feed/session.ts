import { call, KNOWN_MS_MAX, type Refusal, record, text, texts } from "./call";
import { httpSecond, type SecondDoor } from "./second";
import { httpWays, type ProviderWay } from "./ways";

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
  readonly second_factor: SecondFactor;
}

/** The second factor of who is signed in: none is asked for here, it has none, it must set one up first, it has one. */
export type SecondFactor = "off" | "none" | "missing" | "set";

/** What came of a request about the session. */
export type Answer = { readonly outcome: "in"; readonly session: Session } | { readonly outcome: "done" } | Refusal;

/** What came of a link by which a person sets the password. */
export type Linked = { readonly outcome: "linked"; readonly name: string } | { readonly outcome: "done" } | Refusal;

/** What opens a session: a person, or the token of a wall. */
export type Credentials =
  | { readonly name: string; readonly password: string; readonly seat: string; readonly code?: string }
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
  /** Sets the password of whom an administrator sent a link: whose it is. */
  link(given: { readonly token: string; readonly password: string }): Promise<Linked>;
  changePassword(given: { readonly old: string; readonly new: string }): Promise<Answer>;
  signOut(): Promise<Answer>;
  readonly second: SecondDoor;
  /** The provider that answers for people, when there is one. */
  provider(): Promise<ProviderWay | undefined>;
}

/** A key in the address of the page: a wall's token, the right to make the first administrator, or to set one's password. */
export interface Key {
  readonly kind: "token" | "first" | "link";
  readonly token: string;
}

/** The key in a fragment: `#token=…`, `#first=…` or `#link=…`. */
export function keyIn(hash: string): Key | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  for (const kind of ["token", "first", "link"] as const) {
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

/** The door of the server that served this page. */
export const httpDoor: Door = {
  session: () => call("GET", "session", entered, undefined, KNOWN_MS_MAX),
  signIn: (given) => call("POST", "session", entered, given),
  first: (given) => call("POST", "session/first", entered, given),
  link: (given) => call("PUT", "session/link", linked, given),
  changePassword: (given) => call("PUT", "session/password", entered, given),
  signOut: () => call("DELETE", "session", entered),
  second: httpSecond,
  provider: httpWays,
};

function entered(said: unknown): { readonly outcome: "in"; readonly session: Session } | undefined {
  const session = sessionOf(said);
  return session && { outcome: "in", session };
}

function linked(said: unknown): { readonly outcome: "linked"; readonly name: string } | undefined {
  const name = text(record(said)?.name);
  return name === undefined ? undefined : { outcome: "linked", name };
}

const SECOND: readonly SecondFactor[] = ["off", "none", "missing", "set"];

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
    second_factor: SECOND.find((known) => known === given.second_factor) ?? "off",
  };
}
