import { type Component, Show } from "solid-js";
import type { Handover, Signature } from "../feed/duty";
import { t } from "../lib/i18n";
import { type Field, Form } from "../sign-in/Form";
import type { Desk } from "./DutyPage";
import { Paper } from "./Paper";

/** The handover: its document, and the two signatures under it, at one desk or at two. */
export const HandOver: Component<{
  desk: Desk;
  handover: Handover | undefined;
  onChange: (handover: Handover) => void;
  onAgain: (seat: string) => void;
}> = (props) => (
  <section class="duty-handover" aria-labelledby="duty-handover">
    <h2 id="duty-handover">{t().handover}</h2>
    <Show when={props.handover} fallback={<p class="none">{t().handoverNone}</p>}>
      {(handover) => (
        <>
          <Paper desk={props.desk} handover={handover()} />
          <div class="buttons">
            <button type="button" onClick={() => window.print()}>
              {t().print}
            </button>
            <Show when={handover().done === null}>
              <button type="button" onClick={() => props.onAgain(handover().document.seat)}>
                {t().redraft}
              </button>
            </Show>
          </div>
          <Show when={handover().done === null && props.desk.may()}>
            <Signatures {...props} handover={handover()} />
          </Show>
        </>
      )}
    </Show>
  </section>
);

const Signatures: Component<{ desk: Desk; handover: Handover; onChange: (handover: Handover) => void }> = (props) => {
  const own = () => props.desk.own.session()?.name ?? "";
  const giver = () => props.handover.document.giver.person;
  const sign = async (given: Signature): Promise<string | undefined> => {
    const reply = await props.desk.duty.door.sign(props.handover.handover, given);
    const signed = props.desk.after(reply);
    if (signed !== undefined) {
      props.onChange(signed);
      return undefined;
    }
    if (reply.outcome === "away") return t().serverAway;
    return reply.outcome === "refused" ? (t().refusals[reply.code] ?? t().notDone(reply.why)) : undefined;
  };
  const password = (): Field => ({ id: "password", label: t().password, kind: "password", fill: "off" });
  const account = (value: string): Field => ({ id: "name", label: t().account, fill: "off", value });
  // Who sits here and is not the giver takes over; at the giver's desk the taker names himself.
  const taker = () => (own() === giver() ? "" : own());
  return (
    <div class="duty-signatures">
      <Show
        when={!props.handover.given}
        fallback={
          <Part title={t().taker}>
            <Form
              fields={[account(taker()), password()]}
              send={t().sign}
              onSend={(given) => sign({ part: "taker", name: given("name").trim(), password: given("password") })}
            />
          </Part>
        }
      >
        <Show
          when={own() === giver()}
          fallback={
            <Part title={t().taker}>
              <Form
                fields={[password()]}
                send={t().signAbsent}
                note={t().absentNote}
                onSend={(given) => sign({ part: "taker", name: taker(), password: given("password"), absent: true })}
              />
            </Part>
          }
        >
          <Part title={`${t().giver} ${props.handover.document.giver.display}`}>
            <Form
              fields={[password()]}
              send={t().sign}
              onSend={(given) => sign({ part: "giver", name: giver(), password: given("password") })}
            />
          </Part>
        </Show>
      </Show>
    </div>
  );
};

const Part: Component<{ title: string; children: import("solid-js").JSX.Element }> = (props) => (
  <fieldset>
    <legend>{props.title}</legend>
    {props.children}
  </fieldset>
);
