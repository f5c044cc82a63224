import { type Component, createMemo, Show } from "solid-js";
import type { Incident } from "../feed/command";
import type { AlarmView } from "../feed/messages";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { age } from "../lib/time";
import { telling } from "../panels/alarms/telling";
import { Sign } from "../ui/Sign";

/** The gravest open alarm that the incident does not come from: those that nobody acknowledged first, then the oldest. */
export function other(alarms: Iterable<AlarmView>, incident: Incident | undefined): AlarmView | undefined {
  const own = new Set((incident?.origins ?? []).map(({ alarm }) => alarm));
  const rank = (alarm: AlarmView): readonly number[] => [
    alarm.level,
    alarm.acknowledged === null ? 0 : 1,
    alarm.started_ms,
  ];
  let best: AlarmView | undefined;
  for (const alarm of alarms) {
    if (own.has(alarm.id) || alarm.ended_ms !== null) continue;
    if (best === undefined || before(rank(alarm), rank(best))) best = alarm;
  }
  return best;
}

function before(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at >= 0 && (a[at] ?? 0) < (b[at] ?? 0);
}

/** It is always on screen, at the same place. */
export const Other: Component<{ incident: Incident | undefined; wall: Wall }> = (props) => {
  const shown = createMemo(() => other(props.wall.alarms().values(), props.incident));
  const words = () => {
    const alarm = shown();
    if (alarm === undefined) return "";
    const { name, title } = telling(props.wall, alarm);
    return `${name} ${title}`;
  };
  return (
    <Show when={shown()}>
      {(alarm) => (
        <p class="other" classList={{ waiting: alarm().acknowledged === null }}>
          <Sign level={alarm().level} size={30} number={alarm().number} />
          <span>{words()}</span>
          <Show when={alarm().acknowledged === null}>
            <mark>{t().deck.unacknowledged}</mark>
          </Show>
          <b>{age(props.wall.now() - alarm().started_ms)}</b>
        </p>
      )}
    </Show>
  );
};
