import "./hall.css";
import { type Component, createMemo, Index, Show } from "solid-js";
import { Bar } from "../../charts/Bar";
import { Spark } from "../../charts/Spark";
import { say, t } from "../../lib/i18n";
import { AlarmSign } from "../../ui/Sign";
import { Age } from "../Age";
import type { Panel } from "../panel";
import { type Hall, halls } from "./halls";
import { HallList, HallValue, ROWS_MAX, Windows } from "./parts";

/** The service halls: who waits, how long, who gave up, what is open, how it was rated. */
export const Halls: Panel = (props) => {
  const list = createMemo(() => halls(props.wall));
  return (
    <HallList class="full" list={list()}>
      <ol>
        <Index each={list().slice(0, ROWS_MAX)}>{(hall) => <Row hall={hall()} nowMs={props.wall.now()} />}</Index>
      </ol>
    </HallList>
  );
};

const Row: Component<{ hall: Hall; nowMs: number }> = (props) => {
  const waiting = () => props.hall.figures.waiting;
  const used = () => props.hall.figures.windows_used?.last?.value;
  return (
    <li classList={{ stale: !props.hall.fresh }}>
      <div class="icon">
        <AlarmSign alarm={props.hall.alarm} size={34} />
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
