import { call, type Refusal, record, text, texts } from "./call";

/** What the phone must know, shown once. */
export interface Offer {
  readonly outcome: "offer";
  /** To be typed. */
  readonly secret: string;
  /** To be scanned. */
  readonly uri: string;
}

/** Codes for when the phone is lost, shown once. */
export interface Codes {
  readonly outcome: "codes";
  readonly codes: readonly string[];
}

type Done = { readonly outcome: "done" };

/** The server's side of the second factor. */
export interface SecondDoor {
  /** Asks for one; it does not count yet. */
  offer(password: string): Promise<Offer | Refusal | Done>;
  /** Makes it count, by its first code. */
  confirm(code: string): Promise<Codes | Refusal | Done>;
  remove(given: { readonly password: string; readonly code: string }): Promise<Refusal | Done>;
}

/** That of the server that served this page. */
export const httpSecond: SecondDoor = {
  offer: (password) => call("POST", "session/totp", offered, { password }),
  confirm: (code) => call("PUT", "session/totp", confirmed, { code }),
  remove: (given) => call<never>("POST", "session/totp/removal", () => undefined, given),
};

function offered(said: unknown): Offer | undefined {
  const given = record(said);
  const [secret, uri] = [text(given?.secret), text(given?.uri)];
  return secret === undefined || uri === undefined ? undefined : { outcome: "offer", secret, uri };
}

function confirmed(said: unknown): Codes | undefined {
  const codes = texts(record(said)?.recovery_codes);
  return codes && { outcome: "codes", codes };
}
