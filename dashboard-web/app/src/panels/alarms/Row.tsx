import { type Component, Match, Show, Switch } from "solid-js";
import { named } from "../../feed/acknowledge";
import { type Freshness, freshness } from "../../feed/fresh";
import type { AlarmView } from "../../feed/messages";
import { pairKey } from "../../feed/scene";
import type { Wall } from "../../feed/store";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { age, clockOfDay, clockSeconds, span } from "../../lib/time";
import { Figure } from "../../ui/Figure";
import { Sign } from "../../ui/Sign";
import { correction } from "./correction";
import { waits } from "./order";

/** Widest title that stands on one line, in widths of a Chinese character. */
const TITLE_EMS_MAX = 19.5;

/** Width of a text in widths of a Chinese character, near enough. */
function wide(text: string): number {
  return [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.52), 0);
}

const NO_NAME = { zh: "", en: "" };

/** Where the acknowledgement of a row stands, as far as this seat knows. */
export type RowNote = { readonly kind: "sending" } | { readonly kind: "said"; readonly text: string };

/** One alarm: what, where, how bad, since when, who has it. */
export const Row: Component<{
  wall: Wall;
  alarm: AlarmView;
  selected: boolean;
  note: RowNote | undefined;
  onSelect: () => void;
  /** Where this seat may. */
  onAcknowledge: (() => void) | undefined;
}> = (props) => {
  const facts = () => props.wall.facts();
  const rule = () => facts()?.rules.get(props.alarm.rule);
  const property = () => facts()?.properties.get(props.alarm.property);
  const thing = () => props.wall.things().get(props.alarm.thing);
  const area = () => facts()?.city.areas.find(({ code }) => code === thing()?.area);
  const title = () => {
    const known = rule();
    return known === undefined ? props.alarm.rule : say(known.title);
  };
  const said = (value: number) => fixed(value, property()?.decimals ?? 2);
  const unit = () => property()?.unit ?? "";
  const spoken = (secs: number) => {
    const { count, unit } = span(secs * 1_000);
    return t().span(count, unit);
  };
  // What is known of it now, and whether that is old. An index is judged like anything observed, but has no reading of its own.
  const current = (): { text: string; heard: Freshness } | undefined => {
    const key = pairKey(props.alarm.thing, props.alarm.property);
    const last = props.wall.latest().get(key);
    const index = props.wall.indices().get(key)?.value ?? undefined;
    // What was measured may have been taken back; what a rule on events or on silence judges never was a reading.
    if (last === undefined && index === undefined)
      return property() === undefined ? undefined : { text: t().noData, heard: "never" };
    if (last === undefined)
      return index === undefined ? undefined : { text: t().now(`${said(index)} ${unit()}`), heard: "fresh" };
    const observer = thing();
    if (observer === undefined) return undefined;
    const heard = freshness(last, observer, property(), props.wall.now());
    if (heard === "fresh") return { text: t().now(`${said(last.value)} ${unit()}`), heard };
    if (heard === "invalid") return { text: t().invalid, heard };
    const old = span(props.wall.now() - last.at_ms);
    return { text: t().old(t().span(old.count, old.unit)), heard };
  };
  const figure = () => {
    const { value, extreme, key } = props.alarm;
    const operator = rule()?.operator;
    if (operator === "no_data") return `${t().noData} ${spoken(value)}`;
    if (operator === "stuck") return t().stuckFor(spoken(value));
    if (operator === "event") return key === null ? "" : t().track(key);
    // The most extreme value is known when it is over; until then, what raised it.
    if (active()) return `${t().trigger} ${said(value)}`;
    return `${rule()?.direction === "below" ? t().lowest : t().peak} ${said(extreme)}`;
  };
  const limit = () => {
    const { threshold } = props.alarm;
    const operator = rule()?.operator;
    if (operator === "event") return "";
    if (operator === "no_data" || operator === "stuck") return `${t().threshold} ${spoken(threshold)}`;
    const per = operator === "rate" ? "/h" : "";
    return `${t().threshold} ${Number(threshold.toFixed(3))} ${unit()}${per}`;
  };
  const change = () => {
    const minutes = correction(props.alarm, (ms) => clockOfDay(ms, props.wall.now(), zone()), said, t().lasting);
    if (minutes?.before !== minutes?.after) return minutes;
    return correction(props.alarm, (ms) => clockSeconds(ms, zone()), said, t().lasting);
  };
  // While it lasts, what is measured now needs the room.
  const corrected = () => {
    const known = change();
    if (known === undefined) return t().corrected;
    const { what, before, after } = known;
    return active() ? t().correctedBrief(what, before) : t().correctedFrom(what, before, after);
  };
  const whole = () => {
    const known = change();
    return known === undefined ? t().corrected : t().correctedFrom(known.what, known.before, known.after);
  };
  const active = () => props.alarm.ended_ms === null;
  const zone = () => facts()?.city.zone ?? "UTC";
  return (
    <li
      class="alarm"
      classList={{ waiting: waits(props.alarm), selected: props.selected }}
      data-alarm={props.alarm.id}
      data-state={props.alarm.state}
    >
      <button type="button" class="pick" aria-label={title()} onClick={() => props.onSelect()} />
      <div class="icon">
        <Sign level={props.alarm.level} size={48} number={props.alarm.number} hollow={!active()} />
      </div>
      <b class="title" classList={{ long: wide(title()) > TITLE_EMS_MAX }}>
        {title()}
      </b>
      <span class="place">
        <i>
          <span>{thing() === undefined ? props.alarm.thing : say(thing()?.name ?? NO_NAME)}</span>
          <Show when={area()}>{(county) => <span>{say(county().name)}</span>}</Show>
        </i>
        <Show when={props.alarm.corrected}>
          <span class="corrected" title={whole()}>
            {corrected()}
          </span>
        </Show>
        <Show when={(active() || change() === undefined) && current()}>
          {(known) => (
            <em>
              <Figure thing={props.alarm.thing} property={props.alarm.property} heard={known().heard}>
                {known().text}
              </Figure>
            </em>
          )}
        </Show>
      </span>
      <em class="age">{age(props.wall.now() - props.alarm.started_ms)}</em>
      <div class="state">
        <Show when={waits(props.alarm)}>
          <mark>{t().unacknowledged}</mark>
        </Show>
        <Show when={waits(props.alarm) && props.alarm.escalated}>
          {(escalated) => <span class="escalated">{t().escalated(escalated().stage)}</span>}
        </Show>
        <Switch
          fallback={
            <span class="figures">
              {figure()}
              <i classList={{ gone: props.alarm.ended_ms !== null }}>{limit()}</i>
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
