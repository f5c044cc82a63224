import { type Component, Match, Show, Switch } from "solid-js";
import type { Incident } from "../feed/command";
import { t } from "../lib/i18n";
import type { Form } from "./orders";
import type { Hand } from "./state";

/** What can be decided now. */
export const Buttons: Component<{
  incident: Incident | undefined;
  hand: Hand;
  said: string | undefined;
  onShow: (form: Form) => void;
}> = (props) => {
  const stage = () => props.incident?.stage;
  const alive = () => props.incident !== undefined && stage() !== "ended" && stage() !== "evaluated";
  const responds = () => stage() === "responding" || stage() === "handling" || stage() === "adjusting";
  const level = () => props.incident?.response?.level ?? 4;
  const Two: Component<{ form: Form; name: string }> = (own) => (
    <button type="button" onClick={() => props.onShow(own.form)}>
      {own.name} <small>{t().deck.twoPeople}</small>
    </button>
  );
  return (
    <div class="buttons">
      <Show when={props.hand.may("incidents") && stage() === "reported"}>
        <button type="button" class="primary" onClick={() => props.hand.act("acts", { type: "assess", note: "" })}>
          {t().table.assess}
        </button>
      </Show>
      <Show when={props.hand.may("command") && props.incident?.merged_into === null}>
        <Switch>
          <Match when={stage() === "assessing"}>
            <button type="button" class="primary" onClick={() => props.onShow("respond")}>
              {t().table.respond}
            </button>
          </Match>
          <Match when={responds()}>
            <Show when={stage() !== "handling"}>
              <button
                type="button"
                class="primary"
                onClick={() => props.hand.act("orders", { type: "move", to: "handling", note: "" })}
              >
                {t().table.handle}
              </button>
            </Show>
            <Show when={level() > 1}>
              <Two form="up" name={t().deck.levelUp} />
            </Show>
            <Show when={level() < 4}>
              <Two form="down" name={t().deck.levelDown} />
            </Show>
            <Two form="handOver" name={t().deck.handOver} />
          </Match>
          <Match when={stage() === "ended"}>
            <button type="button" class="primary" onClick={() => props.onShow("evaluate")}>
              {t().table.evaluate}
            </button>
          </Match>
        </Switch>
        <Show when={alive()}>
          <Two form="warn" name={t().deck.warn} />
          <Show when={responds()}>
            <button type="button" onClick={() => props.onShow("task")}>
              {t().table.addTask}
            </button>
          </Show>
          <button type="button" onClick={() => props.onShow("end")}>
            {t().table.end}
          </button>
        </Show>
        <Show when={responds() && props.incident?.commander === null}>
          <button type="button" onClick={() => props.hand.act("orders", { type: "take_command", note: "" })}>
            {t().table.takeCommand}
          </button>
        </Show>
      </Show>
      <span role="alert">{props.said}</span>
      <i>{t().deck.recorded}</i>
    </div>
  );
};
