import { type Component, createSignal, Show } from "solid-js";
import type { Presence } from "../feed/presence";
import { t } from "../lib/i18n";
import { type Field, Form } from "./Form";
import { Gate } from "./Gate";
import { said } from "./said";

/** Sets the password of whom an administrator made an account for; the person then signs in as everybody does. */
export const SetPassword: Component<{ presence: Presence }> = (props) => {
  const [whose, set] = createSignal<string>();
  const fields = (): Field[] => [
    { id: "password", label: t().passwordNew, kind: "password", fill: "new-password" },
    { id: "again", label: t().passwordAgain, kind: "password", fill: "new-password" },
  ];
  const send = async (given: (id: string) => string) => {
    const password = given("password");
    if (password !== given("again")) return t().passwordsDiffer;
    const answer = await props.presence.setByLink(password);
    if (answer.outcome === "linked") {
      set(answer.name);
      return undefined;
    }
    const over = answer.outcome === "refused" && answer.code === "not_allowed";
    return over ? t().linkOver : said(answer, t().linkOver);
  };
  return (
    <Show
      when={whose()}
      fallback={
        <Gate title={t().linkTitle} note={t().linkNote}>
          <Form fields={fields()} send={t().passwordKeep} onSend={send} />
        </Gate>
      }
    >
      {(name) => (
        <Gate title={t().linkTitle} note={t().linkSet(name())}>
          <div class="buttons">
            <button
              type="button"
              class="primary"
              ref={(button) => queueMicrotask(() => button.focus())}
              onClick={() => props.presence.toDoor()}
            >
              {t().signIn}
            </button>
          </div>
        </Gate>
      )}
    </Show>
  );
};
