import { type Component, For, Show } from "solid-js";
import type { PackRule } from "../feed/admin";
import { say, t } from "../lib/i18n";

/** Rules, each with what came of its cases. */
export const Rules: Component<{ rules: readonly PackRule[] }> = (props) => {
  const words = () => t().admin;
  return (
    <ul class="pack-rules">
      <For each={props.rules}>
        {(rule) => (
          <li>
            <b>{say(rule.title)}</b> <span>{rule.id}</span> <code>{rule.digest}</code>
            <i classList={{ inverse: rule.failed.length > 0 }}>
              {rule.failed.length > 0
                ? words().casesFail(rule.failed.length, rule.cases)
                : words().casesPass(rule.cases)}
            </i>
            <Show when={rule.failed.length > 0}>
              <ul class="problems">
                <For each={rule.failed}>{(why) => <li>{why}</li>}</For>
              </ul>
            </Show>
          </li>
        )}
      </For>
    </ul>
  );
};
