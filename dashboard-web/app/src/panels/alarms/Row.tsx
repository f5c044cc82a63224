import { type Component, createMemo, Match, Show, Switch } from "solid-js";
import { named } from "../../feed/acknowledge";
import type { Freshness } from "../../feed/fresh";
import type { AlarmView } from "../../feed/messages";
import type { Wall } from "../../feed/store";
import { say, spoken, t } from "../../lib/i18n";
import { age, clockOfDay, clockSeconds } from "../../lib/time";
import { Figure } from "../../ui/Figure";
import { AlarmSign } from "../../ui/Sign";
import type { Note } from "./acknowledging";
import { correction } from "./correction";
import { waits } from "./order";
import { current, limit, telling, valued } from "./telling";

/** Widest title that stands on one line, in widths of a Chinese character. */
const TITLE_EMS_MAX = 19.5;

/** Width of a text in widths of a Chinese character, near enough. */
function wide(text: string): number {
  return [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.52), 0);
}

/** One alarm: what, where, how bad, since when, who has it. */
export const Row: Component<{
  wall: Wall;
  alarm: AlarmView;
  selected: boolean;
  note: Note | undefined;
  onSelect: () => void;
  /** Where this seat may. */
  onAcknowledge: (() => void) | undefined;
}> = (props) => {
  const known = createMemo(() => telling(props.wall, props.alarm));
  const title = () => known().title;
  const said = (value: number) => valued(known(), value);
  const now = (): { text: string; heard: Freshness } | undefined => {
    const found = current(props.wall, props.alarm, known());
    if (found === undefined) return undefined;
    const { value, heard, atMs } = found;
    if (value === undefined) return { text: t().noData, heard };
    if (heard === "fresh") return { text: t().now(`${said(value)} ${known().property?.unit ?? ""}`), heard };
    if (heard === "invalid") return { text: t().invalid, heard };
    return { text: t().old(spoken(props.wall.now() - (atMs ?? 0))), heard };
  };
  const figure = () => {
    const { value, extreme, key } = props.alarm;
    const operator = known().rule?.operator;
    if (operator === "no_data") return `${t().noData} ${spoken(value * 1_000)}`;
    if (operator === "stuck") return t().stuckFor(spoken(value * 1_000));
    if (operator === "event") return key === null ? "" : t().track(key);
    // The most extreme value is known when it is over; until then, what raised it.
    if (active()) return `${t().trigger} ${said(value)}`;
    return `${known().rule?.direction === "below" ? t().lowest : t().peak} ${said(extreme)}`;
  };
  const beyond = () => {
    const text = limit(props.alarm, known());
    return text === "" ? "" : `${t().threshold} ${text}`;
  };
  const change = () => {
    const minutes = correction(props.alarm, (ms) => clockOfDay(ms, props.wall.now(), zone()), said, t().lasting);
    if (minutes?.before !== minutes?.after) return minutes;
    return correction(props.alarm, (ms) => clockSeconds(ms, zone()), said, t().lasting);
  };
  // While it lasts, what is measured now needs the room.
  const corrected = () => {
    const found = change();
    if (found === undefined) return t().corrected;
    const { what, before, after } = found;
    return active() ? t().correctedBrief(what, before) : t().correctedFrom(what, before, after);
  };
  const whole = () => {
    const found = change();
    return found === undefined ? t().corrected : t().correctedFrom(found.what, found.before, found.after);
  };
  const active = () => props.alarm.ended_ms === null;
  // While an incident is at war: nobody is asked to look at it now.
  const deferred = () => props.wall.waiting().has(props.alarm.id);
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  return (
    <li
      class="alarm"
      classList={{ waiting: waits(props.alarm) && !deferred(), selected: props.selected }}
      data-alarm={props.alarm.id}
      data-state={props.alarm.state}
    >
      <button type="button" class="pick" aria-label={title()} onClick={() => props.onSelect()} />
      <div class="icon">
        <AlarmSign alarm={props.alarm} size={48} />
      </div>
      <b class="title" classList={{ long: wide(title()) > TITLE_EMS_MAX }}>
        {title()}
      </b>
      <span class="place">
        <i>
          <span>{known().name}</span>
          <Show when={known().area}>{(county) => <span>{say(county().name)}</span>}</Show>
        </i>
        <Show when={props.alarm.corrected}>
          <span class="corrected" title={whole()}>
            {corrected()}
          </span>
        </Show>
        <Show when={(active() || change() === undefined) && now()}>
          {(found) => (
            <em>
              <Figure thing={props.alarm.thing} property={props.alarm.property} heard={found().heard}>
                {found().text}
              </Figure>
            </em>
          )}
        </Show>
      </span>
      <em class="age">{age(props.wall.now() - props.alarm.started_ms)}</em>
      <div class="state">
        <Show when={waits(props.alarm)}>
          <Show when={deferred()} fallback={<mark>{t().unacknowledged}</mark>}>
            <span class="deferred">{t().war.deferredMark}</span>
          </Show>
        </Show>
        <Show when={waits(props.alarm) && props.alarm.escalated}>
          {(escalated) => <span class="escalated">{t().escalated(escalated().stage)}</span>}
        </Show>
        <Switch
          fallback={
            <span class="figures">
              {figure()}
              <i classList={{ gone: props.alarm.ended_ms !== null }}>{beyond()}</i>
            </span>
          }
        >
          <Match when={props.note?.kind === "said" && props.note}>
            {(note) => (
              <span class="figures" role="alert">
                {note().text}
              </span>
            )}
          </Match>
        </Switch>
        <Show when={props.alarm.ended_ms !== null && props.note === undefined}>
          <span>
            {t().returned} {clockOfDay(props.alarm.ended_ms ?? 0, props.wall.now(), zone())}
          </span>
        </Show>
        <Show
          when={waits(props.alarm)}
          fallback={
            <span class="by">
              {t().acknowledgedBy(
                props.alarm.acknowledged === null ? "" : named(props.alarm.acknowledged),
                clockOfDay(props.alarm.acknowledged?.at_ms ?? 0, props.wall.now(), zone()),
              )}
            </span>
          }
        >
          <Show when={props.onAcknowledge}>
            {(acknowledge) => (
              <button type="button" class="acknowledge" onClick={() => acknowledge()()}>
                {props.note?.kind === "sending" ? t().acknowledging : t().acknowledge}
              </button>
            )}
          </Show>
        </Show>
      </div>
    </li>
  );
};
