import { type Component, For, Show } from "solid-js";
import type { Handover } from "../feed/duty";
import { say, spoken, t } from "../lib/i18n";
import { Sign } from "../ui/Sign";
import type { Desk } from "./DutyPage";

/** Open alarms and promises that stand on the paper; the document has them all. */
const ROWS_MAX = 12;

/** The document of a handover as people read and print it. */
export const Paper: Component<{ desk: Desk; handover: Handover }> = (props) => {
  const document = () => props.handover.document;
  const figures = () => document().figures;
  const secsSpoken = (secs: number | null) => (secs === null ? "—" : spoken(secs * 1_000));
  const rule = (id: string) => {
    const found = props.desk.wall.facts()?.rules.get(id);
    return found === undefined ? id : say(found.title);
  };
  const thing = (id: string) => {
    const found = props.desk.wall.things().get(id);
    return found === undefined ? id : say(found.name);
  };
  const rest = (all: number) => (all > ROWS_MAX ? t().more(all - ROWS_MAX) : "");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <article class="paper" tabIndex={0} aria-label={t().handoverOf(document().seat)}>
      <h3>{t().handoverOf(document().seat)}</h3>
      <p>
        {document().shift?.name ?? t().noShift} · {t().draftAt(props.desk.clock(document().at), document().position)}
      </p>
      <p>
        {t().giver} <b>{document().giver.display}</b> {t().since(props.desk.clock(document().giver.since))}{" "}
        <b>{props.handover.given ? t().signed : ""}</b>
      </p>
      <Show when={props.handover.done}>
        {(done) => (
          <p>
            <b>{t().handoverDone(props.desk.name(done().taker), done().absent)}</b>
          </p>
        )}
      </Show>
      <h4>{t().stillOpen(document().open_count)}</h4>
      <ul>
        <For each={document().open.slice(0, ROWS_MAX)}>
          {(alarm) => (
            <li>
              <Sign level={alarm.level} size={24} number={alarm.number} />
              <span>
                {rule(alarm.rule)} · {thing(alarm.thing)}
              </span>
              <i>
                {props.desk.clock(alarm.raised)}{" "}
                {alarm.acknowledged === null ? t().unacknowledged : props.desk.name(alarm.acknowledged[0])}
                {alarm.escalated > 0 ? ` ${t().escalated(alarm.escalated)}` : ""}
              </i>
            </li>
          )}
        </For>
      </ul>
      <p>{rest(document().open_count)}</p>
      <h4>{t().shelved(document().shelved.length, document().out_of_service?.length ?? 0)}</h4>
      <ul>
        <For each={document().shelved.slice(0, ROWS_MAX)}>
          {(shelf) => (
            <li>
              <Sign level={shelf.level} size={24} hollow />
              <span>
                {rule(shelf.rule)} · {thing(shelf.thing)}：{shelf.reason}
              </span>
              <i>
                {props.desk.name(shelf.person)} {t().shelvedUntil(props.desk.clock(shelf.until))}
              </i>
            </li>
          )}
        </For>
        <For each={document().out_of_service?.slice(0, ROWS_MAX) ?? []}>
          {(out) => (
            <li>
              <b>{out.approved === null ? t().shelf.asked : t().shelf.out}</b>
              <span>
                {rule(out.rule)} · {thing(out.thing)}：{out.reason}
              </span>
              <i>
                {props.desk.name(out.asked[0])}
                {out.approved === null ? "" : ` · ${t().shelf.approvedBy(props.desk.name(out.approved[0]))}`}
              </i>
            </li>
          )}
        </For>
      </ul>
      <h4>{t().promised(document().promised_count)}</h4>
      <ul>
        <For each={document().promised.slice(0, ROWS_MAX)}>
          {(promise) => (
            <li>
              <span>{promise.text}</span>
              <i>
                {props.desk.name(promise.person)} {t().promiseDue(props.desk.clock(promise.due))}{" "}
                {promise.overdue ? t().overdue : ""}
              </i>
            </li>
          )}
        </For>
      </ul>
      <p>{rest(document().promised_count)}</p>
      <h4>{t().changed}</h4>
      <p>
        <Show when={document().changed.length > 0} fallback={t().changedNone}>
          {document()
            .changed.slice(0, ROWS_MAX)
            .map(({ what, id, before, after }) => `${t().whats[what] ?? what} ${id} ${before ?? "—"} → ${after ?? "—"}`)
            .join("；")}
          {rest(document().changed.length)}
        </Show>
      </p>
      <h4>{t().figures}</h4>
      <p class="levels">
        {t().raisedBy}
        <For each={[1, 2, 3, 4]}>
          {(level) => (
            <span>
              <Sign level={level} size={20} /> {figures().raised[String(level)] ?? 0}
            </span>
          )}
        </For>
      </p>
      <p>
        {t().acknowledgedCount(figures().acknowledged)} ·{" "}
        {t().toAcknowledge(
          secsSpoken(figures().to_acknowledge_median_secs),
          secsSpoken(figures().to_acknowledge_p90_secs),
        )}
      </p>
      <p>
        {t().escalatedCount(figures().escalated)} · {t().falseCount(figures().false_alarms ?? 0)} ·{" "}
        {t().noticesGivenUp(figures().notices_given_up)}
      </p>
      <h4>{t().ledgerHead(document().ledger.n)}</h4>
      <p class="digest">{document().ledger.digest}</p>
      <h4>{t().digest}</h4>
      <p class="digest">{props.handover.handover}</p>
    </article>
  );
};
