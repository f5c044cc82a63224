import { type Component, createSignal, For, Show } from "solid-js";
import type { Report, ReportTask } from "../feed/report";
import { say, t } from "../lib/i18n";
import { clock, dated, took } from "./text";

/** The tasks with their times; what is past its deadline is bold. */
export const Tasks: Component<{ report: Report; zone: string }> = (props) => (
  <Show when={props.report.tasks.length > 0}>
    <section>
      <h2>{t().report.tasks}</h2>
      <table>
        <thead>
          <tr>
            <th>{t().report.columns.task}</th>
            <th>{t().report.columns.who}</th>
            <th class="num">{t().report.columns.made}</th>
            <th class="num">{t().report.columns.signed}</th>
            <th class="num">{t().report.columns.arrived}</th>
            <th class="num">{t().report.columns.finished}</th>
            <th class="num">{t().report.columns.closed}</th>
            <th class="num">{t().report.columns.due}</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.report.tasks}>{(task) => <TaskLine task={task} zone={props.zone} />}</For>
        </tbody>
      </table>
    </section>
  </Show>
);

const TaskLine: Component<{ task: ReportTask; zone: string }> = (props) => {
  const late = (done: string | null, due: string | null) =>
    done !== null && due !== null && Date.parse(done) > Date.parse(due);
  return (
    <tr>
      <td>
        {props.task.number} {say(props.task.title)}
        <Show when={props.task.relapses > 0}>　{t().relapsed(props.task.relapses)}</Show>
      </td>
      <td>{props.task.assignee ?? "—"}</td>
      <td class="num">{clock(props.task.made, props.zone)}</td>
      <td class="num" classList={{ over: late(props.task.signed, props.task.sign_by) }}>
        {clock(props.task.signed, props.zone)}
      </td>
      <td class="num">{clock(props.task.arrived, props.zone)}</td>
      <td class="num" classList={{ over: late(props.task.finished, props.task.done_by) }}>
        {clock(props.task.finished, props.zone)}
      </td>
      <td class="num">{clock(props.task.closed, props.zone)}</td>
      <td class="num">{clock(props.task.done_by, props.zone)}</td>
    </tr>
  );
};

/** What passed a deadline of the plan. */
export const Late: Component<{ report: Report; zone: string }> = (props) => (
  <section>
    <h2>{t().report.late}</h2>
    <Show when={props.report.late.length > 0} fallback={<p>{t().report.notLate}</p>}>
      <ul>
        <For each={props.report.late}>
          {(line) => (
            <li>
              <b>{t().report.lateLines[line.what]}</b> {line.number ?? ""} {say(line.title)}
              {"　"}
              {t().report.overdueSince(clock(line.since, props.zone))}
              {"　"}
              {line.until === null
                ? t().report.neverDone
                : t().report.doneAfter(took((Date.parse(line.until) - Date.parse(line.since)) / 1_000))}
            </li>
          )}
        </For>
      </ul>
    </Show>
  </section>
);

/** What the plan asks for and nobody did. */
export const Missed: Component<{ report: Report; over: boolean }> = (props) => (
  <section>
    <h2>{t().report.missed}</h2>
    <Show
      when={props.report.missed.length > 0}
      fallback={<p>{props.over ? t().report.notMissed : t().report.notOver}</p>}
    >
      <ul>
        <For each={props.report.missed}>
          {(line) => (
            <li>
              <b>{t().report.missedLines[line.what]}</b>　{line.number ?? ""} {say(line.title)}
            </li>
          )}
        </For>
      </ul>
    </Show>
  </section>
);

/** What was learnt, and a place to write it. */
export const Lessons: Component<{
  report: Report;
  zone: string;
  onWrite: ((note: string) => Promise<boolean>) | undefined;
  refused: string | undefined;
}> = (props) => {
  const [note, setNote] = createSignal("");
  const write = async (event: SubmitEvent) => {
    event.preventDefault();
    if (note().trim() !== "" && (await props.onWrite?.(note().trim()))) setNote("");
  };
  return (
    <section>
      <h2>{t().report.lessons}</h2>
      <Show when={props.report.lessons.length > 0} fallback={<p>{t().report.noLessons}</p>}>
        <ol>
          <For each={props.report.lessons}>
            {(lesson) => (
              <li>
                {lesson.note}
                {"　"}
                <i class="note">
                  {lesson.person} {dated(lesson.at, props.zone)}
                </i>
              </li>
            )}
          </For>
        </ol>
      </Show>
      <Show when={props.onWrite}>
        <form class="no-print" onSubmit={(event) => void write(event)}>
          <label for="lesson">{t().report.lesson}</label>
          <textarea
            id="lesson"
            rows={3}
            maxlength={2_000}
            value={note()}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
          <button type="submit" disabled={note().trim() === ""}>
            {t().report.write}
          </button>
          <Show when={props.refused}>{(why) => <span role="alert">{why()}</span>}</Show>
        </form>
      </Show>
    </section>
  );
};
