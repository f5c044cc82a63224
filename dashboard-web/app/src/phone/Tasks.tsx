import { type Component, For, Show } from "solid-js";
import type { TaskRow } from "../feed/command";
import { say, t } from "../lib/i18n";
import { Deadline } from "./Deadline";
import { type Queued, standing } from "./queue";

/** What the server did not take: it is never thrown away in silence. */
export const Refusals: Component<{
  queue: readonly Queued[];
  onForget: (key: string) => void;
  onRetry: (key: string) => void;
}> = (props) => (
  <For each={props.queue.filter(({ refused }) => refused !== undefined)}>
    {(each) => (
      <section class="refused" role="alert">
        <p>
          <b>
            {t().phone.dropped}: {t().steps[each.step]}
          </b>
          <span>{each.refused}</span>
        </p>
        <button type="button" onClick={() => props.onRetry(each.key)}>
          {t().outside.retry}
        </button>
        <button type="button" onClick={() => props.onForget(each.key)}>
          {t().phone.forget}
        </button>
      </section>
    )}
  </For>
);

/** The tasks of whoever has this phone. */
export const Tasks: Component<{
  tasks: readonly TaskRow[];
  queue: readonly Queued[];
  nowMs: number;
  onOpen: (id: string) => void;
}> = (props) => (
  <section class="tasks">
    <h1>
      {t().phone.openTasks} {props.tasks.length}
    </h1>
    <Show when={props.tasks.length > 0} fallback={<p class="none">{t().phone.none}</p>}>
      <For each={props.tasks}>
        {(task) => (
          <button type="button" class="task" onClick={() => props.onOpen(task.id)}>
            <b>{say(task.title)}</b>
            <span>{t().taskStages[standing(task, props.queue)]}</span>
            <Deadline task={task} stage={standing(task, props.queue)} nowMs={props.nowMs} />
          </button>
        )}
      </For>
    </Show>
  </section>
);
