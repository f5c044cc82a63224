import { type Component, createSignal, For, Show } from "solid-js";
import type { PlanTask, Term, WholePlan } from "../feed/admin";
import { say, t } from "../lib/i18n";
import { long } from "./hand";

/** A plan as a commander reads it: when which level is started, and what is then to be done, by whom and until when. */
export const PlanPage: Component<{ plan: WholePlan }> = (props) => {
  const words = () => t().admin;
  const { plan } = props;
  const [level, setLevel] = createSignal(plan.levels[0]?.level ?? 1);
  const at = <T extends { readonly levels: readonly number[] }>(rows: readonly T[]) =>
    rows.filter(({ levels }) => levels.includes(level()));
  const role = (id: string) => {
    const known = plan.roles.find((one) => one.id === id);
    return known === undefined ? id : say(known.title);
  };
  return (
    <article class="plan">
      <h2>{say(plan.title)}</h2>
      <p class="note">
        {words().planOf(plan.pack, plan.digest)}　{plan.source}
      </p>
      <div class="bar levels">
        <For each={plan.levels}>
          {(row) => (
            <button type="button" aria-pressed={row.level === level()} onClick={() => setLevel(row.level)}>
              {t().responseLevel(row.level)}
            </button>
          )}
        </For>
      </div>
      <p class="when">
        <b>{words().startWhen}</b>{" "}
        <For each={plan.levels.filter((row) => row.level === level())}>{(row) => say(row.when)}</For>
      </p>
      <h3>
        {words().tasks} <i>{at(plan.tasks).length}</i>
      </h3>
      <ol>
        <For each={at(plan.tasks)}>
          {(task) => (
            <li>
              <b>{say(task.title)}</b> <span>{role(task.role)}</span>
              <p>{deadlines(task)}</p>
            </li>
          )}
        </For>
      </ol>
      <h3>
        {words().clocks} <i>{at(plan.reports).length}</i>
      </h3>
      <ul>
        <For each={at(plan.reports)}>
          {(report) => (
            <li>
              <b>{say(report.title)}</b>
              <p>
                {report.within === null
                  ? words().noClock
                  : words().within(words().sinces[report.since] ?? report.since, term(report.within))}
                {report.every_secs === null ? "" : `　${words().every(long(report.every_secs))}`}　
                <i>{report.source}</i>
              </p>
            </li>
          )}
        </For>
      </ul>
      <Show when={at(plan.items).length > 0}>
        <h3>
          {words().lines} <i>{at(plan.items).length}</i>
        </h3>
        <ul>
          <For each={at(plan.items)}>
            {(item) => (
              <li>
                <span class="sort">{words().sorts[item.kind]}</span> {say(item.title)}
              </li>
            )}
          </For>
        </ul>
      </Show>
    </article>
  );
};

function term(given: Term): string {
  const words = t().admin;
  if (given.unit === "working_hours") return words.workingHours(given.count);
  if (given.unit === "working_days") return words.workingDays(given.count);
  return long(given.count);
}

function deadlines(task: PlanTask): string {
  const words = t().admin;
  const { proof } = task;
  const proven =
    proof.by === "evidence"
      ? words.byPhotos(proof.photos)
      : words.byReading(
          proof.property,
          [proof.at_most === null ? "" : `≤ ${proof.at_most}`, proof.at_least === null ? "" : `≥ ${proof.at_least}`]
            .filter(Boolean)
            .join(" "),
          long(proof.for_secs),
        );
  const sign = task.sign_within === null ? "" : words.signWithin(term(task.sign_within));
  const done = task.done_within === null ? "" : words.doneWithin(term(task.done_within));
  return [sign, done, proven].filter(Boolean).join("　");
}
