import { type Component, createSignal, createUniqueId, Index, type JSX, onMount, Show, untrack } from "solid-js";
import { t } from "../lib/i18n";

/** One thing that is asked for. */
export interface Field {
  readonly id: string;
  readonly label: string;
  readonly kind?: "text" | "password";
  /** What a browser may fill in. */
  readonly fill: "username" | "name" | "current-password" | "new-password" | "one-time-code" | "off";
  readonly value?: string;
  readonly charsMax?: number;
  readonly optional?: boolean;
}

/** Longest text that is sent. */
const CHARS_MAX = 256;

/** Asks for a few things, sends them, and says what came of it. Enter sends; the first empty field has the focus. */
export const Form: Component<{
  fields: readonly Field[];
  send: string;
  sending?: string;
  /** Stands where an answer will, until there is one. */
  note?: string | undefined;
  /** Sends; what it answers is said, `undefined` when it went well. */
  onSend: (given: (id: string) => string) => Promise<string | undefined>;
  /** Beside the button. */
  children?: JSX.Element;
}> = (props) => {
  const own = createUniqueId();
  const [busy, setBusy] = createSignal(false);
  const [told, tell] = createSignal<string>();
  let form: HTMLFormElement | undefined;
  const inputs = () => [...(form?.querySelectorAll("input") ?? [])];
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    const values = new Map(inputs().map((input) => [input.name, input.value]));
    setBusy(true);
    tell(undefined);
    const answer = await props.onSend((id) => values.get(id) ?? "");
    setBusy(false);
    tell(answer);
    if (answer === undefined) return;
    // Secrets are typed anew, the rest stays.
    const secrets = inputs().filter(
      ({ type, autocomplete }) => type === "password" || autocomplete === "one-time-code",
    );
    for (const secret of secrets) secret.value = "";
    secrets[0]?.focus();
  };
  onMount(() => (inputs().find(({ value }) => value === "") ?? inputs()[0])?.focus());
  return (
    <form class="form" ref={form} onSubmit={(event) => void submit(event)}>
      <Index each={props.fields}>
        {(field) => (
          <div class="field">
            <label for={`${own}-${field().id}`}>{field().label}</label>
            <input
              id={`${own}-${field().id}`}
              name={field().id}
              type={field().kind ?? "text"}
              // Once: another language, or a seat that is remembered, takes nothing away that was typed.
              value={untrack(() => field().value ?? "")}
              maxLength={field().charsMax ?? CHARS_MAX}
              required={field().optional !== true}
              autocomplete={field().fill}
              autocapitalize="none"
              spellcheck={false}
            />
          </div>
        )}
      </Index>
      <p class="told" role="alert">
        <Show when={told() ?? (busy() ? undefined : props.note)}>{(text) => <span>{text()}</span>}</Show>
      </p>
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={busy()}>
          {busy() ? (props.sending ?? t().sending) : props.send}
        </button>
        {props.children}
      </div>
    </form>
  );
};
