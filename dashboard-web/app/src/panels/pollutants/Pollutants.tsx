import "./pollutants.css";
import { type Component, createMemo, Index, Show } from "solid-js";
import { Spark } from "../../charts/Spark";
import { type ColumnId, thingsOf } from "../../lib/domains";
import { say, spoken, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { clockMinutes } from "../../lib/time";
import { Figure } from "../../ui/Figure";
import { ListPanel } from "../ListPanel";
import { inOrder } from "../observed";
import type { Panel, PanelProps } from "../panel";
import { type Corrected, commonUnit, summary } from "./summary";

/** Rows that fit. */
const ROWS_MAX = 6;

/** The pollutants of the whole city, as they are measured now. */
export const Pollutants: Panel = (props) => (
  <Summaries {...props} of="air" title={t().pollutants} none={t().airStationsNone} where={t().where} />
);

/** What the sensors in the streets measure. */
export const Street: Panel = (props) => (
  <Summaries {...props} of="street" title={t().street} none={t().streetNone} where={t().sensor} />
);

/** What has no panel of its own: whatever a pack brings that nobody thought of. */
export const Others: Panel = (props) => (
  <Summaries {...props} of="other" title={t().others} none={t().othersNone} where={t().sensor} />
);

/** Every property of the things of a column in one line: median, greatest and where, trend, how many are fresh. */
const Summaries: Component<PanelProps & { of: ColumnId; title: string; none: string; where: string }> = (props) => {
  const own = createMemo(() => thingsOf(props.of, props.wall.things().values()));
  const rows = createMemo(() => {
    const { wall } = props;
    const facts = wall.facts();
    if (facts === undefined) return [];
    return inOrder(own(), props.of === "air", facts)
      .slice(0, ROWS_MAX)
      .map((property) => summary(property, own(), wall.latest(), wall.trends(), wall.now()));
  });
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const unit = () => commonUnit(rows().map(({ property }) => property));
  const reach = () => {
    const ms = rows().find(({ trendMs }) => trendMs !== undefined)?.trendMs;
    if (ms === undefined) return "";
    return spoken(ms);
  };
  return (
    <ListPanel
      class="pollutants"
      title={props.title}
      notes={
        <>
          <i>{t().pollutantsNote}</i>
          <i>{unit()}</i>
        </>
      }
      count={rows().length}
      none={props.none}
    >
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
            <td />
            <th class="num">{t().median}</th>
            <th class="num">{t().highest}</th>
            <th class="at">{props.where}</th>
            <Show when={reach()} fallback={<td />}>
              {(known) => <th class="num">{known()}</th>}
            </Show>
            <th class="num">{t().fresh}</th>
          </tr>
        </thead>
        <tbody>
          <Index each={rows()}>
            {(row) => {
              const said = (value: number) => fixed(value, row().property.decimals);
              const told = ({ thing, start_ms, before, after }: Corrected) => {
                const name = say(props.wall.things().get(thing)?.name ?? { zh: thing, en: thing });
                const clock = `${name} ${clockMinutes(start_ms, zone())}`;
                return t().correctedWindow(clock, before === null ? t().none : said(before), said(after));
              };
              return (
                <tr classList={{ stale: row().fresh === 0 }}>
                  <th scope="row">
                    {row().property.symbol}
                    <Show when={row().property.unit !== unit()}>
                      <i>{row().property.unit}</i>
                    </Show>
                  </th>
                  <Show
                    when={row().highest}
                    fallback={
                      <td class="none" colspan="3">
                        {t().noData}
                      </td>
                    }
                  >
                    {(highest) => (
                      <>
                        <td class="num key">
                          <Figure thing="" property={row().property.id} heard="fresh">
                            {said(row().median ?? 0)}
                          </Figure>
                        </td>
                        <td class="num key">
                          <Figure thing={highest().thing.id} property={row().property.id} heard="fresh">
                            {said(highest().value)}
                          </Figure>
                        </td>
                        <td class="at">
                          <span class="two-lines">{say(highest().thing.name)}</span>
                        </td>
                      </>
                    )}
                  </Show>
                  <td>
                    <Spark
                      values={row().trend}
                      width={72}
                      height={32}
                      label={`${row().property.symbol} ${reach()}`}
                      corrected={row().corrections.map((each) => ({ place: each.place, text: told(each) }))}
                    />
                  </td>
                  <td class="num share">
                    <b>{row().fresh}</b> / {row().stations}
                  </td>
                </tr>
              );
            }}
          </Index>
        </tbody>
      </table>
    </ListPanel>
  );
};
