import type { Component } from "solid-js";
import type { Presence } from "../feed/presence";
import { t } from "../lib/i18n";
import { type Field, Form } from "./Form";
import { Gate } from "./Gate";
import { said } from "./said";

/** Makes the first administrator, from the link that the program prints. */
export const First: Component<{ presence: Presence }> = (props) => {
  const fields = (): Field[] => [
    { id: "name", label: t().account, fill: "username" },
    { id: "display", label: t().display, fill: "name" },
    { id: "password", label: t().password, kind: "password", fill: "new-password" },
    { id: "again", label: t().passwordAgain, kind: "password", fill: "new-password" },
  ];
  const send = async (given: (id: string) => string) => {
    const password = given("password");
    if (password !== given("again")) return t().passwordsDiffer;
    const answer = await props.presence.makeFirst({
      name: given("name").trim(),
      display: given("display").trim(),
      password,
    });
    const over = answer.outcome === "refused" && answer.code !== "bad_body";
    return over ? t().firstOver : said(answer, t().firstOver);
  };
  return (
    <Gate title={t().firstTitle} note={t().firstNote}>
      <Form fields={fields()} send={t().firstMake} onSend={send} />
    </Gate>
  );
};
