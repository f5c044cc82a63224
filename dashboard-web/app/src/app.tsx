import { type Component, createEffect, createMemo, Match, on, onCleanup, Show, Switch } from "solid-js";
import { AdminScreen } from "./admin/Admin";
import { DeskScreen } from "./desk/Desk";
import { DrillBand } from "./drill/DrillBand";
import { createDuty } from "./feed/duty";
import { guarded } from "./feed/guarded";
import { Link } from "./feed/link";
import type { Feed } from "./feed/live";
import type { StateView } from "./feed/messages";
import type { Presence } from "./feed/presence";
import { createRoads } from "./feed/roads";
import { createStore } from "./feed/store";
import { Calls } from "./phone/Calls";
import { forgetTasks, whoWas } from "./phone/kept";
import { PhoneScreen } from "./phone/Phone";
import { ReportPage } from "./report/ReportPage";
import { First } from "./sign-in/First";
import { SetPassword } from "./sign-in/Link";
import { NoWall } from "./sign-in/NoWall";
import { NewPassword } from "./sign-in/Password";
import { NewSecond } from "./sign-in/Second";
import { SignIn } from "./sign-in/SignIn";
import { TableScreen } from "./table/Table";
import { keepApp } from "./ui/keep";
import { followAddress, page, reported } from "./ui/page";
import { tellRoot } from "./ui/root";
import { WallScreen } from "./wall";

declare global {
  interface Window {
    /** For tests from outside: the state that this wall holds, in canonical form. Not there while nobody is signed in. */
    yiping?: { state(): { position: number | undefined; now_ms: number; state: StateView } };
  }
}

/** The door, and the wall behind it. */
export const App: Component<{ feed: Feed; presence: Presence }> = (props) => {
  const out = () => {
    const here = props.presence.here();
    return here.state === "out" ? here : undefined;
  };
  // Somebody else signed in beside this page: nothing stays of what the first one saw.
  createEffect(
    on(
      () => props.presence.session()?.name,
      (now, before) => {
        if (now !== undefined && before !== undefined && now !== before) location.reload();
      },
    ),
  );
  // Somebody in the field has no wall and needs none; without a network the phone goes on with what it knew.
  const onPhone = createMemo(
    () => {
      const session = props.presence.session();
      if (session === undefined) return page() === "phone" ? whoWas() : undefined;
      const { name, display, acts } = session;
      return acts.includes("tasks") && (page() === "phone" || !acts.includes("watch")) ? { name, display } : undefined;
    },
    undefined,
    { equals: (a, b) => a?.name === b?.name },
  );
  createEffect(() => {
    if (props.presence.here().state === "out") forgetTasks();
  });
  createEffect(() => {
    if (onPhone() === undefined) return;
    keepApp();
    // Opened again without a network, the address alone says what is to be shown.
    if (page() !== "phone") location.hash = "/phone";
  });
  onCleanup(followAddress());
  const pages = () => (
    <Switch fallback={<Watch feed={props.feed} presence={props.presence} />}>
      <Match when={out()}>{(here) => <SignIn presence={props.presence} why={here().why} />}</Match>
      <Match when={props.presence.here().state === "first"}>
        <First presence={props.presence} />
      </Match>
      <Match when={props.presence.here().state === "link"}>
        <SetPassword presence={props.presence} />
      </Match>
      <Match when={props.presence.session()?.must_change_password}>
        <NewPassword own={props.presence} />
      </Match>
      <Match when={props.presence.session()?.second_factor === "missing"}>
        <NewSecond own={props.presence} />
      </Match>
      <Match when={onPhone()} keyed>
        {({ name, display }) => (
          <PhoneScreen
            command={props.feed.command}
            field={props.feed.field}
            own={props.presence}
            person={name}
            display={display}
          />
        )}
      </Match>
      <Match when={props.presence.session()?.acts.includes("watch") === false}>
        <NoWall own={props.presence} />
      </Match>
    </Switch>
  );
  return (
    <>
      <Show when={props.presence.session()}>
        <DrillBand ask={props.feed.drill} />
      </Show>
      {pages()}
    </>
  );
};

/** A page and its feed: what they hold goes with the session. */
const Watch: Component<{ feed: Feed; presence: Presence }> = (props) => {
  const store = createStore();
  const link = new Link({
    open: (after) => guarded(props.presence, () => props.feed.open(after)),
    position: () => store.held(),
    accept: (message) => store.accept(message),
    changed: (state) => store.linked(state),
    random: () => Math.random(),
  });
  window.yiping = { state: () => store.view() };
  link.start();
  tellRoot(store);
  const roads = createRoads(props.feed.roads);
  const isHere = () => props.presence.session() !== undefined;
  const duty = props.feed.duty === undefined ? undefined : createDuty(props.feed.duty, isHere);
  // A wall is known a moment after its page: then it may ask.
  createEffect(
    on(
      () => props.presence.session()?.name,
      () => void duty?.refresh(),
      { defer: true },
    ),
  );
  onCleanup(() => {
    duty?.stop();
    link.stop();
    delete window.yiping;
  });
  // Until it is known who is here the screen is empty, but for a server that does not answer.
  const seen = () => props.presence.session() !== undefined || store.link().state !== "waiting";
  return (
    <Show when={seen()}>
      <Show when={props.presence.session()?.acts.includes("command")}>
        <Calls command={props.feed.command} />
      </Show>
      <Switch
        fallback={
          <WallScreen
            wall={store}
            acknowledge={props.feed.acknowledge}
            command={props.feed.command}
            own={props.presence}
            duty={duty}
            roads={roads}
          />
        }
      >
        <Match when={page() === "desk"}>
          <DeskScreen
            wall={store}
            acknowledge={props.feed.acknowledge}
            raised={props.feed.raised}
            command={props.feed.command}
            quieting={props.feed.quieting}
            own={props.presence}
          />
        </Match>
        <Match when={page() === "report" && reported()} keyed>
          {(incident) => (
            <ReportPage
              wall={store}
              reports={props.feed.reports}
              command={props.feed.command}
              own={props.presence}
              incident={incident}
            />
          )}
        </Match>
        <Match when={page() === "admin"}>
          <AdminScreen wall={store} admin={props.feed.admin} own={props.presence} />
        </Match>
        <Match when={page() === "table"}>
          <TableScreen wall={store} command={props.feed.command} own={props.presence} roads={roads} />
        </Match>
      </Switch>
    </Show>
  );
};
