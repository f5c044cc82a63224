import "./table.css";
import "./orders.css";
import "./scene.css";
import { type Component, createMemo, createSignal, onCleanup, onMount, Show } from "solid-js";
import type { Command } from "../feed/command";
import type { Own } from "../feed/presence";
import type { Roads } from "../feed/roads";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { LostBand } from "../ui/LostBand";
import { Scaled } from "../ui/Scaled";
import { followWindow } from "../ui/stage";
import { AdvicePanel } from "./Advice";
import { Board } from "./Board";
import { Course } from "./Course";
import { Head } from "./Head";
import { Incidents } from "./Incidents";
import { Leak } from "./Leak";
import { Orders } from "./Orders";
import type { Form } from "./orders";
import { attachable } from "./origins";
import { Proposals } from "./Proposals";
import { Scene } from "./Scene";
import { createTable } from "./state";
import { Tools } from "./Tools";

/** The command table: where and with whom, what happened and was decided, what is open. */
export const TableScreen: Component<{ wall: Wall; command: Command; own: Own; roads: Roads }> = (props) => {
  const { wall } = props;
  const state = createTable(wall, props.command, props.own);
  const [sheet, setSheet] = createSignal<"incidents" | "proposals">();
  const [form, setForm] = createSignal<Form>();
  const zone = () => wall.facts()?.city.zone ?? "UTC";
  const open = () => state.list().filter(({ ended }) => ended === null);
  const origins = createMemo(() =>
    form() === "attach" ? attachable(state.shown(), wall.alarms().values(), state.proposals()) : [],
  );
  const show = (next: Form | undefined) => {
    setSheet(undefined);
    setForm(next);
  };
  const choose = (id: string) => {
    setForm(undefined);
    setSheet(undefined);
    state.choose(id);
  };
  onMount(() => onCleanup(followWindow()));
  return (
    <Scaled classes={{ lost: wall.link().state === "lost" }}>
      <div class="screen table">
        <Head
          incident={state.shown()}
          wall={wall}
          command={props.command}
          own={props.own}
          zone={zone()}
          count={open().length}
          proposals={state.proposals().length}
          open={sheet()}
          onOpen={(what) => {
            setForm(undefined);
            setSheet(sheet() === what ? undefined : what);
          }}
        />
        <Show when={state.awayMs()}>
          {(since) => (
            <p class="away" role="status">
              {t().table.away} {clockMinutes(since(), zone())}
            </p>
          )}
        </Show>
        <Show
          when={state.shown()}
          fallback={<p class="none">{state.list().length === 0 ? t().table.none : t().table.pick}</p>}
        >
          {(incident) => (
            <main>
              <div class="where">
                <Scene state={state} wall={wall} incident={incident()} roads={props.roads} />
                <Leak state={state} wall={wall} zone={zone()} />
                <AdvicePanel state={state} forces={props.command.forces} incident={incident()} />
              </div>
              <div class="what">
                <Tools incident={incident()} hand={state.hand} onShow={show} />
                <Course state={state} incident={incident()} zone={zone()} nowMs={wall.now()} hand={state.hand} />
              </div>
              <Board incident={incident()} units={state.units()} nowMs={wall.now()} zone={zone()} hand={state.hand} />
            </main>
          )}
        </Show>
        <Show when={sheet() === "incidents"}>
          <Incidents
            list={state.list()}
            chosen={state.chosen()}
            zone={zone()}
            mayOpen={state.hand.may("incidents")}
            onChoose={choose}
            onNew={() => {
              setSheet(undefined);
              setForm("open");
            }}
          />
        </Show>
        <Show when={sheet() === "proposals"}>
          <Proposals state={state} command={props.command} things={wall.things()} zone={zone()} />
        </Show>
        <Orders state={state} form={form()} onForm={show} origins={origins()} />
      </div>
      <Show when={wall.link().state === "lost"}>
        <LostBand link={wall.link()} nowMs={wall.now()} zone={zone()} heard={wall.position() !== undefined} />
      </Show>
    </Scaled>
  );
};
