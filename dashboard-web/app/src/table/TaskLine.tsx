import { type Component, createSignal, For, Show } from "solid-js";
import type { Task } from "../feed/command";
import type { Unit } from "../feed/forces";
import { say, t } from "../lib/i18n";
import { remaining } from "../lib/time";
import { photos, until } from "./board";
import type { Hand } from "./state";

/** A task of the board: who does it, what proves it, how long there is; where it waits for proof, who checks it says so here. */
export const TaskLine: Component<{ task: Task; units: readonly Unit[]; nowMs: number; hand: Hand }> = (props) => {
  const [back, setBack] = createSignal<string>();
  const [open, setOpen] = createSignal(false);
  const left = () => {
    const end = until(props.task);
    return end === undefined || props.task.stage === "done" || props.task.stage === "verified"
      ? undefined
      : end - props.nowMs;
  };
  const shown = () => photos(props.task);
  const names = () =>
    props.task.units.map(({ unit, advised }) => {
      const known = props.units.find(({ id }) => id === unit);
      const name = known === undefined ? unit : say(known.name);
      return advised ? name : `${name}（${t().deck.overruled}）`;
    });
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
          {props.task.number}
          {"　"}
          {say(props.task.title)}
        </b>
        <span>
          <Show when={props.task.late !== "no"}>
            <mark>{t().late[props.task.late]}</mark>{" "}
          </Show>
          {t().taskStages[props.task.stage]}
          {"　"}
          {props.task.assignee ?? t().table.unassigned}
          <Show when={names().length > 0}>
            {"　"}
            {names().join("、")}
          </Show>
          <Show when={props.task.relapses > 0}>
            {"　"}
            {t().relapsed(props.task.relapses)}
          </Show>
        </span>
      </div>
      <Show
        when={props.task.proof.by === "evidence" ? props.task.proof : undefined}
        fallback={<i>{props.task.proof.by === "reading" ? props.task.proof.datastream : ""}</i>}
      >
        {(proof) => (
          <Show when={shown().length > 0} fallback={<i>{t().evidenceOf(0, proof().photos)}</i>}>
            <button type="button" class="plain" aria-expanded={open()} onClick={() => setOpen(!open())}>
              {t().evidenceOf(shown().length, proof().photos)}
            </button>
          </Show>
        )}
      </Show>
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
      <Show when={open()}>
        <p class="photos">
          <For each={shown()}>
            {({ digest }) => <img src={`api/v1/evidence/${digest}`} alt={`${t().deck.photo} ${digest.slice(0, 8)}`} />}
          </For>
        </p>
      </Show>
    </div>
  );
};
