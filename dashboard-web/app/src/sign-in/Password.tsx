import type { Component, JSX } from "solid-js";
import type { Own } from "../feed/presence";
import { t } from "../lib/i18n";
import { type Field, Form } from "./Form";
import { Gate } from "./Gate";
import { SignOut } from "./SignOut";
import { said } from "./said";

/** Changes the password of whoever is signed in. */
export const PasswordForm: Component<{ own: Own; onDone?: () => void; children?: JSX.Element }> = (props) => {
  const fields = (): Field[] => [
    { id: "old", label: t().passwordOld, kind: "password", fill: "current-password" },
    { id: "new", label: t().passwordNew, kind: "password", fill: "new-password" },
    { id: "again", label: t().passwordAgain, kind: "password", fill: "new-password" },
  ];
  const send = async (given: (id: string) => string) => {
    if (given("new") !== given("again")) return t().passwordsDiffer;
    const answer = await props.own.changePassword(given("old"), given("new"));
    if (answer.outcome === "done") props.onDone?.();
    return said(answer, t().passwordOldWrong);
  };
  return (
    <Form fields={fields()} send={t().passwordKeep} onSend={send}>
      {props.children}
    </Form>
  );
};

/** Before the wall, for a password that somebody else gave. */
export const NewPassword: Component<{ own: Own }> = (props) => (
  <Gate title={t().passwordChange} note={t().passwordMust}>
    <PasswordForm own={props.own}>
      <SignOut own={props.own} />
    </PasswordForm>
  </Gate>
);
