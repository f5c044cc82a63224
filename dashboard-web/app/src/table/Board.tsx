import { type Component, createMemo, For, Show } from "solid-js";
import type { Incident, TaskStage } from "../feed/command";
import type { Unit } from "../feed/forces";
import { say, t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { byLateness } from "./board";
import type { Hand } from "./state";
import { TaskLine } from "./TaskLine";

/** The groups of the board, in the order of what is done. */
const GROUPS: readonly (readonly TaskStage[])[] = [
  ["refused", "dispatched"],
  ["signed", "en_route"],
  ["on_scene", "working"],
  ["done"],
  ["verified"],
];

/** The tasks of an incident by stage, the late ones first, and the lines of its plan. */
export const Board: Component<{
  incident: Incident;
  units: readonly Unit[];
  nowMs: number;
  zone: string;
  hand: Hand;
}> = (props) => {
  const groups = createMemo(() =>
    GROUPS.map((stages) => {
      const tasks = props.incident.tasks.filter(({ stage }) => stages.includes(stage)).sort(byLateness);
      const there = stages.filter((each) => tasks.some(({ stage }) => stage === each));
      return { name: there.map((stage) => t().taskStages[stage]).join(" / "), tasks };
    }).filter(({ tasks }) => tasks.length > 0),
  );
  const over = () => props.incident.tasks.filter(({ stage }) => stage === "closed" || stage === "withdrawn").length;
  return (
    <section class="board" aria-label={t().table.tasks}>
      <h2>
        {t().table.tasks} <i>{props.incident.tasks.length}</i>
      </h2>
      <div class="scroll">
        <For each={groups()}>
          {({ name, tasks }) => (
            <>
              <h3>
                {name} <b>{tasks.length}</b>
              </h3>
              <For each={tasks}>
                {(task) => <TaskLine task={task} units={props.units} nowMs={props.nowMs} hand={props.hand} />}
              </For>
            </>
          )}
        </For>
        <Show when={over() > 0}>
          <h3>
            {t().deck.closedFolded} <b>{over()}</b>
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
