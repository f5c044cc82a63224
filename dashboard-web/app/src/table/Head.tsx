import { type Component, Show } from "solid-js";
import type { Command, Incident } from "../feed/command";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { clockMinutes, moment } from "../lib/time";
import { Who } from "../panels/header/Who";
import { PostureSwitch } from "../posture/Switch";
import { Language } from "../ui/Language";
import { Sign } from "../ui/Sign";
import { Other } from "./Other";

/** Which incident it is, the gravest alarm beside it, who stands here, and what time it is. */
export const Head: Component<{
  incident: Incident | undefined;
  wall: Wall;
  command: Command;
  own: Own;
  zone: string;
  count: number;
  proposals: number;
  open: "incidents" | "proposals" | undefined;
  onOpen: (what: "incidents" | "proposals") => void;
}> = (props) => {
  const time = () => moment(props.wall.now(), props.zone);
  return (
    <header>
      <button
        type="button"
        class="pick"
        aria-expanded={props.open === "incidents"}
        onClick={() => props.onOpen("incidents")}
      >
        {t().deck.all} {props.count}
      </button>
      <button
        type="button"
        class="pick"
        aria-expanded={props.open === "proposals"}
        onClick={() => props.onOpen("proposals")}
      >
        {t().deck.proposals} {props.proposals}
      </button>
      <Show when={props.incident} fallback={<h1>{t().toTable}</h1>}>
        {(incident) => (
          <>
            <Show when={incident().warning}>
              {(level) => <Sign level={level()} size={36} number={incident().number} />}
            </Show>
            <h1>
              {incident().warning === null ? `${incident().number} ` : ""}
              {incident().title}
            </h1>
            <b>
              {incident().response === null ? t().table.noResponse : t().responseLevel(incident().response?.level ?? 4)}
            </b>
            <span>
              {t().table.since} {clockMinutes(Date.parse(incident().opened), props.zone)}
              {"　"}
              {t().table.commander} {incident().commander ?? t().table.nobody}
            </span>
          </>
        )}
      </Show>
      <Show when={props.wall.facts()?.city.simulated}>
        <strong class="simulated">{t().simulated}</strong>
      </Show>
      <Other incident={props.incident} wall={props.wall} />
      <nav>
        <a href="#/">{t().toWall}</a> <a href="#/desk">{t().toDesk}</a>{" "}
        <Show when={props.incident}>{(incident) => <a href={`#/report/${incident().id}`}>{t().report.title}</a>}</Show>
      </nav>
      <PostureSwitch wall={props.wall} command={props.command} own={props.own} />
      <Language />
      <Who own={props.own} />
      <b class="clock">
        {time().hour}:{time().minute}
        <small>:{time().second}</small>
      </b>
    </header>
  );
};
