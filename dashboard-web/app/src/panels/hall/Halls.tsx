import "./hall.css";
import { type Component, createMemo, Index, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { Spark } from "../../charts/Spark";
import { say, t } from "../../lib/i18n";
import { count } from "../../lib/number";
import { Sign } from "../../ui/Sign";
import { Age } from "../Age";
import type { Panel } from "../panel";
import { HallValue, Windows } from "./HallsBrief";
import { type Hall, halls, waitingTotal } from "./halls";

/** Rows that fit. */
const ROWS_MAX = 8;

/** The service halls: who waits, how long, who gave up, what is open, how it was rated. */
export const Halls: Panel = (props) => {
  const list = createMemo(() => halls(props.wall));
  return (
    <section class="panel halls full" aria-label={t().halls}>
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
        <ol>
          <Index each={list().slice(0, ROWS_MAX)}>{(hall) => <Row hall={hall()} nowMs={props.wall.now()} />}</Index>
        </ol>
      </Show>
    </section>
  );
};

const Row: Component<{ hall: Hall; nowMs: number }> = (props) => {
  const waiting = () => props.hall.figures.waiting;
  const used = () => props.hall.figures.windows_used?.last?.value;
  return (
    <li classList={{ stale: !props.hall.fresh }}>
      <div class="icon">
        <Show when={props.hall.alarm}>
          {(open) => <Sign level={open().level} size={34} number={open().number} hollow={open().ended_ms !== null} />}
        </Show>
      </div>
      <b class="name">{say(props.hall.thing.name)}</b>
      <Show when={waiting()} fallback={<span class="none">{t().noData}</span>}>
        {(found) => (
          <>
            <span class="now">
              <Spark values={found().trend?.means ?? []} width={76} height={30} floor={0} label={t().waiting} />
              {t().waiting}
              <HallValue hall={props.hall} of="waiting" class="key" />
            </span>
            <span class="waits">
              <span>
                {t().meanWait} <HallValue hall={props.hall} of="wait_mean" minutes unit={t().minutes} />
              </span>
              <span>
                {t().p80Wait} <HallValue hall={props.hall} of="wait_p80" minutes class="strong" unit={t().minutes} />
              </span>
              <span>
                {t().abandoned} <HallValue hall={props.hall} of="abandon_rate" unit="%" />
              </span>
            </span>
            <span class="waits">
              <span>
                {t().windows} <Windows hall={props.hall} />
              </span>
              <Show when={used()} fallback={<span />}>
                {(share) => (
                  <Bar
                    share={share() / 100}
                    ticks={[]}
                    width={92}
                    stale={!props.hall.fresh}
                    label={`${t().windows} ${Math.round(share())} %`}
                  />
                )}
              </Show>
              <span>
                {t().rating} <HallValue hall={props.hall} of="rating_mean" />
              </span>
              <Age reading={found()} nowMs={props.nowMs} />
            </span>
          </>
        )}
      </Show>
    </li>
  );
};
