import {
  type Component,
  createMemo,
  createResource,
  createSignal,
  Match,
  onCleanup,
  onMount,
  Show,
  Switch,
} from "solid-js";
import type { Account, Link } from "../feed/admin";
import { t } from "../lib/i18n";
import { plainKey } from "../ui/keys";
import { type Hand, has } from "./hand";
import { List } from "./List";
import { PersonForm } from "./PersonForm";
import { Shown } from "./Shown";
import { Tokens } from "./Tokens";

/** The accounts of people, and the tokens of screens and programs. */
export const People: Component<{ hand: Hand }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [accounts, { refetch }] = createResource(async () => hand.after(await hand.admin.accounts()));
  const [chosen, choose] = createSignal<string>();
  const [making, make] = createSignal(false);
  const [shown, show] = createSignal<{ readonly name: string; readonly link: Link }>();
  const [tokens, setTokens] = createSignal(false);
  const rows = createMemo(() =>
    accounts.latest?.filter((row) =>
      has(hand.looked(), row.name, row.display, ...row.areas, ...row.domains, roles(row)),
    ),
  );
  const account = () => accounts.latest?.find(({ name }) => name === chosen());
  const pick = (name: string) => {
    make(false);
    show(undefined);
    choose(name);
  };
  const press = (event: KeyboardEvent) => {
    if (!plainKey(event) || event.defaultPrevented) return;
    if (event.key === "n" || event.key === "N") make(true);
    else if (event.key === "k" || event.key === "K") setTokens(!tokens());
    else return;
    event.preventDefault();
  };
  onMount(() => {
    document.addEventListener("keydown", press);
    onCleanup(() => document.removeEventListener("keydown", press));
  });
  const showLink = (name: string, link: Link) => {
    show({ name, link });
    choose(name);
    make(false);
    void refetch();
  };
  return (
    <div class="split">
      <div class="side">
        <div class="bar">
          <button type="button" onClick={() => make(true)}>
            <kbd>N</kbd> {words().newPerson}
          </button>
          <button type="button" aria-pressed={tokens()} onClick={() => setTokens(!tokens())}>
            <kbd>K</kbd> {words().tokens}
          </button>
          <span class="count">{words().people(rows()?.length ?? 0)}</span>
        </div>
        <Show when={!tokens()} fallback={<Tokens hand={hand} />}>
          <List
            label={words().tabs.people}
            grid="150px 150px minmax(0,1fr) 180px 120px 84px 70px 130px"
            head={words().peopleHead}
            rows={rows()}
            key={(row) => row.name}
            chosen={chosen()}
            dim={(row) => row.closed}
            onChoose={pick}
          >
            {(row) => (
              <>
                <b>{row.name}</b>
                <span>{row.display}</span>
                <span>{roles(row)}</span>
                <span>{row.areas.join(" ") || words().everywhere}</span>
                <span>{row.domains.join(" ") || "—"}</span>
                <span classList={{ inverse: row.link_until !== null }}>{state(row)}</span>
                <span>{row.second_factor ? words().secondSet : "—"}</span>
                <span>{row.last_seen === null ? words().neverSeen : hand.clock(row.last_seen)}</span>
              </>
            )}
          </List>
        </Show>
      </div>
      <div class="side closer">
        <Switch fallback={<p class="none">{words().pickPerson}</p>}>
          <Match when={shown()} keyed>
            {({ name, link }) => (
              <Shown
                title={words().linkOf(name)}
                note={words().linkNote(hand.clock(link.until))}
                secret={`${location.origin}${location.pathname}#link=${link.token}`}
                onDone={() => show(undefined)}
              />
            )}
          </Match>
          <Match when={making()}>
            <PersonForm hand={hand} onDone={() => void refetch()} onLink={showLink} onCancel={() => make(false)} />
          </Match>
          <Match when={account()} keyed>
            {(known) => <PersonForm hand={hand} account={known} onDone={() => void refetch()} onLink={showLink} />}
          </Match>
        </Switch>
      </div>
    </div>
  );
};

function roles(account: Account): string {
  return account.roles.map((role) => t().roles[role] ?? role).join(" · ");
}

function state(account: Account): string {
  const words = t().admin;
  if (account.closed) return words.locked;
  if (account.link_until !== null) return words.invited;
  return account.sessions > 0 ? words.signedIn(account.sessions) : words.open;
}
