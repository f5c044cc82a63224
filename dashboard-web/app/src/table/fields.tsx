import { type Component, For } from "solid-js";
import type { Incident } from "../feed/command";
import { t } from "../lib/i18n";
import type { Form } from "./orders";

/** A line of text. */
export const Line: Component<{
  name: string;
  label: string;
  value: string;
  onInput: (text: string) => void;
  wide?: boolean;
  short?: boolean;
}> = (props) => (
  <label classList={{ wide: props.wide ?? false, short: props.short ?? false }}>
    <span>{props.label}</span>
    <input
      name={props.name}
      type="text"
      maxLength={props.name === "note" ? 1_000 : 200}
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  </label>
);

/** Lines of text. */
export const Lines: Component<{ name: string; label: string; value: string; onInput: (text: string) => void }> = (
  props,
) => (
  <label>
    <span>{props.label}</span>
    <textarea
      name={props.name}
      rows={3}
      value={props.value}
      onInput={(event) => props.onInput(event.currentTarget.value)}
    />
  </label>
);

/** One of several. */
export const Choice: Component<{
  name: string;
  label: string;
  value: string;
  of: readonly (readonly [string, string])[];
  onChange: (value: string) => void;
}> = (props) => (
  <label>
    <span>{props.label}</span>
    <select name={props.name} value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
      <For each={props.of}>
        {([value, text]) => (
          <option value={value} selected={value === props.value}>
            {text}
          </option>
        )}
      </For>
    </select>
  </label>
);

/** The level of a response: all where one is started, those above or below where one runs. */
export const Levels: Component<{
  form: Form;
  incident: Incident | undefined;
  level: number | undefined;
  onLevel: (level: number) => void;
}> = (props) => {
  const running = () => props.incident?.response?.level ?? 0;
  const fits = (level: number) =>
    props.form === "respond" || (props.form === "up" ? level < running() : level > running());
  return (
    <fieldset>
      <legend>{t().table.level}</legend>
      <For each={[1, 2, 3, 4].filter(fits)}>
        {(each) => (
          <button type="button" aria-pressed={props.level === each} onClick={() => props.onLevel(each)}>
            {t().responseLevel(each)}
          </button>
        )}
      </For>
    </fieldset>
  );
};
