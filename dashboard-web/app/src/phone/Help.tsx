import { type Component, createSignal, Match, onCleanup, Switch } from "solid-js";
import { t } from "../lib/i18n";

/** So long it is pressed: no pocket and no glove calls by mistake. */
export const HOLD_MS = 1_500;

/** 求援: a long press, by touch or by key. What became of the last call stands in its place. */
export const Help: Component<{ state: "none" | "waits" | "sent"; onCall: () => void }> = (props) => {
  const [held, hold] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    clearTimeout(timer);
    hold(false);
  };
  const begin = () => {
    if (held()) return;
    hold(true);
    timer = setTimeout(() => {
      end();
      navigator.vibrate?.(200);
      props.onCall();
    }, HOLD_MS);
  };
  const isKey = ({ key }: KeyboardEvent) => key === "Enter" || key === " ";
  onCleanup(end);
  return (
    <button
      type="button"
      class="help"
      classList={{ held: held(), called: props.state !== "none" }}
      style={{ "--hold": `${HOLD_MS}ms` }}
      onPointerDown={begin}
      onPointerUp={end}
      onPointerLeave={end}
      onPointerCancel={end}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (isKey(event) && !event.repeat) begin();
      }}
      onKeyUp={(event) => {
        if (isKey(event)) end();
      }}
      onBlur={end}
    >
      <Switch>
        <Match when={props.state === "none"}>
          <b>{t().outside.help}</b> <small>{t().outside.hold}</small>
        </Match>
        <Match when={props.state === "waits"}>
          <b role="alert">{t().outside.helpWaits}</b>
        </Match>
        <Match when={props.state === "sent"}>
          <b role="alert">{t().outside.helpSent}</b>
        </Match>
      </Switch>
    </button>
  );
};
