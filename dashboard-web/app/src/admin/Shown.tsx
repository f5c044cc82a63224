import { type Component, createSignal, onMount } from "solid-js";
import { t } from "../lib/i18n";

/** A secret that the server says once. It leaves the screen by the hand of whoever made it. */
export const Shown: Component<{ title: string; note: string; secret: string; onDone: () => void }> = (props) => {
  const [copied, setCopied] = createSignal(false);
  let button: HTMLButtonElement | undefined;
  const copy = async () => {
    // Not there on a page without TLS: then it is copied by hand.
    await navigator.clipboard?.writeText(props.secret);
    setCopied(navigator.clipboard !== undefined);
  };
  onMount(() => button?.focus());
  return (
    <section class="secret" aria-label={props.title}>
      <h2>{props.title}</h2>
      <p>{props.note}</p>
      <code>{props.secret}</code>
      <div class="buttons">
        <button type="button" onClick={() => void copy()}>
          {copied() ? t().admin.copied : t().admin.copy}
        </button>
        <button type="button" class="primary" ref={button} onClick={() => props.onDone()}>
          {t().admin.keptIt}
        </button>
      </div>
    </section>
  );
};
