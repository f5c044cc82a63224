import "./posture.css";
import { type Component, createEffect, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { type Command, newKey } from "../feed/command";
import type { IncidentView } from "../feed/messages";
import type { Own } from "../feed/presence";
import type { Wall } from "../feed/store";
import { say, t } from "../lib/i18n";
import { clockMinutes } from "../lib/time";

/** A first press is forgotten after this long. */
const PRESSED_MS = 10_000;

/**
 * Peace and war (平战转换): F9 opens it, where somebody may command. It lists the incidents that have a response; the first press on a button asks,
 * the second one switches.
 */
export const PostureSwitch: Component<{
  wall: Wall;
  command: Command;
  own: Own;
  /** Where there is no room for a button the key opens it. */
  bare?: boolean;
}> = (props) => {
  const [open, setOpen] = createSignal(false);
  const may = () => {
    const session = props.own.session();
    return session !== undefined && !session.device && session.acts.includes("command");
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "F9" && may()) setOpen(!open());
    else if (event.key === "Escape" && open()) setOpen(false);
    else return;
    event.preventDefault();
  };
  onMount(() => {
    // Before the page's own keys: Escape closes what lies above.
    document.addEventListener("keydown", press, { capture: true });
    onCleanup(() => document.removeEventListener("keydown", press, { capture: true }));
  });
  const anyAtWar = () => [...props.wall.incidents().values()].some(({ war }) => war !== null);
  return (
    <Show when={may()}>
      <Show when={!props.bare}>
        <button
          type="button"
          class="posture-button"
          classList={{ war: anyAtWar() }}
          aria-haspopup="dialog"
          aria-expanded={open()}
          onClick={() => setOpen(!open())}
        >
          <kbd>F9</kbd> {anyAtWar() ? t().war.war : t().war.peace}
        </button>
      </Show>
      <Show when={open()}>
        <Dialog {...props} onClose={() => setOpen(false)} />
      </Show>
    </Show>
  );
};

const Dialog: Component<{ wall: Wall; command: Command; own: Own; onClose: () => void }> = (props) => {
  const [pressed, setPressed] = createSignal<string>();
  const [said, setSaid] = createSignal<string>();
  const [note, setNote] = createSignal("");
  let first: HTMLInputElement | undefined;
  onMount(() => first?.focus());
  createEffect(() => {
    if (pressed() === undefined) return;
    const timer = setTimeout(() => setPressed(undefined), PRESSED_MS);
    onCleanup(() => clearTimeout(timer));
  });
  const zone = () => props.wall.facts()?.city.zone ?? "UTC";
  const list = () =>
    [...props.wall.incidents().values()]
      .filter(({ response_level, war }) => response_level !== null || war !== null)
      .sort((a, b) => Number(b.war !== null) - Number(a.war !== null) || b.number - a.number);
  const own = (incident: IncidentView) => incident.commander?.account === props.own.session()?.name;
  const turn = async (incident: IncidentView) => {
    if (pressed() !== incident.id) {
      setPressed(incident.id);
      return;
    }
    setPressed(undefined);
    const type = incident.war === null ? "to_war" : "to_peace";
    const act = { type, note: note().trim() };
    const result = await props.command.act("orders", incident.id, { key: newKey(), seen: incident.version, act });
    if (result.outcome === "done") setSaid(incident.war === null ? t().war.nowWar : t().war.nowPeace);
    else setSaid(result.outcome === "refused" ? result.why : t().ackUnreachable);
  };
  const label = (incident: IncidentView) => {
    const asks = pressed() === incident.id;
    if (incident.war === null) return asks ? t().war.pressAgainWar : t().war.toWar;
    return asks ? t().war.pressAgainPeace : t().war.toPeace;
  };
  return (
    <section class="posture" role="dialog" aria-modal="true" aria-label={t().war.title}>
      <h2>
        {t().war.title} <i>{t().war.what}</i>
      </h2>
      <div class="field">
        <label for="posture-note">{t().war.note}</label>
        <input
          id="posture-note"
          type="text"
          maxlength="200"
          ref={first}
          value={note()}
          onInput={(event) => setNote(event.currentTarget.value)}
        />
      </div>
      <ul>
        <For each={list()} fallback={<li class="none">{t().war.noResponse}</li>}>
          {(incident) => (
            <li classList={{ war: incident.war !== null }}>
              <div>
                <b>
                  {incident.number}　{incident.title}
                </b>
                <span>
                  {incident.response_level === null ? "" : t().responseLevel(incident.response_level)}
                  {"　"}
                  {say(incident.stage_name)}
                  {"　"}
                  {t().table.commander} {incident.commander?.display ?? incident.commander?.account ?? t().table.nobody}
                  {own(incident) ? "" : `　${t().war.notYours}`}
                </span>
                <Show when={incident.war}>
                  {(war) => (
                    <span>
                      {t().war.since(clockMinutes(war().since_ms, zone()))}
                      {"　"}
                      {t().war.deferred(war().deferred)}
                    </span>
                  )}
                </Show>
                <Show when={incident.war === null && incident.left}>
                  {(left) => <span>{t().war.left(left().count, left().open)}</span>}
                </Show>
              </div>
              <button
                type="button"
                class="turn"
                classList={{ pressed: pressed() === incident.id }}
                onClick={() => void turn(incident)}
              >
                {label(incident)}
              </button>
            </li>
          )}
        </For>
      </ul>
      <p role="status">{said()}</p>
      <div class="buttons">
        <button type="button" onClick={() => props.onClose()}>
          {t().war.close}
        </button>
      </div>
    </section>
  );
};
