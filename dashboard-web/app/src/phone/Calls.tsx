import "../ui/calls.css";
import { type Component, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { type Command, newKey, type TaskRow } from "../feed/command";
import { say, t } from "../lib/i18n";

const ASK_MS = 3_000;

/** Who calls for help from outside, over every page of a seat that commands, until somebody says that it was heard. */
export const Calls: Component<{ command: Command }> = (props) => {
  const [calls, setCalls] = createSignal<readonly TaskRow[]>([]);
  const [why, setWhy] = createSignal<string>();
  const ask = async () => setCalls((await props.command.calls()) ?? calls());
  onMount(() => {
    void ask();
    const asking = setInterval(() => void ask(), ASK_MS);
    onCleanup(() => clearInterval(asking));
  });
  const hear = async (task: TaskRow) => {
    const result = await props.command.step("orders", task.id, { key: newKey(), step: "hear_call" });
    setWhy(result.outcome === "refused" ? result.why : undefined);
    await ask();
  };
  const clock = (at: string | null) => new Date(Date.parse(at ?? "")).toTimeString().slice(0, 5);
  return (
    <Show when={calls().length > 0}>
      <section class="calls" role="alert">
        <For each={calls()}>
          {(task) => (
            <p>
              <b>{t().outside.help}</b>
              <span>
                {clock(task.calling)} # {task.incident_number}-{task.number} {say(task.title)} {task.assignee}
              </span>
              <button type="button" onClick={() => void hear(task)}>
                {t().steps.hear_call}
              </button>
            </p>
          )}
        </For>
        <Show when={why()}>{(words) => <p>{words()}</p>}</Show>
      </section>
    </Show>
  );
};
