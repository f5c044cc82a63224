import { asked } from "../lib/i18n";

/** A request that was not done. */
export type Refusal =
  /** Not signed in; or the name, password or token is wrong. */
  | { readonly outcome: "out" }
  /** Name and password are right; the code of the second factor is missing or wrong. */
  | { readonly outcome: "code" }
  | { readonly outcome: "wait"; readonly secs: number }
  | { readonly outcome: "refused"; readonly code: string; readonly why: string }
  /** No server, or one that cannot answer at this moment. Says nothing of the session. */
  | { readonly outcome: "away" };

/** How long an answer may take. A password is checked slowly on purpose… */
const ANSWER_MS_MAX = 10_000;
/** …but who is here is known at once, and a cut cable must not hold up the next attempt. */
export const KNOWN_MS_MAX = 3_000;
/** When a server that asks for patience does not say for how long. */
const WAIT_SECS = 60;

/** What the server answered. */
export interface Exchanged {
  readonly status: number;
  readonly ok: boolean;
  /** Read from JSON; `undefined` where it said nothing. */
  readonly said: unknown;
  /** For how long it asks for patience, as it says it. */
  readonly wait: string | null;
}

/** Speaks with the server that served this page, in the language of the person; `undefined` when it does not answer in time, or not whole. */
export async function exchange(
  method: string,
  path: string,
  body?: object,
  msMax = ANSWER_MS_MAX,
): Promise<Exchanged | undefined> {
  const bytes =
    body instanceof Blob ? { type: body.type, body } : { type: "application/json", body: JSON.stringify(body) };
  try {
    const response = await fetch(`api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(msMax),
      ...(body === undefined
        ? { headers: asked() }
        : { headers: { ...asked(), "content-type": bytes.type }, body: bytes.body }),
    });
    const { status, ok } = response;
    const read = status === 204 ? undefined : response.json();
    const said: unknown = await (ok ? read : read?.catch(() => undefined));
    return { status, ok, said, wait: response.headers.get("retry-after") };
  } catch {
    return undefined;
  }
}

/** Asks for something; `undefined` when the server does not answer, does not say it, or says what cannot be read. */
export async function heard<T>(
  path: string,
  read: (said: unknown) => T | undefined,
  msMax?: number,
): Promise<T | undefined> {
  const answer = await exchange("GET", path, undefined, msMax);
  return answer?.ok === true ? read(answer.said) : undefined;
}

/** Why the server did not do something, in its words. */
export function whyNot({ status, said }: Exchanged): {
  readonly code: string;
  readonly why: string;
  readonly detail: string | undefined;
} {
  const error = record(record(said)?.error);
  return {
    code: text(error?.code) ?? String(status),
    why: text(error?.message) ?? `HTTP ${status}`,
    detail: text(error?.detail),
  };
}

/** An answer that says what became of what was sent: none does of a server that is busy or restarts, or when the session is over. */
export function certain(answer: Exchanged | undefined): Exchanged | undefined {
  if (answer === undefined) return undefined;
  const { status } = answer;
  // 507: it is full, and says so.
  const away = (status >= 500 && status !== 507) || status === 429 || status === 401;
  return away ? undefined : answer;
}

/** Asks the server; `read` takes what it answers when all went well. */
export async function call<T>(
  method: string,
  path: string,
  read: (said: unknown) => T | undefined,
  body?: object,
  msMax = ANSWER_MS_MAX,
): Promise<T | Refusal | { readonly outcome: "done" }> {
  const answer = await exchange(method, path, body, msMax);
  if (answer === undefined || answer.status >= 500) return { outcome: "away" };
  const { status, said } = answer;
  if (status === 204) return { outcome: "done" };
  if (status === 429) {
    const secs = Number(answer.wait ?? Number.NaN);
    return { outcome: "wait", secs: secs > 0 ? Math.ceil(secs) : WAIT_SECS };
  }
  if (answer.ok) return read(said) ?? { outcome: "away" };
  const { code, why } = whyNot(answer);
  if (status === 401) return { outcome: code === "second_factor" ? "code" : "out" };
  return { outcome: "refused", code, why };
}

export function record(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((each) => typeof each === "string") : undefined;
}
