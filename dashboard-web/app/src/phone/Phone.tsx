import "./phone.css";
import { type Component, createSignal, onCleanup, onMount, Show } from "solid-js";
import type { Command } from "../feed/command";
import type { Field } from "../feed/field";
import type { Own } from "../feed/presence";
import { say, spoken, t } from "../lib/i18n";
import { SignOut } from "../sign-in/SignOut";
import { watchNewer } from "../ui/keep";
import { OneTask } from "./OneTask";
import { createPhone } from "./state";
import { Refusals, Tasks } from "./Tasks";

/** The page of somebody in the field: one task at a time, its next step under the thumb, with and without a network. */
export const PhoneScreen: Component<{
  command: Command;
  field: Field;
  own: Own;
  person: string;
  display: string;
}> = (props) => {
  const phone = createPhone(props);
  const [newer, setNewer] = createSignal(false);
  onMount(() => onCleanup(watchNewer(() => setNewer(true))));
  const offline = () => {
    const since = phone.heardMs();
    if (since === undefined) return t().phone.offline;
    return t().offlineFor(spoken(phone.nowMs() - since));
  };
  return (
    <main class="phone">
      <div class="bar">
        <Show when={phone.shown() !== undefined && phone.tasks().length > 1}>
          <button type="button" class="back" onClick={() => phone.open(undefined)}>
            ‹ {t().phone.back}
          </button>
        </Show>
        <b>{phone.unit() ? say(phone.unit()?.name ?? { zh: "", en: "" }) : props.display}</b>
        <span>{phone.unit() ? props.display : props.own.session()?.seat}</span>
        <time>{new Date(phone.cityMs()).toTimeString().slice(0, 5)}</time>
      </div>
      <Show when={!phone.online()}>
        <p class="band" role="status">
          <b>{offline()}</b>
          <span>{phone.queue().length > 0 ? t().waitingToSend(phone.queue().length) : t().phone.stale}</span>
        </p>
      </Show>
      <Show when={newer()}>
        <section class="refused">
          <p>{t().outside.newer}</p>
          <button type="button" onClick={() => location.reload()}>
            {t().outside.update}
          </button>
        </section>
      </Show>
      <Show when={phone.told()}>
        {(words) => (
          <p class="told" role="status">
            {words()}
          </p>
        )}
      </Show>
      <Refusals queue={phone.queue()} onForget={(key) => phone.forget(key)} onRetry={(key) => phone.retry(key)} />
      <Show
        when={phone.shown()}
        fallback={
          <>
            <Tasks tasks={phone.tasks()} queue={phone.queue()} nowMs={phone.cityMs()} onOpen={(id) => phone.open(id)} />
            <div class="leave">
              <SignOut own={props.own} />
            </div>
          </>
        }
      >
        {(task) => <OneTask task={task()} phone={phone} />}
      </Show>
    </main>
  );
};
