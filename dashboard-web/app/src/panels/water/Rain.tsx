import "./water.css";
import { createMemo, Index, Show } from "solid-js";
import type { AreaView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { thingsOf } from "../../lib/domains";
import { grey, light, RAIN_STEPS, step } from "../../lib/grey";
import { say, t } from "../../lib/i18n";
import { Figure } from "../../ui/Figure";
import type { Panel } from "../panel";
import { greatest, type Reading, readings, said } from "../reading";

const HOURS = [1, 3, 6, 12, 24] as const;

/** The wettest gauge of each county, for each length. */
function table(wall: Wall): { area: AreaView; cells: { hours: number; all: number; most: Reading | undefined }[] }[] {
  const lengths = HOURS.map((hours) => ({ hours, list: readings(wall, `rain_${hours}h`) }));
  return (wall.facts()?.city.areas ?? []).map((area) => ({
    area,
    cells: lengths.map(({ hours, list }) => {
      const own = list.filter(({ thing }) => thing.area === area.code);
      return { hours, all: own.length, most: greatest(own) };
    }),
  }));
}

/** Rain by county and length, as a grey ramp. */
export const Rain: Panel = (props) => {
  const rows = createMemo(() => table(props.wall));
  const any = () => thingsOf("rain", props.wall.things().values()).length > 0;
  return (
    <section class="panel rain" aria-label={t().rain}>
      <h2>
        {t().rain}
        <i>{t().rainNote}</i>
      </h2>
      <Show when={any()} fallback={<p class="quiet">{t().rainNone}</p>}>
        <table>
          <thead>
            <tr>
              <td class="area" />
              <Index each={HOURS}>{(hours) => <th>{t().hoursOf(hours())}</th>}</Index>
            </tr>
          </thead>
          <tbody>
            <Index each={rows()}>
              {(row) => (
                <tr>
                  <th scope="row">{say(row().area.name)}</th>
                  <Index each={row().cells}>
                    {(cell) => (
                      <td>
                        <Show
                          when={cell().most}
                          fallback={<span class="none">{cell().all === 0 ? "" : t().noData}</span>}
                        >
                          {(most) => <Tile most={most()} />}
                        </Show>
                      </td>
                    )}
                  </Index>
                </tr>
              )}
            </Index>
          </tbody>
        </table>
      </Show>
    </section>
  );
};

const Tile = (props: { most: Reading }) => {
  const at = () => step(props.most.last?.value ?? 0, RAIN_STEPS);
  return (
    <Figure
      thing={props.most.thing.id}
      property={props.most.property.id}
      heard={props.most.heard}
      class={light(at()) ? "tile light" : "tile"}
      style={{ background: grey(at()) }}
    >
      {said(props.most)}
    </Figure>
  );
};
