import { type Component, For, Show } from "solid-js";
import { grey } from "../../lib/grey";
import { t } from "../../lib/i18n";
import { clockMinutes } from "../../lib/time";
import type { Field, FieldId } from "../../map/field";

/** What the greys of a field mean, and which of them were measured. */
export const Ramp: Component<{ id: FieldId; steps: readonly number[]; field: Field; zone: string }> = (props) => {
  const part = () => props.field.cells.some(({ measured }) => measured === "part");
  return (
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
      <Show when={props.field.interpolated}>
        <p class="how">{t().interpolated}</p>
      </Show>
      <Show when={props.field.window}>
        {(window) => (
          <p class="how">
            <Hexagon />
            {t().cellsOf(clockMinutes(window().startMs, props.zone), clockMinutes(window().endMs, props.zone))}
          </p>
        )}
      </Show>
      <Show when={part()}>
        <p class="how">
          <Hexagon broken />
          {t().cellsPart}
        </p>
      </Show>
    </div>
  );
};

const Hexagon: Component<{ broken?: boolean }> = (props) => (
  <svg width="20" height="20" viewBox="-10 -10 20 20" aria-hidden="true">
    <path
      d="M0 -8L7 -4V4L0 8L-7 4V-4z"
      fill="none"
      stroke="#eceeef"
      stroke-dasharray={props.broken ? "2 3" : undefined}
    />
  </svg>
);
