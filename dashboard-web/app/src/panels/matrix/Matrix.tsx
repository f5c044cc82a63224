import "./matrix.css";
import { createMemo, Index, Match, Switch } from "solid-js";
import { say, t } from "../../lib/i18n";
import { words } from "../../lib/words";
import { Sign } from "../../ui/Sign";
import type { Panel } from "../panel";
import { type Cell, cell, columns } from "./cell";

const WEATHER = { zh: words.zh.weather, en: words.en.weather };

/** Counties by domains. */
export const Matrix: Panel = (props) => {
  const heads = createMemo(() => {
    const facts = props.wall.facts();
    return facts === undefined ? [] : columns(facts, props.wall.things().values(), WEATHER);
  });
  const rows = createMemo(() => {
    const { wall } = props;
    const facts = wall.facts();
    if (facts === undefined) return [];
    const ground = {
      properties: facts.properties,
      things: [...wall.things().values()],
      latest: wall.latest(),
      indices: wall.indices(),
      alarms: [...wall.alarms().values()],
      nowMs: wall.now(),
    };
    return facts.city.areas.map((area) => ({ area, cells: heads().map((column) => cell(area.code, column, ground)) }));
  });
  return (
    <section class="panel matrix" aria-label={t().matrix}>
      <h2>
        {t().matrix}
        <i>{t().matrixNote}</i>
      </h2>
      <table>
        <thead>
          <tr>
            <td />
            <Index each={heads()}>{(column) => <th>{say(column().title)}</th>}</Index>
          </tr>
        </thead>
        <tbody>
          <Index each={rows()}>
            {(row) => (
              <tr>
                <th scope="row">{say(row().area.name)}</th>
                <Index each={row().cells}>
                  {(shown) => (
                    <td>
                      <Mark cell={shown()} />
                    </td>
                  )}
                </Index>
              </tr>
            )}
          </Index>
        </tbody>
      </table>
    </section>
  );
};

const Mark = (props: { cell: Cell }) => (
  <Switch>
    <Match when={props.cell.kind === "normal"}>
      <span class="dot" />
    </Match>
    <Match when={props.cell.kind === "silent"}>
      <span class="silent">{t().noData}</span>
    </Match>
    <Match when={props.cell.kind === "alarm" && props.cell}>
      {(found) => (
        <span class="hit">
          <Sign
            level={found().alarm.level}
            size={34}
            number={found().alarm.number}
            hollow={found().alarm.ended_ms !== null}
          />
          {found().others > 0 ? <i>+{found().others}</i> : null}
        </span>
      )}
    </Match>
  </Switch>
);
