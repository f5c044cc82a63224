import type { Component } from "solid-js";
import type { Presence, Why } from "../feed/presence";
import { t } from "../lib/i18n";
import { nameSeat, SEAT_CHARS_MAX, seat } from "../lib/seat";
import { type Field, Form } from "./Form";
import { Gate } from "./Gate";
import { said } from "./said";

/** Lets a person in at a seat, and says why it is asked again. */
export const SignIn: Component<{ presence: Presence; why: Why }> = (props) => {
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
    return said(await props.presence.signIn(given("name").trim(), given("password"), seat()), t().wrong);
  };
  return (
    <Gate title={t().signIn}>
      <Form
        fields={fields()}
        send={t().signIn}
        sending={t().signingIn}
        note={props.why === "new" ? undefined : t().out[props.why]}
        onSend={send}
      />
    </Gate>
  );
};
