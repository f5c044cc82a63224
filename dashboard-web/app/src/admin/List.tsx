import { For, type JSX, onCleanup, onMount, Show } from "solid-js";
import { t } from "../lib/i18n";
import { plainKey } from "../ui/keys";
import { moved } from "./hand";

/** Rows of which one is chosen, by a pointer or by ↑ and ↓. */
export function List<T>(props: {
  label: string;
  /** CSS grid columns. */
  grid: string;
  head: readonly string[];
  /** `undefined` while nothing was heard. */
  rows: readonly T[] | undefined;
  key: (row: T) => string;
  chosen: string | undefined;
  dim?: (row: T) => boolean;
  onChoose: (key: string) => void;
  children: (row: T) => JSX.Element;
}): JSX.Element {
  let list: HTMLDivElement | undefined;
  const press = (event: KeyboardEvent) => {
    const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (by === 0 || event.defaultPrevented || !plainKey(event)) return;
    event.preventDefault();
    const to = moved(props.rows ?? [], props.key, props.chosen, by);
    if (to === undefined) return;
    props.onChoose(to);
    const row = list?.querySelector<HTMLElement>(`[data-row="${CSS.escape(to)}"]`);
    row?.focus();
    row?.scrollIntoView({ block: "nearest" });
  };
  onMount(() => {
    document.addEventListener("keydown", press);
    onCleanup(() => document.removeEventListener("keydown", press));
  });
  return (
    <section class="rows" aria-label={props.label}>
      <div class="columns" style={{ "grid-template-columns": props.grid }}>
        <For each={props.head}>{(name) => <span>{name}</span>}</For>
      </div>
      <div class="scroll" ref={list}>
        <For each={props.rows ?? []}>
          {(row) => (
            <button
              type="button"
              class="row"
              data-row={props.key(row)}
              aria-pressed={props.key(row) === props.chosen}
              classList={{ chosen: props.key(row) === props.chosen, dim: props.dim?.(row) === true }}
              style={{ "grid-template-columns": props.grid }}
              onClick={() => props.onChoose(props.key(row))}
            >
              {props.children(row)}
            </button>
          )}
        </For>
        <Show when={(props.rows ?? []).length === 0}>
          <p class="none">{props.rows === undefined ? t().admin.asking : t().admin.none}</p>
        </Show>
      </div>
    </section>
  );
}
