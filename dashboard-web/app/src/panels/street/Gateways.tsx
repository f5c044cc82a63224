import "./street.css";
import { createMemo, Index, Match, Show, Switch } from "solid-js";
import { say, t } from "../../lib/i18n";
import { span } from "../../lib/time";
import { Sign } from "../../ui/Sign";
import type { Panel } from "../panel";
import { gateways } from "./gateways";

/** Rows that fit. */
const ROWS_MAX = 10;

/** The gateways: how many of their sensors are heard. A dead one marks its children. */
export const Gateways: Panel = (props) => {
  const list = createMemo(() => gateways(props.wall));
  const up = () => list().filter(({ dead }) => !dead).length;
  return (
    <section class="panel gateways" aria-label={t().gateways}>
      <h2>
        {t().gateways}
        <Show when={list().length > 0}>
          <i class="share">
            <b>{up()}</b> / {list().length} {t().online}
          </i>
        </Show>
        <Show when={list().length > ROWS_MAX}>
          <i>{t().more(list().length - ROWS_MAX)}</i>
        </Show>
      </h2>
      <Show when={list().length > 0} fallback={<p class="quiet">{t().gatewaysNone}</p>}>
        <table>
          <thead>
            <tr>
              <td class="icon" />
              <th>{t().gateway}</th>
              <th class="num">{t().sensors}</th>
              <th class="num">{t().lastHeard}</th>
              <th>{t().state}</th>
            </tr>
          </thead>
          <tbody>
            <Index each={list().slice(0, ROWS_MAX)}>
              {(row) => {
                const heard = () => {
                  const { count, unit } = span(props.wall.now() - (row().lastMs ?? 0));
                  return row().lastMs === undefined ? "—" : t().span(count, unit);
                };
                return (
                  <tr classList={{ stale: row().dead }}>
                    <td class="icon">
                      <Show when={row().alarm}>
                        {(open) => (
                          <Sign
                            level={open().level}
                            size={26}
                            number={open().number}
                            hollow={open().ended_ms !== null}
                          />
                        )}
                      </Show>
                    </td>
                    <th scope="row">
                      <span>{say(row().thing.name)}</span>
                    </th>
                    <td class="num share">
                      <b>{row().heard}</b> / {row().children}
                    </td>
                    <td class="num">{heard()}</td>
                    <td class="how">
                      <Switch fallback={row().children === 0 ? "—" : t().online}>
                        <Match when={row().marked > 0}>
                          <span class="silenced">
                            {row().marked} {t().behind.gateway}
                          </span>
                        </Match>
                        <Match when={row().dead}>
                          <b>{t().unavailable(row().children)}</b>
                        </Match>
                      </Switch>
                    </td>
                  </tr>
                );
              }}
            </Index>
          </tbody>
        </table>
      </Show>
    </section>
  );
};
