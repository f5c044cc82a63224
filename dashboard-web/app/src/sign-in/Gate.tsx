import "./sign-in.css";
import { type Component, createEffect, type JSX, onCleanup, onMount, Show } from "solid-js";
import { lang, t } from "../lib/i18n";
import { Language } from "../ui/Language";
import { Scaled } from "../ui/Scaled";
import { followWindow } from "../ui/stage";

/** The screen before the wall. Whose city it is, is not known here. */
export const Gate: Component<{ title: string; note?: string; children: JSX.Element }> = (props) => {
  onMount(() => onCleanup(followWindow()));
  createEffect(() => {
    document.documentElement.lang = lang() === "zh" ? "zh-CN" : "en";
    document.title = `${t().product} · ${props.title}`;
  });
  return (
    <Scaled>
      <main class="gate">
        <div class="own">
          <Language />
        </div>
        <section aria-labelledby="gate-title">
          <h1>{t().product}</h1>
          <h2 id="gate-title">{props.title}</h2>
          <Show when={props.note}>{(note) => <p class="note">{note()}</p>}</Show>
          {props.children}
        </section>
      </main>
    </Scaled>
  );
};
