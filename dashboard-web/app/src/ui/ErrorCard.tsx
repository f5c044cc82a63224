import { type Component, Show } from "solid-js";
import { t } from "../lib/i18n";

/** What stands where a panel failed. */
export const ErrorCard: Component<{ title: string; detail: string; onAgain?: (() => void) | undefined }> = (props) => (
  <div class="error-card" role="alert">
    <strong>{props.title}</strong>
    <p>{props.detail}</p>
    <Show when={props.onAgain}>
      {(again) => (
        <button type="button" onClick={() => again()()}>
          {t().again}
        </button>
      )}
    </Show>
  </div>
);
