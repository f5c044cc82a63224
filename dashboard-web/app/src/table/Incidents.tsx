import { type Component, For, Show } from "solid-js";
import type { IncidentRow } from "../feed/command";
import { t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";

/** All incidents, the newest first; one of them is shown. */
export const Incidents: Component<{
  list: readonly IncidentRow[];
  chosen: string | undefined;
  zone: string;
  mayOpen: boolean;
  onChoose: (id: string) => void;
  onNew: () => void;
}> = (props) => (
  <section class="sheet incidents" aria-label={t().table.incidents}>
    <h2>
      {t().table.incidents} <i>{props.list.filter(({ ended }) => ended === null).length}</i>
      <Show when={props.mayOpen}>
        <button type="button" onClick={() => props.onNew()}>
          {t().table.open}
        </button>
      </Show>
    </h2>
    <div class="scroll">
      <For each={props.list} fallback={<p class="none">{t().table.none}</p>}>
        {(row) => (
          <button
            type="button"
            class="incident"
            classList={{ chosen: row.id === props.chosen, over: row.ended !== null }}
            aria-pressed={row.id === props.chosen}
            data-incident={row.id}
            onClick={() => props.onChoose(row.id)}
          >
            <b>
              {row.number}
              {"　"}
              {row.title} <i>{clockMinutes(Date.parse(row.opened), props.zone)}</i>
            </b>
            <span>
              {t().stageNames[row.stage]}　
              {row.response_level === null ? "" : `${t().responseLevel(row.response_level)}　`}
              {t().incidentClasses[row.class] ?? row.class}
              <Show when={row.merged_into}>
                {"　"}
                {t().deck.mergedInto}
              </Show>
            </span>
            <span class="num">
              {t().phone.openTasks} {row.tasks - row.open_tasks} / {row.tasks}
              <Show when={row.late_tasks > 0}>
                {" "}
                <mark>
                  {t().late.overdue} {row.late_tasks}
                </mark>
              </Show>
            </span>
          </button>
        )}
      </For>
    </div>
  </section>
);
