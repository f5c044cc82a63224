/** What came of an acknowledgement. `taken`: somebody was first. */
export type Acknowledged =
  | { readonly outcome: "done" }
  | { readonly outcome: "taken"; readonly seat: string | undefined }
  | { readonly outcome: "refused"; readonly why: string }
  | { readonly outcome: "unreachable" };

/** Sends the acknowledgement of one alarm by one seat. */
export type Acknowledge = (alarm: string, seat: string, note: string) => Promise<Acknowledged>;

/** How long an answer may take. */
const ANSWER_MS_MAX = 5_000;

/** Acknowledges over HTTP. */
export const acknowledgeByHttp: Acknowledge = async (alarm, seat, note) => {
  let response: Response;
  try {
    response = await fetch(`api/v1/alarms/${encodeURIComponent(alarm)}/ack`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ seat, note }),
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
  } catch {
    return { outcome: "unreachable" };
  }
  if (response.ok) return { outcome: "done" };
  const body = await answer(response);
  if (response.status === 409) return { outcome: "taken", seat: firstSeat(body) };
  return { outcome: "refused", why: reason(body) ?? `HTTP ${response.status}` };
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
export function firstSeat(body: unknown): string | undefined {
  const seat = field(field(body, "acknowledged"), "seat");
  return typeof seat === "string" && seat !== "" ? seat : undefined;
}

function reason(body: unknown): string | undefined {
  const text = field(field(body, "error"), "message");
  return typeof text === "string" ? text : undefined;
}
