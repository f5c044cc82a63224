import { type Component, createSignal, For, Show } from "solid-js";
import type { Incident, IncidentRow, Origin } from "../feed/command";
import { say, t } from "../lib/i18n";
import { Buttons } from "./Buttons";
import { Choice, Levels, Line, Lines } from "./fields";
import { type Draft, draftOf, type Form, ordered } from "./orders";
import { originWords } from "./origins";
import type { TableState } from "./state";

const CLASSES = ["natural", "accident", "health", "security"] as const;

/** What can be decided now: the buttons of the table, and the form of the one that was pressed. */
export const Orders: Component<{
  state: TableState;
  form: Form | undefined;
  onForm: (form: Form | undefined) => void;
  origins: readonly Origin[];
}> = (props) => {
  const incident = () => props.state.shown();
  const show = (form: Form) => props.onForm(props.form === form ? undefined : form);
  return (
    <footer class="orders">
      <Show when={props.form} keyed>
        {(form) => (
          <Sheet
            form={form}
            state={props.state}
            incident={incident()}
            origins={props.origins}
            onDone={() => props.onForm(undefined)}
          />
        )}
      </Show>
      <Buttons incident={incident()} hand={props.state.hand} said={props.state.said()} onShow={show} />
    </footer>
  );
};

const Sheet: Component<{
  form: Form;
  state: TableState;
  incident: Incident | undefined;
  origins: readonly Origin[];
  onDone: () => void;
}> = (props) => {
  const { form, state } = props;
  const plan = () => state.plans().find((each) => each.class === props.incident?.class)?.id ?? state.plans()[0]?.id;
  const [draft, setDraft] = createSignal<Draft>(draftOf(form, props.incident, plan()));
  const set = (change: Partial<Draft>) => setDraft({ ...draft(), ...change });
  const is = (...forms: Form[]) => forms.includes(form);
  const sent = () => ordered(form, draft(), props.incident);
  const others = (): readonly IncidentRow[] => {
    const merged = new Set(props.incident?.merged ?? []);
    return state
      .list()
      .filter(({ id, ended, merged_into }) =>
        form === "unmerge"
          ? merged.has(id)
          : ended === null && merged_into === null && id !== props.incident?.id && !merged.has(id),
      );
  };
  const send = () => {
    const what = sent();
    if (what === undefined) return;
    void (what.kind === "open" ? state.hand.open(what.act) : state.hand.act(what.kind, what.act));
    props.onDone();
  };
  const named = () => (is("open", "amend") ? t().table.title : is("handOver") ? t().table.offerTo : t().table.addTask);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Show when={is("open", "amend", "task", "handOver")}>
        <Line name="title" label={named()} value={draft().title} onInput={(title) => set({ title })} />
      </Show>
      <Show when={is("open", "amend")}>
        <Choice
          name="class"
          label={t().table.class}
          value={draft().class}
          of={CLASSES.map((each) => [each, t().incidentClasses[each] ?? each])}
          onChange={(to) => set({ class: to })}
        />
      </Show>
      <Show when={is("amend")}>
        <Choice
          name="event-level"
          label={t().deck.eventLevel}
          value={String(draft().eventLevel ?? "")}
          of={[["", t().deck.unset], ...t().eventLevels.map((name, index) => [String(index + 1), name] as const)]}
          onChange={(to) => set({ eventLevel: to === "" ? undefined : Number(to) })}
        />
        <Choice
          name="warning"
          label={t().deck.warning}
          value={String(draft().warning ?? "")}
          of={[["", t().deck.unset], ...t().levels.map((name, index) => [String(index + 1), name] as const)]}
          onChange={(to) => set({ warning: to === "" ? undefined : Number(to) })}
        />
      </Show>
      <Show when={is("open", "amend")}>
        <Line name="place" label={t().deck.place} value={draft().place} onInput={(place) => set({ place })} />
        <Line name="lon" label={t().deck.lon} value={draft().lon} onInput={(lon) => set({ lon })} short />
        <Line name="lat" label={t().deck.lat} value={draft().lat} onInput={(lat) => set({ lat })} short />
      </Show>
      <Show when={is("amend")}>
        <Lines
          name="affected"
          label={t().deck.affected}
          value={draft().affected}
          onInput={(affected) => set({ affected })}
        />
      </Show>
      <Show when={is("respond")}>
        <Choice
          name="plan"
          label={t().table.plan}
          value={draft().plan}
          of={state.plans().map((each) => [each.id, say(each.title)])}
          onChange={(to) => set({ plan: to })}
        />
      </Show>
      <Show when={is("respond", "up", "down")}>
        <Levels form={form} incident={props.incident} level={draft().level} onLevel={(level) => set({ level })} />
      </Show>
      <Show when={is("warn")}>
        <Choice
          name="level"
          label={t().deck.warning}
          value={String(draft().level)}
          of={t().levels.map((name, index) => [String(index + 1), name])}
          onChange={(to) => set({ level: Number(to) })}
        />
        <Line name="reach" label={t().deck.reach} value={draft().reach} onInput={(reach) => set({ reach })} />
        <Line name="text" label={t().deck.text} value={draft().text} onInput={(text) => set({ text })} wide />
        <Line name="ways" label={t().deck.ways} value={draft().ways} onInput={(ways) => set({ ways })} short />
      </Show>
      <Show when={is("merge", "unmerge")}>
        <Choice
          name="other"
          label={t().deck.other}
          value={draft().other}
          of={[["", others().length === 0 ? t().deck.nothing : "—"], ...others().map(rowWords)]}
          onChange={(to) => set({ other: to })}
        />
      </Show>
      <Show when={is("attach")}>
        <fieldset class="origins">
          <legend>{t().deck.origins}</legend>
          <For each={props.origins} fallback={<span>{t().deck.nothing}</span>}>
            {(origin) => (
              <label>
                <input
                  type="checkbox"
                  checked={draft().origins.includes(origin)}
                  onChange={(event) =>
                    set({
                      origins: event.currentTarget.checked
                        ? [...draft().origins, origin]
                        : draft().origins.filter((each) => each !== origin),
                    })
                  }
                />
                {originWords(origin)}
              </label>
            )}
          </For>
        </fieldset>
      </Show>
      <Line
        name="note"
        label={is("open", "respond", "amend", "attach", "task") ? t().table.note : t().table.reason}
        value={draft().note}
        onInput={(note) => set({ note })}
        wide
      />
      <button type="submit" class="primary" disabled={sent() === undefined}>
        {t().table.done}
      </button>
      <button type="button" onClick={() => props.onDone()}>
        {t().table.cancel}
      </button>
    </form>
  );
};

const rowWords = ({ id, number, title }: IncidentRow): readonly [string, string] => [id, `${number} ${title}`];
