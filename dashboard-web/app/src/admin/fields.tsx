import { type Component, createUniqueId, For, type JSX, Show } from "solid-js";

/** One line of a form: a text with its name, and what it may be. */
export const Line: Component<{
  label: string;
  value: string;
  name: string;
  note?: string;
  required?: boolean;
  readonly?: boolean;
}> = (props) => {
  const id = createUniqueId();
  return (
    <div class="line">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        name={props.name}
        type="text"
        value={props.value}
        required={props.required === true}
        readOnly={props.readonly === true}
        maxLength={256}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        {...(props.note === undefined ? {} : { "aria-describedby": `${id}-note` })}
      />
      <Show when={props.note}>{(note) => <small id={`${id}-note`}>{note()}</small>}</Show>
    </div>
  );
};

/** One of a few. */
export const Choice: Component<{
  label: string;
  name: string;
  value: string;
  choices: readonly (readonly [string, string])[];
}> = (props) => {
  const id = createUniqueId();
  return (
    <div class="line">
      <label for={id}>{props.label}</label>
      <select id={id} name={props.name}>
        <For each={props.choices}>
          {([value, label]) => (
            <option value={value} selected={value === props.value}>
              {label}
            </option>
          )}
        </For>
      </select>
    </div>
  );
};

/** Any of a few. */
export const Ticks: Component<{
  label: string;
  name: string;
  chosen: readonly string[];
  choices: readonly (readonly [string, string])[];
}> = (props) => (
  <fieldset class="line ticks">
    <legend>{props.label}</legend>
    <For each={props.choices}>
      {([value, label]) => (
        <label>
          <input type="checkbox" name={props.name} value={value} checked={props.chosen.includes(value)} /> {label}
        </label>
      )}
    </For>
  </fieldset>
);

/** A form: Enter sends it. What it holds is read from it, not kept beside it. */
export const Sheet: Component<{ onSend: (data: FormData) => void; children: JSX.Element }> = (props) => (
  <form
    class="sheet"
    onSubmit={(event) => {
      event.preventDefault();
      props.onSend(new FormData(event.currentTarget));
    }}
  >
    {props.children}
  </form>
);

/** A text of a form. */
export function given(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === "string" ? value.trim() : "";
}
