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

/** Asks the server; `read` takes what it answers when all went well. */
export async function call<T>(
  method: string,
  path: string,
  read: (said: unknown) => T | undefined,
  body?: object,
  msMax = ANSWER_MS_MAX,
): Promise<T | Refusal | { readonly outcome: "done" }> {
  try {
    const response = await fetch(`api/v1/${path}`, {
      method,
      signal: AbortSignal.timeout(msMax),
      ...(body === undefined
        ? { headers: asked() }
        : { headers: { ...asked(), "content-type": "application/json" }, body: JSON.stringify(body) }),
    });
    return await answerOf(response, read);
  } catch {
    return { outcome: "away" };
  }
}

async function answerOf<T>(
  response: Response,
  read: (said: unknown) => T | undefined,
): Promise<T | Refusal | { readonly outcome: "done" }> {
  const { status } = response;
  if (status === 204) return { outcome: "done" };
  if (status === 429) {
    const secs = Number(response.headers.get("retry-after") ?? Number.NaN);
    return { outcome: "wait", secs: secs > 0 ? Math.ceil(secs) : WAIT_SECS };
  }
  if (status >= 500) return { outcome: "away" };
  const said: unknown = await response.json().catch(() => undefined);
  if (!response.ok) {
    const error = record(record(said)?.error);
    if (status === 401) return { outcome: error?.code === "second_factor" ? "code" : "out" };
    return { outcome: "refused", code: text(error?.code) ?? "", why: text(error?.message) ?? `HTTP ${status}` };
  }
  return read(said) ?? { outcome: "away" };
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
