import { createSignal } from "solid-js";

const KEY = "yiping.seat";
/** Longest name of a seat, in characters. */
export const SEAT_CHARS_MAX = 24;

function cleaned(name: string | null): string {
  return (name ?? "").trim().slice(0, SEAT_CHARS_MAX);
}

function known(): string {
  if (typeof location === "undefined") return "";
  const asked = cleaned(new URLSearchParams(location.search).get("seat"));
  if (asked !== "") return asked;
  try {
    return cleaned(localStorage.getItem(KEY));
  } catch {
    return "";
  }
}

const [seat, setSignal] = createSignal(known());

/** The name of this seat; empty until somebody gives it. */
export { seat };

/** Names this seat, for as long as this browser remembers. */
export function nameSeat(name: string): void {
  const next = cleaned(name);
  setSignal(next);
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // A browser without storage asks again next time.
  }
}
