import { type Component, createSignal, createUniqueId, For, Show } from "solid-js";
import type { Checked } from "../feed/admin";
import { say, t } from "../lib/i18n";
import type { Hand } from "./hand";
import { PlanPage } from "./PlanPage";
import { Rules } from "./Rules";

/** The files that a pack may hold. */
const FILES = [
  "plans.toml",
  "rules.toml",
  "properties.toml",
  "things.toml",
  "events.toml",
  "derived.toml",
  "classes.toml",
  "aqi.toml",
  "pack.toml",
] as const;

/** A draft of one file of a pack, checked by the reader that reads packs at the start. Nothing is applied. */
export const Draft: Component<{ hand: Hand; packs: readonly string[]; file: string }> = (props) => {
  const { hand } = props;
  const words = () => t().admin;
  const [text, setText] = createSignal("");
  const [pack, setPack] = createSignal(props.packs[0]);
  const [file, setFile] = createSignal(props.file);
  const [came, setCame] = createSignal<Checked>();
  const id = createUniqueId();
  const send = async () => {
    const reply = await hand.admin.check(pack(), [{ name: file(), text: text() }]);
    setCame(hand.after(reply, words().checked));
  };
  const take = async (chosen: File | undefined) => {
    if (chosen === undefined) return;
    setText(await chosen.text());
    setCame(undefined);
    if (FILES.some((name) => name === chosen.name)) setFile(chosen.name);
  };
  return (
    <>
      <h2>{words().checkDraft}</h2>
      <p class="note">{words().draftNote}</p>
      <div class="pair">
        <div class="line">
          <label for={`${id}-pack`}>{words().draftPack}</label>
          <select id={`${id}-pack`} onChange={(event) => setPack(event.currentTarget.value)}>
            <For each={props.packs}>{(one) => <option selected={one === pack()}>{one}</option>}</For>
          </select>
        </div>
        <div class="line">
          <label for={`${id}-file`}>{words().draftFile}</label>
          <select id={`${id}-file`} onChange={(event) => setFile(event.currentTarget.value)}>
            <For each={FILES}>{(one) => <option selected={one === file()}>{one}</option>}</For>
          </select>
        </div>
      </div>
      <div class="line">
        <label for={id}>{words().draftText}</label>
        <textarea
          id={id}
          rows={12}
          spellcheck={false}
          value={text()}
          onInput={(event) => {
            setText(event.currentTarget.value);
            setCame(undefined);
          }}
        />
      </div>
      <label class="file">
        {words().file}
        <input type="file" accept=".toml" onChange={(event) => void take(event.currentTarget.files?.[0])} />
      </label>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={text() === "" || pack() === undefined}
          onClick={() => void send()}
        >
          {words().checkOnly}
        </button>
      </div>
      <Show when={came()}>
        {(result) => (
          <section class="result" aria-label={words().result}>
            <Show when={result().problems.length > 0} fallback={<p class="good">{words().draftGood}</p>}>
              <p>
                <b>{words().draftWrong(result().problems.length)}</b>
              </p>
              <ul class="problems">
                <For each={result().problems}>
                  {(problem) => (
                    <li>
                      <b>{problem.file === "" ? words().asWhole : `${problem.file}:${problem.line}`}</b>{" "}
                      <span>{problem.message}</span>
                    </li>
                  )}
                </For>
              </ul>
            </Show>
            <Show when={result().pack}>
              {(draft) => (
                <>
                  <h3>
                    {say(draft().title)} {draft().version}
                  </h3>
                  <Show when={file() === "plans.toml"} fallback={<Rules rules={draft().rules} />}>
                    <For each={draft().plans}>{(plan) => <PlanPage plan={plan} />}</For>
                  </Show>
                </>
              )}
            </Show>
          </section>
        )}
      </Show>
    </>
  );
};
