import { type Component, createMemo, Index, Show } from "solid-js";
import type { Command } from "../feed/command";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { moment } from "../lib/time";
import { calling, calls, countByLevel } from "../panels/alarms/order";
import { Who } from "../panels/header/Who";
import { delayed, online } from "../panels/sources/doors";
import { PostureSwitch } from "../posture/Switch";
import { Language } from "../ui/Language";
import { Sign } from "../ui/Sign";

/** The desk in one line: which seat, how the city stands, what is shown, and the time. */
export const DeskHeader: Component<{
  wall: Wall;
  own: Own;
  command: Command;
  without: ReadonlySet<number>;
  onLevel: (level: number) => void;
  looked: string;
  onLook: (text: string) => void;
  onSearch: (input: HTMLInputElement) => void;
}> = (props) => {
  const city = () => props.wall.facts()?.city;
  const counts = createMemo(() => countByLevel(calling(props.wall.alarms().values())));
  const quiet = createMemo(() => [...props.wall.alarms().values()].filter((alarm) => !calls(alarm)).length);
  const doors = createMemo(() => [...props.wall.sources().values()]);
  const up = createMemo(() => doors().filter((door) => online(door, props.wall)));
  const slowestMs = () => Math.max(0, ...up().map((door) => door.delay_ms));
  const time = createMemo(() => moment(props.wall.now(), city()?.zone ?? "UTC"));
  return (
    <header class="desk-header">
      <h1>
        {props.own.session()?.seat || t().desk}
        <Show when={city()}>{(known) => <i>{say(known().name)}</i>}</Show>
      </h1>
      <Show when={city()?.simulated}>
        <strong class="simulated">{t().simulated}</strong>
      </Show>
      <div class="counts">
        <Index each={counts()}>
          {(entry) => (
            <button
              type="button"
              aria-pressed={!props.without.has(entry().level)}
              classList={{ zero: entry().count === 0, hidden: props.without.has(entry().level) }}
              title={props.without.has(entry().level) ? t().levelsHidden : undefined}
              onClick={() => props.onLevel(entry().level)}
            >
              <Sign level={entry().level} size={24} empty={entry().count === 0} />
              <b>{entry().count}</b>
            </button>
          )}
        </Index>
        <Show when={quiet() > 0}>
          <i>{t().shelf.counted(quiet())}</i>
        </Show>
      </div>
      <span class="feeds">
        <b>
          {up().length} / {doors().length}
        </b>{" "}
        {t().sourcesOnline}　{t().slowest} {up().length === 0 ? "—" : delayed(slowestMs())}
      </span>
      <label class="look">
        <kbd>/</kbd> <span>{t().filter}</span>
        <input
          type="text"
          ref={props.onSearch}
          value={props.looked}
          onInput={(event) => props.onLook(event.currentTarget.value)}
        />
      </label>
      <PostureSwitch wall={props.wall} command={props.command} own={props.own} />
      <a href="#/">{t().toWall}</a>
      <Language />
      <Who own={props.own} />
      <b class="clock">
        {time().hour}:{time().minute}
        <small>:{time().second}</small>
      </b>
    </header>
  );
};
