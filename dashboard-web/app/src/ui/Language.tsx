import type { Component } from "solid-js";
import { lang, setLang, t } from "../lib/i18n";

/** Switches the language. */
export const Language: Component = () => (
  <button type="button" onClick={() => setLang(lang() === "zh" ? "en" : "zh")} aria-label={`中 / EN ${t().language}`}>
    <span classList={{ on: lang() === "zh" }}>中</span> / <span classList={{ on: lang() === "en" }}>EN</span>
  </button>
);
