import { type Component, Show } from "solid-js";
import type { Silenced } from "./silenced";

/** Says that a thing is silent because of what it is heard through; with `onOpen` it leads to the alarm of that. */
export const Behind: Component<{ by: Silenced; named?: boolean; onOpen?: ((alarm: string) => void) | undefined }> = (
  props,
) => {
  const text = () => (props.named ? `${props.by.text} · ${props.by.name}` : props.by.text);
  const open = () => (props.onOpen === undefined ? undefined : props.by.alarm);
  return (
    <Show when={open()} fallback={<span class="silenced">{text()}</span>}>
      {(alarm) => (
        <button type="button" class="silenced" onClick={() => props.onOpen?.(alarm().id)}>
          {text()}
        </button>
      )}
    </Show>
  );
};
