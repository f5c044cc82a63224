import { type Component, For, Show } from "solid-js";
import { t } from "../lib/i18n";
import type { Lettered } from "./scene";
import type { TableState } from "./state";

/** What the lines mean, and the affected places whose spot nobody knows. */
export const SceneLegend: Component<{ state: TableState; places: readonly Lettered[]; roads: boolean }> = (props) => {
  const lost = () => props.places.filter(({ at }) => at === undefined);
  return (
    <ul class="scene-legend">
      <Show when={props.state.estimate() !== undefined}>
        <li>
          <Stroke width={3.5} /> {t().tableMap.outline}
        </li>
      </Show>
      <Show when={props.state.isolation() !== undefined}>
        <li>
          <Stroke width={2.5} dash="7 6" /> {t().tableMap.isolation} {props.state.isolation()} m
        </li>
      </Show>
      <Show when={(props.state.advice()?.chosen.length ?? 0) > 0}>
        <li>
          <Stroke width={4} dash="1 8" /> {t().tableMap.chosenWay}
        </li>
      </Show>
      <Show when={props.state.advice()?.passed_over.some(({ way }) => way.length > 1)}>
        <li>
          <Stroke width={3} dash="9 7" /> {t().tableMap.refusedWay}
        </li>
      </Show>
      <For each={lost()}>
        {({ letter, name }) => (
          <li>
            <b>{letter}</b> {name} <i>{t().lettersUnplaced}</i>
          </li>
        )}
      </For>
      <li class="faint">{props.roads ? t().tableMap.schematic : t().tableMap.noRoads}</li>
    </ul>
  );
};

const Stroke: Component<{ width: number; dash?: string }> = (props) => (
  <svg width="40" height="12" aria-hidden="true">
    <path
      d="M2 6H38"
      stroke="#fff"
      stroke-width={props.width}
      stroke-dasharray={props.dash ?? "none"}
      stroke-linecap="round"
    />
  </svg>
);
