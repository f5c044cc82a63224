import { type Component, createSignal, onMount, Show } from "solid-js";
import type { Presence, Why } from "../feed/presence";
import { type ProviderWay, providerAddress, takeRefusal } from "../feed/ways";
import { say, t } from "../lib/i18n";
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
  const refusal = takeRefusal();
  const refused = () => {
    if (refusal === undefined) return undefined;
    if (refusal.why === "unknown") return t().providerUnknown(refusal.subject);
    return t().providerRefused[refusal.why] ?? t().providerRefused.token;
  };
  const [provider, provide] = createSignal<ProviderWay>();
  onMount(() => void props.presence.provider().then(provide));
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
            note={note() ?? refused() ?? (props.why === "new" ? undefined : t().out[props.why])}
            onSend={send}
          />
          <Show when={provider()}>{(known) => <ByProvider way={known()} />}</Show>
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

/** The way by the provider: the browser goes there, and takes the seat along. */
const ByProvider: Component<{ way: ProviderWay }> = (props) => (
  <div class="provider">
    <a
      href={providerAddress(seat())}
      onClick={({ currentTarget }) => {
        const typed = currentTarget.closest("section")?.querySelector<HTMLInputElement>('input[name="seat"]');
        nameSeat(typed?.value ?? seat());
        currentTarget.href = providerAddress(seat());
      }}
    >
      {t().byProvider(say(props.way.name))}
    </a>
    <Show when={!props.way.available}>
      <p>{t().providerAway}</p>
    </Show>
  </div>
);

/** A recovery code, with what helps the eye. */
const CODE_CHARS_MAX = 32;
