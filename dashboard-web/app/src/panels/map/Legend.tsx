import { type Component, For, Match, Show, Switch } from "solid-js";
import type { ColumnId } from "../../lib/domains";
import { t } from "../../lib/i18n";
import { clockMinutes } from "../../lib/time";
import { SHAPES, type Shape } from "../../map/drawing";
import type { Field } from "../../map/field";

const GREY = "#aeb3b8";

/** What the marks of the map mean, in the scene that is shown. */
export const Legend: Component<{
  columns: ReadonlySet<ColumnId>;
  field: Field | undefined;
  zone: string;
  /** Something shown is silent because of what it is heard through. */
  behind: boolean;
}> = (props) => (
  <ul class="legend">
    <For each={[...props.columns]}>
      {(column) => (
        <li>
          <Mark shape={SHAPES[column]} />
          {column === "weather" ? t().legend.wind : t().marks[column]}
        </li>
      )}
    </For>
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <rect x="8.5" y="8.5" width="7" height="7" fill="none" stroke="#666c72" stroke-width="2" />
      </svg>
      {t().legend.silent}
    </li>
    <Show when={props.behind}>
      <li>
        <svg width="24" height="24" aria-hidden="true">
          <path d="M8.5 8.500h7v7h-7zM5 19L19 5" fill="none" stroke="#666c72" stroke-width="2" />
        </svg>
        {t().legend.behind}
      </li>
    </Show>
    <Show when={props.field?.window}>
      {(window) => (
        <li>
          <Hexagon />
          {t().cellsOf(clockMinutes(window().startMs, props.zone), clockMinutes(window().endMs, props.zone))}
        </li>
      )}
    </Show>
    <Show when={props.field?.cells.some(({ measured }) => measured === "part")}>
      <li>
        <Hexagon broken />
        {t().cellsPart}
      </li>
    </Show>
    <li>
      <svg width="24" height="24" aria-hidden="true">
        <circle cx="12" cy="12" r="10" fill="none" stroke="#fff" stroke-width="2.5" />
      </svg>
      {t().legend.ring}
    </li>
  </ul>
);

const Hexagon: Component<{ broken?: boolean }> = (props) => (
  <svg width="24" height="24" viewBox="-12 -12 24 24" aria-hidden="true">
    <path
      d="M0 -9L8 -4.500V4.500L0 9L-8 4.500V-4.500z"
      fill="none"
      stroke="#eceeef"
      stroke-dasharray={props.broken ? "2 3" : undefined}
    />
  </svg>
);

const Mark: Component<{ shape: Shape }> = (props) => (
  <svg width="24" height="24" aria-hidden="true">
    <Switch fallback={<rect x="8" y="8" width="8" height="8" fill={GREY} />}>
      <Match when={props.shape === "circle"}>
        <circle cx="12" cy="12" r="4.5" fill="none" stroke={GREY} stroke-width="2" />
      </Match>
      <Match when={props.shape === "dot"}>
        <circle cx="12" cy="12" r="4" fill={GREY} />
      </Match>
      <Match when={props.shape === "drop"}>
        <path d="M12 18L6 7.500H18z" fill={GREY} />
      </Match>
      <Match when={props.shape === "arrow"}>
        <path d="M12 24V6" stroke={GREY} stroke-width="2" />
        <path d="M12 0l6 13h-12z" fill={GREY} />
      </Match>
    </Switch>
  </svg>
);
