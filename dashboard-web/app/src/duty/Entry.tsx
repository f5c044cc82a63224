import { type Component, createEffect, on, Show } from "solid-js";
import type { NewEntry } from "../feed/duty";
import { t } from "../lib/i18n";
import type { Desk } from "./DutyPage";

const TEXT_CHARS_MAX = 2_000;
/** Minutes of the choices of a promise; the first is none. */
const PROMISE_MINUTES = [0, 30, 60, 240] as const;

/** Writes an entry of the duty log, or corrects one. Ctrl and Enter send it. */
export const Entry: Component<{
  desk: Desk;
  correcting: { readonly entry: number; readonly text: string } | undefined;
  onDone: () => void;
}> = (props) => {
  let form: HTMLFormElement | undefined;
  let text: HTMLTextAreaElement | undefined;
  let alarms: HTMLInputElement | undefined;
  let promise: HTMLSelectElement | undefined;
  createEffect(
    on(
      () => props.correcting,
      (correcting) => {
        if (text === undefined || correcting === undefined) return;
        text.value = correcting.text;
        text.focus();
      },
    ),
  );
  // People call an alarm by its number; the log by its id.
  const named = (numbers: string): string[] => {
    const wanted = new Set(numbers.split(/[^0-9]+/).map(Number));
    const open = [...props.desk.wall.alarms().values()];
    return open.filter(({ number }) => wanted.has(number)).map(({ id }) => id);
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const said = text?.value.trim() ?? "";
    if (said === "") return;
    const minutes = PROMISE_MINUTES[promise?.selectedIndex ?? 0] ?? 0;
    const entry: NewEntry = {
      text: said,
      alarms: named(alarms?.value ?? ""),
      ...(minutes === 0 ? {} : { promised: new Date(props.desk.wall.now() + minutes * 60_000).toISOString() }),
      ...(props.correcting === undefined ? {} : { corrects: props.correcting.entry }),
    };
    if (props.desk.after(await props.desk.duty.door.write(entry)) === undefined) return;
    form?.reset();
    props.onDone();
  };
  return (
    <Show when={props.desk.may()}>
      <form
        class="duty-entry"
        ref={form}
        onSubmit={(event) => void submit(event)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.ctrlKey) void submit(event);
        }}
      >
        <label for="duty-text">{props.correcting === undefined ? t().entry : t().correcting}</label>
        <textarea id="duty-text" ref={text} rows={3} maxLength={TEXT_CHARS_MAX} required />
        <div class="duty-line">
          <label for="duty-alarms">{t().entryAlarms}</label>
          <input id="duty-alarms" ref={alarms} inputMode="numeric" maxLength={80} autocomplete="off" />
          <label for="duty-promise">{t().entryPromise}</label>
          <select id="duty-promise" ref={promise}>
            {t().promiseChoices.map((choice) => (
              <option>{choice}</option>
            ))}
          </select>
          <div class="buttons">
            <button type="submit" class="primary">
              {t().keep}
            </button>
          </div>
        </div>
      </form>
    </Show>
  );
};
