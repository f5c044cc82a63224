import { type Component, createSignal, onMount } from "solid-js";
import { t } from "../lib/i18n";

/** Words to a report, or the reason why somebody cannot. */
export const Writing: Component<{
  step: "tell" | "refuse";
  onDone: (note: string) => void;
  onCancel: () => void;
}> = (props) => {
  const [note, setNote] = createSignal("");
  let area: HTMLTextAreaElement | undefined;
  onMount(() => area?.focus());
  return (
    <section class="writing">
      <label class="note">
        <span>{props.step === "refuse" ? t().phone.reason : t().outside.write}</span>
        <textarea
          ref={area}
          rows="4"
          maxLength={1_000}
          value={note()}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </label>
      <div class="others">
        <button type="button" disabled={note().trim() === ""} onClick={() => props.onDone(note().trim())}>
          {props.step === "refuse" ? t().steps.refuse : t().outside.sendWords}
        </button>
        <button type="button" onClick={() => props.onCancel()}>
          {t().cancel}
        </button>
      </div>
    </section>
  );
};
