import { type Component, createMemo, Show } from "solid-js";
import { named } from "../feed/acknowledge";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { say, spoken, t } from "../lib/i18n";
import { age } from "../lib/time";
import type { Note } from "../panels/alarms/acknowledging";
import { current, limit, telling, valued } from "../panels/alarms/telling";
import { AlarmSign } from "../ui/Sign";
import { type Group, ROW_HEIGHT } from "./board";

/** One alarm in one line. */
export const AlarmLine: Component<{
  wall: Wall;
  alarm: AlarmView;
  group: Group;
  top: number;
  selected: boolean;
  note: Note | undefined;
  onSelect: () => void;
}> = (props) => {
  const known = createMemo(() => telling(props.wall, props.alarm));
  const now = createMemo(() => current(props.wall, props.alarm, known()));
  const waits = () => props.group === "waiting" || props.group === "returned";
  const state = () => {
    const { quiet } = props.alarm;
    return props.group === "quiet" && quiet !== undefined ? t().shelf.quiet[quiet] : t().states[props.group];
  };
  // While an incident is at war: nobody is asked to look at it now.
  const deferred = () => props.wall.waiting().get(props.alarm.id);
  const quality = () => {
    const heard = now()?.heard;
    if (heard === undefined || heard === "fresh") return undefined;
    if (heard === "never") return t().noData;
    if (heard === "invalid") return t().invalid;
    return t().old(spoken(props.wall.now() - (now()?.atMs ?? 0)));
  };
  const value = () => {
    const found = now()?.value;
    return found === undefined ? "—" : valued(known(), found);
  };
  const direction = () => (limit(props.alarm, known()) === "" ? "" : known().rule?.direction === "below" ? "< " : "> ");
  const lastingMs = () => (props.alarm.ended_ms ?? props.wall.now()) - props.alarm.started_ms;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are those of the whole desk
    <div
      class={`line ${props.group}${props.selected ? " selected" : ""}`}
      role="option"
      tabIndex={-1}
      id={`row-${props.alarm.id}`}
      aria-selected={props.selected}
      data-alarm={props.alarm.id}
      data-state={props.alarm.state}
      style={{ top: `${props.top}px`, height: `${ROW_HEIGHT}px` }}
      onClick={() => props.onSelect()}
    >
      <span class="icon" classList={{ ring: props.group === "waiting" && deferred() === undefined }}>
        <AlarmSign alarm={props.alarm} size={24} empty={props.group === "over"} />
      </span>
      <span>
        <Show
          when={deferred()}
          fallback={
            <Show when={waits()} fallback={state()}>
              <mark classList={{ hollow: props.group === "returned" }}>{t().states[props.group]}</mark>
            </Show>
          }
        >
          {(by) => (
            <span class="deferred" title={t().war.waits(by().incident)}>
              {t().war.deferredMark}
            </span>
          )}
        </Show>
      </span>
      <b class="title" title={known().title}>
        {known().title}
      </b>
      <span>{known().property === undefined ? "" : say(known().property?.title ?? { zh: "", en: "" })}</span>
      <b class="num value">
        {value()} <i>{known().property?.unit ?? ""}</i>
      </b>
      <span class="num">
        {direction()}
        {limit(props.alarm, known())}
      </span>
      <span class="where" title={known().name}>
        <Show when={known().area}>{(area) => <>{say(area().name)} · </>}</Show>
        {known().name}
      </span>
      <span class="num">{age(lastingMs())}</span>
      <span>
        <Show
          when={props.note?.kind === "sending"}
          fallback={props.alarm.acknowledged && named(props.alarm.acknowledged)}
        >
          {t().acknowledging}
        </Show>
      </span>
      <span>
        <Show when={quality()} fallback={<i>{t().good}</i>}>
          {(word) => <b>{word()}</b>}
        </Show>
      </span>
    </div>
  );
};
