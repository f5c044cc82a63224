import { createSignal } from "solid-js";
import { span } from "./time";
import { type Words, words } from "./words";

/** The languages of the screens. */
export type Lang = "zh" | "en";

/** A text in both languages. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

function fromUrl(): Lang {
  if (typeof location === "undefined") return "zh";
  return new URLSearchParams(location.search).get("lang") === "en" ? "en" : "zh";
}

const [lang, setSignal] = createSignal<Lang>(fromUrl());

export { lang };

/** Switches the language and keeps the choice in the address. */
export function setLang(next: Lang): void {
  const url = new URL(location.href);
  if (next === "zh") url.searchParams.delete("lang");
  else url.searchParams.set("lang", next);
  history.replaceState(history.state, "", url);
  setSignal(next);
}

/** The texts of the screen in the chosen language. */
export function t(): Words {
  return words[lang()];
}

/** An approximate duration in words: `9 分钟`. */
export function spoken(ms: number): string {
  const { count, unit } = span(ms);
  return t().span(count, unit);
}

/** What a request says so that the server refuses in the language of the screen. */
export function asked(): { readonly "accept-language": string } {
  return { "accept-language": lang() === "zh" ? "zh-CN" : "en" };
}

/** A text of the server in the chosen language. */
export function say(text: Text): string {
  return text[lang()];
}
