import { createMemo, Index, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { clockSeconds, moment } from "../../lib/time";
import { Language } from "../../ui/Language";
import { Sign } from "../../ui/Sign";
import { calling, countByLevel } from "../alarms/order";
import type { Panel } from "../panel";
import { delayed, online } from "../sources/doors";
import { OnDuty } from "./OnDuty";
import { Scenes } from "./Scenes";
import { Who } from "./Who";

/** City time this far from the machine's is another time. */
const ELSEWHEN_MS_MIN = 10 * 60_000;

/** Who watches what, how it stands in one line, and what time it is. */
export const Header: Panel = (props) => {
  const city = () => props.wall.facts()?.city;
  const counts = createMemo(() => countByLevel(calling(props.wall.alarms().values())));
  const doors = createMemo(() => [...props.wall.sources().values()]);
  const up = createMemo(() => doors().filter((door) => online(door, props.wall)));
  const slowestMs = () => Math.max(0, ...up().map((door) => door.delay_ms));
  // What is replayed, or runs faster than life, must not pass for the present.
  const elsewhen = createMemo(() => {
    if (props.wall.position() === undefined || props.wall.link().state !== "live") return false;
    return Math.abs(Date.now() - props.wall.now()) > ELSEWHEN_MS_MIN;
  });
  const time = createMemo(() => moment(props.wall.now(), city()?.zone ?? "UTC"));
  return (
    <header>
      <div class="name">
        <Show when={city()}>{(known) => <h1>{t().centre(say(known().name))}</h1>}</Show>
        <Scenes wall={props.wall} />
      </div>
      <div class="marks">
        <Show when={city()?.simulated}>
          <strong class="simulated">{t().simulated}</strong>
        </Show>
        <Show when={elsewhen()}>
          <strong class="simulated">{t().elsewhen}</strong>
        </Show>
      </div>
      <Show when={props.wall.historyAwayMs()}>
        {(sinceMs) => (
          <strong class="simulated" role="status">
            {t().historyAway(clockSeconds(sinceMs(), city()?.zone ?? "UTC"))}
          </strong>
        )}
      </Show>
      <div class="counts">
        <Index each={counts()}>
          {(entry) => (
            <span classList={{ zero: entry().count === 0 }}>
              <Sign level={entry().level} size={28} empty={entry().count === 0} />
              <b>{entry().count}</b>
            </span>
          )}
        </Index>
      </div>
      <div class="feeds">
        <span>
          <b>
            {up().length} / {doors().length}
          </b>{" "}
          {t().sourcesOnline}
        </span>
        <i>
          {t().slowest} {up().length === 0 ? "—" : delayed(slowestMs())} · {t().link[props.wall.link().state]}
        </i>
      </div>
      <Show when={props.duty}>{(duty) => <OnDuty duty={duty()} own={props.own} onDuty={props.onDuty} />}</Show>
      <div class="own">
        <Language />
        <Who own={props.own} />
      </div>
      <div class="time">
        <Show when={props.wall.position() !== undefined}>
          <span>{t().date(time().year, time().month, time().day, time().weekday)}</span>
          <b>
            {time().hour}:{time().minute}
            <small>:{time().second}</small>
          </b>
        </Show>
      </div>
    </header>
  );
};
