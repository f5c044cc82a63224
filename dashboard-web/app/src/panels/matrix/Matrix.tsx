import "./matrix.css";
import { createMemo, Index, Match, Show, Switch } from "solid-js";
import { say, t } from "../../lib/i18n";
import { AlarmSign } from "../../ui/Sign";
import type { Panel } from "../panel";
import { type Cell, matrix } from "./cell";

/** Counties by domains. */
export const Matrix: Panel = (props) => {
  const found = createMemo(() => {
    const { wall } = props;
    return matrix({
      properties: wall.facts()?.properties ?? new Map(),
      things: wall.things(),
      latest: wall.latest(),
      alarms: [...wall.alarms().values()],
      nowMs: wall.now(),
    });
  });
  const columns = createMemo(() => found().columns, undefined, {
    equals: (a, b) => a.map(({ id }) => id).join() === b.map(({ id }) => id).join(),
  });
  const rows = createMemo(() => {
    const { cell } = found();
    const areas = props.wall.facts()?.city.areas ?? [];
    return areas.map((area) => ({ area, cells: columns().map(({ id }) => cell(area.code, id)) }));
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
            <Index each={columns()}>{(column) => <th>{say(column().title)}</th>}</Index>
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
                      <Mark cell={shown()} onOpen={(id) => props.onOpen?.(id)} />
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

const Mark = (props: { cell: Cell; onOpen: (alarm: string) => void }) => (
  <Switch>
    <Match when={props.cell.kind === "normal" && props.cell}>
      {(found) => (
        <Show when={found().fresh < found().all} fallback={<span class="dot" />}>
          <span class="part" title={t().silentOf(found().all - found().fresh, found().all)}>
            <span class="dot" /> {found().fresh}/{found().all}
          </span>
        </Show>
      )}
    </Match>
    <Match when={props.cell.kind === "silent"}>
      <span class="silent">{t().noData}</span>
    </Match>
    <Match when={props.cell.kind === "alarm" && props.cell}>
      {(found) => (
        <button type="button" class="hit" onClick={() => props.onOpen(found().alarm.id)}>
          <AlarmSign alarm={found().alarm} size={34} />
          {found().others > 0 ? <i>+{found().others}</i> : null}
        </button>
      )}
    </Match>
  </Switch>
);
