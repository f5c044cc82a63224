import "./war.css";
import { createMemo, For, Show } from "solid-js";
import { t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { clockMinutes } from "../../lib/time";
import type { Panel } from "../panel";
import { affected, LETTERS, propertyOf, warOf } from "./war";

const PLACES_SHOWN = 5;

/** What is affected, and when the plume is there. */
export const WarPlaces: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const property = () => {
    const known = war();
    return known === undefined ? undefined : propertyOf(known, props.wall.alarms());
  };
  const unit = () => props.wall.facts()?.properties.get(property() ?? "");
  const rows = createMemo(() => {
    const known = war();
    return known === undefined ? [] : affected(known, property(), props.wall);
  });
  return (
    <section class="panel war-places" aria-label={t().war.places}>
      <h2>
        {t().war.places} <i>{t().war.placesNote}</i>
      </h2>
      <Show when={rows().length > 0} fallback={<p class="none">{t().war.noPlaces}</p>}>
        <table>
          <thead>
            <tr>
              <td class="letter" />
              <td />
              <th class="num">{unit()?.unit}</th>
              <th class="num">{t().war.arrival}</th>
              <th class="num">{t().war.toGo}</th>
            </tr>
          </thead>
          <tbody>
            <For each={rows().slice(0, PLACES_SHOWN)}>
              {(row, at) => (
                <tr>
                  <td class="letter">
                    <mark>{LETTERS[at()]}</mark>
                  </td>
                  <th scope="row">{row.name}</th>
                  <td class="num">
                    {row.last === undefined || row.heard !== "fresh"
                      ? "—"
                      : fixed(row.last.value, unit()?.decimals ?? 1)}
                  </td>
                  <td class="num">
                    {row.arrivalMs === undefined
                      ? row.outside
                        ? t().war.outside
                        : row.thing === undefined
                          ? t().war.noPosition
                          : "—"
                      : clockMinutes(row.arrivalMs, zone())}
                  </td>
                  <td class="num left">
                    <b>
                      {row.arrivalMs === undefined
                        ? ""
                        : row.arrivalMs <= props.wall.now()
                          ? t().war.arrived
                          : t().span(Math.ceil((row.arrivalMs - props.wall.now()) / 60_000), "minute")}
                    </b>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </Show>
    </section>
  );
};
