import { type Component, For } from "solid-js";
import type { ReportLeg } from "../feed/report";
import { t } from "../lib/i18n";
import { took } from "./text";

/** How long things took. */
export const Figures: Component<{ figures: readonly ReportLeg[] }> = (props) => (
  <section>
    <h2>{t().report.figures}</h2>
    <table>
      <thead>
        <tr>
          <th>{t().report.columns.leg}</th>
          <th class="num">{t().report.columns.count}</th>
          <th class="num">{t().report.columns.median}</th>
          <th class="num">{t().report.columns.p90}</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.figures}>
          {(leg) => (
            <tr data-leg={leg.leg}>
              <td>{t().report.legs[leg.leg] ?? leg.leg}</td>
              <td class="num">
                {leg.count} / {leg.count + leg.missing + leg.reversed}
              </td>
              <td class="num">{took(leg.median_secs)}</td>
              <td class="num">{took(leg.p90_secs)}</td>
            </tr>
          )}
        </For>
      </tbody>
    </table>
    <p class="note">{t().report.figuresNote}</p>
  </section>
);
