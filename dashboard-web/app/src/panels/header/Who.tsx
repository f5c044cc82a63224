import {
  type Component,
  createSignal,
  createUniqueId,
  Match,
  onCleanup,
  onMount,
  Show,
  Switch,
  untrack,
} from "solid-js";
import type { Own } from "../../feed/presence";
import type { Session } from "../../feed/session";
import { t } from "../../lib/i18n";
import { PasswordForm } from "../../sign-in/Password";
import { SecondForm, SecondRemoval } from "../../sign-in/Second";
import { SignOut } from "../../sign-in/SignOut";

/** Who is signed in and at which seat; a person finds here what to do about it. */
export const Who: Component<{ own: Own }> = (props) => (
  <Show when={props.own.session()}>
    {(session) => (
      <Show when={!session().device} fallback={<Seat session={session()} />}>
        <Person own={props.own} session={session()} />
      </Show>
    )}
  </Show>
);

const Seat: Component<{ session: Session }> = (props) => (
  <span class="who">
    {t().seat} <b classList={{ on: props.session.seat !== "" }}>{props.session.seat || t().noSeat}</b>
  </span>
);

const Person: Component<{ own: Own; session: Session }> = (props) => {
  const [open, setOpen] = createSignal(false);
  const id = createUniqueId();
  let button: HTMLButtonElement | undefined;
  const close = () => {
    setOpen(false);
    button?.focus();
  };
  return (
    <>
      <button
        type="button"
        class="who"
        ref={button}
        aria-expanded={open()}
        aria-controls={id}
        onClick={() => setOpen(!open())}
      >
        <b class="on">{props.session.display}</b> {props.session.seat}
      </button>
      <Show when={open()}>
        <Menu id={id} own={props.own} session={props.session} onClose={close} />
      </Show>
    </>
  );
};

const Menu: Component<{ id: string; own: Own; session: Session; onClose: () => void }> = (props) => {
  const [changing, change] = createSignal<"password" | "second">();
  const [told, tell] = createSignal<string>();
  const roles = () => props.session.roles.map((role) => t().roles[role] ?? role).join(" · ");
  let menu: HTMLElement | undefined;
  const back = (saying?: string) => {
    tell(saying);
    change(undefined);
    menu?.querySelector("button")?.focus();
  };
  // It lies over the picture: a hand that goes elsewhere needs that.
  const elsewhere = ({ target }: PointerEvent) => {
    if (target instanceof Element && !menu?.contains(target) && target.closest(".who") === null) props.onClose();
  };
  onMount(() => document.addEventListener("pointerdown", elsewhere));
  onCleanup(() => document.removeEventListener("pointerdown", elsewhere));
  return (
    <section
      class="person"
      ref={menu}
      id={props.id}
      aria-label={props.session.display}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.preventDefault();
        props.onClose();
      }}
    >
      <h2>
        {props.session.display} <i>{props.session.name}</i>
      </h2>
      <p>{roles()}</p>
      <p>
        {t().seat} {props.session.seat || t().noSeat}
      </p>
      <Switch
        fallback={
          <div class="buttons">
            <a href="#/desk">{t().toDesk}</a>
            <Show when={props.session.acts.includes("incidents")}>
              <a href="#/table">{t().toTable}</a>
            </Show>
            <Show when={props.session.acts.includes("tasks")}>
              <a href="#/phone">{t().toPhone}</a>
            </Show>
            <Show when={props.session.acts.includes("accounts")}>
              <a href="#/admin">{t().toAdmin}</a>
            </Show>
            <button type="button" onClick={() => change("password")}>
              {t().passwordChange}
            </button>
            <Show when={props.session.second_factor !== "off"}>
              <button type="button" onClick={() => change("second")}>
                {props.session.second_factor === "set" ? t().secondRemove : t().second}
              </button>
            </Show>
            <SignOut own={props.own} />
          </div>
        }
      >
        <Match when={changing() === "password"}>
          <PasswordForm own={props.own} onDone={() => back(t().passwordChanged)}>
            <Cancel onCancel={back} />
          </PasswordForm>
        </Match>
        <Match when={changing() === "second" && untrack(() => props.session.second_factor) === "set"}>
          <SecondRemoval own={props.own} onDone={() => back(t().secondRemoved)}>
            <Cancel onCancel={back} />
          </SecondRemoval>
        </Match>
        <Match when={changing() === "second"}>
          <SecondForm own={props.own} onDone={() => back(t().secondSet)}>
            <Cancel onCancel={back} />
          </SecondForm>
        </Match>
      </Switch>
      <p role="status">{told()}</p>
    </section>
  );
};

const Cancel: Component<{ onCancel: () => void }> = (props) => (
  <button type="button" onClick={() => props.onCancel()}>
    {t().cancel}
  </button>
);
