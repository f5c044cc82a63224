import { createMemo, Index, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { logShare } from "../../charts/path";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { span } from "../../lib/time";
import { Sign } from "../../ui/Sign";
import { LEVEL_COLOURS, toLevel } from "../../ui/signs";
import { observedBy } from "../observed";
import type { Panel } from "../panel";
import { detectors, quiet, thresholds } from "./detectors";

/** Rows that fit. */
const ROWS_MAX = 5;
/** The bar begins this far below the lowest threshold and ends this far above the highest. */
const BAR_REACH = 5;

/** The gas detectors that read highest; one grey line when all are quiet. */
export const Gas: Panel = (props) => {
  const gas = createMemo(() => {
    const facts = props.wall.facts();
    return facts === undefined ? undefined : observedBy("gas", props.wall.things().values(), facts)[0];
  });
  const limits = createMemo(() => {
    const property = gas();
    const facts = props.wall.facts();
    return property === undefined || facts === undefined ? [] : thresholds(property, facts.rules);
  });
  const list = createMemo(() => {
    const { wall } = props;
    const property = gas();
    if (property === undefined) return [];
    return detectors(property, wall.things(), wall.latest(), wall.alarms(), wall.now());
  });
  const low = () => (limits()[0] ?? 1) / BAR_REACH;
  const high = () => (limits()[limits().length - 1] ?? 10) * BAR_REACH;
  const ticks = createMemo(() => limits().map((limit) => ({ at: logShare(limit, low(), high()), strong: true })));
  const unit = () => gas()?.unit ?? "";
  const highest = () => `${fixed(list()[0]?.last?.value ?? 0, gas()?.decimals ?? 2)} ${unit()}`;
  const calm = () => quiet(list(), limits()[0]);
  return (
    <section
      class="panel gas"
      aria-label={t().gasTitle(gas() === undefined ? "" : say(gas()?.title ?? { zh: "", en: "" }))}
    >
      <h2>
        <Show when={gas()}>{(property) => t().gasTitle(say(property().title))}</Show>
        <i>
          <span>{unit()}</span>
          <Show when={limits().length > 0}>
            <span>
              {t().thresholdKey} {limits().join(" / ")}
            </span>
            <span>{t().logScale}</span>
          </Show>
        </i>
        <i class="share">
          <b>{list().filter(({ fresh }) => fresh).length}</b> / {list().length} {t().freshDetectors}
        </i>
      </h2>
      <Show when={!calm()} fallback={<p class="quiet">{t().gasQuiet(`${limits()[0]} ${unit()}`, highest())}</p>}>
        <Show when={list().length > 0} fallback={<p class="quiet">{t().gasNone}</p>}>
          <table>
            <thead>
              <tr>
                <th class="icon" />
                <th>{t().detector}</th>
                <th class="num">{t().value}</th>
                <th class="bars" />
                <th class="num">{t().dataAge}</th>
              </tr>
            </thead>
            <tbody>
              <Index each={list().slice(0, ROWS_MAX)}>
                {(row) => {
                  const old = () => span(props.wall.now() - (row().last?.at_ms ?? 0));
                  const colour = () => {
                    const alarm = row().alarm;
                    return alarm === undefined || alarm.ended_ms !== null
                      ? undefined
                      : LEVEL_COLOURS[toLevel(alarm.level) - 1];
                  };
                  return (
                    <tr classList={{ stale: !row().fresh }}>
                      <td class="icon">
                        <Show when={row().alarm}>
                          {(alarm) => (
                            <Sign
                              level={alarm().level}
                              size={34}
                              number={alarm().number}
                              hollow={alarm().ended_ms !== null}
                            />
                          )}
                        </Show>
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
                            <td class="num key">{fixed(last().value, gas()?.decimals ?? 2)}</td>
                            <td class="bars">
                              <Bar
                                share={logShare(last().value, low(), high())}
                                ticks={ticks()}
                                width={106}
                                stale={!row().fresh}
                                colour={colour()}
                                label={`${last().value} ${unit()}`}
                              />
                            </td>
                            <td class="num share">
                              <Show when={row().fresh} fallback={<b>{t().old(t().span(old().count, old().unit))}</b>}>
                                {t().span(old().count, old().unit)}
                              </Show>
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
        </Show>
      </Show>
    </section>
  );
};
