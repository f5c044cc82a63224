import { type Accessor, createSignal } from "solid-js";
import type { SecondDoor } from "./second";
import type { Answer, Door, FirstAccount, Key, Linked, Session } from "./session";

/** Use of keyboard, mouse or touch is told to the server at most this often. */
export const TOLD_MS_MIN = 60_000;

/** Why nobody is signed in: nobody was yet, the session ended, somebody left, or a wall's token is not good. */
export type Why = "new" | "ended" | "left" | "token";

/** Who is here. While a server is away, what was known last stays. */
export type Here =
  | { readonly state: "asking" }
  | { readonly state: "in"; readonly session: Session }
  | { readonly state: "out"; readonly why: Why }
  | { readonly state: "first" | "link"; readonly token: string };

/** What panels get: who is here, and what a person may do about that. */
export interface Own {
  readonly session: Accessor<Session | undefined>;
  changePassword(old: string, next: string): Promise<Answer>;
  signOut(): Promise<Answer>;
  readonly second: SecondDoor;
  /** Asks the server who is here; `true` when somebody is. A server that is away changes nothing. */
  ask(): Promise<boolean>;
}

/** Who sits at this screen, kept true. */
export interface Presence extends Own {
  readonly here: Accessor<Here>;
  /** Whether the session need not be asked for before a socket is opened. */
  sure(): boolean;
  /** A socket did not open, or was closed because of the session. */
  doubt(): void;
  /** Somebody uses keyboard, mouse or touch. */
  active(): void;
  signIn(name: string, password: string, seat: string, code?: string): Promise<Answer>;
  makeFirst(given: Omit<FirstAccount, "token">): Promise<Answer>;
  /** Sets the password by the link in the address. */
  setByLink(password: string): Promise<Linked>;
  /** The person goes to the door. */
  toDoor(): void;
  /** The provider that answers for people, when there is one. */
  provider: Door["provider"];
}

/** Knows nothing yet but the key that stood in the address. */
export function createPresence(door: Door, key: Key | undefined, nowMs: () => number = Date.now): Presence {
  const [here, setHere] = createSignal<Here>(
    key?.kind === "first" || key?.kind === "link" ? { state: key.kind, token: key.token } : { state: "asking" },
  );
  // Kept while the page lives, never stored: a wall comes back by itself whatever became of its session.
  let token = key?.kind === "token" ? key.token : undefined;
  // A link that was just opened goes before whoever was here.
  let offered = token !== undefined;
  let doubted = true;
  let asked: Promise<boolean> | undefined;
  let askedMs = Number.NEGATIVE_INFINITY;
  // An answer to a question from before somebody came or left says nothing.
  let turn = 0;

  const session = (): Session | undefined => {
    const known = here();
    return known.state === "in" ? known.session : undefined;
  };
  const enter = (known: Session) => {
    turn += 1;
    offered = false;
    doubted = false;
    askedMs = nowMs();
    setHere({ state: "in", session: known });
  };
  const leave = (why: Why) => {
    turn += 1;
    token = undefined;
    offered = false;
    doubted = true;
    setHere({ state: "out", why });
  };
  const answered = async (): Promise<Answer> => {
    if (!offered) {
      const known = await door.session();
      if (known.outcome !== "out") return known;
    }
    return token === undefined ? { outcome: "out" } : door.signIn({ token });
  };
  const asking = async (): Promise<boolean> => {
    const begun = turn;
    askedMs = nowMs();
    const answer = await answered();
    if (begun !== turn) return session() !== undefined;
    if (answer.outcome === "in") {
      enter(answer.session);
      return true;
    }
    if (answer.outcome === "out") leave(token !== undefined ? "token" : session() !== undefined ? "ended" : "new");
    return false;
  };
  const ask = (): Promise<boolean> => {
    asked ??= asking().finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const entering = async (answering: Promise<Answer>): Promise<Answer> => {
    const answer = await answering;
    if (answer.outcome === "in") {
      token = undefined;
      enter(answer.session);
    }
    return answer;
  };

  return {
    here,
    session,
    ask,
    sure: () => !doubted && session() !== undefined,
    doubt: () => {
      doubted = true;
    },
    active: () => {
      if (session()?.device === false && nowMs() - askedMs >= TOLD_MS_MIN) void ask();
    },
    signIn: (name, password, seat, code) =>
      entering(door.signIn({ name, password, seat, ...(code === undefined ? {} : { code }) })),
    makeFirst: async (given) => {
      const known = here();
      return known.state === "first" ? entering(door.first({ ...given, token: known.token })) : { outcome: "out" };
    },
    setByLink: async (password) => {
      const known = here();
      return known.state === "link" ? door.link({ token: known.token, password }) : { outcome: "out" };
    },
    toDoor: () => leave("new"),
    changePassword: async (old, next) => {
      const answer = await door.changePassword({ old, new: next });
      const known = session();
      if (answer.outcome === "done" && known?.must_change_password === true) {
        // Until then nothing was allowed: what is, the server says.
        turn += 1;
        doubted = true;
        setHere({ state: "asking" });
      }
      return answer;
    },
    second: door.second,
    provider: () => door.provider(),
    signOut: async () => {
      const answer = await door.signOut();
      if (answer.outcome === "done" || answer.outcome === "out") leave("left");
      return answer;
    },
  };
}
