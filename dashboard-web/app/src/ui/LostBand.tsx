import { type Component, createSignal, onCleanup, Show } from "solid-js";
import type { LinkState } from "../feed/link";
import { t } from "../lib/i18n";
import { clockSeconds } from "../lib/time";

/** Says across the whole wall that the picture stands still, since when, and what is done about it. */
export const LostBand: Component<{ link: LinkState; nowMs: number; zone: string; heard: boolean }> = (props) => {
  const [machineMs, setMachineMs] = createSignal(Date.now());
  const timer = setInterval(() => setMachineMs(Date.now()), 250);
  onCleanup(() => clearInterval(timer));
  const secs = () => Math.max(0, Math.floor((machineMs() - props.link.sinceMs) / 1_000));
  return (
    <div class="lost-band" role="alert">
      <strong>
        <Show when={props.heard} fallback={t().neverHeard(secs())}>
          {t().lost(secs(), clockSeconds(props.nowMs, props.zone))}
        </Show>
      </strong>
      <span>{t().retrying(props.link.attempts)}</span>
    </div>
  );
};
