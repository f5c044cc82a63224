import type { Text } from "../lib/i18n";
import { call, KNOWN_MS_MAX, record, text } from "./call";

/** A provider that answers for people. */
export interface ProviderWay {
  readonly name: Text;
  /** Whether it answered when it was asked last. */
  readonly available: boolean;
}

/** By what people sign in, besides name and password: the provider, when there is one. */
export async function httpWays(): Promise<ProviderWay | undefined> {
  const answer = await call("GET", "session/ways", provided, undefined, KNOWN_MS_MAX);
  return answer.outcome === "provider" ? answer.way : undefined;
}

function provided(said: unknown): { readonly outcome: "provider"; readonly way: ProviderWay | undefined } {
  const oidc = record(record(said)?.oidc);
  const name = record(oidc?.name);
  const [zh, en] = [text(name?.zh), text(name?.en)];
  const way =
    zh === undefined || en === undefined ? undefined : { name: { zh, en }, available: oidc?.available === true };
  return { outcome: "provider", way };
}

/** Where the browser goes to sign in by the provider. */
export function providerAddress(seat: string): string {
  return `api/v1/session/oidc?${new URLSearchParams({ seat })}`;
}

/** Why the provider's way led to nothing, as the server says it in the address: `#oidc=away`. */
export interface ProviderRefusal {
  readonly why: string;
  /** As whom the provider knows the person, when no account does. */
  readonly subject: string;
}

export function refusalIn(hash: string): ProviderRefusal | undefined {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const why = given.get("oidc");
  return why === null ? undefined : { why, subject: given.get("subject") ?? "" };
}

/** Takes the refusal out of the address: it is said once. */
export function takeRefusal(): ProviderRefusal | undefined {
  const refusal = refusalIn(location.hash);
  if (refusal !== undefined) history.replaceState(history.state, "", location.pathname + location.search);
  return refusal;
}
