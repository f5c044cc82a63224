import { type Component, For, Show } from "solid-js";
import type { Incident } from "../feed/command";
import { say, t } from "../lib/i18n";
import { clockMinutes, remaining } from "../lib/time";
import type { Hand } from "./state";

/** The reports that are to be given upwards, and their clocks. */
export const Reports: Component<{ incident: Incident; zone: string; nowMs: number; hand: Hand }> = (props) => (
  <Show when={props.incident.reports.length > 0}>
    <h2>{t().table.reports}</h2>
    <For each={props.incident.reports}>
      {(report) => (
        <div class="report" classList={{ late: report.overdue }}>
          <b>{t().reportSteps[report.step]}</b>
          <span>{say(report.title)}</span>
          <Show
            when={report.given !== null && report.every_secs === undefined}
            fallback={
              <>
                <i class="left" classList={{ over: report.due !== undefined && Date.parse(report.due) < props.nowMs }}>
                  {report.due === undefined ? t().table.noDue : remaining(Date.parse(report.due) - props.nowMs)}
                </i>
                <Show when={props.hand.may("incidents")}>
                  <button
                    type="button"
                    onClick={() => props.hand.act("acts", { type: "report", report: report.report, note: "" })}
                  >
                    {t().table.give}
                  </button>
                </Show>
              </>
            }
          >
            <i>
              {t().table.given} {clockMinutes(Date.parse(report.given?.[0] ?? ""), props.zone)} {report.given?.[1]}
            </i>
          </Show>
        </div>
      )}
    </For>
  </Show>
);
