import "./hall.css";
import { type Component, createMemo, Index, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { count } from "../../lib/number";
import { Figure } from "../../ui/Figure";
import { Sign } from "../../ui/Sign";
import { Age } from "../Age";
import type { Panel } from "../panel";
import { said } from "../reading";
import { type Hall, type HallFigure, halls, minutes, waitingTotal } from "./halls";

/** Rows that fit. */
const ROWS_MAX = 8;

/** One figure of a hall, and its unit; it says so while there is none. */
export const HallValue: Component<{
  hall: Hall;
  of: HallFigure;
  minutes?: boolean;
  class?: string;
  unit?: string;
}> = (props) => (
  <Show when={props.hall.figures[props.of]} fallback={t().noData}>
    {(found) => (
      <>
        <Figure thing={props.hall.thing.id} property={props.of} heard={found().heard} class={props.class ?? ""}>
          {props.minutes ? minutes(found().last?.value ?? 0) : said(found())}
        </Figure>{" "}
        {props.unit}
      </>
    )}
  </Show>
);

/** Windows that serve, of those that are open. */
export const Windows: Component<{ hall: Hall }> = (props) => (
  <Show when={props.hall.figures.windows_busy} fallback={t().noData}>
    <HallValue hall={props.hall} of="windows_busy" /> / <HallValue hall={props.hall} of="windows_open" />
  </Show>
);

/** The service halls in a few figures each. */
export const HallsBrief: Panel = (props) => {
  const list = createMemo(() => halls(props.wall));
  return (
    <section class="panel halls brief" aria-label={t().halls}>
      <h2>
        {t().halls}
        <Show when={list().some(({ fresh }) => fresh)}>
          <i>{t().hallsNote(count(waitingTotal(list())))}</i>
        </Show>
        <Show when={list().length > ROWS_MAX}>
          <i>{t().more(list().length - ROWS_MAX)}</i>
        </Show>
      </h2>
      <Show when={list().length > 0} fallback={<p class="quiet">{t().hallsNone}</p>}>
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
                    <Show when={hall().alarm}>
                      {(open) => (
                        <Sign level={open().level} size={26} number={open().number} hollow={open().ended_ms !== null} />
                      )}
                    </Show>
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
      </Show>
    </section>
  );
};
