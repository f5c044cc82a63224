import "@fontsource-variable/noto-sans-sc/index.css";
import "../ui/wall.css";
import "../panels/panels.css";
import "./samples.css";
import { For } from "solid-js";
import { render } from "solid-js/web";
import type { Own } from "../feed/presence";
import { createStore, type Wall } from "../feed/store";
import { byUrgency } from "../panels/alarms/order";
import { Slot } from "../panels/Slot";
import { actor, rehearsalDoor } from "../rehearsal/door";
import { SAMPLES, type Sample } from "./sample";
import { SIZES } from "./sizes";

function still(sample: Sample): Wall {
  // Painted at once and then never again: a picture of a moment does not grow old.
  const store = createStore({ frame: (run) => run(), pause: () => {} });
  store.accept({ type: "snapshot", ...sample.snapshot });
  store.linked({ state: "live", sinceMs: Date.now(), attempts: 0 });
  return store;
}

/** The alarm that the detail of a sample shows. */
function opened(id: string, wall: Wall): string | undefined {
  const urgent = [...wall.alarms().values()].sort(byUrgency);
  if (id === "detail") return urgent[0]?.id;
  return id === "detail-gateway" ? urgent.find(({ property }) => property === "no_data")?.id : undefined;
}

/** A store that fails: what every panel must survive. */
function broken(): Wall {
  const store = createStore();
  const fail = () => {
    throw new Error("this sample fails on purpose");
  };
  return { ...store, facts: fail, things: fail, sources: fail };
}

const own: Own = {
  session: actor,
  changePassword: async () => ({ outcome: "away" }),
  signOut: async () => ({ outcome: "away" }),
  second: rehearsalDoor.second,
  ask: async () => false,
};
const root = document.getElementById("samples");
const walls = [
  ...SAMPLES.map((sample) => ({ title: sample.title, wall: still(sample) })),
  { title: "出错 crash", wall: broken() },
];
const only = new URLSearchParams(location.search).get("panel");

if (root !== null)
  render(
    () => (
      <For
        each={Object.entries({ ...SIZES, "no-such-panel": [508, 160] as const }).filter(
          ([id]) => only === null || id === only,
        )}
      >
        {([id, [width, height]]) => (
          <section class="sample-panel">
            <h1>{id}</h1>
            <div class="sample-row">
              <For each={walls}>
                {({ title, wall }) => (
                  <figure>
                    <figcaption>{title}</figcaption>
                    <div class="sample-frame" style={{ width: `${width}px`, height: `${height}px` }}>
                      <Slot
                        id={id === "detail-gateway" ? "detail" : id}
                        wall={wall}
                        acknowledge={async () => ({ outcome: "unreachable" })}
                        own={own}
                        opened={opened(id, wall)}
                      />
                    </div>
                  </figure>
                )}
              </For>
            </div>
          </section>
        )}
      </For>
    ),
    root,
  );
