import { type Component, Show } from "solid-js";
import type { TaskRow, TaskStage } from "../feed/command";
import { t } from "../lib/i18n";
import { remaining } from "../lib/time";

/** The time that is left, or that it is over. */
export const Deadline: Component<{ task: TaskRow; stage: TaskStage; nowMs: number }> = (props) => {
  const until = () => (props.stage === "dispatched" ? props.task.sign_by : props.task.done_by);
  const left = () => (until() === null ? undefined : Date.parse(until() ?? "") - props.nowMs);
  return (
    <Show when={left() !== undefined} fallback={<i class="left">{t().phone.noDeadline}</i>}>
      <i class="left" classList={{ over: (left() ?? 0) < 0 }}>
        <small>{(left() ?? 0) < 0 ? t().phone.over : t().phone.until}</small>
        {remaining(left() ?? 0)}
      </i>
    </Show>
  );
};
