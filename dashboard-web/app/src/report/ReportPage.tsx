import "./report.css";
import { type Component, createSignal, onCleanup, onMount, Show } from "solid-js";
import { type Command, newKey } from "../feed/command";
import type { Own } from "../feed/presence";
import type { ReportAnswer, Reports } from "../feed/report";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { Language } from "../ui/Language";
import { Alarms } from "./Alarms";
import { Curves } from "./Curves";
import { Figures } from "./Figures";
import { Late, Lessons, Missed, Tasks } from "./Parts";
import { Timeline } from "./Timeline";
import { dated } from "./text";

/** An incident goes on while its report is looked at. */
const ASK_MS = 10_000;

/** The after-action report of an incident, to be read and to be printed. */
export const ReportPage: Component<{
  wall: Wall;
  reports: Reports;
  command: Command;
  own: Own;
  incident: string;
}> = (props) => {
  const [answer, setAnswer] = createSignal<ReportAnswer>();
  const [state, setState] = createSignal<"waiting" | "there" | "away">("waiting");
  const [refused, setRefused] = createSignal<string>();
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const ask = async () => {
    const said = await props.reports.report(props.incident);
    if (said !== undefined) setAnswer(said);
    setState(said === undefined ? "away" : "there");
  };
  onMount(() => {
    void ask();
    const beat = setInterval(() => void ask(), ASK_MS);
    onCleanup(() => clearInterval(beat));
  });
  const mayWrite = () => props.own.session()?.acts.includes("incidents") ?? false;
  const write = async (note: string): Promise<boolean> => {
    const body = { key: newKey(), act: { type: "lesson", note } };
    const acted = await props.command.act("acts", props.incident, body);
    setRefused(acted.outcome === "done" ? undefined : acted.outcome === "refused" ? acted.why : t().serverAway);
    if (acted.outcome !== "done") return false;
    await ask();
    return true;
  };
  return (
    <main class="report-page" data-report={state()}>
      <nav class="no-print">
        <a href="#/table">{t().report.back}</a>
        <Language />
        <button type="button" disabled={answer() === undefined} onClick={() => print()}>
          {t().report.print}
        </button>
      </nav>
      <Show when={state() === "away"}>
        <p class="away no-print" role="alert">
          {t().report.away}
        </p>
      </Show>
      <Show when={answer()} fallback={<p role="status">{state() === "away" ? t().report.none : t().report.waiting}</p>}>
        {(known) => (
          <article>
            <Head answer={known()} zone={zone()} simulated={props.wall.facts()?.city.simulated === true} />
            <Figures figures={known().report.figures} />
            <Alarms wall={props.wall} report={known().report} zone={zone()} />
            <Timeline wall={props.wall} report={known().report} zone={zone()} />
            <Tasks report={known().report} zone={zone()} />
            <Curves
              wall={props.wall}
              reports={props.reports}
              decisive={known().report.decisive}
              alarms={known().report.alarms}
              over={known().incident.ended !== null}
              zone={zone()}
            />
            <Late report={known().report} zone={zone()} />
            <Missed report={known().report} over={known().incident.ended !== null} />
            <Lessons
              report={known().report}
              zone={zone()}
              onWrite={mayWrite() ? write : undefined}
              refused={refused()}
            />
            <Show when={known().ledger}>
              {(head) => (
                <section>
                  <h2>{t().report.ledger}</h2>
                  <p class="digest">
                    {head().n}:{head().digest}
                  </p>
                  <p class="note">{t().report.ledgerNote}</p>
                </section>
              )}
            </Show>
          </article>
        )}
      </Show>
    </main>
  );
};

const Head: Component<{ answer: ReportAnswer; zone: string; simulated: boolean }> = (props) => {
  const incident = () => props.answer.incident;
  const at = (text: string | null | undefined) => (text ? dated(text, props.zone) : "");
  return (
    <div class="report-head">
      <Show when={props.answer.report.drill}>
        {(drill) => (
          <p class="mark">
            {t().report.ofDrill(drill())}　{t().drill.notReal}
          </p>
        )}
      </Show>
      <h1>
        {t().report.title}　{incident().number}　{incident().title}
      </h1>
      <Show when={props.simulated && props.answer.report.drill === null}>
        <p class="mark">{t().simulated}</p>
      </Show>
      <dl>
        <dt>{t().report.opened}</dt>
        <dd>{at(incident().opened)}</dd>
        <dt>{t().report.ended}</dt>
        <dd>{incident().ended === null ? t().report.goesOn : at(incident().ended)}</dd>
        <dt>{t().stageNames[incident().stage]}</dt>
        <dd>
          <Show when={incident().response}>
            {(response) => (
              <>
                {say(response().title)} {t().responseLevel(response().level)}
              </>
            )}
          </Show>
        </dd>
        <dt>{t().report.commander}</dt>
        <dd>{incident().commander ?? "—"}</dd>
        <Show when={incident().affected.length > 0}>
          <dt>{t().report.affected}</dt>
          <dd>{incident().affected.join("、")}</dd>
        </Show>
      </dl>
      <p class="note">{t().report.asOf(at(props.answer.report.at))}</p>
    </div>
  );
};
