import "./hall.css";
import { createMemo, Index, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { AlarmSign } from "../../ui/Sign";
import { Age } from "../Age";
import type { Panel } from "../panel";
import { halls } from "./halls";
import { HallList, HallValue, ROWS_MAX, Windows } from "./parts";

/** The service halls in a few figures each. */
export const HallsBrief: Panel = (props) => {
  const list = createMemo(() => halls(props.wall));
  return (
    <HallList class="brief" list={list()}>
      <table>
        <thead>
          <tr>
            <td class="icon" />
            <th>{t().hall}</th>
            <th class="num">{t().waiting}</th>
            <th class="num">{t().p80Minutes}</th>
            <th class="num">{t().windows}</th>
            <th class="num">{t().dataAge}</th>
          </tr>
        </thead>
        <tbody>
          <Index each={list().slice(0, ROWS_MAX)}>
            {(hall) => (
              <tr classList={{ stale: !hall().fresh }}>
                <td class="icon">
                  <AlarmSign alarm={hall().alarm} size={26} />
                </td>
                <th scope="row">
                  <span>{say(hall().thing.name)}</span>
                </th>
                <Show
                  when={hall().figures.waiting}
                  fallback={
                    <td class="none" colspan="4">
                      {t().noData}
                    </td>
                  }
                >
                  {(waiting) => (
                    <>
                      <td class="num">
                        <HallValue hall={hall()} of="waiting" class="strong" />
                      </td>
                      <td class="num">
                        <HallValue hall={hall()} of="wait_p80" minutes class="strong" />
                      </td>
                      <td class="num share">
                        <Windows hall={hall()} />
                      </td>
                      <td class="num">
                        <Age reading={waiting()} nowMs={props.wall.now()} />
                      </td>
                    </>
                  )}
                </Show>
              </tr>
            )}
          </Index>
        </tbody>
      </table>
    </HallList>
  );
};
