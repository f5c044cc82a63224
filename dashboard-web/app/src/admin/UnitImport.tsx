import { type Component, createSignal, createUniqueId, For, Show } from "solid-js";
import type { Import, Imported } from "../feed/admin";
import { t } from "../lib/i18n";
import type { Hand } from "./hand";

/** What a text is: a JSON array, the file of a register, or a table. */
export function importOf(text: string, check: boolean): Import | undefined {
  if (!/^\s*[[{]/.test(text)) return { csv: text, check };
  try {
    const read: unknown = JSON.parse(text);
    if (Array.isArray(read)) return { units: read, check };
    const inner: unknown = read !== null && typeof read === "object" && "unit" in read ? read.unit : undefined;
    return Array.isArray(inner) ? { units: inner, check } : undefined;
  } catch {
    return undefined;
  }
}

/** Units from JSON or CSV: checked first, then taken; each row that is not taken is named. */
export const UnitImport: Component<{ hand: Hand; onDone: () => void; onCancel: () => void }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [text, setText] = createSignal("");
  const [came, setCame] = createSignal<Imported>();
  const id = createUniqueId();
  const send = async (check: boolean) => {
    const given = importOf(text(), check);
    if (given === undefined) {
      hand.after({ outcome: "refused", why: words().notJson });
      return;
    }
    const reply = hand.after(await hand.admin.importUnits(given), check ? words().checked : words().imported);
    if (reply !== undefined) setCame(reply);
    if (!check) props.onDone();
  };
  const changed = (next: string) => {
    setText(next);
    setCame(undefined);
  };
  return (
    <>
      <h2>{words().import}</h2>
      <p class="note">{words().importNote}</p>
      <div class="line">
        <label for={id}>{words().importText}</label>
        <textarea
          id={id}
          rows={12}
          spellcheck={false}
          value={text()}
          onInput={(event) => changed(event.currentTarget.value)}
        />
      </div>
      <label class="file">
        {words().file}
        <input
          type="file"
          accept=".csv,.json"
          onChange={async (event) => changed((await event.currentTarget.files?.[0]?.text()) ?? "")}
        />
      </label>
      <div class="buttons">
        <button type="button" disabled={text() === ""} onClick={() => void send(true)}>
          {words().checkOnly}
        </button>
        <button
          type="button"
          class="primary"
          disabled={came() === undefined || came()?.done}
          onClick={() => void send(false)}
        >
          {words().take}
        </button>
        <button type="button" onClick={() => props.onCancel()}>
          {t().cancel}
        </button>
      </div>
      <Show when={came()}>
        {(result) => (
          <section class="result" aria-label={words().result}>
            <p>
              <b>
                {words().importResult(result().added, result().changed, result().unchanged, result().rejected.length)}
              </b>
            </p>
            <ul class="problems">
              <For each={result().rejected}>
                {(row) => (
                  <li>
                    <b>{words().lineOf(row.line)}</b> {row.id} <span>{row.why}</span>
                  </li>
                )}
              </For>
            </ul>
          </section>
        )}
      </Show>
    </>
  );
};
