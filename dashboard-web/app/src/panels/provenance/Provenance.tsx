import "./provenance.css";
import { type Component, createMemo, createSignal, For, type JSX, onCleanup, onMount, Show } from "solid-js";
import type { Wall } from "../../feed/store";
import { say, spoken, t } from "../../lib/i18n";
import { fixed } from "../../lib/number";
import { clockMinutes, clockOfDay, clockSeconds } from "../../lib/time";
import { plainKey } from "../../ui/keys";
import { Sign } from "../../ui/Sign";
import { DESIGN } from "../../ui/stage";
import { Behind } from "../Behind";
import { brief } from "../detail/rule";
import { silenced } from "../silenced";
import { type Asked, figureOf } from "./asked";
import { type Origin, origin } from "./origin";

const WIDTH = 620;
const HEIGHT = 330;
const GAP = 8;

/** Says of the number under the pointer, or of the one that has the focus, where it comes from. `i` keeps it. */
export const Provenance: Component<{ wall: Wall }> = (props) => {
  const [asked, ask] = createSignal<Asked>();
  const [kept, keep] = createSignal(false);
  const look = (event: Event) => {
    if (!kept()) ask(figureOf(event.target));
  };
  const leave = () => {
    if (!kept()) ask(undefined);
  };
  const press = (event: KeyboardEvent) => {
    if (!plainKey(event)) return;
    if ((event.key === "i" || event.key === "I") && asked() !== undefined) keep(!kept());
    else if (event.key === "Escape" && asked() !== undefined) {
      keep(false);
      ask(undefined);
    } else return;
    event.preventDefault();
  };
  const click = (event: MouseEvent) => {
    const figure = figureOf(event.target);
    if (figure === undefined) return;
    keep(!kept() || figure.thing !== asked()?.thing || figure.property !== asked()?.property);
    ask(figure);
  };
  onMount(() => {
    const listen: readonly [string, EventListener][] = [
      ["pointerover", look],
      ["focusin", look],
      ["focusout", leave],
      ["click", (event) => event instanceof MouseEvent && click(event)],
      // Before the wall's own: Escape closes this first.
      ["keydown", (event) => event instanceof KeyboardEvent && press(event)],
    ];
    for (const [name, run] of listen) document.addEventListener(name, run, true);
    onCleanup(() => {
      for (const [name, run] of listen) document.removeEventListener(name, run, true);
    });
  });
  const place = (at: Asked): JSX.CSSProperties => {
    const below = at.bottom + GAP + HEIGHT <= DESIGN.height;
    return {
      width: `${WIDTH}px`,
      left: `${Math.max(8, Math.min(at.left, DESIGN.width - WIDTH - 8))}px`,
      ...(below ? { top: `${at.bottom + GAP}px` } : { bottom: `${DESIGN.height - at.top + GAP}px` }),
    };
  };
  return (
    <Show when={asked()}>
      {(at) => (
        <aside
          class="provenance"
          classList={{ kept: kept() }}
          style={place(at())}
          aria-label={t().provenance}
          aria-live="polite"
        >
          <Told wall={props.wall} at={at()} />
        </aside>
      )}
    </Show>
  );
};

const Told: Component<{ wall: Wall; at: Asked }> = (props) => {
  const known = createMemo(() => origin(props.wall, props.at.thing, props.at.property));
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const clock = (ms: number) => {
    const day = clockOfDay(ms, props.wall.now(), zone());
    return day.length > 5 ? day : clockSeconds(ms, zone());
  };
  const title = () => {
    const { property } = known();
    return property === undefined ? props.at.property : say(property.title);
  };
  return (
    <>
      <h2>
        {title()}
        <Show when={known().last}>
          {(last) => (
            <b>
              {fixed(last().value, known().property?.decimals ?? 2)} {known().property?.unit}
            </b>
          )}
        </Show>
        <i>{t().provenanceKeys}</i>
      </h2>
      <dl>
        <Line name={t().source}>
          {sourceOf(known(), props.wall)}
          <Show when={silenced(props.wall, known().thing)}>{(by) => <Behind by={by()} named />}</Show>
        </Line>
        <Show when={known().last}>
          {(last) => (
            <>
              <Line name={t().phenomenonTime}>
                {clock(last().at_ms)}
                <i>
                  {t().receivedAt} {clock(last().received_ms)}
                </i>
              </Line>
              <Line name={t().dataAge}>
                {t().dataAgeOf(spoken(props.wall.now() - last().at_ms), spoken(known().periodMs))}
                <b>{t().quality[known().heard]}</b>
              </Line>
            </>
          )}
        </Show>
        <Show when={known().index}>
          {(index) => (
            <Line name={t().phenomenonTime}>
              {clockMinutes(index().start_ms, zone())}–{clockMinutes(index().start_ms + known().periodMs, zone())}
            </Line>
          )}
        </Show>
        <Show when={known().windows}>
          {(windows) => (
            <Line name={t().completeness}>
              {t().windowsPresent(windows().present, windows().all, spoken(windows().stepMs))}
            </Line>
          )}
        </Show>
        <Line name={t().derivation}>{known().index?.law ?? t().definitions[props.at.property] ?? t().observed}</Line>
        <Line name={t().rules}>
          <Show when={known().rules.length > 0} fallback={t().rulesNone}>
            <For each={known().rules.slice(0, 4)}>
              {(rule) => (
                <span class="rule">
                  <Sign level={rule.level} size={20} /> {brief(rule, known().thing)}
                </span>
              )}
            </For>
            <i>{known().rules[0]?.source}</i>
          </Show>
        </Line>
      </dl>
    </>
  );
};

const Line: Component<{ name: string; children: JSX.Element }> = (props) => (
  <>
    <dt>{props.name}</dt>
    <dd>{props.children}</dd>
  </>
);

/** The thing, and through what it is heard; of a figure over all of them how many are fresh. */
function sourceOf({ thing, parent, observers }: Origin, wall: Wall): string {
  if (thing === undefined) return `${observers.fresh} / ${observers.all} ${t().fresh}`;
  const doors = [...wall.sources().keys()];
  const through = parent === undefined ? (doors.length === 1 ? doors[0] : undefined) : say(parent.name);
  const said = `${say(thing.name)} · ${thing.id}`;
  return through === undefined ? said : `${said} · ${t().through} ${through}`;
}
