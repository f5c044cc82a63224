import "./street.css";
import { createMemo, Index, Match, Show, Switch } from "solid-js";
import { say, spoken, t } from "../../lib/i18n";
import { AlarmSign } from "../../ui/Sign";
import { ListPanel } from "../ListPanel";
import type { Panel } from "../panel";
import { gateways } from "./gateways";

/** Rows that fit. */
const ROWS_MAX = 10;

/** The gateways: how many of their sensors are heard. A dead one marks its children. */
export const Gateways: Panel = (props) => {
  const list = createMemo(() => gateways(props.wall));
  const up = () => list().filter(({ dead }) => !dead).length;
  return (
    <ListPanel
      class="gateways"
      title={t().gateways}
      notes={
        <Show when={list().length > 0}>
          <i class="share">
            <b>{up()}</b> / {list().length} {t().online}
          </i>
        </Show>
      }
      count={list().length}
      most={ROWS_MAX}
      none={t().gatewaysNone}
    >
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
                const lastMs = row().lastMs;
                return lastMs === undefined ? "—" : spoken(props.wall.now() - lastMs);
              };
              return (
                <tr classList={{ stale: row().dead }}>
                  <td class="icon">
                    <AlarmSign alarm={row().alarm} size={26} />
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
    </ListPanel>
  );
};
