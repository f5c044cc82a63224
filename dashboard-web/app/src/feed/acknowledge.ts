import { asked } from "../lib/i18n";
import { seen } from "./evidence";
import type { AlarmView } from "./messages";

/** Who acknowledged: an account, what its person is called, and the seat; each where it is known. */
export interface By {
  readonly person: string | null;
  readonly display?: string | undefined;
  readonly seat: string;
}

/** What came of an acknowledgement. `taken`: somebody was first. `changed`: the alarm is not what this screen showed. */
export type Acknowledged =
  | { readonly outcome: "done" }
  | { readonly outcome: "taken"; readonly by: By | undefined }
  | { readonly outcome: "changed" }
  | { readonly outcome: "refused"; readonly why: string }
  | { readonly outcome: "unreachable" };

/** Sends the acknowledgement of one alarm, by whoever is signed in: the alarm as it is painted, and the painted position. */
export type Acknowledge = (alarm: AlarmView, position: number, note: string) => Promise<Acknowledged>;

/** How long an answer may take. */
const ANSWER_MS_MAX = 5_000;

/** Acknowledges over HTTP. */
export const acknowledgeByHttp: Acknowledge = async (alarm, position, note) => {
  const body = JSON.stringify({ note, seen: await seen(alarm, position) });
  let response: Response;
  try {
    response = await fetch(`api/v1/alarms/${encodeURIComponent(alarm.id)}/ack`, {
      method: "POST",
      headers: { ...asked(), "content-type": "application/json" },
      body,
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch {
    return { outcome: "unreachable" };
  }
  if (response.ok) return { outcome: "done" };
  const said = await answer(response);
  const code = field(field(said, "error"), "code");
  if (code === "already_acknowledged") return { outcome: "taken", by: firstBy(said) };
  if (code === "shown_otherwise") return { outcome: "changed" };
  return { outcome: "refused", why: reason(said) ?? `HTTP ${response.status}` };
};

async function answer(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

/** Who was first, as the server's answer names them. */
export function firstBy(body: unknown): By | undefined {
  const first = field(body, "acknowledged");
  const [person, display, seat] = ["person", "display", "seat"].map((name) => text(field(first, name)));
  const by = { person: person ?? null, display, seat: seat ?? "" };
  return named(by) === "" ? undefined : by;
}

/** Somebody in one line: 张伟 一号席. */
export function named({ person, display, seat }: By): string {
  return [display ?? person ?? "", seat].filter((each) => each !== "").join(" ");
}

function reason(body: unknown): string | undefined {
  return text(field(field(body, "error"), "message"));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
