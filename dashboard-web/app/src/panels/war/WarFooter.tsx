import "./war.css";
import { createMemo, For, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { clockMinutes, remaining } from "../../lib/time";
import type { Panel } from "../panel";
import { named, warOf } from "./war";

const REPORTS_SHOWN = 4;
const ITEMS_SHOWN = 10;
const ROLES_SHOWN = 5;

/** What must be reported upwards, and the clocks of it. */
export const WarReports: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const list = () => [...(war()?.reports ?? [])].sort((a, b) => (a.due_ms ?? Infinity) - (b.due_ms ?? Infinity));
  return (
    <section class="panel war-reports" aria-label={t().war.reports}>
      <h2>
        {t().war.reports} <i>{t().war.reportsNote}</i>
      </h2>
      <ul>
        <For each={list().slice(0, REPORTS_SHOWN)} fallback={<li class="none">{t().war.noReports}</li>}>
          {(report) => {
            const left = () => (report.due_ms === null ? undefined : report.due_ms - props.wall.now());
            return (
              <li classList={{ late: (left() ?? 0) < 0 }}>
                <b>{say(report.title)}</b>
                <span>
                  {report.given_ms === null
                    ? report.due_ms === null
                      ? t().war.noTime
                      : t().war.before(clockMinutes(report.due_ms, zone()))
                    : `${t().war.reported(clockMinutes(report.given_ms, zone()))} ${named(report.given_by) ?? ""}`}
                </span>
                <b class="clock">
                  {left() === undefined ? (report.times > 0 ? t().war.finished : "—") : remaining(left() ?? 0)}
                </b>
              </li>
            );
          }}
        </For>
      </ul>
    </section>
  );
};

/** The lines of the plan: what is done, with when and by whom, and what is not. */
export const WarItems: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const items = () => war()?.items ?? [];
  const plan = () => war()?.plan;
  // What is open is never hidden behind what is done.
  const shown = () => [...items()].sort((a, b) => Number(a.done_ms !== null) - Number(b.done_ms !== null));
  return (
    <section class="panel war-items" aria-label={t().war.items}>
      <h2>
        {t().war.items}
        <i>
          <Show when={plan()}>{(title) => <>{say(title())} · </>}</Show>
          {t().war.itemsNote(items().filter(({ done_ms }) => done_ms !== null).length, items().length)}
        </i>
      </h2>
      <ul>
        <For each={shown().slice(0, ITEMS_SHOWN)} fallback={<li class="none">{t().war.noItems}</li>}>
          {(item) => (
            <li classList={{ done: item.done_ms !== null }}>
              <span class="box" aria-hidden="true" />
              <span>{say(item.title)}</span>
              <i>
                {item.done_ms === null
                  ? t().war.notDone
                  : `${named(item.done_by) ?? ""} ${clockMinutes(item.done_ms, zone())}`}
              </i>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
};

/** The groups of the plan: who leads, and how their tasks stand. */
export const WarRoles: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const rows = createMemo(() =>
    (war()?.roles ?? []).map((role) => {
      const own = (war()?.tasks ?? []).filter((task) => task.role === role.role);
      const open = own.filter(({ over }) => !over).length;
      return { role, open, all: own.length };
    }),
  );
  const shown = () => [...rows()].sort((a, b) => b.open - a.open).slice(0, ROLES_SHOWN);
  const sampling = () => war()?.war.sampling[0];
  const title = (property: string) => {
    const known = props.wall.facts()?.properties.get(property);
    return known === undefined ? property : say(known.title);
  };
  return (
    <section class="panel war-roles" aria-label={t().war.roles}>
      <h2>
        {t().war.roles} <i>{t().war.rolesNote}</i>
      </h2>
      <ul>
        <For each={shown()} fallback={<li class="none">{t().war.noRoles}</li>}>
          {({ role, open, all }) => (
            <li>
              <b>{say(role.title)}</b>
              <span>{named(role.person) ?? t().war.nobody}</span>
              <i>
                {all - open} / {all}
              </i>
              <b class="open">{open === 0 ? "" : t().war.open(open)}</b>
            </li>
          )}
        </For>
      </ul>
      <Show when={rows().length < ROLES_SHOWN && sampling()}>
        {(wish) => <p class="wish">{t().war.sampling(title(wish().property), wish().every_secs)}</p>}
      </Show>
    </section>
  );
};
