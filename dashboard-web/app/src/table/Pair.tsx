import { type Component, createSignal, For, onCleanup, Show } from "solid-js";
import type { Incident, Paired, Pending } from "../feed/command";
import { t } from "../lib/i18n";
import { clockSeconds, remaining } from "../lib/time";
import { Sign } from "../ui/Sign";
import type { Hand } from "./state";

/** The second person presses this long. */
const HOLD_MS = 2_000;
const ROMAN = ["Ⅰ", "Ⅱ", "Ⅲ", "Ⅳ"] as const;

/** What it is about, line by line: a name, and what it says. */
export function pairLines(what: Paired): (readonly [string, string])[] {
  switch (what.type) {
    case "adjust": {
      const change = t().levelChange(ROMAN[what.from - 1] ?? "?", ROMAN[what.to - 1] ?? "?");
      return [
        [t().table.level, change],
        [t().table.reason, what.note],
      ];
    }
    case "hand_over":
      return [
        [t().table.offerTo, what.to],
        [t().table.reason, what.note],
      ];
    case "warn":
      return [
        [t().deck.reach, what.reach],
        [t().deck.text, what.text],
        ...(what.ways ? [[t().deck.ways, what.ways] as const] : []),
        [t().table.reason, what.note],
      ];
  }
}

/** Something that takes two people: the first with name and time, the second place dashed with who may, a minute, and then a press of two seconds. */
export const Pair: Component<{ pending: Pending; incident: Incident; nowMs: number; zone: string; hand: Hand }> = (
  props,
) => {
  const [holding, setHolding] = createSignal(false);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const left = () => Date.parse(props.pending.until) - props.nowMs;
  const own = () => props.hand.person() === props.pending.by;
  const only = () => (props.pending.what.type === "hand_over" ? props.pending.what.to : undefined);
  const mayConfirm = () =>
    !own() && props.hand.may("command") && left() >= 0 && (only() === undefined || only() === props.hand.person());
  const release = () => {
    clearTimeout(timer);
    timer = undefined;
    setHolding(false);
  };
  const press = () => {
    if (timer !== undefined || !mayConfirm()) return;
    setHolding(true);
    timer = setTimeout(() => {
      release();
      void props.hand.act("orders", { type: "confirm", proposal: props.pending.key });
    }, HOLD_MS);
  };
  onCleanup(release);
  const key = (event: KeyboardEvent, run: () => void) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    run();
  };
  return (
    <Show when={left() > -HOLD_MS * 5}>
      <section class="pair" aria-label={t().pairNames[props.pending.what.type]}>
        <h3>
          <Show when={props.pending.what.type === "warn" ? props.pending.what : undefined}>
            {(warning) => <Sign level={warning().level} size={30} />}
          </Show>
          {t().pairNames[props.pending.what.type]}
          <b class="clock">{left() < 0 ? t().deck.late : remaining(left())}</b>
        </h3>
        <dl>
          <For each={pairLines(props.pending.what)}>
            {([name, text]) => (
              <div>
                <dt>{name}</dt>
                <dd>{text}</dd>
              </div>
            )}
          </For>
        </dl>
        <div class="two">
          <p>
            <b>
              {t().deck.first} {props.pending.by} ✓
            </b>
            {clockSeconds(Date.parse(props.pending.at), props.zone)}
          </p>
          <p class="second">
            <b>
              {t().deck.second} {t().deck.waitsSecond}
            </b>
            {t().mayConfirm(only())}
          </p>
        </div>
        <div class="two">
          <button
            type="button"
            disabled={!own()}
            onClick={() => props.hand.act("orders", { type: "recall", proposal: props.pending.key })}
          >
            {t().deck.recall}
          </button>
          <button
            type="button"
            class="hold"
            classList={{ holding: holding() }}
            disabled={!mayConfirm()}
            onPointerDown={press}
            onPointerUp={release}
            onPointerLeave={release}
            onPointerCancel={release}
            onKeyDown={(event) => key(event, press)}
            onKeyUp={(event) => key(event, release)}
            onBlur={release}
          >
            {mayConfirm() ? t().deck.holdToConfirm : t().deck.waitsSecond}
          </button>
        </div>
      </section>
    </Show>
  );
};
