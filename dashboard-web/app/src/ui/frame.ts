import { type Accessor, createEffect, createSignal, on, onCleanup, untrack } from "solid-js";

/** What an accessor says, told one frame later. A map is painted apart from the panels, so that no frame has to carry both. */
export function nextFrame<T>(source: Accessor<T>): Accessor<T> {
  const [shown, show] = createSignal(untrack(source), { equals: false });
  let asked: number | undefined;
  const ask = () => {
    asked ??= requestAnimationFrame(() => {
      asked = undefined;
      show(() => untrack(source));
    });
  };
  createEffect(on(source, ask, { defer: true }));
  onCleanup(() => asked !== undefined && cancelAnimationFrame(asked));
  return shown;
}
