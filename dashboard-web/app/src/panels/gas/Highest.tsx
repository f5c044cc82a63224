import { type Component, createMemo, Index, Match, Show, Switch } from "solid-js";
import { Bar } from "../../charts/Bar";
import { logShare } from "../../charts/path";
import type { PropertyView } from "../../feed/messages";
import { say, spoken, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { Figure } from "../../ui/Figure";
import { AlarmSign } from "../../ui/Sign";
import { colourOf } from "../../ui/signs";
import type { Detector } from "./detectors";

/** Rows that fit. */
const ROWS_MAX = 5;
/** The bar begins this far below the lowest threshold and ends this far above the highest. */
const BAR_REACH = 5;

/** The detectors that read highest, with their distance to the thresholds. */
export const Highest: Component<{
  list: readonly Detector[];
  property: PropertyView;
  limits: readonly number[];
  nowMs: number;
}> = (props) => {
  const low = () => (props.limits[0] ?? 1) / BAR_REACH;
  const high = () => (props.limits[props.limits.length - 1] ?? 10) * BAR_REACH;
  const ticks = createMemo(() => props.limits.map((limit) => ({ at: logShare(limit, low(), high()), strong: true })));
  return (
    <table>
      <thead>
        <tr>
          <td class="icon" />
          <th>{t().detector}</th>
          <th class="num">{t().value}</th>
          <td class="bars" />
          <th class="num">{t().dataAge}</th>
        </tr>
      </thead>
      <tbody>
        <Index each={props.list.slice(0, ROWS_MAX)}>
          {(row) => {
            const stale = () => row().heard !== "fresh";
            const old = () => spoken(props.nowMs - (row().last?.at_ms ?? 0));
            return (
              <tr classList={{ stale: stale() }}>
                <td class="icon">
                  <AlarmSign alarm={row().alarm} size={34} />
                </td>
                <th scope="row">{say(row().thing.name)}</th>
                <Show
                  when={row().last}
                  fallback={
                    <td class="none" colspan="3">
                      {t().noData}
                    </td>
                  }
                >
                  {(last) => (
                    <>
                      <td class="num key">
                        <Figure thing={row().thing.id} property={props.property.id} heard={row().heard}>
                          {fixed(last().value, props.property.decimals)}
                        </Figure>
                      </td>
                      <td class="bars">
                        <Bar
                          share={last().out_of_range ? 0 : logShare(last().value, low(), high())}
                          ticks={ticks()}
                          width={106}
                          stale={stale()}
                          colour={stale() ? undefined : colourOf(row().alarm)}
                          label={`${last().value} ${props.property.unit}`}
                        />
                      </td>
                      <td class="num share">
                        <Switch fallback={old()}>
                          <Match when={row().heard === "stale"}>
                            <b>{t().old(old())}</b>
                          </Match>
                          <Match when={row().heard === "invalid"}>
                            <b>{t().invalid}</b>
                          </Match>
                        </Switch>
                      </td>
                    </>
                  )}
                </Show>
              </tr>
            );
          }}
        </Index>
      </tbody>
    </table>
  );
};
