import { type Component, Show } from "solid-js";
import type { Incident } from "../feed/command";
import { t } from "../lib/i18n";
import type { Form } from "./orders";
import type { Hand } from "./state";

/** What is done to the incident itself: what is known of it, what belongs to it, what it turned out to be. */
export const Tools: Component<{ incident: Incident; hand: Hand; onShow: (form: Form) => void }> = (props) => (
  <div class="tools">
    <Show when={props.hand.may("incidents")}>
      <button type="button" onClick={() => props.onShow("amend")}>
        {t().deck.amend}
      </button>
      <button type="button" onClick={() => props.onShow("attach")}>
        {t().deck.attach} {props.incident.origins.length}
      </button>
    </Show>
    <Show when={props.hand.may("command")}>
      <button type="button" onClick={() => props.onShow("merge")}>
        {t().deck.merge}
      </button>
      <Show when={props.incident.merged.length > 0}>
        <button type="button" onClick={() => props.onShow("unmerge")}>
          {t().deck.unmerge} {props.incident.merged.length}
        </button>
      </Show>
    </Show>
  </div>
);
