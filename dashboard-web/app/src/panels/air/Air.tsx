import "./air.css";
import { createMemo, Index, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { Spark } from "../../charts/Spark";
import { say, spoken, t } from "../../lib/i18n";
import { clockMinutes } from "../../lib/time";
import { Figure } from "../../ui/Figure";
import type { Panel } from "../panel";
import { countyAir } from "./county";

/** Where the categories of the index meet, and the end of the bar. */
const BREAKPOINTS = [50, 100, 150, 200, 300] as const;
const BAR_END = 320;
const TICKS = BREAKPOINTS.map((value) => ({ at: value / BAR_END, strong: value === 100 }));
const BAR_WIDTH = 84;
const HOUR_MS = 3_600_000;

/** Air quality of each county: the worst station of the hour. */
export const Air: Panel = (props) => {
  const counties = createMemo(() => {
    const areas = props.wall.facts()?.city.areas ?? [];
    return areas.map((area) => countyAir(area, props.wall.things(), props.wall.indices(), props.wall.now()));
  });
  const hourMs = createMemo(() => {
    const hours = counties().flatMap(({ hourMs }) => (hourMs === undefined ? [] : [hourMs]));
    return hours.length === 0 ? undefined : Math.max(...hours);
  });
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const note = () => {
    const start = hourMs();
    if (start === undefined) return t().airNone;
    return t().airNote(clockMinutes(start, zone()), clockMinutes(start + HOUR_MS, zone()));
  };
  const symbols = (ids: readonly string[]) =>
    ids.map((id) => props.wall.facts()?.properties.get(id)?.symbol ?? id).join(" ");
  return (
    <section class="panel air" aria-label={t().air}>
      <h2>
        {t().air}
        <i>{note()}</i>
      </h2>
      <table>
        <colgroup>
          <col />
          <col />
          <col />
          <col />
          <col />
          <col />
        </colgroup>
        <thead>
          <tr>
            <th>{t().county}</th>
            <th class="num">AQI</th>
            <th class="word">{t().worst}</th>
            <th class="scale">
              <span style={{ left: `${(100 / BAR_END) * BAR_WIDTH}px` }}>100</span>
              <span style={{ left: `${(300 / BAR_END) * BAR_WIDTH}px` }}>300</span>
            </th>
            <th class="num">{t().hours24}</th>
            <th class="num">{t().valid}</th>
          </tr>
        </thead>
        <tbody>
          <Index each={counties()}>
            {(county) => {
              const value = () => county().worst?.value ?? undefined;
              const level = () => county().worst?.level ?? undefined;
              const before = () => {
                const said = county().worst?.before;
                return said === null || said === undefined ? undefined : `${said.value ?? t().none}`;
              };
              const other = () => county().hourMs !== hourMs() || county().stale;
              const old = () => spoken(props.wall.now() - (county().hourMs ?? 0) - HOUR_MS);
              return (
                <tr classList={{ stale: county().stale }}>
                  <th scope="row">
                    {say(county().area.name)}
                    <i>
                      <Show when={county().hourMs === undefined || !other()} fallback={<b>{t().old(old())}</b>}>
                        <Show when={county().worst?.primary.length}>
                          {t().primary(symbols(county().worst?.primary ?? []))}
                        </Show>
                      </Show>
                    </i>
                  </th>
                  <Show
                    when={value() !== undefined}
                    fallback={
                      <td class="none" colspan="2">
                        {t().noData}
                      </td>
                    }
                  >
                    <td class="num key">
                      <Figure
                        thing={county().worst?.thing ?? ""}
                        property="aqi_hourly"
                        heard={county().stale ? "stale" : "fresh"}
                      >
                        {value()}
                      </Figure>
                    </td>
                    <td class="word">
                      {t().categories[(level() ?? 1) - 1] ?? ""}
                      <Show when={before()}>
                        {(said) => <i title={t().correctedValue(said(), `${value()}`)}>{t().was(said())}</i>}
                      </Show>
                    </td>
                  </Show>
                  <td>
                    <Bar
                      share={(value() ?? 0) / BAR_END}
                      ticks={TICKS}
                      width={BAR_WIDTH}
                      stale={county().stale}
                      label={`AQI ${value() ?? t().noData}`}
                    />
                  </td>
                  <td>
                    <Spark values={county().trend} width={66} height={34} floor={0} label={t().hours24} />
                  </td>
                  <td class="num share">
                    <b>{county().valid}</b> / {county().stations}
                  </td>
                </tr>
              );
            }}
          </Index>
        </tbody>
      </table>
    </section>
  );
};
