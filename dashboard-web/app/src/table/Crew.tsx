import { type Component, For, Show } from "solid-js";
import type { Unit } from "../feed/forces";
import { say, t } from "../lib/i18n";

const ORDER = { critical: 0, warning: 1, green: 2 } as const;

/** People on scene and how long nobody heard of them: the worst first. */
export const Crew: Component<{ units: readonly Unit[] }> = (props) => {
  const crew = () =>
    props.units
      .flatMap((unit) => (unit.check_in === null ? [] : [{ unit, state: unit.check_in }]))
      .sort((a, b) => ORDER[a.state] - ORDER[b.state]);
  return (
    <Show when={crew().length > 0}>
      <ul class="crew" aria-label={t().advice.onScene}>
        <For each={crew()}>
          {({ unit, state }) => (
            <li class={state}>
              {say(unit.name)} <b>{t().checkIn[state]}</b>
              <Show when={unit.place?.stale}> {t().positionAge(Math.floor((unit.place?.age_secs ?? 0) / 60))}</Show>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
};
