import { type Component, For, Show } from "solid-js";
import type { Report } from "../feed/report";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { clock, ruleName, subjectName } from "./text";

/** The alarms from which it comes, and who acknowledged them. */
export const Alarms: Component<{ wall: Wall; report: Report; zone: string }> = (props) => (
  <Show when={props.report.alarms.length > 0}>
    <section>
      <h2>{t().report.alarms}</h2>
      <table>
        <thead>
          <tr>
            <th>{t().report.columns.alarm}</th>
            <th class="num">{t().report.columns.extreme}</th>
            <th class="num">{t().report.columns.raised}</th>
            <th class="num">{t().report.columns.acknowledged}</th>
            <th class="num">{t().report.columns.returned}</th>
          </tr>
        </thead>
        <tbody>
          <For each={props.report.alarms}>
            {(alarm) => (
              <tr>
                <td>
                  {t().levels[alarm.level - 1]}　{ruleName(props.wall, alarm.rule)}
                  {"　"}
                  {subjectName(props.wall, alarm.subject)}
                </td>
                <td class="num">
                  {Number(alarm.extreme.toPrecision(4))} / {alarm.threshold}
                </td>
                <td class="num">{clock(alarm.raised, props.zone)}</td>
                <td class="num">
                  {clock(alarm.acknowledged?.at ?? null, props.zone)} {alarm.acknowledged?.person ?? ""}
                </td>
                <td class="num">{clock(alarm.returned, props.zone)}</td>
              </tr>
            )}
          </For>
        </tbody>
      </table>
    </section>
  </Show>
);
