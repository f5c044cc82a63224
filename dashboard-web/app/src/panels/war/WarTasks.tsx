import "./war.css";
import { type Component, createMemo, For, Match, Show, Switch } from "solid-js";
import type { TaskView } from "../../feed/messages";
import { say, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { remaining } from "../../lib/time";
import type { AtWar } from "../../posture/posture";
import type { Panel, PanelProps } from "../panel";
import { clockOf, named, propertyOf, sensors, squares, TASKS_SHOWN, urgent, warOf } from "./war";

/** What is known in three figures, who commands, and the seven most urgent tasks. */
export const WarTasks: Panel = (props) => {
  const war = createMemo(() => warOf(props));
  return (
    <section class="panel war-tasks" aria-label={t().war.tasks}>
      <Show when={war()}>
        {(incident) => (
          <>
            <Figures {...props} war={incident()} />
            <p class="command">
              <span>{t().war.commander}</span> {named(incident().commander) ?? t().war.nobody}
              <For
                each={incident()
                  .roles.filter(({ person }) => person !== null)
                  .slice(0, 2)}
              >
                {(role) => (
                  <>
                    {"　"}
                    <span>{say(role.title)}</span> {named(role.person)}
                  </>
                )}
              </For>
            </p>
            <h2>
              {t().war.tasks}
              <i>
                {t().war.tasksNote(
                  incident().tasks_count,
                  incident().tasks_over,
                  Math.min(TASKS_SHOWN, incident().tasks_count - incident().tasks_over),
                )}
              </i>
            </h2>
            <ol>
              <For each={urgent(incident().tasks, props.wall.now())} fallback={<li class="none">{t().war.noTasks}</li>}>
                {(task) => <Row task={task} war={incident()} nowMs={props.wall.now()} />}
              </For>
            </ol>
          </>
        )}
      </Show>
    </section>
  );
};

const Figures: Component<PanelProps & { war: AtWar }> = (props) => {
  const property = () => propertyOf(props.war, props.wall.alarms());
  const highest = createMemo(() => {
    const id = property();
    if (id === undefined) return undefined;
    const fresh = sensors(props.war, id, props.wall).filter(({ heard }) => heard === "fresh");
    const best = fresh.reduce<(typeof fresh)[number] | undefined>(
      (held, row) => ((row.last?.value ?? 0) > (held?.last?.value ?? Number.NEGATIVE_INFINITY) ? row : held),
      undefined,
    );
    const known = props.wall.facts()?.properties.get(id);
    return best?.last && known ? { value: fixed(best.last.value, known.decimals), unit: known.unit, best } : undefined;
  });
  return (
    <dl class="figures">
      <div>
        <dd>
          <b>{props.war.tasks_over}</b> / {props.war.tasks_count}
        </dd>
        <dt>{t().war.tasksDone}</dt>
      </div>
      <div>
        <Show when={highest()} fallback={<dd class="none">{t().noData}</dd>}>
          {(known) => (
            <dd>
              <b>{known().value}</b> {known().unit}
            </dd>
          )}
        </Show>
        <dt>
          {t().war.highest} {highest() === undefined ? "" : say(highest()?.best.thing.name ?? { zh: "", en: "" })}
        </dt>
      </div>
      <div>
        <Show when={props.war.plume} fallback={<dd class="none">{t().noData}</dd>}>
          {(plume) => (
            <dd>
              <b>{fixed(plume().grams_a_sec / 1_000, 2)}</b> kg/s
            </dd>
          )}
        </Show>
        <dt>{t().war.leak}</dt>
      </div>
    </dl>
  );
};

const Row: Component<{ task: TaskView; war: AtWar; nowMs: number }> = (props) => {
  const clock = () => clockOf(props.task);
  const left = () => {
    const { dueMs } = clock();
    return dueMs === undefined ? undefined : dueMs - props.nowMs;
  };
  const late = () => (left() ?? 0) < 0;
  const role = () => props.war.roles.find(({ role }) => role === props.task.role);
  const who = () => named(props.task.assignee) ?? named(role()?.person ?? null) ?? t().war.nobody;
  const full = () => squares(props.task.stage);
  const unsigned = () => props.task.stage === "dispatched";
  return (
    <li classList={{ unsigned: unsigned(), late: late() }}>
      <b class="title">
        <i>{props.task.number}</i> {say(props.task.title)}
      </b>
      <span class="squares" role="img" aria-label={say(props.task.stage_name)}>
        <For each={[0, 1, 2, 3, 4]}>{(at) => <i classList={{ full: at < full() }} />}</For>
      </span>
      <span class="what">
        <Switch fallback={t().war.noTime}>
          <Match when={clock().kind === "verify"}>
            {props.task.photos === null ? t().war.byReadings : t().war.done}
          </Match>
          <Match when={left() !== undefined && late()}>{t().war.late}</Match>
          <Match when={clock().kind === "sign"}>{t().war.toSign}</Match>
          <Match when={clock().kind === "do"}>{t().war.toDo}</Match>
        </Switch>
      </span>
      <span class="who">
        <Show when={unsigned()}>
          <mark>{t().war.unsigned}</mark>{" "}
        </Show>
        {role() === undefined ? "" : `${say(role()?.title ?? { zh: "", en: "" })} · `}
        {who()}
      </span>
      <span class="at">{say(props.task.stage_name)}</span>
      <b class="clock">{left() === undefined ? "—" : remaining(left() ?? 0)}</b>
    </li>
  );
};
