import "./water.css";
import { createMemo, Index, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { Figure } from "../../ui/Figure";
import { AlarmSign } from "../../ui/Sign";
import { Age } from "../Age";
import { ListPanel } from "../ListPanel";
import type { Panel } from "../panel";
import { reading, readings, said, worstOf } from "../reading";

/** Rows that fit. */
const ROWS_MAX = 8;

/** The name of a class. */
export function classOf(value: number): string {
  return t().classes[Math.min(6, Math.max(1, Math.round(value))) - 1] ?? "";
}

/** Sections of rivers: class, target, and what decided the class. */
export const Sections: Panel = (props) => {
  const rows = createMemo(() => readings(props.wall, "water_class"));
  const worst = createMemo(() => worstOf(props.wall.alarms().values()));
  return (
    <ListPanel
      class="sections"
      title={t().sections}
      notes={<i>{t().sectionsNote}</i>}
      count={rows().length}
      most={ROWS_MAX}
      none={t().sectionsNone}
    >
      <table>
        <thead>
          <tr>
            <td class="icon" />
            <th>{t().section}</th>
            <th class="class">{t().classNow}</th>
            <th class="class">{t().target}</th>
            <th>{t().decidedBy}</th>
            <th class="num">{t().dataAge}</th>
          </tr>
        </thead>
        <tbody>
          <Index each={rows().slice(0, ROWS_MAX)}>
            {(row) => {
              const target = () => row().thing.limits?.target;
              const missed = () => (row().last?.value ?? 0) > (target() ?? 6);
              const decided = () => {
                const because = row().last?.because;
                return because === undefined ? undefined : reading(props.wall, row().thing, because);
              };
              const alarm = () => worst().get(row().thing.id);
              return (
                <tr classList={{ stale: row().heard !== "fresh" }}>
                  <td class="icon">
                    <AlarmSign alarm={alarm()} size={26} />
                  </td>
                  <th scope="row">
                    <span>{say(row().thing.name)}</span>
                  </th>
                  <Show
                    when={row().last}
                    fallback={
                      <td class="none" colspan="4">
                        {t().noData}
                      </td>
                    }
                  >
                    {(last) => (
                      <>
                        <td class="class" classList={{ missed: missed() }}>
                          <Figure thing={row().thing.id} property="water_class" heard={row().heard}>
                            {classOf(last().value)}
                          </Figure>
                        </td>
                        <td class="class target">
                          <Show when={target()}>{(wanted) => classOf(wanted())}</Show>
                        </td>
                        <td class="decided">
                          <Show when={decided()}>
                            {(item) => (
                              <Figure thing={row().thing.id} property={item().property.id} heard={item().heard}>
                                {item().property.symbol} {said(item())}
                              </Figure>
                            )}
                          </Show>
                        </td>
                        <td class="num">
                          <Age reading={row()} nowMs={props.wall.now()} />
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
    </ListPanel>
  );
};
