import "./war.css";
import { createMemo, Index, Show } from "solid-js";
import { t } from "../../lib/i18n";
import { clockMinutes, moment } from "../../lib/time";
import { PostureSwitch } from "../../posture/Switch";
import { Language } from "../../ui/Language";
import { Sign } from "../../ui/Sign";
import { countByLevel } from "../alarms/order";
import { Who } from "../header/Who";
import type { Panel } from "../panel";
import { belongs, propertyOf, warOf } from "./war";

/** War in one line: which incident, at which level, since when; the counts of all levels stay. */
export const WarHeader: Panel = (props) => {
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const war = createMemo(() => warOf(props));
  const counts = createMemo(() => countByLevel(props.wall.alarms().values()));
  const time = createMemo(() => moment(props.wall.now(), zone()));
  const worst = createMemo(() => {
    const known = war();
    if (known === undefined) return undefined;
    const property = propertyOf(known, props.wall.alarms());
    const own = [...props.wall.alarms().values()].filter((alarm) => belongs(alarm, known, property, props.wall));
    return own.sort((a, b) => a.level - b.level).at(0);
  });
  return (
    <header class="war-header">
      <Show when={war()}>
        {(incident) => (
          <>
            <strong class="at-war">{t().war.war}</strong>
            <Show when={worst()}>{(alarm) => <Sign level={alarm().level} size={38} />}</Show>
            <h1>
              <b>{incident().number}</b>　{incident().title}
            </h1>
            <strong class="level">
              {incident().response_level === null
                ? t().table.noResponse
                : t().responseLevel(incident().response_level ?? 4)}
            </strong>
            <span class="since">
              <span>{t().war.happened(clockMinutes(incident().opened_ms, zone()))}</span>
              <span>
                {t().war.minutes(Math.max(0, Math.floor((props.wall.now() - incident().opened_ms) / 60_000)))}
              </span>
            </span>
          </>
        )}
      </Show>
      <Show when={props.wall.facts()?.city.simulated}>
        <strong class="simulated">{t().simulated}</strong>
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
      <Show when={props.command}>
        {(command) => <PostureSwitch wall={props.wall} command={command()} own={props.own} />}
      </Show>
      <div class="own">
        <Language />
        <Who own={props.own} />
      </div>
      <div class="time">
        <b>
          {time().hour}:{time().minute}
          <small>:{time().second}</small>
        </b>
      </div>
    </header>
  );
};
