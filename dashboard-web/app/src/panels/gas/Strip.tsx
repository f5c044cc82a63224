import { type Component, Index, Match, Show, Switch } from "solid-js";
import type { PropertyView } from "../../feed/messages";
import { say, spoken, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { Figure } from "../../ui/Figure";
import type { Detector } from "./detectors";

/** Detectors that fit. */
const PLACES_MAX = 12;

/** All detectors at rest, each at its place, so that one sees that they live. */
export const Strip: Component<{ list: readonly Detector[]; property: PropertyView; nowMs: number }> = (props) => {
  // The last place says how many more there are.
  const shown = () => (props.list.length > PLACES_MAX ? props.list.slice(0, PLACES_MAX - 1) : props.list);
  return (
    <ul class="strip">
      <Index each={shown()}>
        {(row) => {
          const old = () => spoken(props.nowMs - (row().last?.at_ms ?? 0));
          return (
            <li classList={{ stale: row().heard !== "fresh" }}>
              <span>{say(row().thing.name)}</span>
              <Show when={row().last} fallback={<b />}>
                {(last) => (
                  <b>
                    <Figure thing={row().thing.id} property={props.property.id} heard={row().heard}>
                      {fixed(last().value, props.property.decimals)}
                    </Figure>
                  </b>
                )}
              </Show>
              <Switch fallback={<i>{old()}</i>}>
                <Match when={row().heard === "never"}>
                  <i>{t().noData}</i>
                </Match>
                <Match when={row().heard === "stale"}>
                  <i>{t().old(old())}</i>
                </Match>
                <Match when={row().heard === "invalid"}>
                  <i>{t().invalid}</i>
                </Match>
              </Switch>
            </li>
          );
        }}
      </Index>
      <Show when={props.list.length > PLACES_MAX}>
        <li>
          <span>{t().more(props.list.length - PLACES_MAX + 1)}</span>
        </li>
      </Show>
    </ul>
  );
};
