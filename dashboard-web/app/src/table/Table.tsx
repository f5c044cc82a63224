import "./table.css";
import { type Component, createEffect, createMemo, createSignal, For, on, onCleanup, onMount, Show } from "solid-js";
import { type Acted, type Command, type Incident, type IncidentRow, newKey, type Plan } from "../feed/command";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { clockMinutes, moment } from "../lib/time";
import { Who } from "../panels/header/Who";
import { Language } from "../ui/Language";
import { LostBand } from "../ui/LostBand";
import { Scaled } from "../ui/Scaled";
import { Sign } from "../ui/Sign";
import { followWindow } from "../ui/stage";
import { Board } from "./Board";
import { Course } from "./Course";
import { Orders } from "./Orders";

/** What is shown is asked for this often. */
const ASK_MS = 2_000;

/** What a part of the table may do: send an act, and say what came of it. */
export interface Hand {
  /** Acts on the incident, under the version that is shown. */
  readonly act: (kind: "acts" | "orders", act: object) => void;
  /** A step of a task, under its version that is shown. */
  readonly step: (task: string, version: number, step: string, note: string) => void;
  /** Whether somebody may do what a right is for. */
  readonly may: (right: string) => boolean;
  /** The account of who is here. */
  readonly person: () => string | undefined;
}

/** The command table: what happened, what was decided, what is open, and who does it. */
export const TableScreen: Component<{ wall: Wall; command: Command; own: Own }> = (props) => {
  const { wall, command } = props;
  const [list, setList] = createSignal<readonly IncidentRow[]>([]);
  const [plans, setPlans] = createSignal<readonly Plan[]>([]);
  const [whole, setWhole] = createSignal<Incident>();
  const [chosen, choose] = createSignal<string>();
  const [said, say_] = createSignal<string>();
  const [askedMs, setAsked] = createSignal<number>();
  const [away, setAway] = createSignal(false);
  const zone = () => wall.facts()?.city.zone ?? "UTC";

  const ask = async () => {
    const rows = await command.incidents();
    setAway(rows === undefined);
    if (rows === undefined) return;
    setAsked(wall.now());
    setList(rows);
    const id = chosen() ?? rows.find(({ ended }) => ended === null)?.id;
    if (id === undefined) return;
    if (chosen() === undefined) choose(id);
    const all = await command.incident(id);
    if (all !== undefined && chosen() === id) setWhole(all);
  };
  createEffect(on(chosen, () => void ask(), { defer: true }));
  onMount(() => {
    onCleanup(followWindow());
    void ask();
    void command.plans().then((known) => setPlans(known ?? []));
    const timer = setInterval(() => void ask(), ASK_MS);
    onCleanup(() => clearInterval(timer));
  });

  const came = async (sent: Promise<Acted>) => {
    const result = await sent;
    if (result.outcome === "done") {
      say_(undefined);
      choose(result.incident.id);
    } else say_(result.outcome === "refused" ? result.why : t().serverAway);
    await ask();
  };
  const hand: Hand = {
    act: (kind, act) => {
      const known = whole();
      if (known !== undefined) void came(command.act(kind, known.id, { key: newKey(), seen: known.version, act }));
    },
    step: (task, version, step, note) => {
      const kind = step === "verify" || step === "send_back" || step === "close" ? "orders" : "steps";
      void came(command.step(kind, task, { key: newKey(), seen: version, step, note }));
    },
    person: () => props.own.session()?.name,
    may: (right) => props.own.session()?.acts.includes(right) ?? false,
  };
  const shown = createMemo(() => (whole()?.id === chosen() ? whole() : undefined));
  const time = createMemo(() => moment(wall.now(), zone()));
  return (
    <Scaled classes={{ lost: wall.link().state === "lost" }}>
      <div class="screen table">
        <header>
          <Show when={shown()} fallback={<h1>{t().toTable}</h1>}>
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
                  {incident().response === null
                    ? t().table.noResponse
                    : t().responseLevel(incident().response?.level ?? 4)}
                </b>
                <span>
                  {t().table.since} {clockMinutes(Date.parse(incident().opened), zone())}　{t().table.commander}{" "}
                  {incident().commander ?? t().table.nobody}
                </span>
              </>
            )}
          </Show>
          <Show when={wall.facts()?.city.simulated}>
            <strong class="simulated">{t().simulated}</strong>
          </Show>
          <nav>
            <a href="#/">{t().toWall}</a> <a href="#/desk">{t().toDesk}</a>
          </nav>
          <Language />
          <Who own={props.own} />
          <b class="clock">
            {time().hour}:{time().minute}
            <small>:{time().second}</small>
          </b>
        </header>
        <Show when={away()}>
          <p class="away" role="status">
            {t().table.away} {clockMinutes(askedMs() ?? wall.now(), zone())}
          </p>
        </Show>
        <Incidents list={list()} chosen={chosen()} zone={zone()} onChoose={choose} />
        <Show when={shown()} fallback={<p class="none">{list().length === 0 ? t().table.none : t().table.pick}</p>}>
          {(incident) => (
            <>
              <Course incident={incident()} zone={zone()} nowMs={wall.now()} hand={hand} />
              <Board incident={incident()} nowMs={wall.now()} zone={zone()} hand={hand} />
            </>
          )}
        </Show>
        <Orders
          incident={shown()}
          plans={plans()}
          hand={hand}
          said={said()}
          onOpen={(body) => void came(command.open({ key: newKey(), ...body }))}
        />
      </div>
      <Show when={wall.link().state === "lost"}>
        <LostBand link={wall.link()} nowMs={wall.now()} zone={zone()} heard={wall.position() !== undefined} />
      </Show>
    </Scaled>
  );
};

const Incidents: Component<{
  list: readonly IncidentRow[];
  chosen: string | undefined;
  zone: string;
  onChoose: (id: string) => void;
}> = (props) => (
  <section class="incidents" aria-label={t().table.incidents}>
    <h2>
      {t().table.incidents} <i>{props.list.filter(({ ended }) => ended === null).length}</i>
    </h2>
    <div class="scroll">
      <For each={props.list}>
        {(row) => (
          <button
            type="button"
            class="incident"
            classList={{ chosen: row.id === props.chosen, over: row.ended !== null }}
            aria-pressed={row.id === props.chosen}
            data-incident={row.id}
            onClick={() => props.onChoose(row.id)}
          >
            <b>
              {row.number}　{row.title} <i>{clockMinutes(Date.parse(row.opened), props.zone)}</i>
            </b>
            <span>
              {t().stageNames[row.stage]}　
              {row.response_level === null ? "" : `${t().responseLevel(row.response_level)}　`}
              {t().incidentClasses[row.class] ?? row.class}
            </span>
            <span class="num">
              {t().phone.openTasks} {row.tasks - row.open_tasks} / {row.tasks}
              <Show when={row.late_tasks > 0}>
                {" "}
                <mark>
                  {t().late.overdue} {row.late_tasks}
                </mark>
              </Show>
            </span>
          </button>
        )}
      </For>
    </div>
  </section>
);
