import { type Component, createSignal, Show } from "solid-js";
import type { Presence, Why } from "../feed/presence";
import { t } from "../lib/i18n";
import { nameSeat, SEAT_CHARS_MAX, seat } from "../lib/seat";
import { type Field, Form } from "./Form";
import { Gate } from "./Gate";
import { said } from "./said";

/** Who has shown that name and password are right, and is asked for a code. */
interface Asked {
  readonly name: string;
  readonly password: string;
}

/** Lets a person in at a seat, and says why it is asked again. */
export const SignIn: Component<{ presence: Presence; why: Why }> = (props) => {
  const [asked, ask] = createSignal<Asked>();
  const [note, setNote] = createSignal<string>();
  const fields = (): Field[] => [
    { id: "name", label: t().account, fill: "username" },
    { id: "password", label: t().password, kind: "password", fill: "current-password" },
    {
      id: "seat",
      label: t().seatOptional,
      fill: "off",
      value: seat(),
      charsMax: SEAT_CHARS_MAX,
      optional: true,
    },
  ];
  const send = async (given: (id: string) => string) => {
    nameSeat(given("seat"));
    const [name, password] = [given("name").trim(), given("password")];
    const answer = await props.presence.signIn(name, password, seat());
    if (answer.outcome !== "code") return said(answer, t().wrong);
    ask({ name, password });
    return undefined;
  };
  const sendCode = async (code: string, { name, password }: Asked) => {
    const answer = await props.presence.signIn(name, password, seat(), code);
    if (answer.outcome !== "out") return said(answer, t().wrong);
    // The password was changed meanwhile.
    setNote(t().wrong);
    ask(undefined);
    return undefined;
  };
  return (
    <Show
      when={asked()}
      fallback={
        <Gate title={t().signIn}>
          <Form
            fields={fields()}
            send={t().signIn}
            sending={t().signingIn}
            note={note() ?? (props.why === "new" ? undefined : t().out[props.why])}
            onSend={send}
          />
        </Gate>
      }
    >
      {(known) => (
        <Gate title={t().second} note={t().codeNote}>
          <Form
            fields={[{ id: "code", label: t().code, fill: "one-time-code", charsMax: CODE_CHARS_MAX }]}
            send={t().signIn}
            sending={t().signingIn}
            onSend={(given) => sendCode(given("code"), known())}
          >
            <button type="button" onClick={() => ask(undefined)}>
              {t().back}
            </button>
          </Form>
        </Gate>
      )}
    </Show>
  );
};

/** A recovery code, with what helps the eye. */
const CODE_CHARS_MAX = 32;
