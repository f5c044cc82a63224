import "./sources.css";
import { createMemo, Index, Show } from "solid-js";
import { say, spoken, t } from "../../lib/i18n";
import { count } from "../../lib/number";
import { clockSeconds } from "../../lib/time";
import type { Panel } from "../panel";
import { gateways } from "../street/gateways";
import { delayed, online } from "./doors";
import { troubles } from "./notices";

/** Rows that fit. */
const ROWS_MAX = 4;
/** Dead gateways that are named. */
const GONE_MAX = 1;

/** In the order of their ids; where they do not all fit the silent ones come first: silence must be seen. */
function inPlace<Door extends { readonly source: { readonly id: string }; readonly online: boolean }>(
  doors: Door[],
  most: number,
): Door[] {
  const byId = doors.sort((a, b) => (a.source.id < b.source.id ? -1 : 1));
  return byId.length <= most ? byId : byId.sort((a, b) => Number(a.online) - Number(b.online));
}

/** The doors through which data come, and how this screen is fed. */
export const Sources: Panel = (props) => {
  const wrong = createMemo(() => troubles(props.wall.channels().values(), props.wall.now()), undefined, {
    equals: (a, b) => a.join() === b.join(),
  });
  // Its line takes the place of a row.
  const most = () => (wrong().length > 0 ? ROWS_MAX - 1 : ROWS_MAX);
  const rows = createMemo(() =>
    inPlace(
      [...props.wall.sources().values()].map((source) => ({ source, online: online(source, props.wall) })),
      most(),
    ),
  );
  const behind = createMemo(() => gateways(props.wall));
  const gone = () => behind().filter(({ dead }) => dead);
  const silent = (ms: number | undefined) => (ms === undefined ? "" : ` ${spoken(props.wall.now() - ms)}`);
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  return (
    <section class="panel sources" aria-label={t().sources}>
      <h2>{t().sources}</h2>
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
            <th>{t().door}</th>
            <th>{t().state}</th>
            <th class="num">{t().lastHeard}</th>
            <th class="num">{t().delay}</th>
            <th class="num">{t().readings}</th>
            <th class="num">{t().rejects}</th>
          </tr>
        </thead>
        <tbody>
          <Show when={rows().length === 0}>
            <tr>
              <td class="none" colspan="6">
                {t().noData}
              </td>
            </tr>
          </Show>
          <Index each={rows().slice(0, most())}>
            {(row) => {
              return (
                <tr classList={{ stale: !row().online }}>
                  <th scope="row">{row().source.id}</th>
                  <td>
                    <Show when={row().online} fallback={<b class="down">{t().silent}</b>}>
                      {t().online}
                    </Show>
                  </td>
                  <td class="num">{spoken(props.wall.now() - row().source.last_received_ms)}</td>
                  <td class="num">{delayed(row().source.delay_ms)}</td>
                  <td class="num">{count(row().source.readings)}</td>
                  <td class="num">{count(row().source.rejects)}</td>
                </tr>
              );
            }}
          </Index>
        </tbody>
      </table>
      <Show when={behind().length > 0}>
        <p class="behind">
          {t().gatewaysUp(behind().length - gone().length, behind().length)}
          <Index each={gone().slice(0, GONE_MAX)}>
            {(gateway) => (
              <b>{t().gatewayGone(say(gateway().thing.name), silent(gateway().lastMs), gateway().children)}</b>
            )}
          </Index>
          <Show when={gone().length > GONE_MAX}>
            <b>+{gone().length - GONE_MAX}</b>
          </Show>
        </p>
      </Show>
      <Show when={wrong()[0]}>
        {(text) => (
          <p class="behind" role="status">
            <b>{text()}</b>
            <Show when={wrong().length > 1}>
              <b>+{wrong().length - 1}</b>
            </Show>
          </p>
        )}
      </Show>
      <p class="feed">
        <span>{t().link[props.wall.link().state]}</span>
        <span>
          {t().cityTime} {clockSeconds(props.wall.now(), zone())}
        </span>
        <span>{t().sourcesNote(count(props.wall.position() ?? 0))}</span>
        <Show when={rows().length > most()}>
          <span>{t().more(rows().length - most())}</span>
        </Show>
      </p>
    </section>
  );
};
