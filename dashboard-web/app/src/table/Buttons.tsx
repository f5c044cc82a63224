import { type Component, Match, Show, Switch } from "solid-js";
import type { Incident } from "../feed/command";
import { t } from "../lib/i18n";
import type { Hand } from "./Table";

/** What is asked about before it is ordered. */
export type Form = "open" | "respond" | "adjust" | "end" | "evaluate" | "task" | "offer";

/** What can be decided now. */
export const Buttons: Component<{
  incident: Incident | undefined;
  hand: Hand;
  said: string | undefined;
  onShow: (form: Form) => void;
}> = (props) => {
  const stage = () => props.incident?.stage;
  const responds = () => stage() === "responding" || stage() === "handling" || stage() === "adjusting";
  const show = (form: Form) => props.onShow(form);
  return (
    <div class="buttons">
      <Show when={props.hand.may("incidents")}>
        <button type="button" onClick={() => show("open")}>
          {t().table.open}
        </button>
        <Show when={stage() === "reported"}>
          <button type="button" class="primary" onClick={() => props.hand.act("acts", { type: "assess", note: "" })}>
            {t().table.assess}
          </button>
        </Show>
      </Show>
      <Show when={props.hand.may("command")}>
        <Switch>
          <Match when={stage() === "assessing"}>
            <button type="button" class="primary" onClick={() => show("respond")}>
              {t().table.respond}
            </button>
          </Match>
          <Match when={responds()}>
            <button type="button" onClick={() => show("adjust")}>
              {t().table.adjust}
            </button>
            <Show when={stage() !== "handling"}>
              <button
                type="button"
                class="primary"
                onClick={() => props.hand.act("orders", { type: "move", to: "handling", note: "" })}
              >
                {t().table.handle}
              </button>
            </Show>
            <button type="button" onClick={() => show("task")}>
              {t().table.addTask}
            </button>
          </Match>
          <Match when={stage() === "ended"}>
            <button type="button" class="primary" onClick={() => show("evaluate")}>
              {t().table.evaluate}
            </button>
          </Match>
        </Switch>
        <Show when={props.incident !== undefined && stage() !== "ended" && stage() !== "evaluated"}>
          <Show
            when={props.incident?.offered === props.hand.person()}
            fallback={
              <button type="button" onClick={() => show("offer")}>
                {t().table.offerCommand}
              </button>
            }
          >
            <button
              type="button"
              class="primary"
              onClick={() => props.hand.act("orders", { type: "take_command", note: "" })}
            >
              {t().table.takeCommand}
            </button>
          </Show>
          <button type="button" onClick={() => show("end")}>
            {t().table.end}
          </button>
        </Show>
      </Show>
      <span role="alert">{props.said}</span>
    </div>
  );
};
