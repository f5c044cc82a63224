import { type Component, For } from "solid-js";
import { t } from "../lib/i18n";
import type { Desk } from "./DutyPage";

/** What was promised and is not done. */
export const Promises: Component<{ desk: Desk }> = (props) => {
  const fulfil = async (entry: number, text: string) => {
    const said = { text: t().fulfilledText(text).slice(0, 2_000), fulfils: entry };
    props.desk.after(await props.desk.duty.door.write(said));
  };
  return (
    <section class="duty-promises" aria-labelledby="duty-promises">
      <h2 id="duty-promises">{t().promises}</h2>
      <ul>
        <For each={props.desk.duty.view()?.promises ?? []} fallback={<li class="none">{t().promisesNone}</li>}>
          {(promise) => (
            <li>
              <span>{promise.text}</span>
              <i>
                {props.desk.name(promise.person)} · {t().promiseDue(props.desk.clock(promise.due))}{" "}
                <b>{promise.overdue ? t().overdue : ""}</b>
              </i>
              <div class="buttons">
                <button
                  type="button"
                  aria-disabled={!props.desk.may()}
                  onClick={() => void fulfil(promise.entry, promise.text)}
                >
                  {t().fulfilled}
                </button>
              </div>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
};
