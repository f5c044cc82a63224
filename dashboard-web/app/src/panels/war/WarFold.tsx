import "./war.css";
import { createMemo, Index, Show } from "solid-js";
import { say, t } from "../../lib/i18n";
import { remaining } from "../../lib/time";
import { wars } from "../../posture/posture";
import { AlarmSign, Sign } from "../../ui/Sign";
import { countByLevel, waits } from "../alarms/order";
import { current, telling, valued } from "../alarms/telling";
import type { Panel } from "../panel";
import { online } from "../sources/doors";
import { belongs, highestOther, propertyOf, warOf } from "./war";

/** What else there is: the highest other alarm, and the routine in one line. */
export const WarFold: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  const others = createMemo(() => {
    const known = war();
    if (known === undefined) return [];
    const property = propertyOf(known, props.wall.alarms());
    return [...props.wall.alarms().values()].filter((alarm) => !belongs(alarm, known, property, props.wall));
  });
  const waiting = createMemo(() => new Set(props.wall.waiting().keys()));
  const highest = createMemo(() => {
    const alarm = highestOther(others(), waiting());
    return alarm === undefined || waiting().has(alarm.id) ? undefined : alarm;
  });
  const unheard = () => {
    const alarm = highest();
    return alarm !== undefined && waits(alarm);
  };
  const second = createMemo(() => wars(props.wall.incidents().values()).find(({ id }) => id !== war()?.id));
  const rest = createMemo(() => others().filter(({ id }) => id !== highest()?.id));
  const counts = createMemo(() => countByLevel(rest()).filter(({ count }) => count > 0));
  const unsigned = () => rest().filter((alarm) => waits(alarm) && !waiting().has(alarm.id)).length;
  const doors = createMemo(() => [...props.wall.sources().values()]);
  const up = () => doors().filter((door) => online(door, props.wall)).length;
  return (
    <section class="panel war-fold" aria-label={t().war.routine}>
      <div class="other" classList={{ band: unheard() }}>
        <Show when={highest()} fallback={<span class="none">{t().war.noOther}</span>}>
          {(alarm) => {
            const known = () => telling(props.wall, alarm());
            const now = () => current(props.wall, alarm(), known());
            return (
              <>
                <span class="ring" classList={{ waits: waits(alarm()) }}>
                  <AlarmSign alarm={alarm()} size={40} />
                </span>
                <b>{known().title}</b>
                <span class="where">
                  {known().area === undefined ? "" : `${say(known().area?.name ?? { zh: "", en: "" })} · `}
                  {known().name}
                  {"　"}
                  {now()?.value === undefined
                    ? ""
                    : `${valued(known(), now()?.value ?? 0)} ${known().property?.unit ?? ""}`}
                </span>
                <Show when={waits(alarm())}>
                  <mark>{t().unacknowledged}</mark>
                </Show>
                <b class="clock">{remaining(alarm().raised_ms - props.wall.now())}</b>
              </>
            );
          }}
        </Show>
      </div>
      <div class="routine">
        <Show when={second()}>
          {(incident) => (
            <b class="second">
              {t().war.otherWar} {incident().number} {incident().title}
            </b>
          )}
        </Show>
        <span>{t().war.routine}</span>
        <Index each={counts()}>
          {(entry) => (
            <span class="count">
              <Sign level={entry().level} size={24} /> {entry().count}
            </span>
          )}
        </Index>
        <span>{t().war.routineUnsigned(unsigned())}</span>
        <span>{t().war.routineWaits(waiting().size)}</span>
        <span>
          {t().war.sources}{" "}
          <b>
            {up()} / {doors().length}
          </b>
        </span>
      </div>
    </section>
  );
};
