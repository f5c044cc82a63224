import "./admin.css";
import { type Component, createSignal, For, Match, onCleanup, onMount, Show, Switch } from "solid-js";
import type { Admin } from "../feed/admin";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { moment } from "../lib/time";
import { Who } from "../panels/header/Who";
import { plainKey } from "../ui/keys";
import { Language } from "../ui/Language";
import { LostBand } from "../ui/LostBand";
import { Scaled } from "../ui/Scaled";
import { followWindow } from "../ui/stage";
import { type Hand, machineClock } from "./hand";
import { Packs } from "./Packs";
import { People } from "./People";
import { Plans } from "./Plans";
import { Units } from "./Units";

const TABS = ["people", "units", "plans", "packs"] as const;
type Tab = (typeof TABS)[number];
/** What each page asks of who is here. */
const RIGHT: Readonly<Record<Tab, string>> = {
  people: "accounts",
  units: "registers",
  plans: "watch",
  packs: "registers",
};

/** The pages of an administrator: people, units, plans, packs. Who manages accounts decides nothing of the city. */
export const AdminScreen: Component<{ wall: Wall; admin: Admin; own: Own }> = (props) => {
  const { wall } = props;
  const may = (tab: Tab) => props.own.session()?.acts.includes(RIGHT[tab]) === true;
  const [tab, open] = createSignal<Tab>(TABS.find(may) ?? "plans");
  const [looked, look] = createSignal("");
  const [told, tell] = createSignal<{ readonly text: string; readonly wrong: boolean }>();
  let search: HTMLInputElement | undefined;
  const zone = () => wall.facts()?.city.zone ?? "UTC";
  const hand: Hand = {
    admin: props.admin,
    own: props.own,
    wall,
    looked: () => looked().trim().toLowerCase().split(/\s+/).filter(Boolean),
    clock: (time) => machineClock(time, zone()),
    after: (reply, done) => {
      if (reply.outcome === "done") {
        if (done !== undefined) tell({ text: done, wrong: false });
        return reply.value;
      }
      tell({ text: reply.outcome === "away" ? t().serverAway : t().notDone(reply.why), wrong: true });
      return undefined;
    },
  };
  const go = (next: Tab) => {
    look("");
    tell(undefined);
    open(next);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape" && document.activeElement === search) {
      look("");
      search?.blur();
    } else if (!plainKey(event) || event.defaultPrevented) return;
    else if (/^[1-4]$/.test(event.key)) {
      const next = TABS[Number(event.key) - 1];
      if (next !== undefined && may(next)) go(next);
    } else if (event.key === "/") search?.focus();
    else if (event.key === "w" || event.key === "W") location.hash = "#/";
    else return;
    event.preventDefault();
  };
  onMount(() => {
    onCleanup(followWindow());
    document.addEventListener("keydown", press);
    onCleanup(() => document.removeEventListener("keydown", press));
  });
  const time = () => moment(wall.now(), zone());
  return (
    <Scaled classes={{ lost: wall.link().state === "lost" }}>
      <main class="screen admin">
        <header class="admin-header">
          <h1>{t().toAdmin}</h1>
          <nav aria-label={t().toAdmin}>
            <For each={TABS}>
              {(one, at) => (
                <button type="button" aria-pressed={tab() === one} disabled={!may(one)} onClick={() => go(one)}>
                  <kbd>{at() + 1}</kbd> {t().admin.tabs[one]}
                </button>
              )}
            </For>
          </nav>
          <Show when={wall.facts()?.city.simulated}>
            <strong class="simulated">{t().simulated}</strong>
          </Show>
          <label class="look">
            <kbd>/</kbd> <span>{t().filter}</span>
            <input type="text" ref={search} value={looked()} onInput={(event) => look(event.currentTarget.value)} />
          </label>
          <a href="#/">{t().toWall}</a>
          <Language />
          <Who own={props.own} />
          <b class="clock">
            {time().hour}:{time().minute}
            <small>:{time().second}</small>
          </b>
        </header>
        <p class="admin-told" classList={{ wrong: told()?.wrong === true }} role="status">
          {told()?.text ?? t().admin.notes[tab()]}
        </p>
        <Switch>
          <Match when={!may(tab())}>
            <p class="none">{t().admin.noRight}</p>
          </Match>
          <Match when={tab() === "people"}>
            <People hand={hand} />
          </Match>
          <Match when={tab() === "units"}>
            <Units hand={hand} />
          </Match>
          <Match when={tab() === "plans"}>
            <Plans hand={hand} />
          </Match>
          <Match when={tab() === "packs"}>
            <Packs hand={hand} />
          </Match>
        </Switch>
      </main>
      <Show when={wall.link().state === "lost"}>
        <LostBand link={wall.link()} nowMs={wall.now()} zone={zone()} heard={wall.position() !== undefined} />
      </Show>
    </Scaled>
  );
};
