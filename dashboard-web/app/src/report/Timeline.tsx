import { type Component, For, Show } from "solid-js";
import type { Report, ReportMoment } from "../feed/report";
import type { Wall } from "../feed/store";
import { t } from "../lib/i18n";
import { about, clock, dated, grounds, what } from "./text";

/** ■ a decision, ● a fact, ○ what the program said; a step of somebody outside has none of them. */
const SIGNS = { fact: "●", decision: "■", step: "", program: "○" } as const;

/** What happened, in the order of the log, with who and on what. */
export const Timeline: Component<{ wall: Wall; report: Report; zone: string }> = (props) => (
  <section>
    <h2>{t().report.timeline}</h2>
    <table class="moments">
      <thead>
        <tr>
          <th>{t().report.columns.time}</th>
          <th>{t().report.columns.what}</th>
          <th>{t().report.columns.who}</th>
          <th>{t().report.columns.evidence}</th>
        </tr>
      </thead>
      <tbody>
        <For each={props.report.timeline}>
          {(one, place) => (
            <Line wall={props.wall} one={one} before={props.report.timeline[place() - 1]} zone={props.zone} />
          )}
        </For>
      </tbody>
    </table>
    <p class="note">
      {t().report.timelineNote}
      <Show when={props.report.more}>　{t().report.more}</Show>
    </p>
  </section>
);

const Line: Component<{ wall: Wall; one: ReportMoment; before: ReportMoment | undefined; zone: string }> = (props) => {
  // The day is told where it is another one.
  const day = (at: string) => dated(at, props.zone).slice(0, 10);
  const isNew = () => props.before === undefined || day(props.before.at) !== day(props.one.at);
  return (
    <tr classList={{ decided: props.one.kind === "decision" }}>
      <td class="num">
        <Show when={isNew()}>
          <i>{day(props.one.at)}</i>{" "}
        </Show>
        {clock(props.one.at, props.zone)}
        <Show when={props.one.done_at}>{(own) => <i> ({clock(own(), props.zone)})</i>}</Show>
      </td>
      <td>
        <span title={t().report.kinds[props.one.kind]}>{SIGNS[props.one.kind]}</span> <b>{what(props.one)}</b>{" "}
        {about(props.one, props.wall)}
        <Show when={props.one.note}>
          　<q>{props.one.note}</q>
        </Show>
      </td>
      <td>
        {props.one.person ?? t().report.program} {props.one.seat}
      </td>
      <td class="digest">{grounds(props.one.evidence)}</td>
    </tr>
  );
};
