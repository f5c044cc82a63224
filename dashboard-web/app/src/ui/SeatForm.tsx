import { type Component, onMount } from "solid-js";
import { t } from "../lib/i18n";
import { SEAT_CHARS_MAX } from "../lib/seat";

/** Asks for the name of this seat. */
export const SeatForm: Component<{ name: string; onName: (name: string) => void; onCancel: () => void }> = (props) => {
  let input: HTMLInputElement | undefined;
  onMount(() => input?.focus());
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const name = input?.value.trim() ?? "";
    if (name !== "") props.onName(name);
  };
  return (
    <form
      class="seat-form"
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onCancel();
      }}
    >
      <label for="seat-name">{t().seatAsk}</label>
      <input id="seat-name" ref={input} maxLength={SEAT_CHARS_MAX} value={props.name} autocomplete="off" />
      <button type="submit" class="acknowledge">
        {t().seatKeep}
      </button>
      <button type="button" class="plain" onClick={() => props.onCancel()}>
        {t().cancel}
      </button>
    </form>
  );
};
