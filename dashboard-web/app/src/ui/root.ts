import { createEffect, onCleanup } from "solid-js";
import type { Wall } from "../feed/store";
import { lang, say, t } from "../lib/i18n";

/** Says on the page itself what it shows: language, title, link, position. For screen readers, for the window's name, and for tests from outside. */
export function tellRoot(wall: Wall): void {
  const root = document.documentElement;
  // What seldom changes is set seldom: a language and a title are not free.
  createEffect(() => {
    root.lang = lang() === "zh" ? "zh-CN" : "en";
    const city = wall.facts()?.city;
    if (city !== undefined) document.title = t().centre(say(city.name));
  });
  createEffect(() => {
    root.dataset.link = wall.link().state === "live" ? "live" : "lost";
  });
  createEffect(() => {
    root.dataset.position = String(wall.position() ?? "");
    root.dataset.nowMs = String(wall.now());
  });
  // Of a screen that is no longer there, nothing is said.
  onCleanup(() => {
    for (const name of ["link", "position", "nowMs"]) delete root.dataset[name];
  });
}
