import { type Component, For, Show } from "solid-js";
import { t } from "../lib/i18n";
import type { Queued } from "./queue";

/** What waits to be sent, the newest last: nothing of it is shown as arrived. */
export const Waiting: Component<{ queue: readonly Queued[]; online: boolean }> = (props) => {
  const clock = (at: string) => new Date(Date.parse(at)).toTimeString().slice(0, 5);
  const sent = (step: Queued) => step.photos.filter(({ here }) => here).length;
  return (
    <Show when={props.queue.length > 0}>
      <ul class="waiting" aria-label={t().outside.queue}>
        <For each={props.queue}>
          {(step) => (
            <li>
              <time>{clock(step.done_at)}</time>
              <span>
                {t().steps[step.step]}
                <Show when={step.photos.length > 0}>
                  {" "}
                  {props.online
                    ? t().sendingPhotos(sent(step), step.photos.length)
                    : t().photosWaiting(step.photos.length)}
                </Show>
                <Show when={step.note !== ""}> · {step.note}</Show>
              </span>
              <i>{t().phone.pending}</i>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
};
