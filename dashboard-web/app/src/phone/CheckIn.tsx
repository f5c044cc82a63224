import { type Component, Show } from "solid-js";
import type { OwnUnit } from "../feed/field";
import { t } from "../lib/i18n";
import { remaining } from "../lib/time";

/** The clock of whoever is on scene, and the word that they are well. It is never sent later: it is true when it is said. */
export const CheckIn: Component<{ unit: OwnUnit; nowMs: number; onCheckIn: () => void }> = (props) => {
  const left = () => Date.parse(props.unit.heard ?? "") + props.unit.checkInSecs * 1_000 - props.nowMs;
  return (
    <Show when={props.unit.status === "on_scene" && props.unit.heard !== null}>
      <section class="check-in" classList={{ due: left() < 0 }}>
        <p>
          <span>
            {left() < 0 ? t().outside.missedCheckIn : t().outside.nextCheckIn} ·{" "}
            {t().everyMinutes(Math.round(props.unit.checkInSecs / 60))}
          </span>
          <b>{remaining(left())}</b>
        </p>
        <button type="button" onClick={() => props.onCheckIn()}>
          {t().outside.checkIn}
        </button>
      </section>
    </Show>
  );
};
