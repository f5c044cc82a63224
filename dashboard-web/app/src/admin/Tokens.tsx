import { type Component, createResource, createSignal, Show } from "solid-js";
import { t } from "../lib/i18n";
import { Choice, given, Line, Sheet } from "./fields";
import { type Hand, has } from "./hand";
import { List } from "./List";
import { Shown } from "./Shown";

const ROLES = ["wall", "source", "listener"] as const;

/** Tokens of walls, devices and programs: made, shown once, revoked. */
export const Tokens: Component<{ hand: Hand }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [tokens, { refetch }] = createResource(async () => hand.after(await hand.admin.tokens()));
  const [shown, show] = createSignal<{ readonly name: string; readonly token: string }>();
  const [chosen, choose] = createSignal<string>();
  const rows = () => tokens.latest?.filter((row) => has(hand.looked(), row.name, row.role, row.seat));
  const open = () => tokens.latest?.find((row) => row.name === chosen() && !row.revoked);
  const issue = async (data: FormData) => {
    const name = given(data, "name");
    const made = hand.after(
      await hand.admin.issue(name, given(data, "role"), given(data, "seat")),
      words().issued(name),
    );
    if (made !== undefined) show({ name, token: made.token });
    void refetch();
  };
  const revoke = async (name: string) => {
    hand.after(await hand.admin.revoke(name), words().revokedNow(name));
    void refetch();
  };
  return (
    <>
      <List
        label={words().tokens}
        grid="240px 140px minmax(0,1fr) 160px 100px"
        head={words().tokenHead}
        rows={rows()}
        key={(row) => row.name}
        chosen={chosen()}
        dim={(row) => row.revoked}
        onChoose={choose}
      >
        {(row) => (
          <>
            <b>{row.name}</b>
            <span>{words().devices[row.role] ?? row.role}</span>
            <span>{row.seat || "—"}</span>
            <span>{hand.clock(row.issued)}</span>
            <span>{row.revoked ? words().revoked : words().valid}</span>
          </>
        )}
      </List>
      <Show
        when={shown()}
        keyed
        fallback={
          <Sheet onSend={(data) => void issue(data)}>
            <h2>{words().newToken}</h2>
            <Line label={words().tokenName} name="name" value="" note={words().nameNote} required />
            <Choice
              label={words().tokenFor}
              name="role"
              value="source"
              choices={ROLES.map((role) => [role, words().devices[role] ?? role] as const)}
            />
            <Line label={t().seat} name="seat" value="" note={words().seatNote} />
            <div class="buttons">
              <button type="submit" class="primary">
                {words().issue}
              </button>
              <Show when={open()}>
                {(token) => (
                  <button type="button" onClick={() => void revoke(token().name)}>
                    {words().revoke(token().name)}
                  </button>
                )}
              </Show>
            </div>
          </Sheet>
        }
      >
        {({ name, token }) => (
          <Shown title={words().tokenOf(name)} note={words().tokenNote} secret={token} onDone={() => show(undefined)} />
        )}
      </Show>
    </>
  );
};
