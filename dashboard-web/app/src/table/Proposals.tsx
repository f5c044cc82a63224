import { type Component, createSignal, For, Show } from "solid-js";
import { type Acted, type Command, newKey, type Origin } from "../feed/command";
import type { Proposal } from "../feed/forces";
import type { ThingView } from "../feed/messages";
import { say, t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { originWords } from "./origins";
import type { TableState } from "./state";

/** What may belong together, what speaks most for it first, with the reckoning; a person says yes, or no with a reason. */
export const Proposals: Component<{
  state: TableState;
  command: Command;
  things: ReadonlyMap<string, ThingView>;
  zone: string;
}> = (props) => (
  <section class="sheet proposals" aria-label={t().deck.proposals}>
    <h2>
      {t().deck.proposals} <i>{props.state.proposals().length}</i>
    </h2>
    <div class="scroll">
      <For each={props.state.proposals()} fallback={<p class="none">{t().deck.noProposals}</p>}>
        {(proposal) => (
          <Line
            proposal={proposal}
            state={props.state}
            command={props.command}
            things={props.things}
            zone={props.zone}
          />
        )}
      </For>
    </div>
  </section>
);

/** Points that another domain, or an unknown one, takes away. */
const less = (same: boolean | null): number => (same === null ? 10 : same ? 0 : 30);

const Line: Component<{
  proposal: Proposal;
  state: TableState;
  command: Command;
  things: ReadonlyMap<string, ThingView>;
  zone: string;
}> = (props) => {
  const [no, setNo] = createSignal<string>();
  const { hand } = props.state;
  const one = () => props.proposal;
  const origins = (): readonly Origin[] =>
    one().candidate.group ?? (one().candidate.origin === undefined ? [] : [one().candidate.origin as Origin]);
  const other = () => props.state.list().find(({ id }) => id === one().candidate.incident);
  const because = () => say(one().because);
  const words = () => origins().map((origin) => originWords(origin, props.things));

  const told = async (sent: Promise<Acted>) => {
    const result = await sent;
    hand.tell(result.outcome === "refused" ? result.why : result.outcome === "away" ? t().serverAway : undefined);
    if (result.outcome === "done") props.state.choose(result.incident.id);
    await props.state.refresh();
  };
  /** Acts on the incident that is proposed, as it is now. */
  const act = async (kind: "acts" | "orders", what: object) => {
    const id = one().incident;
    const seen = props.state.list().find((row) => row.id === id)?.version;
    if (id !== null) await told(props.command.act(kind, id, { key: newKey(), seen, act: what }));
  };
  const yes = () => {
    if (one().incident === null) {
      const [lon, lat] = one().place;
      const title = words()[0]?.slice(0, 60) ?? "";
      const body = {
        key: newKey(),
        title,
        class: "accident",
        origins: origins(),
        place: { lon, lat },
        note: because(),
      };
      void told(props.command.open(body));
    } else if (one().candidate.incident === undefined)
      void act("acts", { type: "attach", origins: origins(), note: because() });
    else void act("orders", { type: "merge", other: one().candidate.incident, note: because() });
  };
  const reject = async () => {
    const note = no()?.trim() ?? "";
    if (one().incident !== null) {
      const incident = other();
      const whole = incident === undefined ? undefined : await props.command.incident(incident.id);
      const dismissed = whole?.origins ?? origins();
      if (dismissed.length === 0) return hand.tell(t().deck.noOrigins);
      return act("acts", { type: "dismiss", origins: dismissed, note });
    }
    const said = await props.command.forces.aside({ key: newKey(), origins: origins(), note });
    hand.tell(said.done ? undefined : (said.why ?? t().serverAway));
    return props.state.refresh();
  };
  return (
    <article class="proposal">
      <p>
        <b class="points">{t().pointsOf(one().points)}</b>
        <time>{clockMinutes(Date.parse(one().at), props.zone)}</time>
        <span>
          <Show when={other()} fallback={words().join("；")}>
            {(row) => `${t().intoIncident(row().number)} ${row().title}`}
          </Show>
          <Show when={one().number}>{(number) => <b> → {t().intoIncident(number())}</b>}</Show>
        </span>
      </p>
      <p class="because">
        {because()}
        <Show when={one().incident !== null || origins().length > 1}>
          {"　"}
          {t().reckoned(one().rings, Math.floor(one().minutes / 2), less(one().same_domain))}
        </Show>
      </p>
      <Show when={hand.may("incidents")}>
        <div class="choices">
          <Show
            when={no() !== undefined}
            fallback={
              <button
                type="button"
                class="primary"
                disabled={one().candidate.incident !== undefined && !hand.may("command")}
                onClick={yes}
              >
                {one().incident === null ? t().deck.accept : `${t().deck.join} ${one().number}`}
              </button>
            }
          >
            <input
              type="text"
              maxLength={500}
              placeholder={t().table.reason}
              aria-label={t().table.reason}
              value={no()}
              onInput={(event) => setNo(event.currentTarget.value)}
            />
          </Show>
          <button
            type="button"
            disabled={no()?.trim() === ""}
            onClick={() => (no() === undefined ? setNo("") : void reject())}
          >
            {t().deck.reject}
          </button>
        </div>
      </Show>
    </article>
  );
};
