import "./band.css";
import { type Component, createEffect, createSignal, onCleanup, Show } from "solid-js";
import { type AskDrill, type DrillKnown, insideDrill } from "../feed/drill";
import { say, t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";
import { takeTop } from "../ui/stage";

/** A real alarm must break in soon. */
const ASK_MS = 2_000;
/** A few questions without an answer are too many. */
const UNHEARD_MAX = 3;
const HEIGHT_PX = 44;
const FRAME_PX = 6;

/** Says on every page, at the same place, that a drill runs; inside of one that nothing is real, and what real waits meanwhile. */
export const DrillBand: Component<{ ask: AskDrill }> = (props) => {
  const [known, setKnown] = createSignal<DrillKnown>();
  const [unheard, setUnheard] = createSignal(0);
  const ask = async () => {
    const answer = await props.ask();
    if (answer === undefined) setUnheard((times) => times + 1);
    else {
      setUnheard(0);
      setKnown(answer);
    }
  };
  void ask();
  const beat = setInterval(() => void ask(), ASK_MS);
  const inside = () => insideDrill(location.pathname) || known()?.inside === true;
  const drill = () => known()?.drill ?? undefined;
  const shown = () => inside() || drill() !== undefined;
  const real = () => (inside() ? (known()?.real ?? undefined) : undefined);
  createEffect(() => takeTop(shown() ? HEIGHT_PX : 0, inside() ? FRAME_PX : 0));
  createEffect(() => {
    if (inside()) document.documentElement.dataset.drill = drill()?.id ?? "";
    else delete document.documentElement.dataset.drill;
  });
  onCleanup(() => {
    clearInterval(beat);
    takeTop(0, 0);
    delete document.documentElement.dataset.drill;
  });
  const scenario = () => {
    const one = drill();
    if (one === undefined) return "";
    const name = t().drill.scenarios[one.scenario] ?? one.scenario;
    return `${one.id}　${name}　${t().drill.since(clockMinutes(Date.parse(one.opened), known()?.zone ?? "UTC"))}`;
  };
  return (
    <Show when={shown()}>
      <div class="drill-band" classList={{ real: real() !== undefined }} role="status" aria-live="polite" data-band>
        <strong>{t().drill.mark}</strong>
        <Show
          when={real()}
          fallback={
            <Show when={inside()} fallback={<span>{t().drill.beside(drill()?.id ?? "")}</span>}>
              <span>{drill()?.stopped ? t().drill.over : t().drill.notReal}</span>
              <span class="wide">{scenario()}</span>
              <Show when={known()?.takes_part === false && known()?.drill !== null}>
                <span class="wide">{t().drill.watching}</span>
              </Show>
              <Show when={unheard() >= UNHEARD_MAX}>
                <b role="alert">{t().drill.unheard}</b>
              </Show>
            </Show>
          }
        >
          {(alarm) => (
            <>
              <b role="alert">{t().drill.real(known()?.real_unacknowledged ?? 1)}</b>
              <span>{t().drill.gravest(alarm().number, say(alarm().title), say(alarm().place))}</span>
            </>
          )}
        </Show>
        <Show
          when={inside()}
          fallback={
            <a class="last" href={`drill/${location.search}${location.hash}`}>
              {t().drill.enter}
            </a>
          }
        >
          <a class="last" href={`../${location.search}${real() === undefined ? location.hash : "#/desk"}`}>
            {t().drill.leave}
          </a>
        </Show>
      </div>
      <Show when={inside()}>
        <div class="drill-frame" aria-hidden="true" />
      </Show>
    </Show>
  );
};
