import { type Component, createEffect, createMemo, For, on, Show } from "solid-js";
import type { LogLine, Reply } from "../feed/duty";
import { say, t } from "../lib/i18n";
import { Sign } from "../ui/Sign";
import type { Desk } from "./DutyPage";

/** The duty log of the last day: what people wrote, and what the ledger knows. */
export const Log: Component<{
  desk: Desk;
  log: Reply<{ readonly items: readonly LogLine[]; readonly more: boolean }> | undefined;
  onCorrect: (entry: number, text: string) => void;
}> = (props) => {
  const known = () => (props.log?.outcome === "done" ? props.log.value : undefined);
  const lines = createMemo(() => known()?.items ?? [], undefined, {
    equals: (a, b) => a.length === b.length && a.at(-1)?.n === b.at(-1)?.n,
  });
  const corrected = createMemo(() => new Set(lines().map((line) => line.corrects)));
  let list: HTMLOListElement | undefined;
  createEffect(
    on(lines, () => {
      list?.scrollTo({ top: list.scrollHeight });
    }),
  );
  const thing = (id: string) => {
    const found = props.desk.wall.things().get(id);
    return found === undefined ? id : say(found.name);
  };
  const rule = (id: string) => {
    const found = props.desk.wall.facts()?.rules.get(id);
    return found === undefined ? id : say(found.title);
  };
  const about = (line: LogLine) =>
    [
      line.of_seat,
      line.rule === undefined ? undefined : rule(line.rule),
      line.thing === undefined ? undefined : thing(line.thing),
      line.to === undefined ? undefined : t().roles[line.to],
      line.text,
      line.promised === undefined ? undefined : t().promiseDue(props.desk.clock(line.promised)),
      line.changes === undefined ? undefined : t().items(line.changes.length),
    ].filter((each) => each !== undefined && each !== "");
  return (
    <section class="duty-log" aria-labelledby="duty-log">
      <h2 id="duty-log">{t().dutyLog}</h2>
      <Show when={known()?.more}>
        <p class="none">{t().logMore}</p>
      </Show>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <ol ref={list} tabIndex={0} aria-labelledby="duty-log">
        <For each={lines()} fallback={<li class="none">{t().logNone}</li>}>
          {(line) => (
            <li data-kind={line.kind} classList={{ struck: corrected().has(line.position) }}>
              <time dateTime={line.at}>{props.desk.clock(line.at)}</time>
              <span class="kind">
                <Show when={line.level}>{(level) => <Sign level={level()} size={22} />}</Show>
                {t().kinds[line.kind] ?? line.kind}
              </span>
              <span class="what">
                {about(line).join(" · ")}
                <Show when={corrected().has(line.position)}>
                  <i> {t().correctedEntry}</i>
                </Show>
              </span>
              <span class="by">{line.person === undefined ? "" : props.desk.name(line.person)}</span>
              <Show when={line.kind === "entry" && props.desk.may() && !corrected().has(line.position)}>
                <button type="button" onClick={() => props.onCorrect(line.position, line.text ?? "")}>
                  {t().correct}
                </button>
              </Show>
            </li>
          )}
        </For>
      </ol>
    </section>
  );
};
