import { type Component, For, Show } from "solid-js";
import { grey } from "../../lib/grey";
import { t } from "../../lib/i18n";
import type { FieldId } from "../../map/field";

/** What the greys of a field mean. */
export const Ramp: Component<{ id: FieldId; steps: readonly number[]; interpolated: boolean }> = (props) => (
  <div class="ramp">
    <p>{t().field[props.id]}</p>
    <ul>
      <For each={props.steps}>
        {(from, index) => (
          <li>
            <i style={{ background: grey(index() + 1) }} />
            {from}
            {index() === props.steps.length - 1 ? "+" : ""}
          </li>
        )}
      </For>
    </ul>
    <Show when={props.interpolated}>
      <p class="how">{t().interpolated}</p>
    </Show>
  </div>
);
