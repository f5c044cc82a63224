import type { AlarmView } from "./messages";

/** What this screen showed when somebody decided: the position of its scene, and the digest of what it showed. */
export interface Seen {
  readonly position: number;
  readonly digest: string;
}

/** A value as canonical JSON (RFC 8785): its keys sorted, its numbers as this language writes them. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonical(each)}`).join()}}`;
}

/** What this screen shows of an alarm, at the position of its scene. */
export async function seen(alarm: AlarmView, position: number): Promise<Seen> {
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(alarm)));
  const digest = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { position, digest };
}
