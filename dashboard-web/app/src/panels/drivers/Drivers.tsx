import "./drivers.css";
import { createMemo, Index, Show } from "solid-js";
import { Spark } from "../../charts/Spark";
import { say, t } from "../../lib/i18n";
import { span } from "../../lib/time";
import { Figure } from "../../ui/Figure";
import { Sign } from "../../ui/Sign";
import type { Panel } from "../panel";
import { type DriverId, drivers } from "./drivers";

const unitOf = (id: DriverId, unit: string): string =>
  id === "wait" ? t().minutes : id === "crowd" ? t().people : unit;

/** What pushes the city now: each driver at its place, as far as it goes anywhere. */
export const Drivers: Panel = (props) => {
  const rows = createMemo(() => drivers(props.wall).filter(({ exists }) => exists));
  return (
    <section class="panel drivers" aria-label={t().drivers}>
      <h2>
        {t().drivers}
        <i>{t().driversNote}</i>
      </h2>
      <Show when={rows().length > 0} fallback={<p class="quiet">{t().noData}</p>}>
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
                    {(most) => {
                      const old = () => span(props.wall.now() - most().atMs);
                      return (
                        <>
                          <td class="num">
                            <Figure thing={most().thing.id} property={most().property} heard="fresh" class="key">
                              {most().text}
                            </Figure>{" "}
                            <i>{unitOf(row().id, most().unit)}</i>
                          </td>
                          <td class="at">
                            <Show when={most().alarm}>
                              {(open) => (
                                <Sign
                                  level={open().level}
                                  size={30}
                                  number={open().number}
                                  hollow={open().ended_ms !== null}
                                />
                              )}
                            </Show>
                            <span class="two-lines">{say(most().thing.name)}</span>
                          </td>
                          <td>
                            <Spark values={most().trend?.means ?? []} width={64} height={28} label={t().trend} />
                          </td>
                          <td class="num share">{t().span(old().count, old().unit)}</td>
                        </>
                      );
                    }}
                  </Show>
                </tr>
              )}
            </Index>
          </tbody>
        </table>
      </Show>
    </section>
  );
};
