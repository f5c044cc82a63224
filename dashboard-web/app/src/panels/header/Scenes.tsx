import { type Component, createMemo, For } from "solid-js";
import type { Wall } from "../../feed/store";
import { say, t } from "../../lib/i18n";
import { columnsOf, offered, SCENES, scene, showScene } from "../scenes";

/** The scenes, each with its key; the one that is shown stands out. */
export const Scenes: Component<{ wall: Wall }> = (props) => {
  const columns = createMemo(() => columnsOf(props.wall.things().values()));
  const list = createMemo(
    () => SCENES.map((each, key) => ({ ...each, key })).filter((each) => offered(each, columns())),
    undefined,
    { equals: (a, b) => a.map(({ id }) => id).join() === b.map(({ id }) => id).join() },
  );
  return (
    <nav class="scenes" aria-label={t().scenes}>
      <For each={list()}>
        {({ id, title, key }) => (
          <button
            type="button"
            classList={{ on: scene().id === id }}
            aria-current={scene().id === id ? "page" : undefined}
            onClick={() => showScene(id)}
          >
            <i>{key}</i> {say(title)}
          </button>
        )}
      </For>
    </nav>
  );
};
