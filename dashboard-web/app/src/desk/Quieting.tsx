import { type Component, Show } from "solid-js";
import type { Own } from "../feed/presence";
import type { Quieting } from "../feed/shelving";
import type { Wall } from "../feed/store";
import { Ask } from "./Ask";
import type { Asking } from "./asking";
import { Shelf } from "./Shelf";

/** What this person may keep quiet, and approve. */
export function mayQuiet(own: Own): { readonly shelve: boolean; readonly approve: boolean } {
  const acts = own.session()?.acts ?? [];
  return { shelve: acts.includes("shelve"), approve: acts.includes("approve") };
}

/** What is kept quiet, and what is asked before something is. */
export const QuietPart: Component<{
  wall: Wall;
  own: Own;
  quieting: Quieting;
  asking: Asking;
  /** Why an approval did not count. */
  onRefused: (why: string | undefined) => void;
  onSelect: (alarm: string) => void;
}> = (props) => {
  const may = () => mayQuiet(props.own);
  return (
    <>
      <Shelf
        wall={props.wall}
        person={props.own.session()?.name}
        onBack={may().shelve ? props.asking.back : undefined}
        onEnd={may().shelve ? props.asking.end : undefined}
        onApprove={
          may().approve
            ? (out) => void props.asking.said(props.quieting.approveOut(out.record)).then(props.onRefused)
            : undefined
        }
        onSelect={props.onSelect}
      />
      <Show when={props.asking.asked()} keyed>
        {({ question, about, decide }) => (
          <Ask question={question} about={about} onDecide={decide} onClose={props.asking.close} />
        )}
      </Show>
    </>
  );
};
