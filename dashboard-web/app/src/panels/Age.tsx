import { type Component, Match, Switch } from "solid-js";
import { spoken, t } from "../lib/i18n";
import type { Reading } from "./reading";

/** How old a value is, in bold when it is too old or cannot be. */
export const Age: Component<{ reading: Reading; nowMs: number }> = (props) => {
  const old = () => spoken(props.nowMs - (props.reading.last?.at_ms ?? 0));
  return (
    <Switch fallback={<i class="data-age">{old()}</i>}>
      <Match when={props.reading.heard === "never"}>
        <b class="data-age">{t().noData}</b>
      </Match>
      <Match when={props.reading.heard === "stale"}>
        <b class="data-age" classList={{ silenced: props.reading.thing.silenced_by !== undefined }}>
          {t().old(old())}
        </b>
      </Match>
      <Match when={props.reading.heard === "invalid"}>
        <b class="data-age">{t().invalid}</b>
      </Match>
    </Switch>
  );
};
