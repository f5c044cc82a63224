import "./water.css";
import { createMemo, Index, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { Spark } from "../../charts/Spark";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { Figure } from "../../ui/Figure";
import { Sign } from "../../ui/Sign";
import { LEVEL_COLOURS, toLevel } from "../../ui/signs";
import { Age } from "../Age";
import type { Panel } from "../panel";
import { said } from "../reading";
import { chosen, type Gauge, GUARANTEED_AT, gauges, stageShare, WARNING_AT } from "./stages";

/** Rows that fit. */
const ROWS_MAX = 7;
const BAR_WIDTH = 94;
const TICKS = [
  { at: WARNING_AT, strong: true },
  { at: GUARANTEED_AT, strong: true, dashed: true },
];

/** Rivers against their warning and guaranteed stages. */
export const Stages: Panel = (props) => {
  const list = createMemo(() => gauges(props.wall));
  const rows = createMemo(() => chosen(list(), ROWS_MAX));
  const silent = () => rows().others.filter(({ reading }) => reading.heard !== "fresh").length;
  const below = () => rows().others.flatMap(({ over }) => (over === undefined ? [] : [-over]));
  return (
    <section class="panel stages" aria-label={t().stages}>
      <h2>
        {t().stages}
        <i>{t().stagesNote}</i>
        <i>m</i>
      </h2>
      <Show when={list().length > 0} fallback={<p class="quiet">{t().stagesNone}</p>}>
        <table>
          <thead>
            <tr>
              <td class="icon" />
              <th>{t().station}</th>
              <th class="num">{t().stage}</th>
              <th class="num">{t().toWarning}</th>
              <th class="bars">
                <i />
                {t().warning}
                <i class="dashed" />
                {t().guaranteed}
              </th>
              <th class="num">{t().trend}</th>
            </tr>
          </thead>
          <tbody>
            <Index each={rows().shown}>{(gauge) => <Row gauge={gauge()} nowMs={props.wall.now()} />}</Index>
          </tbody>
        </table>
        <p class="rest">
          <Show when={below().length > 0}>
            <span>{t().othersBelow(below().length, fixed(Math.floor(Math.min(...below()) * 10) / 10, 1))}</span>
          </Show>
          <Show when={silent() > 0}>
            <b>{t().othersSilent(silent())}</b>
          </Show>
        </p>
      </Show>
    </section>
  );
};

const Row = (props: { gauge: Gauge; nowMs: number }) => {
  const { gauge } = props;
  const reading = () => props.gauge.reading;
  const stale = () => reading().heard !== "fresh";
  const over = () => props.gauge.over;
  const distance = () => {
    const metres = over();
    if (metres === undefined) return "";
    return `${metres >= 0 ? "+" : ""}${fixed(metres, 2)}`;
  };
  const alarm = () => props.gauge.alarm;
  const colour = () => {
    const open = alarm();
    return open === undefined || open.ended_ms !== null || stale() ? undefined : LEVEL_COLOURS[toLevel(open.level) - 1];
  };
  return (
    <tr classList={{ stale: stale() }}>
      <td class="icon">
        <Show when={alarm()}>
          {(open) => <Sign level={open().level} size={32} number={open().number} hollow={open().ended_ms !== null} />}
        </Show>
      </td>
      <th scope="row">
        <span class="two-lines">{say(reading().thing.name)}</span>
      </th>
      <Show
        when={reading().last}
        fallback={
          <td class="none" colspan="4">
            {t().noData}
          </td>
        }
      >
        {(last) => (
          <>
            <td class="num key">
              <Figure thing={reading().thing.id} property="stage" heard={reading().heard}>
                {said(reading())}
              </Figure>
            </td>
            <td class="num over" classList={{ beyond: (over() ?? -1) >= 0 }}>
              <Show when={!stale()} fallback={<Age reading={reading()} nowMs={props.nowMs} />}>
                {distance()}
              </Show>
            </td>
            <td class="bars">
              <Show when={props.gauge.warning}>
                {(warning) => (
                  <Bar
                    share={stageShare(last().value, warning(), props.gauge.guaranteed)}
                    ticks={props.gauge.guaranteed === undefined ? TICKS.slice(0, 1) : TICKS}
                    width={BAR_WIDTH}
                    stale={stale()}
                    colour={colour()}
                    label={`${say(gauge.reading.thing.name)} ${said(reading())} m, ${t().warning} ${warning()}, ${t().guaranteed} ${props.gauge.guaranteed ?? t().none}`}
                  />
                )}
              </Show>
            </td>
            <td>
              <Spark values={reading().trend?.means ?? []} width={56} height={32} label={t().trend} />
            </td>
          </>
        )}
      </Show>
    </tr>
  );
};
