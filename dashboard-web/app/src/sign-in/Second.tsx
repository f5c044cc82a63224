import "./second.css";
import { type Component, createSignal, For, type JSX, Match, onMount, Switch } from "solid-js";
import type { Own } from "../feed/presence";
import type { Codes, Offer } from "../feed/second";
import { t } from "../lib/i18n";
import { type Field, Form } from "./Form";
import { Gate } from "./Gate";
import { Qr } from "./Qr";
import { SignOut } from "./SignOut";
import { said } from "./said";

const password = (): Field => ({
  id: "password",
  label: t().password,
  kind: "password",
  fill: "current-password",
});
const code = (label: string): Field => ({ id: "code", label, fill: "one-time-code", charsMax: 32 });

/** Sets the second factor up: the password, the phone's first code, and the codes for when it is lost. */
export const SecondForm: Component<{ own: Own; onDone?: () => void; children?: JSX.Element }> = (props) => {
  const [step, go] = createSignal<Offer | Codes>();
  const offer = () => {
    const at = step();
    return at?.outcome === "offer" ? at : undefined;
  };
  const codes = () => {
    const at = step();
    return at?.outcome === "codes" ? at : undefined;
  };
  const ask = async (given: (id: string) => string) => {
    const answer = await props.own.second.offer(given("password"));
    if (answer.outcome !== "offer") return said(answer, t().passwordWrong);
    go(answer);
    return undefined;
  };
  const confirm = async (given: (id: string) => string) => {
    const answer = await props.own.second.confirm(given("code"));
    if (answer.outcome === "refused" && answer.code === "bad_body") return t().codeWrong;
    if (answer.outcome !== "codes") return said(answer, t().out.ended);
    go(answer);
    return undefined;
  };
  const done = async () => {
    await props.own.ask();
    props.onDone?.();
  };
  return (
    <Switch
      fallback={
        <Form fields={[password()]} send={t().next} onSend={ask}>
          {props.children}
        </Form>
      }
    >
      <Match when={offer()}>
        {(known) => (
          <>
            <div class="phone">
              <Qr text={known().uri} label={t().qr} />
              <p>
                {t().scan}
                <br />
                <code>{known().secret.replace(/(.{4})(?=.)/g, "$1 ")}</code>
              </p>
            </div>
            <Form fields={[code(t().codeShown)]} send={t().confirm} onSend={confirm}>
              {props.children}
            </Form>
          </>
        )}
      </Match>
      <Match when={codes()}>{(known) => <Paper codes={known().codes} onDone={() => void done()} />}</Match>
    </Switch>
  );
};

/** The codes for when the phone is lost; they are shown this once. */
const Paper: Component<{ codes: readonly string[]; onDone: () => void }> = (props) => {
  let button: HTMLButtonElement | undefined;
  onMount(() => button?.focus());
  return (
    <div class="paper">
      <p>{t().recovery}</p>
      <ol>
        <For each={props.codes}>
          {(each) => (
            <li>
              <code>{each}</code>
            </li>
          )}
        </For>
      </ol>
      <div class="buttons">
        <button type="button" class="primary" ref={button} onClick={() => props.onDone()}>
          {t().recoveryKept}
        </button>
      </div>
    </div>
  );
};

/** Takes the second factor away. */
export const SecondRemoval: Component<{ own: Own; onDone: () => void; children?: JSX.Element }> = (props) => {
  const send = async (given: (id: string) => string) => {
    const answer = await props.own.second.remove({ password: given("password"), code: given("code") });
    if (answer.outcome !== "done") return said(answer, t().passwordWrong);
    await props.own.ask();
    props.onDone();
    return undefined;
  };
  return (
    <Form fields={[password(), code(t().code)]} send={t().secondRemove} onSend={send}>
      {props.children}
    </Form>
  );
};

/** Before the wall, where a second factor is required. */
export const NewSecond: Component<{ own: Own }> = (props) => (
  <Gate title={t().second} note={t().secondMust}>
    <SecondForm own={props.own}>
      <SignOut own={props.own} />
    </SecondForm>
  </Gate>
);
