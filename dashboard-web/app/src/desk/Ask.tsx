import { type Component, createSignal, For, onMount, Show } from "solid-js";
import { t } from "../lib/i18n";

/** For how long something is shelved, in minutes: the choices. What is longer than the house allows is refused with its limit. */
export const SHELF_MINUTES = [30, 60, 240, 720] as const;

/** What is asked about before it is done. */
export type Question = "shelve" | "false" | "unmark" | "back" | "end";

/** What was decided: why, and of a shelving for how long; no minutes ask that the rule goes out of service. */
export interface Answer {
  readonly reason: string;
  readonly minutes: number | undefined;
}

const REASON_CHARS_MAX = 500;

/** Asks for a reason, and of a shelving for the time. Nothing is done without a reason; Escape does nothing at all. */
export const Ask: Component<{
  question: Question;
  /** Of what. */
  about: string;
  /** Does it; says why it was not done. */
  onDecide: (answer: Answer) => Promise<string | undefined>;
  onClose: () => void;
}> = (props) => {
  let reason: HTMLInputElement | undefined;
  const [minutes, choose] = createSignal<number | undefined>(SHELF_MINUTES[0]);
  const [why, setWhy] = createSignal<string>();
  const [sending, send] = createSignal(false);
  onMount(() => reason?.focus());
  const decide = async (event: Event) => {
    event.preventDefault();
    const said = reason?.value.trim() ?? "";
    if (sending()) return;
    if (said === "") {
      setWhy(t().shelf.reasonMissing);
      reason?.focus();
      return;
    }
    send(true);
    const undone = await props.onDecide({ reason: said, minutes: minutes() });
    send(false);
    if (undone === undefined) props.onClose();
    else setWhy(undone);
  };
  return (
    <form
      class="ask"
      role="dialog"
      noValidate
      aria-label={`${t().shelf.questions[props.question]} ${props.about}`}
      onSubmit={(event) => void decide(event)}
      onKeyDown={(event) => {
        // The keys of the desk rest while something is asked.
        event.stopPropagation();
        if (event.key === "Escape") props.onClose();
      }}
    >
      <h3>
        {t().shelf.questions[props.question]} <i>{props.about}</i>
      </h3>
      <label>
        <span>{t().shelf.reason}</span>
        <input type="text" ref={reason} maxLength={REASON_CHARS_MAX} required aria-invalid={why() !== undefined} />
      </label>
      <Show when={props.question === "shelve"}>
        <fieldset>
          <legend>{t().shelf.forHowLong}</legend>
          <For each={SHELF_MINUTES}>
            {(each, at) => (
              <label>
                <input type="radio" name="minutes" checked={minutes() === each} onChange={() => choose(each)} />
                {t().shelf.minutes[at()]}
              </label>
            )}
          </For>
          <label>
            <input type="radio" name="minutes" checked={minutes() === undefined} onChange={() => choose(undefined)} />
            {t().shelf.untilByHand}
          </label>
        </fieldset>
        <p class="note">{minutes() === undefined ? t().shelf.outNote : t().shelf.shelfNote}</p>
      </Show>
      <Show when={why()}>{(said) => <p role="alert">{said()}</p>}</Show>
      <div class="buttons">
        <button type="submit" class="primary" disabled={sending()}>
          <kbd>Enter</kbd> {t().shelf.questions[props.question]}
        </button>
        <button type="button" class="secondary" onClick={() => props.onClose()}>
          <kbd>Esc</kbd> {t().cancel}
        </button>
      </div>
    </form>
  );
};
