import { type Component, createSignal, onMount, Show } from "solid-js";
import type { Own } from "../feed/presence";
import { t } from "../lib/i18n";
import { said } from "./said";

/** The way out; a server that cannot be told is said, for nobody is out until it knows. */
export const SignOut: Component<{ own: Own; focused?: boolean }> = (props) => {
  const [told, tell] = createSignal<string>();
  let button: HTMLButtonElement | undefined;
  onMount(() => {
    if (props.focused) button?.focus();
  });
  const leave = async () => {
    tell(undefined);
    tell(said(await props.own.signOut(), t().serverAway));
  };
  return (
    <>
      <button type="button" ref={button} onClick={() => void leave()}>
        {t().signOut}
      </button>
      <Show when={told()}>{(text) => <span role="alert">{text()}</span>}</Show>
    </>
  );
};
