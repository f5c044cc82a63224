import { type Component, For, Show } from "solid-js";
import type { Account, AccountForm, Link, Reply } from "../feed/admin";
import { t } from "../lib/i18n";
import { given, Line, Sheet, Ticks } from "./fields";
import { type Hand, wordsOf } from "./hand";

/** Roles that a person can have, as `docs/RIGHTS.md` lists them. */
const ROLES = [
  "viewer",
  "duty_officer",
  "shift_leader",
  "commander",
  "department",
  "field",
  "administrator",
  "auditor",
] as const;

/** An account: made, or changed. Nobody changes the own one. */
export const PersonForm: Component<{
  hand: Hand;
  account?: Account;
  onDone: () => void;
  onLink: (name: string, link: Link) => void;
  onCancel?: () => void;
}> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const is = () => props.account;
  const own = () => is() !== undefined && is()?.name === hand.own.session()?.name;
  const kept = (account: Account): AccountForm => ({
    display: account.display,
    roles: account.roles,
    areas: account.areas,
    domains: account.domains,
    closed: account.closed,
  });
  const send = async (data: FormData) => {
    const form: AccountForm = {
      display: given(data, "display"),
      roles: data.getAll("role").filter((role) => typeof role === "string"),
      areas: wordsOf(given(data, "areas")),
      domains: wordsOf(given(data, "domains")),
      closed: is()?.closed ?? false,
    };
    const name = is()?.name ?? given(data, "name");
    if (is() !== undefined) {
      if (hand.after(await hand.admin.changeAccount(name, form), words().kept)) props.onDone();
      return;
    }
    const made = hand.after(await hand.admin.makeAccount(name, form), words().made(name));
    if (made?.link) props.onLink(name, made.link);
  };
  const change = async (account: Account, what: Partial<AccountForm>) => {
    const reply = await hand.admin.changeAccount(account.name, { ...kept(account), ...what });
    if (hand.after(reply, words().kept)) props.onDone();
  };
  const link = async (account: Account) => {
    const made = hand.after(await hand.admin.link(account.name));
    if (made !== undefined) props.onLink(account.name, made);
  };
  const end = async (account: Account) => {
    const reply: Reply<undefined> = await hand.admin.endSessions(account.name);
    hand.after(reply, words().ended(account.name));
    props.onDone();
  };
  return (
    <>
      <h2>{is() === undefined ? words().newPerson : `${is()?.display}　${is()?.name}`}</h2>
      <Show when={own()}>
        <p class="note">{words().ownAccount}</p>
      </Show>
      <Sheet onSend={(data) => void send(data)}>
        <Show when={is() === undefined}>
          <Line label={t().account} name="name" value="" note={words().nameNote} required />
        </Show>
        <Line label={t().display} name="display" value={is()?.display ?? ""} required />
        <Ticks
          label={words().rolesOf}
          name="role"
          chosen={is()?.roles ?? []}
          choices={ROLES.map((role) => [role, t().roles[role] ?? role] as const)}
        />
        <Line label={words().areas} name="areas" value={is()?.areas.join(" ") ?? ""} note={words().areasNote} />
        <Line label={words().domains} name="domains" value={is()?.domains.join(" ") ?? ""} note={words().domainsNote} />
        <div class="buttons">
          <button type="submit" class="primary" disabled={own()}>
            {is() === undefined ? words().makeWithLink : words().keep}
          </button>
          <Show when={props.onCancel}>
            {(cancel) => (
              <button type="button" onClick={() => cancel()()}>
                {t().cancel}
              </button>
            )}
          </Show>
        </div>
      </Sheet>
      <Show when={own() ? undefined : is()}>
        {(account) => (
          <>
            <dl class="facts">
              <For
                each={[
                  [words().second, account().second_factor ? words().secondSet : "—"],
                  [words().sessions, String(account().sessions)],
                  [words().identity, account().subject ?? "—"],
                ]}
              >
                {([name, value]) => (
                  <div>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                  </div>
                )}
              </For>
            </dl>
            <div class="buttons">
              <button type="button" onClick={() => void change(account(), { closed: !account().closed })}>
                {account().closed ? words().unlock : words().lock}
              </button>
              <button type="button" disabled={account().sessions === 0} onClick={() => void end(account())}>
                {words().endSessions}
              </button>
              <button
                type="button"
                disabled={!account().second_factor}
                onClick={() => void change(account(), { reset_second_factor: true })}
              >
                {words().resetSecond}
              </button>
              <button type="button" disabled={account().closed} onClick={() => void link(account())}>
                {words().newLink}
              </button>
            </div>
            <p class="note">{words().lockNote}</p>
          </>
        )}
      </Show>
    </>
  );
};
