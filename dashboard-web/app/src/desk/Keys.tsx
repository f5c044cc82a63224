import { type Component, For } from "solid-js";
import { t } from "../lib/i18n";

/** The keys of the desk, in one line. */
export const Keys: Component = () => (
  <footer class="desk-keys">
    <For each={t().deskKeys}>
      {([keys, what]) => (
        <span>
          <For each={keys}>{(key) => <kbd>{key}</kbd>}</For> {what}
        </span>
      )}
    </For>
  </footer>
);
