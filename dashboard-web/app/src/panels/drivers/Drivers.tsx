import "./drivers.css";
import { createMemo, Index, Show } from "solid-js";
import { Spark } from "../../charts/Spark";
import { say, spoken, t } from "../../lib/i18n";
import { Figure } from "../../ui/Figure";
import { AlarmSign } from "../../ui/Sign";
import { ListPanel } from "../ListPanel";
import type { Panel } from "../panel";
import { type DriverId, drivers } from "./drivers";

const unitOf = (id: DriverId, unit: string): string =>
  id === "wait" ? t().minutes : id === "crowd" ? t().people : unit;

/** What pushes the city now: each driver at its place, as far as it goes anywhere. */
export const Drivers: Panel = (props) => {
  const rows = createMemo(() => drivers(props.wall).filter(({ exists }) => exists));
  return (
    <ListPanel
      class="drivers"
      title={t().drivers}
      notes={<i>{t().driversNote}</i>}
      count={rows().length}
      none={t().noData}
    >
      <table>
        <colgroup>
          <col />
          <col />
          <col />
          <col />
          <col />
        </colgroup>
        <tbody>
          <Index each={rows()}>
            {(row) => (
              <tr classList={{ stale: row().most === undefined }}>
                <th scope="row">{t().driver[row().id]}</th>
                <Show
                  when={row().most}
                  fallback={
                    <td class="none" colspan="4">
                      {t().noData}
                    </td>
                  }
                >
                  {(most) => (
                    <>
                      <td class="num">
                        <Figure thing={most().thing.id} property={most().property} heard="fresh" class="key">
                          {most().text}
                        </Figure>{" "}
                        <i>{unitOf(row().id, most().unit)}</i>
                      </td>
                      <td class="at">
                        <AlarmSign alarm={most().alarm} size={30} />
                        <span class="two-lines">{say(most().thing.name)}</span>
                      </td>
                      <td>
                        <Spark values={most().trend?.means ?? []} width={64} height={28} label={t().trend} />
                      </td>
                      <td class="num share">{spoken(props.wall.now() - most().atMs)}</td>
                    </>
                  )}
                </Show>
              </tr>
            )}
          </Index>
        </tbody>
      </table>
    </ListPanel>
  );
};
