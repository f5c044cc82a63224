import { type Component, createMemo, Show } from "solid-js";
import { named } from "../feed/acknowledge";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { age, clockOfDay } from "../lib/time";
import type { Note } from "../panels/alarms/acknowledging";
import { telling } from "../panels/alarms/telling";
import { BesidePart } from "../panels/detail/Beside";
import { Corrections, Readings } from "../panels/detail/Detail";
import { Judgement } from "../panels/detail/Judgement";
import { AlarmSign } from "../ui/Sign";
import { shelfOf } from "./asking";

const CURVE = { width: 500, height: 260 } as const;
const MAP = { width: 324, height: 260 } as const;

/** Everything about one alarm that answers "true or false?", and what can be done about it. */
export const Evidence: Component<{
  wall: Wall;
  alarm: AlarmView;
  note: Note | undefined;
  /** Where this seat may. */
  onAcknowledge: (() => void) | undefined;
  onIncident: (() => void) | undefined;
  onShelve: (() => void) | undefined;
  onFalse: (() => void) | undefined;
  /** Why no incident was opened. */
  refused: string | undefined;
}> = (props) => {
  const known = createMemo(() => telling(props.wall, props.alarm));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const shelf = () => shelfOf(props.wall, props.alarm);
  const waits = () => props.alarm.state !== "acknowledged";
  return (
    <section class="evidence detail" aria-label={t().detail} data-detail={props.alarm.id}>
      <div class="head">
        <AlarmSign alarm={props.alarm} size={48} />
        <div>
          <h2>{known().title}</h2>
          <p>
            {known().name}
            <Show when={known().area}>{(area) => <> · {say(area().name)}</>}</Show> <i>{props.alarm.thing}</i>
            <Show when={shelf()}>
              {(held) => (
                <b class="mark">
                  {t().shelf.until(clockOfDay(held().until_ms, props.wall.now(), zone()), held().by.note)}
                </b>
              )}
            </Show>
            <Show when={props.alarm.false_alarm}>
              {(by) => <b class="mark">{t().shelf.markedBy(named(by()), by().note)}</b>}
            </Show>
          </p>
        </div>
        <b class="age">{age((props.alarm.ended_ms ?? props.wall.now()) - props.alarm.started_ms)}</b>
      </div>
      <div class="acts">
        <Show
          when={waits() && props.onAcknowledge}
          fallback={
            <Show when={props.alarm.acknowledged} fallback={<span>{t().watchOnly}</span>}>
              {(by) => <span>{t().acknowledgedBy(named(by()), clockOfDay(by().at_ms, props.wall.now(), zone()))}</span>}
            </Show>
          }
        >
          {(acknowledge) => (
            <button type="button" class="primary" onClick={() => acknowledge()()}>
              <kbd>Enter</kbd> {props.note?.kind === "sending" ? t().acknowledging : t().acknowledge}
            </button>
          )}
        </Show>
        <Show when={props.onIncident}>
          {(toIncident) => (
            <button type="button" class="secondary" onClick={() => toIncident()()}>
              <kbd>T</kbd> {t().toIncident}
            </button>
          )}
        </Show>
        <Show when={props.onShelve}>
          {(shelve) => (
            <button type="button" class="secondary" onClick={() => shelve()()}>
              <kbd>S</kbd> {shelf() === undefined ? t().shelf.shelve : t().shelf.unshelve}
            </button>
          )}
        </Show>
        <Show when={props.onFalse}>
          {(mark) => (
            <button type="button" class="secondary" onClick={() => mark()()}>
              <kbd>F</kbd> {props.alarm.false_alarm === undefined ? t().shelf.falseAlarm : t().shelf.unmark}
            </button>
          )}
        </Show>
        <Show when={props.refused}>{(why) => <span role="alert">{why()}</span>}</Show>
        <Show when={props.note?.kind === "said" && props.note}>
          {(note) => <span role="alert">{note().text}</span>}
        </Show>
      </div>
      <div class="parts">
        <div>
          <Readings wall={props.wall} alarm={props.alarm} width={CURVE.width} height={CURVE.height} />
          <h3>{t().judged}</h3>
          <Judgement wall={props.wall} alarm={props.alarm} />
        </div>
        <div>
          <BesidePart wall={props.wall} alarm={props.alarm} map={MAP} />
          <h3>{t().corrections}</h3>
          <Corrections wall={props.wall} alarm={props.alarm} />
        </div>
      </div>
    </section>
  );
};
