import { type Component, createSignal, For, Show } from "solid-js";
import type { Incident, Plan } from "../feed/command";
import { say, t } from "../lib/i18n";
import { Buttons, type Form } from "./Buttons";
import type { Hand } from "./Table";

const LEVELS = [1, 2, 3, 4] as const;
const CLASSES = ["natural", "accident", "health", "security"] as const;

/** What can be decided now: the buttons of the table, and the form of the one that was pressed. */
export const Orders: Component<{
  incident: Incident | undefined;
  plans: readonly Plan[];
  hand: Hand;
  said: string | undefined;
  onOpen: (body: object) => void;
}> = (props) => {
  const [form, setForm] = createSignal<Form>();
  const [title, setTitle] = createSignal("");
  const [note, setNote] = createSignal("");
  const [kind, setKind] = createSignal<string>("accident");
  const [plan, setPlan] = createSignal<string>();
  const [level, setLevel] = createSignal<number>(3);
  const show = (next: Form) => {
    setTitle("");
    setNote("");
    setPlan(props.plans.find((each) => each.class === props.incident?.class)?.id ?? props.plans[0]?.id);
    setLevel(props.incident?.response?.level ?? 3);
    setForm(form() === next ? undefined : next);
  };
  const send = () => {
    const words = note().trim();
    switch (form()) {
      case "open":
        props.onOpen({ title: title().trim(), class: kind(), note: words });
        break;
      case "respond":
        props.hand.act("orders", { type: "respond", plan: plan(), level: level(), note: words });
        break;
      case "adjust":
        props.hand.act("orders", { type: "adjust", level: level(), note: words });
        break;
      case "offer":
        props.hand.act("orders", { type: "offer_command", to: title().trim(), note: words });
        break;
      case "end":
        props.hand.act("orders", { type: "move", to: "ended", note: words });
        break;
      case "evaluate":
        props.hand.act("orders", { type: "move", to: "evaluated", note: words });
        break;
      case "task":
        props.hand.act("orders", { type: "add_task", title: title().trim(), proof: { by: "evidence", photos: 0 } });
        break;
    }
    setForm(undefined);
  };
  const named = (shown: Form) => {
    if (shown === "open") return t().table.title;
    return shown === "offer" ? t().table.offerTo : t().table.addTask;
  };
  const ready = () => {
    const named = title().trim() !== "";
    const explained = note().trim() !== "";
    switch (form()) {
      case "open":
      case "task":
      case "offer":
        return named;
      case "respond":
        return plan() !== undefined;
      default:
        return explained;
    }
  };
  return (
    <footer class="orders">
      <Show when={form()}>
        {(shown) => (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              send();
            }}
          >
            <Show when={shown() === "open" || shown() === "task" || shown() === "offer"}>
              <label>
                <span>{named(shown())}</span>
                <input
                  name="title"
                  type="text"
                  maxLength={200}
                  value={title()}
                  onInput={(event) => setTitle(event.currentTarget.value)}
                />
              </label>
            </Show>
            <Show when={shown() === "open"}>
              <label>
                <span>{t().table.class}</span>
                <select name="class" value={kind()} onChange={(event) => setKind(event.currentTarget.value)}>
                  <For each={CLASSES}>{(each) => <option value={each}>{t().incidentClasses[each]}</option>}</For>
                </select>
              </label>
            </Show>
            <Show when={shown() === "respond"}>
              <label>
                <span>{t().table.plan}</span>
                <select name="plan" value={plan()} onChange={(event) => setPlan(event.currentTarget.value)}>
                  <For each={props.plans}>{(each) => <option value={each.id}>{say(each.title)}</option>}</For>
                </select>
              </label>
            </Show>
            <Show when={shown() === "respond" || shown() === "adjust"}>
              <fieldset>
                <legend>{t().table.level}</legend>
                <For each={LEVELS}>
                  {(each) => (
                    <button type="button" aria-pressed={level() === each} onClick={() => setLevel(each)}>
                      {t().responseLevel(each)}
                    </button>
                  )}
                </For>
              </fieldset>
            </Show>
            <Show when={shown() !== "task"}>
              <label class="wide">
                <span>{shown() === "open" || shown() === "respond" ? t().table.note : t().table.reason}</span>
                <input
                  name="note"
                  type="text"
                  maxLength={1_000}
                  value={note()}
                  onInput={(event) => setNote(event.currentTarget.value)}
                />
              </label>
            </Show>
            <button type="submit" class="primary" disabled={!ready()}>
              {t().table.done}
            </button>
            <button type="button" onClick={() => setForm(undefined)}>
              {t().table.cancel}
            </button>
          </form>
        )}
      </Show>
      <Buttons incident={props.incident} hand={props.hand} said={props.said} onShow={show} />
    </footer>
  );
};
