import "./water.css";
import { createMemo, Index, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { Spark } from "../../charts/Spark";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { Figure } from "../../ui/Figure";
import { AlarmSign } from "../../ui/Sign";
import { colourOf } from "../../ui/signs";
import { Age } from "../Age";
import { ListPanel } from "../ListPanel";
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
    <ListPanel
      class="stages"
      title={t().stages}
      notes={
        <>
          <i>{t().stagesNote}</i>
          <i>m</i>
        </>
      }
      count={list().length}
      none={t().stagesNone}
    >
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
    </ListPanel>
  );
};

const Row = (props: { gauge: Gauge; nowMs: number }) => {
  const reading = () => props.gauge.reading;
  const stale = () => reading().heard !== "fresh";
  const over = () => props.gauge.over;
  const distance = () => {
    const metres = over();
    if (metres === undefined) return "";
    return `${metres >= 0 ? "+" : ""}${fixed(metres, 2)}`;
  };
  return (
    <tr classList={{ stale: stale() }}>
      <td class="icon">
        <AlarmSign alarm={props.gauge.alarm} size={32} />
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
                    colour={stale() ? undefined : colourOf(props.gauge.alarm)}
                    label={`${say(reading().thing.name)} ${said(reading())} m, ${t().warning} ${warning()}, ${t().guaranteed} ${props.gauge.guaranteed ?? t().none}`}
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
