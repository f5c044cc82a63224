import { type Component, createMemo, createSignal, For, Show } from "solid-js";
import type { Incident, Task, TaskStage } from "../feed/command";
import { say, t } from "../lib/i18n";
import { clockMinutes, remaining } from "../lib/time";
import type { Hand } from "./Table";

/** The columns of the board, in the order of what needs a hand. */
const STAGES: readonly TaskStage[] = [
  "refused",
  "dispatched",
  "done",
  "verified",
  "working",
  "on_scene",
  "en_route",
  "signed",
];

/** Until when a task must be signed or done. */
function until(task: Task): number | undefined {
  const text = task.stage === "dispatched" || task.stage === "refused" ? task.sign_by : task.done_by;
  return text === null ? undefined : Date.parse(text);
}

/** How many photographs a task has. */
function photos(task: Task): number {
  return new Set(task.steps.flatMap(({ photos }) => photos ?? []).map(({ digest }) => digest)).size;
}

/** The tasks of an incident by stage, the late ones first, and the lines of its plan. */
export const Board: Component<{ incident: Incident; nowMs: number; zone: string; hand: Hand }> = (props) => {
  const groups = createMemo(() =>
    STAGES.map((stage) => ({
      stage,
      tasks: props.incident.tasks
        .filter((task) => task.stage === stage)
        .sort((a, b) => (until(a) ?? Number.POSITIVE_INFINITY) - (until(b) ?? Number.POSITIVE_INFINITY)),
    })).filter(({ tasks }) => tasks.length > 0),
  );
  const over = () => props.incident.tasks.filter(({ stage }) => stage === "closed" || stage === "withdrawn").length;
  return (
    <section class="board" aria-label={t().table.tasks}>
      <h2>
        {t().table.tasks} <i>{props.incident.tasks.length}</i>
      </h2>
      <div class="scroll">
        <For each={groups()}>
          {({ stage, tasks }) => (
            <>
              <h3>
                {t().taskStages[stage]} <b>{tasks.length}</b>
              </h3>
              <For each={tasks}>{(task) => <Row task={task} nowMs={props.nowMs} hand={props.hand} />}</For>
            </>
          )}
        </For>
        <Show when={over() > 0}>
          <h3>
            {t().taskStages.closed} <b>{over()}</b>
          </h3>
        </Show>
        <Show when={props.incident.items.length > 0}>
          <h2>{t().table.items}</h2>
          <For each={props.incident.items}>
            {(item) => (
              <label class="item" classList={{ done: item.done !== null }}>
                <input
                  type="checkbox"
                  checked={item.done !== null}
                  disabled={!props.hand.may("incidents")}
                  onChange={(event) =>
                    props.hand.act("acts", {
                      type: "tick",
                      item: item.item,
                      done: event.currentTarget.checked,
                      note: "",
                    })
                  }
                />
                <i>{t().itemKinds[item.kind]}</i>
                <span>{say(item.title)}</span>
                <Show when={item.done}>
                  {(done) => (
                    <i>
                      {clockMinutes(Date.parse(done()[0]), props.zone)} {done()[1]}
                    </i>
                  )}
                </Show>
              </label>
            )}
          </For>
        </Show>
      </div>
    </section>
  );
};

const Row: Component<{ task: Task; nowMs: number; hand: Hand }> = (props) => {
  const [back, setBack] = createSignal<string>();
  const left = () => {
    const end = until(props.task);
    return end === undefined || props.task.stage === "done" || props.task.stage === "verified"
      ? undefined
      : end - props.nowMs;
  };
  const proof = () =>
    props.task.proof.by === "reading"
      ? props.task.proof.datastream
      : t().evidenceOf(photos(props.task), props.task.proof.photos);
  const step = (name: string, note = "") => props.hand.step(props.task.id, props.task.version, name, note);
  return (
    <div
      class="task"
      classList={{ late: props.task.late !== "no" }}
      data-task={props.task.id}
      data-stage={props.task.stage}
    >
      <div>
        <b>
          {props.task.number}　{say(props.task.title)}
        </b>
        <span>
          <Show when={props.task.late !== "no"}>
            <mark>{t().late[props.task.late]}</mark>{" "}
          </Show>
          {props.task.assignee ?? t().table.unassigned}
          <Show when={props.task.relapses > 0}>　{t().relapsed(props.task.relapses)}</Show>
        </span>
      </div>
      <i>{proof()}</i>
      <Show when={left() !== undefined}>
        <b class="left" classList={{ over: (left() ?? 0) < 0 }}>
          {remaining(left() ?? 0)}
        </b>
      </Show>
      <Show when={props.hand.may("command") && props.task.stage === "done" && props.task.proof.by === "evidence"}>
        <Show
          when={back() !== undefined}
          fallback={
            <>
              <button type="button" onClick={() => step("verify")}>
                {t().table.verify}
              </button>
              <button type="button" onClick={() => setBack("")}>
                {t().table.sendBack}
              </button>
            </>
          }
        >
          <input
            type="text"
            placeholder={t().table.reason}
            aria-label={t().table.reason}
            value={back()}
            onInput={(event) => setBack(event.currentTarget.value)}
          />
          <button type="button" disabled={back()?.trim() === ""} onClick={() => step("send_back", back()?.trim())}>
            {t().table.sendBack}
          </button>
        </Show>
      </Show>
      <Show when={props.hand.may("command") && props.task.stage === "verified"}>
        <button type="button" onClick={() => step("close")}>
          {t().table.close}
        </button>
      </Show>
    </div>
  );
};
