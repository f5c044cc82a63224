import { type Component, For, Show } from "solid-js";
import { t } from "../lib/i18n";
import { farAndLong, type KeptRoute, remarks } from "./route";

/** How far it is and how long it takes by road, and how old that is. */
export const RouteLine: Component<{ route: KeptRoute; nowMs: number }> = (props) => {
  const clock = () => new Date(props.route.receivedMs).toTimeString().slice(0, 5);
  const minutes = () => Math.max(0, Math.floor((props.nowMs - props.route.receivedMs) / 60_000));
  return (
    <p class="route">
      <Show when={farAndLong(props.route)} fallback={<b>{t().outside.noWay}</b>}>
        {(known) => <b>{t().routeSaid(known().km, known().minutes)}</b>}
      </Show>
      <For each={remarks(props.route)}>{(remark) => <span>{t().outside[remark]}</span>}</For>
      <i>
        {clock()} {t().outside.received}
        <Show when={minutes() > 0}> · {t().minutesAgo(minutes())}</Show>
      </i>
    </p>
  );
};
